"""Postings by the selectors that a person has given for a site: the same values, read by the same readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.languages import language_tag
from extractors.postings.dates import posted, valid_until
from extractors.postings.document import Document
from extractors.postings.employment import employment_types
from extractors.postings.markup import plain_text, words_in
from extractors.postings.names import company_name, posting_title
from extractors.postings.place_text import read_where
from extractors.postings.places import one_country
from extractors.postings.reading import SELECTORS, Reading
from extractors.postings.salary import parse_salary
from extractors.postings.skills import listed_skills
from extractors.postings.workplace import workplace_of
from schemas.addresses import join_url
from schemas.selectors import Selector

Data = dict[str, Any]
Scope = LexborHTMLParser | LexborNode

_MOST_POSTINGS = 1_000
_MOST_NODES = 200
_OWN = {
    "url": ("href",),
    "apply_url": ("href",),
    "date_posted": ("datetime", "content"),
    "valid_through": ("datetime", "content"),
}
"""Attributes that say a value better than the text, where the selector names none."""


def read(document: Document) -> list[Reading]:
    """The one posting of a page, or with ``each`` as many as there are such elements; nothing where none is found."""
    if document.tree is None or document.selectors is None:
        return []
    given = dict(document.selectors.given())
    each = given.pop("each", None)
    scopes: list[Any] = [document.tree] if each is None else document.tree.css(each.css)[:_MOST_POSTINGS]
    found = (_Scope(scope, given, document).reading(alone=each is None) for scope in scopes)
    return [reading for reading in found if reading.fields]


class _Scope:
    """A page, or one posting's element in it."""

    def __init__(self, scope: Scope, given: dict[str, Selector], document: Document) -> None:
        self._scope = scope
        self._given = given
        self._document = document

    def reading(self, *, alone: bool) -> Reading:
        company = company_name(self._text("company") or "")
        site = self._document.metadata.open_graph.get("site_name")
        title = self._text("title")
        fields = {
            "title": posting_title(title, company, site) if title else None,
            "company": company,
            **self._places(),
            "employment_types": employment_types(self._texts("employment_types")),
            "skills": listed_skills(self._texts("skills")),
            **self._description(),
            **self._dates(),
            "requisition_id": self._text("requisition_id"),
            "url": self._address("url"),
            "apply_url": self._address("apply_url"),
            "language": language_tag(self._text("language")),
        }
        said = {name: value for name, value in fields.items() if value not in (None, "", [])}
        return Reading(SELECTORS, said, {name: self._where(name) for name in said}, alone=alone)

    def _where(self, field: str) -> str:
        """The selector that found it, as a person wrote it."""
        name = {"date_precision": "date_posted", "applicant_scope": "locations"}.get(field, field.partition("_html")[0])
        name = "description" if name.startswith("description") else name
        selector = self._given.get(name) or self._given["locations"]
        return selector.css if selector.attribute is None else f"{selector.css}::attr({selector.attribute})"

    def _nodes(self, field: str) -> list[LexborNode]:
        selector = self._given.get(field)
        if selector is None:
            return []
        if not selector.css:
            return [self._scope] if isinstance(self._scope, LexborNode) else []
        return self._scope.css(selector.css)[:_MOST_NODES]

    def _values(self, field: str, text: Callable[[LexborNode], str]) -> list[str]:
        attribute = self._given[field].attribute if field in self._given else None
        names = (attribute,) if attribute else _OWN.get(field, ())
        found = []
        for node in self._nodes(field):
            said = next((value for name in names if (value := node.attributes.get(name))), None)
            found.append(said if said or attribute else text(node))
        return [one for one in found if one and one.strip()]

    def _texts(self, field: str) -> list[str]:
        return self._values(field, words_in)

    def _text(self, field: str) -> str | None:
        return next(iter(self._texts(field)), None)

    def _address(self, field: str) -> str | None:
        return next((url for text in self._texts(field) if (url := join_url(self._document.url, text))), None)

    def _places(self) -> Data:
        read = [read_where(text) for text in self._texts("locations")]
        labels = map(workplace_of, self._texts("workplace_type"))
        kind = next(filter(None, labels), None) or ("remote" if read and all(where.remote for where in read) else None)
        role = "seat" if kind == "remote" else "office"
        offices = [place | {"role": role} for where in read for place in where.locations]
        said = self._text("salary")
        pay = parse_salary(f"Salary: {said}", one_country(offices)) if said else None
        scope = [place for where in read for place in where.scope]
        return {"locations": offices, "workplace_type": kind, "applicant_scope": scope, "salary": pay}

    def _description(self) -> Data:
        parts = self._values("description", lambda node: node.html or "")
        texts = [plain_text(part) for part in parts]
        return {"description_html": "\n".join(parts), "description_text": "\n".join(filter(None, texts))}

    def _dates(self) -> Data:
        said, until = self._text("date_posted"), self._text("valid_through")
        date, precision = (posted(said, self._document.fetched) if said else None) or (None, None)
        end = valid_until(until, date) if until else None
        return {"date_posted": date, "date_precision": precision, "valid_through": end}
