"""Each value that data says, beside what the page shows of it: where they disagree, which one is right, as a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from extractors.postings.contradiction import contradicts
from extractors.postings.document import Document
from extractors.postings.heading import is_role, page_titles
from extractors.postings.reading import FEED, PAGE, PLATFORM, SELECTORS, STATE, TEXT, Candidate, Merged, add_conflict
from extractors.postings.same import title_key
from extractors.postings.seen import Said, Seen, seen
from extractors.postings.vocabulary import plain

Data = dict[str, Any]

_OWN_WORD = frozenset({SELECTORS, PLATFORM, FEED, TEXT})
"""Sources that are right whatever the page shows, or are the page itself."""
_HALF = 0.5
_CODE = 2


def compare_with_page(postings: list[Merged], document: Document) -> None:
    """Of the one posting of a page, add what the page shows to the candidates of each field, and to ``conflicts`` where
    it says something else. Of several nobody knows whose label is whose.

    The page is right where data is often a template's, or a form's that has no better box: pay, full or part time,
    hybrid, the last day, and a place that it names twice, or in another country. All else stays as it was taken.
    """
    own = [one for one in postings if not one.elsewhere]
    if document.tree is None or len(own) != 1 or not own[0].posting.get("title"):
        return
    if not set(own[0].posting["provenance"].values()) <= _OWN_WORD:
        _compare_all(own[0], document)


def _compare_all(found: Merged, document: Document) -> None:
    posting, sources = found.posting, found.posting["provenance"]
    heading = next((one.value for one in found.candidates["title"] if one.source == TEXT), None)
    page = seen(document, posting, [posting["title"], *([heading] if heading else [])])
    if page is None:
        return
    if heading and _is_other_title(posting["title"], heading, page, document):
        _note(found, "title", Said(heading, heading), wins=False)
    elif plain(posting["title"]) in plain(page.heading):
        shown = _candidate("title", Said(posting["title"], page.heading))
        found.candidates["title"] = [*_without_text(found, "title"), shown]
    for field, said in page.said.items():
        if sources[field] not in _OWN_WORD:
            _compare(found, field, said, page)
    if posting.get("salary") and "salary" not in page.said and sources["salary"] not in _OWN_WORD:
        _compare_prose(found, page)


def _compare(found: Merged, field: str, said: Said, page: Seen) -> None:
    if contradicts(field, found.posting, said, page):
        _note(found, field, said, wins=_WINS.get(field, _never)(found.posting, said, page))
        return
    found.candidates[field] = [*_without_text(found, field), _candidate(field, said)]


def _compare_prose(found: Merged, page: Seen) -> None:
    """Pay in a sentence is not surely all that is paid: it is noted, and not taken."""
    said = page.pay_in_prose(found.posting)
    if said is not None and contradicts("salary", found.posting, said, page):
        _note(found, "salary", said, wins=False)


def _note(found: Merged, field: str, said: Said, *, wins: bool) -> None:
    """Both values, and the one that is taken."""
    posting, shown = found.posting, _candidate(field, said)
    values = {posting["provenance"][field]: posting[field], PAGE: shown.value}
    add_conflict(posting, field, values, PAGE if wins else posting["provenance"][field])
    others = _without_text(found, field)
    found.candidates[field] = [shown, *others] if wins else [*others, shown]
    if wins:
        posting[field], posting["provenance"][field] = shown.value, PAGE


def _candidate(field: str, said: Said) -> Candidate:
    value = said.value[0] if field == "date_posted" else said.value
    return Candidate(PAGE, value, f"\u201c{said.words}\u201d")


def _without_text(found: Merged, field: str) -> list[Candidate]:
    """What was guessed of the same lines says no more."""
    return [one for one in found.candidates.get(field, []) if one.source != TEXT]


def _is_other_title(title: str, heading: str, page: Seen, document: Document) -> bool:
    """Neither is a part of the other, most words are others, and the page has the title nowhere."""
    mine, others = set(title_key(title).split()), set(title_key(heading).split())
    if len(mine & others) > _HALF * min(len(mine), len(others)) or not is_role(heading):
        return False
    own = {plain(one) for one in page_titles(document)}
    return not page.mentions(title) and not any(plain(title) in one for one in own)


def _never(_: Data, __: Said, ___: Seen) -> bool:
    return False


def _always(_: Data, __: Said, ___: Seen) -> bool:
    return True


def _is_hybrid(_: Data, said: Said, __: Seen) -> bool:
    """Forms have a box for remote alone."""
    return bool(said.value == "hybrid")


def _is_certain(posting: Data, said: Said, page: Seen) -> bool:
    """Named twice; where only markup says otherwise, also once in another country or region: it is no suburb."""
    towns = [plain(place["city"]) for place in said.value if place.get("city")]
    far = posting["provenance"]["locations"] != STATE and any(
        _all_differ(name, posting["locations"], said.value) for name in ("country", "region")
    )
    return bool(towns) and (far or all(page.words.count(town) > 1 for town in towns))


def _all_differ(name: str, some: list[Data], others: list[Data]) -> bool:
    """Whether all places say it, in the same way of writing, and none of one list is in the other."""
    here, there = ([str(place.get(name) or "") for place in places] for places in (some, others))
    codes = {len(one) == _CODE for one in here + there}
    return all(here + there) and len(codes) == 1 and not set(here) & set(there)


_WINS: dict[str, Callable[[Data, Said, Seen], bool]] = {
    "salary": _always,
    "employment_types": _always,
    "valid_through": _always,
    "workplace_type": _is_hybrid,
    "locations": _is_certain,
}
