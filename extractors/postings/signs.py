"""How sure it is that a page is one posting."""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlsplit

from extractors.postings.document import Document
from extractors.postings.heading import is_role, is_title, page_titles, says_gender
from extractors.postings.object_signs import is_about_jobs
from extractors.postings.page_lines import CONTENT, Line
from extractors.postings.vocabulary import fold, meanings, pattern, plain, says, words

_ENOUGH = 5
_ENOUGH_WITHOUT_ROLE = 7
"""Of a title that names no work: a project, a slogan."""
_ENOUGH_OF_WORK = 3
_LEAST_TEXT = 250
_UNSPACED = 3
"""So many times shorter are texts without blanks between words."""
_SENTENCE = 40
_LONGEST_HEADING = 70
_MOST_WORDS_OF_KIND = 4
_LONGEST_TITLE = 120
_MOST_LINES = 400
_MANY = 4
_SHORT_WORD, _SAME_WORDS = 3, 2
_LOWEST_LEVEL = 4
_LONGEST_LIST, _TEASER = 20, 200
"""Lines of three postings in a list, and characters of each."""
_MOST_PROSE, _LONGEST_PROSE = 40, 500
_ABOUT_WORK = frozenset({"employment_types", "salary", "requisition_id", "workplace_type", "valid_through"})
_COLONS = ":\uff1a"
_SOLD = (b'"Product"', b'"Event"', b'"Recipe"', b'"Course"', b"product:price")
_FORMS = frozenset({"apply", "application", "apply-now", "bewerben", "bewerbung", "postuler", "candidature", "form"})
_MANY_FIELDS = 8
TALKS = frozenset({"blog", "news", "article", "articles", "stories", "story", "press", "events", "event", "wiki"})
"""Steps of addresses below which people write about things."""


def is_one_posting(document: Document, title: str, lines: list[Line], labels: dict[str, str], *, named: bool) -> bool:
    """Whether the lines below a title are one posting.

    What speaks of work must be there, and enough of all else; a list of postings and an article are none. ``named``:
    whether a place or a kind of employment stands right below the title.
    """
    content = [line for line in lines[:_MOST_LINES] if line.zone == CONTENT]
    if not is_long(content) or says("no_posting", title) or len(set(filter(None, map(_labelled_title, content)))) > 1:
        return False
    headings = work_headings(content)
    sure = headings - words("vague_headings")
    work = min(len(sure), 3) + _of_work(document, title, content, labels) + 2 * named
    others = labels.keys() - _ABOUT_WORK - {"title"}
    rest = min(len(headings - sure), 2) + min(len(others), 2) + 2 * tells_how_to_apply(lines)
    if not is_role(title) and not _is_pages_own(title, document):
        return False
    enough = _ENOUGH if is_role(title) else _ENOUGH_WITHOUT_ROLE
    return work >= _ENOUGH_OF_WORK and work + rest - _against(document, title, content) >= enough


def _is_pages_own(title: str, document: Document) -> bool:
    """Whether the page's title has it: a heading that names no work may else be a site's slogan."""
    wanted = plain(title)
    return any(wanted in plain(one) or plain(one) in wanted for one in page_titles(document) if is_title(one))


