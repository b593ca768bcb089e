"""Whether a text names one place or lists several: ``Berlin, London``, ``US & Canada``, ``Austin, TX and Reno, NV``."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from extractors.postings.countries import country_in_address, folded_name
from extractors.postings.regions import country_of_code, is_region
from extractors.postings.words import word_list
from schemas.codes import COUNTRIES

_LONGEST = 400
_FEWEST = 3
_JOINED = r"\s(?:&|\+|and|und|et|y|e|og|och|i|oraz|o|nebo|alebo|vagy|sau|of|tai|\u0438|\u0438\u043b\u0438)\s"
_BETWEEN = re.compile(rf",\s?(?:and|und|et|&)\s|{_JOINED}|\s?[,/]\s?")
_AND = re.compile(rf"{_JOINED}|\s?/\s?")
_TOWNS = frozenset({"LA", "NY", "DC", "New York", "Washington"})
_CODE = re.compile(r"[A-Z]{2,3}")


def told_apart(text: str, *, remote: bool = False) -> list[str]:
    """The places of a list, each as a text of its own; the text itself where it is none.

    What names a town and its country looks the same (``Luxembourg, Luxembourg``): in doubt it is one place.
    """
    text = " ".join(text.split()) if len(text) <= _LONGEST else text
    if len(text) > _LONGEST or not _BETWEEN.search(text):
        return [text]
    parts = [part.strip(" .()") for part in _BETWEEN.split(text) if part.strip(" .()")]
    if len({folded_name(part) for part in parts}) < len(parts) or len(parts) < 2:
        return _pairs(text) or [text]
    return _list(text, parts, remote=remote) or _pairs(text) or [text]


def _list(text: str, parts: list[str], *, remote: bool) -> list[str]:
    if all(map(known_town, parts)):
        return _each_once(parts)
    countries = [country_in_address(part) or _code(part) for part in parts]
    sure = len(parts) >= _FEWEST or remote or "," not in text
    if sure and None not in countries and len(set(countries)) == len(parts):
        return parts
    states = _states(parts)
    return [f"{part}, US" for part in parts] if states and (remote or len(parts) >= _FEWEST) else []


def _code(part: str) -> str | None:
    """A code that is no state's as well."""
    return part if part in COUNTRIES and (part == "US" or not is_region(part, "US")) else None


def _states(parts: list[str]) -> bool:
    """States of the US; two of them may be a town and its state."""
    return all(is_region(part, "US") for part in parts) and (len(parts) >= _FEWEST or parts[0] not in _TOWNS)


def _each_once(parts: list[str]) -> list[str]:
    """``Bangalore/Bengaluru`` is one town."""
    found: dict[str | None, str] = {}
    for part in parts:
        found.setdefault(known_town(part), part)
    return list(found.values())


def _pairs(text: str) -> list[str]:
    """``Austin, TX and Reno, NV``, ``Austin, TX, Reno, NV``: towns, each with its state or country."""
    halves = [half.strip() for half in _AND.split(text)]
    if len(halves) > 1 and all(_is_pair(half.split(",")) for half in halves):
        return halves
    parts = [part.strip() for part in text.split(",")]
    pairs = [parts[at : at + 2] for at in range(0, len(parts), 2)]
    return [", ".join(pair) for pair in pairs] if len(pairs) > 1 and all(map(_is_pair, pairs)) else []


def _is_pair(parts: list[str]) -> bool:
    town, *rest = (part.strip() for part in parts)
    if len(rest) != 1 or len(town) < 3 or any(map(str.isdigit, town)):
        return False
    if _CODE.fullmatch(rest[0]):
        return country_of_code(rest[0], town)[0] is not None and not (is_region(town, "US") and rest[0] in COUNTRIES)
    return country_in_address(rest[0]) is not None and country_in_address(town) is None


@cache
def _known() -> Callable[[str], str | None]:
    table = word_list("towns")
    towns = {town.replace("_", " ") for line in table["known"] for town in line.split()}
    names = {town: town for town in towns} | {folded_name(name): town for name, town in table["same"].items()}
    return names.get


def known_town(name: str) -> str | None:
    """Of a large town that many work in, the name that all ways to write it have in common; None: any other name."""
    return _known()(folded_name(name))
