"""Why a posting says what it says: for each field who said what, where that stood, and why one was taken.

For people who look at one page: it reads again what the extractors have read, and is not for crawls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from extractors.postings.document import Document
from extractors.postings.reading import (
    FEED,
    JSONLD,
    MICRODATA,
    PAGE,
    PLATFORM,
    RDFA,
    SELECTORS,
    STATE,
    TEXT,
    Candidate,
    Merged,
    agree,
    is_first_by_rank,
)
from extractors.postings.where import in_prose, in_view

DESCRIPTION, ADDRESS, MARKER, TITLE, NOTHING = "description", "address", "marker", "title", "nothing"
"""Whence fields come that no source of postings says."""
NAMES = {
    SELECTORS: "the site's config",
    PLATFORM: "the platform",
    FEED: "the feed",
    STATE: "the state",
    JSONLD: "the JSON-LD",
    MICRODATA: "the microdata",
    RDFA: "the RDFa",
    TEXT: "the visible text",
    DESCRIPTION: "the description",
    PAGE: "the page",
    MARKER: "the head of the page",
    TITLE: "the title",
}
SOURCES = frozenset({SELECTORS, PLATFORM, FEED, STATE, JSONLD, MICRODATA, RDFA, TEXT})
ALONE = "alone speaks of the posting"
_MARKUP = frozenset({JSONLD, MICRODATA, RDFA})
_WORDS = {
    "locations": "places",
    "workplace_type": "the workplace",
    "applicant_scope": "where applicants may live",
    "salary": "pay",
    "employment_types": "kinds of employment",
    "date_posted": "dates",
    "date_precision": "dates",
    "valid_through": "dates",
    "title": "titles",
    "company": "names",
}
_SHOWN = {
    "salary": "the page shows this pay, and data is often older, or its form has no better field",
    "employment_types": "the page says so, and forms say the same of each posting",
    "valid_through": "the page says until when one may apply, and data is often made by rule",
    "workplace_type": "the page says hybrid, and forms have a box for remote alone",
    "locations": "the page names this place for sure, and data often that of the employer",
}
"""Why what the page shows was taken, where data says something else."""
_FIXED = {
    PAGE: "nothing else says it, and the page gives itself a language",
    ADDRESS: "made of the address, so that it is the same at each look",
    MARKER: "the head of the page says that it is closed",
    TITLE: "the title invites to apply for no job in particular",
    NOTHING: "follows from the other fields",
}
_APART = frozenset({"provenance", "conflicts"})
_KEYS = frozenset({"platform", "tenant", "source_id", "url"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field: its value, and all that was said of it, what was taken first. ``why`` is a sentence without its stop.

    ``agrees``: for each candidate, whether it says the same as the first one, as far as that matters.
    """

    field: str
    value: Any
    why: str
    candidates: list[Candidate]
    agrees: list[bool]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        said = zip(self.candidates, self.agrees, strict=True)
        candidates = [
            {"source": one.source, "value": one.value, "where": one.where, "agrees": agrees} for one, agrees in said
        ]
        return {"field": self.field, "value": self.value, "why": self.why, "candidates": candidates}


def evidence(found: Merged, document: Document) -> list[Evidence]:
    """Of each field that a posting has; ``found`` as ``explained`` gives it for the document."""
    return [_of(name, found, document) for name in found.posting if name not in _APART and found.posting[name]]


def _of(name: str, found: Merged, document: Document) -> Evidence:
    posting, said = found.posting, found.candidates.get(name, [])
    source = posting["provenance"].get(name) or (ADDRESS if name in _KEYS else NOTHING)
    candidates = [_placed(one, name, document) for one in said]
    own = [one for one in candidates if one.source == source][:1]
    first = own or [Candidate(source, posting[name], _stood(name, source, posting, document))]
    candidates = first + [one for one in candidates if one not in first]
    agrees = [one is first[0] or _agrees(name, first[0], one, posting) for one in candidates]
    return Evidence(name, posting[name], _why(name, found, candidates, agrees), candidates, agrees)


