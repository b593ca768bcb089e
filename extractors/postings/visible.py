"""The posting that a page shows to its readers, where no data on it says so: from headings, labels and lines."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from extractors.languages import language_tag
from extractors.postings.closed import is_closed_badge
from extractors.postings.dates import posted, valid_until
from extractors.postings.document import Document
from extractors.postings.employer import employer_of
from extractors.postings.employment import employment_types
from extractors.postings.heading import head_of, is_role, title_line, without_others
from extractors.postings.labels import begun_with, labels_of, pieces
from extractors.postings.names import posting_title, same_company
from extractors.postings.object_signs import is_about_jobs
from extractors.postings.page_lines import CONTENT, Line
from extractors.postings.place_shown import where_shown
from extractors.postings.place_text import Where
from extractors.postings.reading import TEXT, Reading
from extractors.postings.salary import parse_salary
from extractors.postings.several import Part, parts_of
from extractors.postings.signs import before_others, is_beside_list, is_one_posting
from extractors.postings.vocabulary import plain, words
from extractors.postings.workplace import workplace_of

Data = dict[str, Any]

_MOST_TEXT = 100_000
_LONGEST_PIECE = 90
_SHORT = 60
_NEAR = 3
"""Lines above and below the title where a badge may stand."""
_SEVERAL = 2
_LONGEST_AGO = 24
_AGO = re.compile(
    r"^\d.*\b(?:ago|geleden|siden|sedan|sitten|temu|fa)$|^(?:vor|il y a|hace|h\u00e1|p\u0159ed)\b.*\d", re.IGNORECASE
)
_HINTS = tuple(
    word.encode()
    for word in (
        "apply now",
        "apply for",
        "apply by",
        "apply here",
        "apply to",
        "to apply",
        "responsibilit",
        "qualification",
        "full-time",
        "full time",
        "bewerb",
        "candidat",
        "postul",
        "inscri",
        "solicit",
        "aplik",
        "kandid",
        "ansøg",
        "ansök",
        "søk",
        "hakemu",
        "životopis",
        "jelentkez",
        "aplica",
        "başvur",
        "резюме",
        "кандидат",
        "応募",
        "招聘",
        "应聘",
        "지원",
    )
)
"""One of these stands in nearly every posting, and on few other pages; in small letters."""
_JOIN = re.compile(
    r"join-?us|work-?(?:with|for)-?us|nosotros|con-?noi|werken-?bij|rejoindre|re[ck]ru|career|hiring|jobs?\b|tyopaik|rekry|"
    r"kari[ey]r|karrier|carier|vakan|vaga[s/]|empleo|lavor|emploi|stellen|bewerb|ledig|jobb|prac[ae]\b|munka|allas"
)


@dataclass(slots=True)
class _Page:
    """The part of a page that may be a posting: its title, the short lines below it, and all lines from there on."""

    title: str
    lines: list[Line]
    labels: dict[str, str]
    head: list[list[str]]
    company: str | None
    where: Where
    is_closed: bool
    kinds: list[str] = field(default_factory=list)

    @property
    def pieces(self) -> list[str]:
        """Those of all lines of the head."""
        return [piece for line in self.head for piece in line]


def read(document: Document) -> list[Reading]:
    """The one posting that a page is about, or each of several in full; none where it is anything else, or not sure."""
    if document.tree is None or not _may_be(document):
        return []
    one = _one(document)
    parts = [] if document.is_marked else parts_of(document)
    within = {one.title for one in parts} | {line.words for one in parts for line in one.lines}
    if one is not None and (
        len(parts) < _SEVERAL or (is_role(one.fields["title"]) and one.fields["title"] not in within)
    ):
        return [one]
    return [_part(document, part) for part in parts]


def _one(document: Document) -> Reading | None:
    # What stands higher up is a menu.
    lines = without_others(document.lines, least=len(document.lines) // 3 + 1)
    all_labels = labels_of(lines)
    found = title_line(document, lines, all_labels.get("title"))
    if found is None:
        return None
    start, title = found
    if is_beside_list(lines[:start]):
        return None
    after = before_others(document, title, lines[start + 1 :])
    page = _page(document, title, after, lines[max(0, start - _NEAR) : start + _NEAR + 1], lines)
    named = bool(page.where.locations or page.where.remote or page.kinds)
    if not is_one_posting(document, title, after, page.labels, named=named):
        return None
    return Reading(TEXT, _fields(page, document))


def _part(document: Document, part: Part) -> Reading:
    """One of several postings on a page; the employer is the page's."""
    page = _page(document, part.title, part.lines, part.lines[:_NEAR], document.lines)
    return Reading(TEXT, _fields(page, document) | ({"url": part.url} if part.url else {}))


