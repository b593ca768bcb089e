"""Which line of a page is the title of the posting that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from extractors.postings.document import Document
from extractors.postings.names import company_key
from extractors.postings.page_lines import ASIDE, CONTENT, FORM, Line
from extractors.postings.roles import names_work
from extractors.postings.vocabulary import fold, meanings, pattern, plain, says, words

_LONGEST = 160
_LONGEST_OWN = 400
_GENDERED = frozenset("/:*(|.,_")
"""A sign that all ways to say so have."""
_ENDS = ".!?"
"""How sentences end, and no title outside of headings."""
PROSE = 110
"""Characters of a line that is a sentence, and no label, title or menu."""
_HEAD_LINES = 14
_SHORT = 60
_ENOUGH = 4
_HEADINGS_READ = 60
_APART = re.compile(r"(?<!\s)\s+[|\u2013\u2014\u00b7\u2022\u00bb:-]\s+|(?<!\s)\s*[|\uff5c]\s*|:\s+")
_NEAR = 6
"""So many lines from the top of a page without headings may be its title."""


def page_titles(document: Document) -> list[str]:
    """What the page calls itself: whole, and in parts."""
    page = document.metadata
    whole = [" ".join(one[:_LONGEST_OWN].split()) for one in (page.open_graph.get("title"), page.title) if one]
    parts = [part.strip() for one in whole for part in _APART.split(one)]
    return list(dict.fromkeys(whole + parts))


def title_line(document: Document, lines: list[Line], labelled: str | None) -> tuple[int, str] | None:
    """The line and the title; of several alike the one that prose follows soonest. None: no line is one for sure."""
    own = [one for one in page_titles(document) if is_title(one)]
    said = labelled if labelled and is_title(labelled) else None
    title = _best(document, lines, own) or said
    if title is None:
        return None
    notice = said is not None and is_role(said) and says("notices", title) and not says("notices", said)
    return start_of(lines, title), said if said and notice else _without_badge(title, own)


def is_title(text: str) -> bool:
    """Whether a text may be the title of a posting: neither what sites call their pages, nor an article's."""
    bare = plain(text)
    return (
        2 < len(text) <= _LONGEST
        and not is_generic(bare)
        and bare not in words("headings")
        and bare not in words("apply")
        and bare not in meanings()
        and any(letter.isalpha() for letter in bare)
    )


def is_generic(bare: str) -> bool:
    """Whether plain words say nothing but that jobs are here: ``Career details``, ``Our current job openings``."""
    return bare in words("generic") or words("generic_words").issuperset(bare.split())


def is_role(text: str) -> bool:
    """Whether it names somebody's work: ``Head Baker``, ``B\u00e4cker (m/w/d)``."""
    return names_work(text) or says_gender(text)


def says_gender(text: str) -> bool:
    """Whether it says that people of all genders are meant."""
    if not _GENDERED.intersection(text) and "gender" not in text.lower():
        return False
    return pattern("genders").search(fold(text)) is not None


def _best(document: Document, lines: list[Line], own: list[str]) -> str | None:
    owned = {plain(one) for one in own}
    whole = " ".join(owned)
    site = _names_of_site(document)
    best, most = None, _ENOUGH - 1
    headings = 0
    for index, line in enumerate(lines):
        headings += line.level > 0 and line.zone == CONTENT
        if headings > _HEADINGS_READ:
            break
        score = _score(line, index, owned, whole, site) if line.zone in (CONTENT, ASIDE, FORM) else 0
        if score and not line.level and index + 1 < len(lines) and _is_label(lines[index + 1].text):
            score += 1
        if score > most:
            best, most = line.words, score
    return best


def _score(line: Line, index: int, owned: set[str], whole: str, site: set[str]) -> int:
    text = line.words
    if len(text) > _LONGEST or not is_title(text) or _is_of_site(text, site):
        return 0
    bare = plain(text)
    within = 2 if len(bare) > 5 and f" {bare} " in f" {whole} " else 0
    named = 6 if bare in owned or _begins_one(line, bare, owned) else within
    score = {1: 4, 2: 2, 3: 1}.get(line.level, 0) + named
    if not line.level:
        if not named and (text[-1] in _ENDS or line.tag == "li"):
            return 0
        score -= 1 if named else 0
        score += 2 if index < _NEAR else 0
    if line.level or named or index < _NEAR:
        score += 2 * is_role(text)
    return score if line.zone == CONTENT else score - 2


def _begins_one(line: Line, bare: str, owned: set[str]) -> bool:
    """Whether the page's title begins with a heading, dashes and all: ``Nurse - Night Shift | Clinic``."""
    return 0 < line.level < 3 and " " in bare and any(one.startswith(f"{bare} ") for one in owned)


def _is_label(text: str) -> bool:
    return len(text) < PROSE and plain(text.rstrip(":\uff1a")) in meanings()


def _is_of_site(text: str, site: set[str]) -> bool:
    first = next(filter(str.isalnum, text.casefold()), "")
    if not any(one.startswith(first) for one in site):
        return False  # most lines, at no cost
    key = company_key(text)
    if key in site:
        return True
    begins = any(len(one) > 3 and key.startswith(one) and len(key) <= 3 * len(one) for one in site)
    return begins and not is_role(text)


def _names_of_site(document: Document) -> set[str]:
    host = (urlsplit(document.url).hostname or "").removeprefix("www.")
    name = document.metadata.open_graph.get("site_name") or ""
    return {company_key(one) for one in (name, host, host.partition(".")[0]) if one} - {""}


def start_of(lines: list[Line], title: str) -> int:
    """The line with the title after which prose comes soonest; -1 where none has it."""
    wanted = plain(title)
    bare = [plain(line.text) if len(line.text) <= 2 * _LONGEST else "" for line in lines]
    places = [index for index, one in enumerate(bare) if one == wanted]
    places = places or [index for index, one in enumerate(bare) if wanted and wanted in one] or [-1]
    prose = [index for index, line in enumerate(lines) if line.zone == CONTENT and _is_prose(line.text)]

    def distance(place: int) -> tuple[bool, int, int]:
        soonest = min((index - place for index in prose if index > place), default=len(lines))
        return place >= 0 and lines[place].zone != CONTENT, soonest, -place

    return min(places, key=distance)


def _is_prose(text: str) -> bool:
    """A sentence or more; Chinese, Japanese and Korean take fewer letters."""
    return len(text) >= PROSE or (len(text) >= PROSE // 3 and "\u3040" <= text[len(text) // 2] <= "\ud7af")


def _without_badge(title: str, own: list[str]) -> str:
    """Without ``New`` or ``Expired!`` beside it, where the page's own title has none."""
    match = pattern("trailing_badge").search(fold(title))
    if match is None or any(plain(title) in plain(one) for one in own):
        return title
    return title[: len(title) - len(match[0])].strip()


def head_of(after: list[Line]) -> Iterator[Line]:
    """The short lines below a title, up to the first sentence."""
    for line in after[:_HEAD_LINES]:
        if len(line.text) >= PROSE:
            return
        yield line


def without_others(lines: list[Line], least: int = 0) -> list[Line]:
    """Up to where other postings are listed, which ``least`` lines are not."""
    others = words("others")
    ends = (index for index, line in enumerate(lines) if len(line.text) < _SHORT and plain(line.words) in others)
    return lines[: next((index for index in ends if index >= least), len(lines))]
