"""What a posting's description adds to the fields that its data has."""

from __future__ import annotations

from typing import Any

from extractors.postings.employment import employment_types_in
from extractors.postings.language import language_of
from extractors.postings.place_prose import places_in_prose
from extractors.postings.places import one_country
from extractors.postings.reading import FEED, PLATFORM, SELECTORS, add_conflict
from extractors.postings.salary import parse_salary
from extractors.postings.skills import skills_in
from extractors.postings.workplace import workplace_in

Data = dict[str, Any]

_SOURCE = "description"
_WHO_MEAN_IT = frozenset({SELECTORS, PLATFORM, FEED})
"""Sources that have a word for hybrid as well, and say remote."""


def with_prose(posting: Data, page_language: str | None = None) -> Data:
    """The posting with what only its ``description_text`` says; ``provenance`` names it.

    Data wins over prose but for two cases. Hybrid in the prose wins over remote in markup, which has a word for remote
    alone; that stands in ``conflicts``. The description's own language wins over that of the page around it.
    What a person's selectors have found stays.
    """
    prose = posting.get("description_text") or ""
    filled = posting | {"provenance": dict(posting.get("provenance") or {})}
    _language(filled, prose, page_language)
    if prose:
        _salary(filled, prose)
        _workplace(filled, prose)
        _places(filled, prose)
        _employment_types(filled, prose)
        _skills(filled, prose)
    return filled


def _fill(posting: Data, field: str, value: Any, source: str = _SOURCE) -> None:
    if value and not posting.get(field):
        posting[field] = value
        posting["provenance"][field] = source


def _language(posting: Data, prose: str, page_language: str | None) -> None:
    own = None if posting.get("language") else language_of(prose)
    if own is not None and own != (page_language or "").partition("-")[0]:
        _fill(posting, "language", own)
    _fill(posting, "language", page_language, "page")


def _salary(posting: Data, prose: str) -> None:
    """Also where the data has words without an amount, such as "Competitive"."""
    said = posting.get("salary")
    named = said if said and (said["ranges"] or said["min"] is not None or said["max"] is not None) else None
    if named and named["period"] is not None:
        return
    found = parse_salary(prose, one_country(posting.get("locations") or []))
    if found is not None and (named is None or _same_amounts(found, named)):
        posting["salary"] = found
        posting["provenance"]["salary"] = _SOURCE


def _same_amounts(one: Data, other: Data) -> bool:
    """Of amounts without a period, the description may say which one is meant."""
    return (one["min"], one["max"]) == (other["min"], other["max"]) and one["period"] is not None


def _workplace(posting: Data, prose: str) -> None:
    known = posting.get("workplace_type")
    if known and (known != "remote" or posting["provenance"].get("workplace_type") in _WHO_MEAN_IT):
        return
    found = workplace_in(prose)
    if found == "hybrid" and known == "remote":
        values = {posting["provenance"].get("workplace_type", "data"): known, _SOURCE: found}
        add_conflict(posting, "workplace_type", values, _SOURCE)
        posting["workplace_type"] = None
        posting["locations"] = [_as_office(place) for place in posting.get("locations") or []]
    _fill(posting, "workplace_type", found)


def _places(posting: Data, prose: str) -> None:
    """Where nothing else says a place, and one may not work from anywhere."""
    if not posting.get("applicant_scope") and posting.get("workplace_type") != "remote":
        _fill(posting, "locations", [] if posting.get("locations") else places_in_prose(prose))


def _as_office(place: Data) -> Data:
    return place | {"role": "office"} if place.get("role") == "seat" else place


def _employment_types(posting: Data, prose: str) -> None:
    if not posting.get("employment_types"):
        _fill(posting, "employment_types", employment_types_in(prose))


def _skills(posting: Data, prose: str) -> None:
    listed = posting.get("skills") or []
    known = {skill["name"].casefold() for skill in listed}
    found = [skill for skill in skills_in(prose) if skill["name"].casefold() not in known]
    if found:
        posting["skills"] = listed + found
        posting["provenance"].setdefault("skills", _SOURCE)