def _page(document: Document, title: str, below: list[Line], around: list[Line], lines: list[Line]) -> _Page:
    """``around``: the lines where a badge may say that it is closed; ``lines``: those that may name the employer."""
    labels, head = labels_of(below), _head(below)
    company = labels.get("company") or employer_of(document, title, lines)
    where = where_shown(labels.get("locations"), head, company)
    is_closed = any(is_closed_badge(line.words) for line in around)
    page = _Page(title, below, labels, head, company, where, is_closed)
    page.kinds = _kinds(page)
    return page


def _may_be(document: Document) -> bool:
    """Its address or its title speaks of jobs, or its words do."""
    parts = urlsplit(document.url)
    if parts.path in ("", "/") or is_about_jobs(parts.path) or is_about_jobs(parts.hostname or ""):
        return True
    if _JOIN.search(parts.path.lower()):
        return True
    title = document.metadata.title or ""
    about, role = is_about_jobs(title), is_role(title)
    if about == role and title:
        return about
    body = document.tree.body if document.tree is not None else None
    low = body.text().lower().encode("utf-8", "replace") if body is not None else b""
    return any(hint in low for hint in _HINTS)


def _head(after: list[Line]) -> list[list[str]]:
    """The pieces of each of the short lines below the title, up to the first sentence."""
    return [[piece for piece in pieces(line.text) if 1 < len(piece) <= _LONGEST_PIECE] for line in head_of(after)]


def _fields(page: _Page, document: Document) -> Data:
    site = document.metadata.open_graph.get("site_name")
    fields = {
        "title": posting_title(page.title, page.company, site),
        "company": page.company,
        "requisition_id": page.labels.get("requisition_id"),
        "locations": page.where.locations,
        "applicant_scope": page.where.scope,
        "workplace_type": _workplace(page),
        "employment_types": page.kinds,
        "salary": _salary(page),
        "status": "closed" if page.is_closed else None,
        **_described(page),
        **_dated(page, document),
        "language": language_tag(document.metadata.language),
    }
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _workplace(page: _Page) -> str | None:
    labels = [page.labels.get("workplace_type"), page.labels.get("employment_types"), *page.pieces]
    said = next((kind for label in labels if label and (kind := workplace_of(label))), None)
    return said or ("remote" if page.where.remote else None)


def _kinds(page: _Page) -> list[str]:
    said = page.labels.get("employment_types")
    found = employment_types(said) if said else []
    short = (piece for piece in page.pieces if len(piece) <= 30 and not same_company(piece, page.company or ""))
    return found or list(dict.fromkeys(kind for piece in short for kind in employment_types(piece)))


def _salary(page: _Page) -> Data | None:
    said = page.labels.get("salary")
    return parse_salary(said) or parse_salary(f"Salary: {said.partition(': ')[2]}") if said else None


def _dated(page: _Page, document: Document) -> Data:
    said = page.labels.get("date_posted") or begun_with("date_posted", page.pieces) or _ago(page.pieces)
    date, precision = (posted(said, document.fetched) if said else None) or (None, None)
    until = page.labels.get("valid_through") or begun_with("valid_through", page.pieces)
    return {
        "date_posted": date,
        "date_precision": precision,
        "valid_through": valid_until(until, date) if until else None,
    }


def _ago(parts: list[str]) -> str | None:
    """``2 weeks ago``, by itself."""
    return next((part for part in parts if len(part) <= _LONGEST_AGO and _AGO.search(part)), None)


def _described(page: _Page) -> Data:
    """The lines of the content below the title, without buttons."""
    drop = words("apply") | words("noise")
    kept = [
        line
        for line in page.lines
        if line.zone == CONTENT and not (len(line.text) <= _SHORT and plain(line.words) in drop)
    ]
    text = "\n".join(line.words for line in kept)[:_MOST_TEXT]
    return {"description_html": "\n".join(map(_markup, kept))[:_MOST_TEXT], "description_text": text}


def _markup(line: Line) -> str:
    """The line as an element of its own."""
    tag = line.tag if line.level or line.tag == "li" else "p"
    return f"<{tag}>{html.escape(line.words, quote=False)}</{tag}>"
