"""What one source says of one posting, and how several are made one: field by field, with where each stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from extractors.postings.names import same_company
from extractors.postings.words import folded

Data = dict[str, Any]

SELECTORS, PLATFORM, FEED, STATE, JSONLD, MICRODATA, RDFA, TEXT = (
    "selectors",
    "platform",
    "feed",
    "state",
    "jsonld",
    "microdata",
    "rdfa",
    "text",
)
"""The sources. What a person has configured for a site wins; then what the platform itself says."""
PAGE = "page"
"""What the page shows of a field that others say: it is compared with their values."""
_MARKUP_FIRST = (SELECTORS, PLATFORM, FEED, JSONLD, MICRODATA, RDFA, STATE, TEXT)
_STATE_FIRST = (SELECTORS, PLATFORM, FEED, STATE, JSONLD, MICRODATA, RDFA, TEXT)
_FROM_STATE = frozenset({"locations", "workplace_type", "applicant_scope", "salary", "employment_types"})
"""Fields of which a site's own state knows more than the markup that it makes for search engines."""
_SUMMARY, _TIMES = 700, 2
"""Characters of a description that may be a summary, and how much longer the whole one is."""
_KEYS = ("source_id", "requisition_id", "url")


@dataclass(slots=True)
class Reading:
    """One posting as one source says it: fields of ``Posting`` that it says, and where in the page each stood.

    ``where`` is for people: a path into the data (``props.pageProps.job.title``) or a CSS selector. ``alone``: it is
    about the one posting of the page, whatever others call that. ``elsewhere``: it is about another posting than the
    one that the page shows.
    """

    source: str
    fields: Data
    where: dict[str, str] = field(default_factory=dict)
    alone: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one source says of a field; the first of a field's candidates was taken."""

    source: str
    value: Any
    where: str | None


@dataclass(slots=True)
class Merged:
    """One posting of a page, and each field's candidates, the one that was taken first.

    ``elsewhere``: the page shows another one.
    """

    posting: Data
    candidates: dict[str, list[Candidate]]
    elsewhere: bool = False


def merged(readings: Iterable[Reading]) -> list[Merged]:
    """Postings from what all sources of a page say, in the order in which they were first met."""
    postings: list[list[Reading]] = []
    for reading in readings:
        home = _home(postings, reading)
        if home is not None:
            home.append(reading)
        elif _makes_one(reading, postings):
            postings.append([reading])
    return [_one(members) for members in postings]


def _makes_one(reading: Reading, postings: list[list[Reading]]) -> bool:
    """Whether what nobody else speaks of is a posting."""
    if reading.source == TEXT:
        # What a reader sees is the page's own: where data tells of several, it is a list.
        return all(member.elsewhere or member.source == TEXT for members in postings for member in members)
    if reading.source != SELECTORS:
        return True
    # A heading is on each page of a site: where selectors find no more, they fill in what others have found.
    return "title" in reading.fields and (not reading.alone or "description_text" in reading.fields)


def _home(postings: list[list[Reading]], reading: Reading) -> list[Reading] | None:
    own = [members for members in postings if not _is_elsewhere(members)]
    if (reading.source == TEXT or reading.alone) and len(own) == 1 and not _is_beside(own[0], reading):
        return own[0]
    others = [members for members in postings if all(member.source != reading.source for member in members)]
    return next((members for members in others if any(_same(member, reading) for member in members)), None)


def _is_elsewhere(members: list[Reading]) -> bool:
    return all(member.elsewhere for member in members)


def _is_beside(members: list[Reading], reading: Reading) -> bool:
    """Whether the page's own words tell of another posting as well: by another title, or at another anchor."""
    shown = [member for member in members if member.source == TEXT == reading.source]
    return any(not _same(one, reading) or one.fields.get("url") != reading.fields.get("url") for one in shown)


def _same(one: Reading, other: Reading) -> bool:
    """By a key that both have, else by title; an employer that differs tells them apart."""
    mine, others = one.fields, other.fields
    if any(mine.get(key) and mine.get(key) == others.get(key) for key in _KEYS):
        return True
    here, there = mine.get("company"), others.get("company")
    if here and there and not same_company(here, there):
        return False
    return bool(mine.get("title")) and folded(str(mine["title"])) == folded(str(others.get("title") or ""))


