"""The posting that a page shows to its readers, where no data on it says so: from headings, labels and lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from extractors.clutter import remove_clutter
from extractors.html import parse
from extractors.languages import language_tag
from extractors.main_content import main_content
from extractors.postings.dates import posted, valid_until
from extractors.postings.document import Document
from extractors.postings.employer import employer_of
from extractors.postings.employment import employment_types
from extractors.postings.markup import visible_text
from extractors.postings.names import company_key, posting_title
from extractors.postings.pay.lexicon import folded
from extractors.postings.place_text import read_where
from extractors.postings.reading import TEXT, Reading
from extractors.postings.salary import parse_salary
from extractors.postings.shape import is_about_jobs
from extractors.postings.words import word_list
from extractors.postings.workplace import workplace_of

Data = dict[str, Any]

_PROSE = 110
"""Characters of a line that is a sentence, and no label, title or menu."""
_LEAST_TEXT = 350
_MOST_TEXT = 100_000
_HEAD_LINES = 16
_LONGEST_VALUE = 160
_LONGEST_TITLE = 160
_ENOUGH = 4
_COLONS = ":\uff1a"
_LABELLED = re.compile(r"^([^:\uff1a]{2,40})\s*[:\uff1a]\s*(\S.{0,159})$")
_PIECES = re.compile(r"\s+[·•|∙‧・\u2013—]\s+|\s*[|·•]\s*|\t")


@dataclass(slots=True)
class _Page:
    """The part of a page that may be a posting: its title, the short lines below it, and all lines from there on."""

    title: str
    head: list[str]
    lines: list[str]
    labels: dict[str, str]


def read(document: Document) -> list[Reading]:
    """The one posting that a page is about; none where the page is anything else, or that is not sure."""
    if document.tree is None or not _may_be(document):
        return []
    page = _page(document)
    if page is None or _evidence(page, document) < _ENOUGH:
        return []
    return [Reading(TEXT, _fields(page, document))]


def _may_be(document: Document) -> bool:
    """Its address or its title speaks of jobs, or it has one heading and a way to apply."""
    parts = urlsplit(document.url)
    if parts.path in ("", "/"):
        return True
    if is_about_jobs(parts.path) or is_about_jobs(parts.hostname or ""):
        return True
    title = document.metadata.title or ""
    return is_about_jobs(title) or any(word in f" {_plain(title)} " for word in (" hiring ", " careers ", " jobs "))


def _page(document: Document) -> _Page | None:
    lines = _without_others(document.text.splitlines())
    title = _title(document, lines)
    if title is None:
        return None
    start = _start(lines, title)
    after = lines[start + 1 :]
    head = []
    for line in after[:_HEAD_LINES]:
        if len(line) >= _PROSE:
            break
        head.append(line)
    return _Page(title, head, after, _labels(after))


def _title(document: Document, lines: list[str]) -> str | None:
    """The first heading that is no name of a section, as the page's title has it too, or alone."""
    assert document.tree is not None
    headings = [" ".join(node.text(separator=" ").split()) for node in document.tree.css("h1")[:8]]
    site = (
        company_key(document.metadata.open_graph.get("site_name") or ""),
        _plain(urlsplit(document.url).hostname or ""),
    )
    named = _labels(lines).get("title")
    own = document.metadata.open_graph.get("title") or document.metadata.title or ""
    fitting = [
        one for one in headings if _is_title(one) and company_key(one) != site[0] and _plain(one) not in site[1].split()
    ]
    both = [one for one in fitting if _plain(one) in _plain(own)]
    found = next(iter(both or fitting), None) or (named if named and _is_title(named) else None)
    return found or _from_head(own, lines)


def _from_head(own: str, lines: list[str]) -> str | None:
    """The part of the page's title that stands in a line of its own."""
    known = {_plain(line) for line in lines}
    parts = [own, *re.split(r"\s+[|\u2013—-]\s+", own)]
    return next((part for part in parts if _is_title(part) and _plain(part) in known), None)


def _is_title(text: str) -> bool:
    return 2 < len(text) <= _LONGEST_TITLE and _plain(text) not in _words("generic")


def _start(lines: list[str], title: str) -> int:
    """The line with the title after which prose comes soonest."""
    wanted = _plain(title)
    places = [index for index, line in enumerate(lines) if _plain(line) == wanted]
    places = places or [index for index, line in enumerate(lines) if wanted in _plain(line)] or [-1]
    prose = [index for index, line in enumerate(lines) if len(line) >= _PROSE]

    def distance(place: int) -> tuple[int, int]:
        return min((index - place for index in prose if index > place), default=len(lines)), -place

    return min(places, key=distance)