def _agrees(name: str, taken: Candidate, other: Candidate, posting: dict[str, Any]) -> bool:
    """Another notation of the page's is no other value: what is one stands in ``conflicts``."""
    noted = [one["values"] for one in posting["conflicts"] if one["field"] == name]
    if other.source == PAGE:
        return not any(PAGE in values for values in noted)
    if taken.source == PAGE and any(other.source in values for values in noted):
        return False
    return agree(name, taken.value, other.value)


def _placed(one: Candidate, name: str, document: Document) -> Candidate:
    """What only a reader sees stands in a line of the page."""
    return one if one.where else Candidate(one.source, one.value, in_view(name, one.value, document))


def _stood(name: str, source: str, posting: dict[str, Any], document: Document) -> str | None:
    if source == DESCRIPTION:
        return in_prose(name, posting[name], posting.get("description_text") or "")
    if source == PAGE:
        return "the language that the page gives itself"
    if source == MARKER and document.tree is not None:
        return f"“{document.closed_words}”"
    return document.url if source in (ADDRESS, PLATFORM) else None


def _why(name: str, found: Merged, candidates: list[Candidate], agrees: list[bool]) -> str:
    taken, others = candidates[0].source, candidates[1:]
    fixed = _fixed(name, taken, found, others)
    if fixed:
        return fixed
    if not others:
        return _alone(taken, found)
    if all(agrees):
        return f"{_names(one.source for one in candidates)} agree"
    said = [one for one in found.candidates[name] if one.source not in (taken, PAGE)]
    if not is_first_by_rank(name, taken, [one.source for one in said]):
        return _better(name, said[0].source)
    return _ranked(name, taken, {one.source for one in others})


def _fixed(name: str, taken: str, found: Merged, others: list[Candidate]) -> str | None:
    """Where what was taken is no reading of a source."""
    if name == "status" and taken == NOTHING:
        return "nothing says that it is closed"
    if taken == DESCRIPTION:
        return _from_description(name, found.posting[name], others)
    if taken == PLATFORM and not found.candidates.get(name):
        return "nothing names the employer, and the address is that of a board"
    if taken in SOURCES and name not in found.candidates:
        return _FIXED[NOTHING]
    if name == "skills":
        more = sum(one["source"] == "text" for one in found.posting["skills"])
        return f"{NAMES[taken]} lists them" + (f"; {more} more stand in the description" if more else "")
    return _SHOWN.get(name, _FIXED[PAGE]) if taken == PAGE else _FIXED.get(taken)


def _from_description(name: str, value: Any, others: list[Candidate]) -> str:
    if name == "workplace_type" and others:
        return f"the description says {value}, and forms have a box for remote alone"
    if name == "salary" and others and others[0].value.get("ranges"):
        return f"the description has the same amounts, and the period that {NAMES[others[0].source]} lacks"
    if name == "language":
        return "the description is written in it, whatever the page around it is"
    return "fills in what the data leaves open"


def _alone(taken: str, found: Merged) -> str:
    present = {one.source for said in found.candidates.values() for one in said} - {taken, PAGE}
    if not present:
        return f"{NAMES.get(taken, taken)} {ALONE}"
    lacking = _names(sorted(present, key=list(NAMES).index))
    return f"fills in what {lacking} {'lacks' if len(present) == 1 else 'lack'}"


def _better(name: str, other: str) -> str:
    """Where the merge has passed over the source that knows most of such fields."""
    if name == "salary":
        return f"the same amounts as {NAMES[other]} has, with their period"
    return f"{NAMES[other]} has a summary alone"


def _ranked(name: str, taken: str, others: set[str]) -> str:
    if taken == SELECTORS:
        return "a person's selectors win over all else"
    if taken in (PLATFORM, FEED):
        return f"{NAMES[taken]} itself knows best"
    if others <= {TEXT, PAGE}:
        return "data is surer than what a page looks like"
    words = _WORDS.get(name, "this")
    if taken == STATE:
        return f"state says more of {words} than markup"
    if STATE in others and taken in _MARKUP:
        return f"markup says more of {words} than state" if name in _WORDS else "markup comes before state"
    return f"{NAMES[taken]} comes before {_names(sorted(others - {PAGE}, key=list(NAMES).index))}"


def _names(sources: Iterable[str]) -> str:
    names = [NAMES.get(source, source) for source in dict.fromkeys(sources)]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