def _one(members: list[Reading]) -> Merged:
    names = dict.fromkeys(name for member in members for name in member.fields)
    candidates = {name: _candidates(members, name) for name in names}
    taken = {name: found[0] for name, found in candidates.items() if found}
    posting = {name: candidate.value for name, candidate in taken.items()}
    posting["provenance"] = {name: candidate.source for name, candidate in taken.items()}
    said = {name: [one for one in found if one.source != TEXT] for name, found in candidates.items()}
    posting["conflicts"] = [_conflict(name, found) for name, found in said.items() if _differ(name, found)]
    return Merged(posting, candidates, _is_elsewhere(members))


def add_conflict(posting: Data, field: str, values: Data, taken: str) -> None:
    """Note values of sources that disagree, beside those that are noted of the field, and which one is taken."""
    known = posting.get("conflicts") or []
    noted: Data = next((one["values"] for one in known if one["field"] == field), {})
    others = [one for one in known if one["field"] != field]
    posting["conflicts"] = [*others, {"field": field, "values": noted | values, "taken": taken}]


def is_first_by_rank(name: str, source: str, others: Iterable[str]) -> bool:
    """Whether a source knows more of a field than each of the others, as a rule."""
    order = _order(name)
    return all(order.index(source) <= order.index(other) for other in others)


def agree(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field say the same, as far as that matters."""
    return _COMPARED[name](one, other) if name in _COMPARED else bool(one == other)


def _order(name: str) -> tuple[str, ...]:
    return _STATE_FIRST if name in _FROM_STATE else _MARKUP_FIRST


def _candidates(members: list[Reading], name: str) -> list[Candidate]:
    order = _order(name)
    said = [member for member in members if member.fields.get(name) not in (None, "", [])]
    said.sort(key=lambda member: order.index(member.source))
    better = _BETTER.get("description" if name.startswith("description") else name)
    if better and said and said[0].source != SELECTORS:
        first = said[0]
        said.sort(key=lambda member: not better(member, first))
    return [Candidate(member.source, member.fields[name], member.where.get(name)) for member in said]


def _completes(one: Reading, first: Reading) -> bool:
    """Whether one has the amounts of the first, and a period that the first lacks."""
    more, less = one.fields["salary"], first.fields["salary"]
    same = (more["min"], more["max"]) == (less["min"], less["max"])
    return same and less["period"] is None and more["period"] is not None


def _is_whole(one: Reading, first: Reading) -> bool:
    """Whether the first has but a summary of the description that one has."""
    text, summary = (str(reading.fields.get("description_text") or "") for reading in (one, first))
    return len(summary) < _SUMMARY and len(text) > _TIMES * len(summary)


_BETTER: dict[str, Callable[[Reading, Reading], bool]] = {"salary": _completes, "description": _is_whole}
"""Fields of which a later source may know more than the first: whether one is better than the first."""


def _differ(name: str, found: list[Candidate]) -> bool:
    return name in _COMPARED and any(not _COMPARED[name](found[0].value, other.value) for other in found[1:])


def _conflict(name: str, found: list[Candidate]) -> Data:
    return {"field": name, "values": {one.source: one.value for one in reversed(found)}, "taken": found[0].source}


def _same_words(one: Any, other: Any) -> bool:
    return folded(str(one)) == folded(str(other))


def _same_places(one: Any, other: Any) -> bool:
    """Whether each place of one list is in the other, as far as towns and countries are named."""
    mine, others = _towns(one), _towns(other)
    return not mine or not others or mine == others


def _towns(places: Any) -> set[tuple[str, str]]:
    return {(folded(place.get("city") or ""), place.get("country") or "") for place in places}


def _same_pay(one: Any, other: Any) -> bool:
    """A currency or a period that is not said is no other one."""
    said = [(one.get(name), other.get(name)) for name in ("currency", "period")]
    same = (one.get("min"), one.get("max")) == (other.get("min"), other.get("max"))
    return same and all(here == there or here is None or there is None for here, there in said)


def _same_types(one: Any, other: Any) -> bool:
    return set(one) == set(other)


def _same_day(one: Any, other: Any) -> bool:
    return str(one)[:10] == str(other)[:10]


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "title": _same_words,
    "company": same_company,
    "locations": _same_places,
    "workplace_type": _same_words,
    "employment_types": _same_types,
    "salary": _same_pay,
    "date_posted": _same_day,
    "valid_through": _same_day,
}
"""How the fields are compared of which it matters that sources disagree."""