def _without_others(lines: list[str]) -> list[str]:
    """Up to where other postings are listed."""
    ends = (index for index, line in enumerate(lines) if len(line) < 60 and _plain(line) in _words("others"))
    return lines[: next((index for index in ends if index > len(lines) // 3), len(lines))]


def _labels(lines: list[str]) -> dict[str, str]:
    """What stands behind a label, or below one that has a line to itself."""
    found: dict[str, str] = {}
    for index, line in enumerate(lines):
        match = _LABELLED.match(line)
        if match and _plain(match[2]) not in _meanings() and (meaning := _meanings().get(_plain(match[1]))):
            found.setdefault(meaning, match[2].strip(" ,;"))
        elif len(line) <= 42 and (meaning := _meanings().get(_plain(line.rstrip(_COLONS)))):
            value = lines[index + 1] if index + 1 < len(lines) else ""
            if 1 < len(value) <= _LONGEST_VALUE and _plain(value) not in _meanings():
                found.setdefault(meaning, value)
    return found


def _evidence(page: _Page, document: Document) -> int:
    """How sure it is that the page is one posting; enough is four."""
    text = sum(len(line) for line in page.lines if len(line) >= _PROSE // 2)
    if text < _LEAST_TEXT:
        return 0
    short = {_plain(line.rstrip(_COLONS)) for line in page.lines if len(line) <= 60}
    headings = len(short & _words("headings"))
    applies = bool(short & _words("apply")) or b"mailto:" in document.bytes
    about = _says_one_job(document)
    labels = len(page.labels.keys() - {"title"})
    return min(headings, 3) + 2 * applies + 2 * about + min(labels, 3) - _listing(document)


def _says_one_job(document: Document) -> bool:
    """``/jobs/baker``: something below a list of jobs."""
    steps = [step for step in urlsplit(document.url).path.split("/") if step]
    return any(is_about_jobs(step) for step in steps[:-1]) or (
        len(steps) > 0 and "-" in steps[-1] and is_about_jobs(steps[-1])
    )


def _listing(document: Document) -> int:
    """Links to many postings: a list of them, and no posting."""
    assert document.tree is not None
    here = urlsplit(document.url).path.rstrip("/")
    paths = {urlsplit(node.attributes.get("href") or "").path for node in document.tree.css("a[href]")[:2000]}
    below = sum(1 for path in paths if here and path.startswith(f"{here}/") and len(path) > len(here) + 3)
    return 4 if below >= 3 else 0


def _fields(page: _Page, document: Document) -> Data:
    company = page.labels.get("company") or employer_of(document)
    site = document.metadata.open_graph.get("site_name")
    where = _where(page, company)
    fields = {
        "title": posting_title(page.title, company, site),
        "company": company,
        "requisition_id": page.labels.get("requisition_id"),
        "locations": where.get("locations"),
        "applicant_scope": where.get("applicant_scope"),
        "workplace_type": _workplace(page, where),
        "employment_types": _kinds(page),
        "salary": _salary(page),
        **_described(document, page),
        **_dated(page, document),
        "language": language_tag(document.metadata.language),
    }
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _pieces(page: _Page) -> list[str]:
    return [piece.strip() for line in page.head for piece in _PIECES.split(line) if 1 < len(piece.strip()) <= 90]


def _where(page: _Page, company: str | None) -> Data:
    """What the label says, else the first short line below the title that names a place for sure."""
    said = page.labels.get("locations")
    candidates = [said] if said else _pieces(page)
    for text in (_without(text, company) for text in candidates):
        where = read_where(text)
        sure = said or any(place["country"] or (place["region"] and place["city"]) for place in where.locations)
        if (sure and where.locations) or (where.remote and len(text) <= 40):
            return {"locations": where.locations, "applicant_scope": where.scope, "remote": where.remote}
    return {}


def _without(text: str, company: str | None) -> str:
    """A line may begin with the employer."""
    return text[len(company) :].strip(" ,-\u2013|·") if company and text.startswith(f"{company} ") else text


def _workplace(page: _Page, where: Data) -> str | None:
    labels = [page.labels.get("workplace_type"), *_pieces(page)]
    said = next((kind for label in labels if label and (kind := workplace_of(label))), None)
    return said or ("remote" if where.get("remote") else None)


def _kinds(page: _Page) -> list[str]:
    said = page.labels.get("employment_types")
    found = employment_types(said) if said else []
    return found or list(
        dict.fromkeys(kind for piece in _pieces(page) if len(piece) <= 30 for kind in employment_types(piece))
    )


def _salary(page: _Page) -> Data | None:
    said = page.labels.get("salary")
    return parse_salary(f"Salary: {said}") if said else None


def _dated(page: _Page, document: Document) -> Data:
    said = page.labels.get("date_posted")
    date, precision = (posted(said, document.fetched) if said else None) or (None, None)
    until = page.labels.get("valid_through")
    return {
        "date_posted": date,
        "date_precision": precision,
        "valid_through": valid_until(until, date) if until else None,
    }


def _described(document: Document, page: _Page) -> Data:
    """The page's main content; where it does not hold the prose, the lines below the title."""
    tree = parse(document.bytes, "text/html; charset=utf-8")
    remove_clutter(tree)
    if tree.body is None:
        return {"description_text": "\n".join(page.lines)[:_MOST_TEXT]}
    main = main_content(tree.body)
    markup = (main.html or "")[:_MOST_TEXT]
    text = visible_text(parse(markup.encode(), "text/html; charset=utf-8"))
    prose = "\n".join(page.lines)
    return {"description_html": markup, "description_text": text if len(text) > len(prose) // 3 else prose[:_MOST_TEXT]}


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", folded(text)).strip()


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(map(_plain, word_list("page_words")[name]))


@cache
def _meanings() -> dict[str, str]:
    return {_plain(word): meaning for meaning, words in word_list("page_words")["labels"].items() for word in words}