def is_long(content: list[Line]) -> bool:
    """Whether the lines have the sentences of a posting, and not of a teaser."""
    sentences = [line.text for line in content if len(line.text) >= _SENTENCE // 4]
    unspaced = any("\u3040" <= letter <= "\ud7af" for text in sentences[:6] for letter in text[:20])
    least = 0 if unspaced else _SENTENCE // 2
    total = sum(len(text) for text in sentences if len(text) >= least)
    return total * (_UNSPACED if unspaced else 1) >= _LEAST_TEXT


def is_beside_list(lines: list[Line]) -> bool:
    """Whether a list of postings stands before a title: one of them is shown beside it."""
    items = [line for line in lines if line.zone == CONTENT and (line.tag == "li" or line.level > 1)]
    short = (line.words for line in items[:_MOST_LINES] if len(line.text) <= 80)
    return sum(is_role(text) for text in short) >= _MANY


def _of_work(document: Document, title: str, content: list[Line], labels: dict[str, str]) -> int:
    """What is said of postings alone."""
    about = 2 * _says_one_job(document) or _is_of_jobs(document)
    kind = 2 if says_gender(title) else int(is_role(title))
    return about + kind + hires(content) + min(len(work_labels(labels)), 3)


def work_labels(labels: dict[str, str]) -> set[str]:
    """The labels that postings have, and few other pages."""
    return labels.keys() & _ABOUT_WORK


def hires(content: list[Line]) -> int:
    """Phrases such as ``We are looking for``: none, one, or more."""
    found: set[str] = set()
    prose = (fold(line.text[:_LONGEST_PROSE]) for line in content if len(line.text) >= _SENTENCE // 2)
    for text in islice(prose, _MOST_PROSE):
        match = pattern("hiring").search(text)
        found |= {match[0]} if match else set()
        if len(found) > 1:
            break
    return len(found)


def work_headings(content: list[Line]) -> set[str]:
    """The names of the sections of a posting; ``What you'll do at Acme`` is one as well."""
    known = words("headings")
    found: set[str] = set()
    for line in content:
        if len(line.text) > _LONGEST_HEADING:
            continue
        bare = plain(line.words.rstrip(_COLONS))
        if bare in known:
            found.add(bare)
        elif line.level or line.text[-1] in _COLONS:
            steps = bare.split()
            starts = (" ".join(steps[:count]) for count in range(min(len(steps), 6), 1, -1))
            found |= {next((start for start in starts if start in known), "") or _kind_of(steps, known)} - {""}
    return found


def _kind_of(steps: list[str], known: frozenset[str]) -> str:
    """``Essential responsibilities`` are responsibilities."""
    return steps[-1] if 1 < len(steps) <= _MOST_WORDS_OF_KIND and steps[-1] in known else ""


def tells_how_to_apply(lines: list[Line]) -> bool:
    """Whether it says how to apply: a button, or a sentence at its beginning or end."""
    apply = words("apply")
    if any(len(line.text) <= 60 and plain(line.words.rstrip(_COLONS)) in apply for line in lines):
        return True
    ends = lines[:12] + lines[-40:]
    return any(says("apply_line", line.text[:400]) for line in ends)


def _says_one_job(document: Document) -> bool:
    """``/jobs/baker``: something below a list of jobs."""
    steps = [step for step in urlsplit(document.url).path.split("/") if step]
    return any(is_about_jobs(step) for step in steps[:-1]) or (
        len(steps) > 0 and "-" in steps[-1] and is_about_jobs(steps[-1])
    )


def _is_of_jobs(document: Document) -> int:
    """The page's title speaks of them: ``Baker - Careers at Acme``."""
    page = document.metadata
    own = f" {plain(page.title or '')} {plain(page.open_graph.get('title') or '')} "
    return int(any(word in own for word in (" careers ", " career ", " jobs ", " job ", " karriere ", " hiring ")))


def _against(document: Document, title: str, content: list[Line]) -> int:
    """What speaks of a list, an article, or of something that is sold."""
    steps = set(urlsplit(document.url).path.lower().split("/"))
    sold = any(kind in document.bytes for kind in _SOLD)
    lists = _links_below(document) or _has_several(title, content)
    talks = bool(steps & TALKS) + sold
    return 6 * lists + 5 * _is_called_list(document, title) + 2 * talks + 6 * _only_asks(document, content)


def _only_asks(document: Document, content: list[Line]) -> bool:
    """A form for applicants, apart from the posting that it is for."""
    last = urlsplit(document.url).path.rstrip("/").rpartition("/")[2].lower()
    fields = document.bytes.count(b"<input") - document.bytes.count(b'type="hidden"')
    is_form = last in _FORMS or fields > _MANY_FIELDS
    return is_form and not work_headings(content) - words("vague_headings")


def _is_called_list(document: Document, title: str) -> bool:
    """Whether the page calls itself ``Careers`` or ``Open positions``, and does not name the posting."""
    own = [plain(one) for one in page_titles(document)]
    wanted = plain(title)
    return any(one in words("lists") for one in own) and not any(wanted in one or one in wanted for one in own if one)


def _links_below(document: Document) -> bool:
    assert document.tree is not None
    here = urlsplit(document.url).path.rstrip("/")
    if not here:
        return False
    links = {node.attributes.get("href") or "" for node in document.tree.css(f'a[href*="{_quoted(here)}/"]')[:200]}
    paths = {urlsplit(link).path for link in links}
    return sum(1 for path in paths if path.startswith(f"{here}/") and len(path) > len(here) + 3) >= 3


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _labelled_title(line: Line) -> str:
    """``2. Job title: Baker`` is Baker."""
    label, colon, rest = line.text[:_LONGEST_TITLE].partition(":")
    return plain(rest) if colon and meanings().get(plain(label).lstrip("0123456789 ")) == "title" else ""


def before_others(document: Document, title: str, lines: list[Line]) -> list[Line]:
    """The lines up to a list of other postings, where those before are a whole one, and the page is called like it."""
    wanted = plain(title)
    if not any(f"{plain(one)} ".startswith(f"{wanted} ") for one in page_titles(document)):
        return lines
    named = [index for index, line in enumerate(lines) if line.zone == CONTENT and _names_work(line, wanted)]
    runs = (first for first, third in zip(named, named[2:], strict=False) if _is_list(lines[first : third + 1]))
    named_first = next(runs, None)
    if named_first is None:
        return lines
    start = _first_of_list(lines, named_first)
    own = [line for line in lines[:start] if line.zone == CONTENT]
    return lines[:start] if is_long(own) and work_headings(own) and hires(own) > 0 else lines


def _first_of_list(lines: list[Line], named: int) -> int:
    """The first of a list of which one is known: those before it may name no work that is known."""
    start = named
    for index in range(named - 1, -1, -1):
        if start - index > _LONGEST_LIST // 3 or len(lines[index].text) >= _TEASER:
            break
        if lines[index].tag == lines[named].tag and is_title(lines[index].words):
            start = index
    return start


def _is_list(lines: list[Line]) -> bool:
    is_short = len(lines) <= _LONGEST_LIST and all(len(line.text) < _TEASER for line in lines)
    return is_short and lines[0].tag == lines[-1].tag


def _names_other(line: Line, title: str) -> bool:
    """Whether a heading names another work; ``Role of the nursing officer`` is about that of the title."""
    words_of = {word for word in plain(line.words).split() if len(word) > _SHORT_WORD} if line.level else set()
    return len(words_of & set(title.split())) < _SAME_WORDS and _names_work(line, title)


def _names_work(line: Line, title: str) -> bool:
    if not 0 < line.level <= _LOWEST_LEVEL or len(line.text) > 2 * _LONGEST_HEADING:
        return False
    return plain(line.words) != title and is_title(line.words) and is_role(line.words)


def _has_several(title: str, content: list[Line]) -> bool:
    """The same sections twice, or many headings that name work: several postings."""
    wanted, seen = plain(title), set[str]()
    others, twice, applies = 0, 0, 0
    for line in content:
        bare = plain(line.words.rstrip(_COLONS)) if len(line.text) <= _LONGEST_HEADING else ""
        if bare in words("apply"):
            applies += 1
        elif bare in words("headings"):
            twice += bare in seen
            seen.add(bare)
        elif _names_other(line, wanted):
            others += 1
    return (others >= 1 and twice >= 2) or max(others, applies) >= _MANY
