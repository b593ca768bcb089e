"""Whether what a page shows contradicts what was taken: another value, and not another way to write the same one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from extractors.postings.names import company_key, has_legal_form
from extractors.postings.pay_doubt import pay_differs
from extractors.postings.regions import country_of_region
from extractors.postings.seen import Said, Seen, is_open
from extractors.postings.vocabulary import plain
from extractors.postings.words import word_list
from extractors.postings.workplace import workplace_of

Data = dict[str, Any]

_ALIKE = 0.75
"""Names that are so much alike are one, written otherwise: ``Lisboa``, ``Lisbon``."""
_FEWEST_LETTERS = 3
_ZONES = timedelta(days=1)
_WITHIN = {"week": timedelta(days=8), "month": timedelta(days=32), "year": timedelta(days=367)}
_OR = re.compile(r"\b(?:or|oder|ou|o|of|eller|lub)\b|[/,|;]", re.IGNORECASE)
_HOURS = ("FULL_TIME", "PART_TIME")


def contradicts(field: str, posting: Data, said: Said, page: Seen) -> bool:
    """Whether the page says something else of a field than the posting does, and has the posting's value nowhere."""
    return _COMPARED[field](posting, said, page)


def _companies(posting: Data, said: Said, page: Seen) -> bool:
    """An employer has a legal form, or is named again; a department that is called organisation is not."""
    here, there = company_key(posting["company"]), company_key(said.value)
    words_here, words_there = set(plain(posting["company"]).split()), set(plain(said.value).split())
    shared = {word for word in words_here & words_there if len(word) >= _FEWEST_LETTERS}
    short = _initials(posting["company"]).startswith(there) or _initials(said.value).startswith(here)
    same = shared or here in there or there in here or short
    is_firm = page.words.count(plain(said.value)) > 1 or has_legal_form(said.value)
    named = plain(here) in page.words.replace(" ", "")
    return is_firm and not (same or named or _alike(plain(here), plain(there)))


def _initials(name: str) -> str:
    return "".join(word[0] for word in plain(name).split())


def _places(posting: Data, said: Said, page: Seen) -> bool:
    """Other towns alone; of mere countries other ones. Who works from anywhere has an employer's seat at the most."""
    taken = [*posting["locations"], *(posting.get("applicant_scope") or [])]
    if posting.get("workplace_type") == "remote":
        return False
    towns = [town for place in said.value if (town := plain(place.get("city") or "")) and not country_of_region(town)]
    own = [plain(place["city"]) for place in posting["locations"] if place.get("city")]
    if towns and own:
        known = {plain(place[name]) for place in taken for name in ("city", "region", "raw") if place.get(name)}
        same = any(_same_town(town, name) for town in towns for name in known)
        return not same and not any(page.mentions(name) for town in own for name in _names_of(town))
    return not towns and _countries_differ(taken, said.value)


def _countries_differ(taken: list[Data], said: list[Data]) -> bool:
    here, there = ({place["country"] for place in places if place.get("country")} for places in (taken, said))
    return bool(here and there) and not here & there


def _same_town(one: str, other: str) -> bool:
    return f" {one} " in f" {other} " or f" {other} " in f" {one} " or _alike(one, other) or other in _names_of(one)


def _alike(one: str, other: str) -> bool:
    """Nearly the same letters; names in two scripts cannot be compared."""
    return one.isascii() != other.isascii() or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _names_of(town: str) -> frozenset[str]:
    return _towns().get(town, frozenset([town]))


@cache
def _towns() -> dict[str, frozenset[str]]:
    groups = [frozenset(names.split(", ")) for names in word_list("town_names")["names"]]
    return {name: group for group in groups for name in group}


def _workplaces(posting: Data, said: Said, _: Seen) -> bool:
    """``Remote or hybrid`` allows either."""
    allowed = {said.value, *map(workplace_of, _OR.split(said.words))}
    return posting["workplace_type"] not in allowed


def _kinds(posting: Data, said: Said, _: Seen) -> bool:
    """Full time alone, and part time alone; all other kinds may be either."""
    here, there = ({kind for kind in kinds if kind in _HOURS} for kinds in (posting["employment_types"], said.value))
    return bool(here and there) and not here & there


def _pay(posting: Data, said: Said, page: Seen) -> bool:
    return pay_differs(posting["salary"], said.value, said.words, page.has_amount)


def _posted(posting: Data, said: Said, _: Seen) -> bool:
    """By more than the time zones, and than the precision of ``3 weeks ago``."""
    date, precision = said.value
    apart = _moment(posting["date_posted"]) - _moment(date)
    if is_open(said.words):
        return apart > _ZONES
    return abs(apart) > _WITHIN.get(precision, _ZONES)


def _until(posting: Data, said: Said, _: Seen) -> bool:
    since = posting.get("date_posted")
    apart = abs(_moment(posting["valid_through"]) - _moment(said.value))
    return apart > _ZONES and not (since and _moment(said.value) < _moment(since))


def _moment(text: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(text).date(), datetime.min.time())


_COMPARED: dict[str, Callable[[Data, Said, Seen], bool]] = {
    "company": _companies,
    "locations": _places,
    "workplace_type": _workplaces,
    "employment_types": _kinds,
    "salary": _pay,
    "date_posted": _posted,
    "valid_through": _until,
}
