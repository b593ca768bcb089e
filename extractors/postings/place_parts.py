"""The place that one text names, in whichever order: ``US, NC, Durham``, ``Durham NC``, ``27701 Durham``."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extractors.postings.countries import country_code, country_in_address, folded_name
from extractors.postings.place_east import read_eastern
from extractors.postings.place_lists import known_town, told_apart
from extractors.postings.regions import country_of_code, country_of_region, is_region
from extractors.postings.words import word_list
from schemas.codes import COUNTRIES

Place = dict[str, Any]

_LONGEST = 2_000
_TOWNS_IN_A_LIST = 4
_LONGEST_SHORT = 20
EDGES = " \t,.;:-\u2013\u2014/()[]\u00b7*_"
"""What may stand around a place and is no part of it."""
_POSTCODE = re.compile(
    r"\u3012?\b\d{3}-\d{4}\b|\b\d{2}-\d{3}\b|\b\d{3} \d{2}(?= \D)|\b\d{4} [A-Z]{2}(?= \w)|"
    r"(?:\b[A-Z]{1,2}-)?\b\d{4,6}(?:-\d{3,4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
)
_STREET = re.compile(
    r"^(?!\d{4,6} )[^,]{2,60}? \d{1,4}(?:[/-]\d{1,4})?\s?[a-zA-Z]?$|"
    r"^\d{1,5}(?: ?bis)?,? (?:rue|avenue|boulevard|place|quai|cours|all\u00e9e|chemin|impasse|route|passage)\b|"
    r"^(?:calle|c/|carrer|avenida|avda\.?|via|viale|piazza|corso|rua|pra\u00e7a|paseo|ul\.|ulica) |"
    r"^\d{1,5} [A-Z][\w .]{1,40}\b(?:street|st|road|rd|avenue|ave|boulevard|blvd|lane|drive|dr|way|square|parkway)\b",
    re.IGNORECASE,
)
"""``Main Street 5``, ``U Mlynu 1522/2``, ``12 Main Street``: what stands before the town."""
_DISTRICT = re.compile(r"\s[-\u2013\u2014]\s")
_TIGHT = re.compile(r"[A-Z]{2,3}\s?[-._]\s?\w")
_STATE_BEHIND = re.compile(
    r"([^\W\d_][\w .'\u2019-]{1,40}\w) ([A-Z]{2,3})|(UK|USA|US) (?!and\b)([^\W\d_a-z][\w .'-]{2,40})"
)
_CODE_BETWEEN = re.compile(r"\b([A-Z]{2}) \d{5}(?:-\d{4})? (?=\S)")
"""``CO 80301 USA``."""
_IN_BRACKETS = re.compile(r"([^(),]{2,60}?) ?\(([^()]{1,60})\)?")
_STATE_MARKED = re.compile(r"([^\W\d_]{3})(?:/| ?[\u2013-] ?)([A-Z]{2})(?=,|$)")
_CODE_AND_TOWN = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,5} (?=[^\W\d_]{3})")
_NO_TOWN = re.compile(
    r"\b(?:university|universit\u00e4t|universit\u00e9|universidad|hospital|klinikum|institut|institute|college|faculty|"
    r"department|gmbh|inc|ltd|llc)\b",
    re.IGNORECASE,
)
_LEAST_CAPITALS = 5
_DEPARTEMENT = re.compile(r"(?:\d{2}|2[AB]|97\d) - ([^\d,]{2,60}?)(?: \d{2})?")
"""``75 - Paris 01``, as the French labour office writes it."""
_INITIALS = re.compile(r"(?:[A-Z]\.){1,3}[A-Z]\.?")
_REGIONS_ALONE = frozenset({"US", "CA", "AU", "DE", "FR", "IN", "IT", "ES", "BR"})
"""Countries whose regions few towns are named like; those that are stand in ``towns.json``."""


def read_places(text: str, role: str = "office", country: str | None = None) -> list[Place]:
    """The place that a text without ``|`` names, or those that it lists; ``country`` where it is known apart."""
    texts = told_apart(text, remote=role == "remote_scope")
    return [place for one in texts for place in _read_places(one, role, country)]


def eastern_place(text: str, role: str) -> Place | None:
    found = read_eastern(text)
    return None if found is None else {"raw": " ".join(text.split()), **found._asdict(), "role": role}


def _read_places(text: str, role: str, country: str | None) -> list[Place]:
    if french := _DEPARTEMENT.fullmatch(text):
        text = french[1]
    known = (eastern_place(text, role) if country is None else None) or _short(text, role)
    if known is not None:
        return [known]
    whole = country_in_address(text)
    parts = [] if whole else _parts(text)
    if not (parts or whole):
        return []
    parts, country = _without_country(parts, country) if parts else ([], whole)
    parts, region, country = _without_region(parts, country)
    towns = _towns(parts, country)
    if role == "remote_scope" and towns and not region:
        towns, region = [], towns[-1]
    here = {"raw": " ".join(text.split()), "region": region, "country": country, "role": role}
    if not towns:
        return [here | {"city": None}] if region or country else []
    return [here | {"city": cased(town)} for town in towns]


def cased(name: str) -> str:
    """``BUJUMBURA`` as people write it; short ones may be initials."""
    return name.title() if len(name) >= _LEAST_CAPITALS and name.isupper() else name


def _short(text: str, role: str) -> Place | None:
    """``NYC`` and the like."""
    found = word_list("towns")["short"].get(folded_name(text)) if len(text) <= _LONGEST_SHORT else None
    if found is None:
        return None
    city, region, country = found
    return {"raw": " ".join(text.split()), "city": city, "region": region, "country": country, "role": role}


def is_address(text: str) -> bool:
    """Whether a line begins with a street and its number, and goes on with a town."""
    street, comma, town = text[:_LONGEST].partition(",")
    return bool(comma) and bool(town.strip()) and _STREET.search(street) is not None


def _parts(text: str) -> list[str]:
    """The parts between commas; between dashes or dots where a code begins the text (``US-NC-Durham``)."""
    text = _CODE_BETWEEN.sub(r"\1, ", _STATE_MARKED.sub(r"\1, \2", text))
    text = _without_remark(text)
    if "," in text:
        parts = _from_postcode(text.split(","))
    elif _TIGHT.match(text) and country_code(re.split(r"[-._\s]", text)[0]):
        parts = re.split(r"\s?[-._]\s?", text)
    elif len(parts := text.split("-")) == 3 and country_code(parts[0]):
        pass
    elif match := _STATE_BEHIND.fullmatch(_POSTCODE.sub("", text).strip(EDGES)):
        parts = _by_state(text, match)
    else:
        parts = re.split(r"\s[-\u2013\u2014>]\s|[()]", text)
    if (
        len(parts) > 1
        and _STREET.search(parts[0])
        and not (len(parts) == 2 and country_in_address(parts[1]))
        and len(_POSTCODE.sub("", parts[0]).strip(EDGES)) > 2
    ):
        parts = _from_town([_DISTRICT.split(part)[0] for part in parts[1:]])
    bare = (_POSTCODE.sub(" ", part).strip(EDGES) for part in parts)
    return [part for part in bare if part.strip() and not part.isdigit()]


def _without_remark(text: str) -> str:
    """``Frankfurt (Main)``: what stands in brackets behind a town is its country, or its region, or says nothing."""
    match = _IN_BRACKETS.fullmatch(text)
    if match is None or country_in_address(match[1]) or country_in_address(match[2]):
        return text
    known = re.fullmatch(r"[A-Z]{2,3}", match[2]) or country_of_region(match[2]) or known_town(match[2])
    return text if known else match[1]


def _from_postcode(parts: list[str]) -> list[str]:
    """The part that begins with a postal code is the town, whatever stands before it."""
    return parts[next((at for at, part in enumerate(parts) if _CODE_AND_TOWN.match(part.strip())), 0) :]


def _from_town(parts: list[str]) -> list[str]:
    """Behind a street: without the districts before a town that is known."""
    bare = [known_town(_POSTCODE.sub("", part).strip(EDGES)) for part in parts]
    return parts[next((at for at in range(len(parts) - 1, -1, -1) if bare[at]), 0) :]


def _by_state(text: str, match: re.Match[str]) -> list[str]:
    """``Chicago IL``, ``Sydney NSW``, ``UK London``: as if there were a comma."""
    town, code = match[1], match[2]
    if code and country_of_code(code, town)[0] is not None and code != town:
        return [town, code]
    if match[3]:
        return [match[4], match[3]]
    return [text]


def _without_country(parts: list[str], country: str | None) -> tuple[list[str], str | None]:
    """The country from the end, or from the beginning (``US, NC, Durham``)."""
    last = _last_country(parts)
    if last == "GB" and len(parts) > 1 and folded_name(parts[-1]) in _names("home_nations"):
        return parts, country or last
    if last is not None and not (
        len(parts) == 2 and country_code(parts[-1]) != "PR" and country_of_region(parts[-1], parts[0]) == "US"
    ):
        return parts[:-1], country or last
    if _is_state_first(parts):
        return parts[::-1], country
    first = country_in_address(parts[0]) or _code(parts[0])
    if first is not None and len(parts) > 1:
        rest = parts[1:]
        # What came first comes last in the usual order: country, region, town.
        return (rest[::-1] if len(rest) == 2 else rest), country or first
    return parts, country


def _last_country(parts: list[str]) -> str | None:
    """Behind a town a name is that of a country, though a town elsewhere has it too: ``Lima, Peru``."""
    last = parts[-1]
    if len(parts) > 2 or last == "US" or (len(parts) == 2 and country_code(parts[0]) == last):
        code = _code(last)
        if code is not None:
            return code
    named = len(parts) > 1 and len(last) > 3 and folded_name(last) != "georgia"
    return country_code(last) if named else country_in_address(last)


def _is_state_first(parts: list[str]) -> bool:
    """``CA, San Francisco``: a state, and not a country."""
    return len(parts) == 2 and len(parts[0]) == 2 and parts[0] != "US" and country_of_code(parts[0], parts[1])[1]


def _code(part: str) -> str | None:
    return part if part in COUNTRIES else None


def _without_region(parts: list[str], country: str | None) -> tuple[list[str], str | None, str | None]:
    """The region from the end, and the country that follows from it."""
    if not parts:
        return [], None, country
    *before, last = parts
    last = last.replace(".", "") if _INITIALS.fullmatch(last) else last
    if not before and folded_name(last) in _names("continents"):
        return [], last, country
    if re.fullmatch(r"[A-Z]{2,3}", last):
        return _by_code(before, last, country)
    if not before:
        return _alone(last, country)
    if country is None:
        return _inferred(parts)
    return (before, last, country) if len(parts) == 2 or is_region(last, country) else (parts, None, country)


def _inferred(parts: list[str]) -> tuple[list[str], str | None, str | None]:
    """``Atlanta, Georgia``: the country follows from the state, if only one has it."""
    *before, last = parts
    found = country_of_region(last, before[-1])
    if found is not None and found == country_code(last):
        return before, None, found
    return (before, last, found) if found or len(parts) == 2 else (parts, None, None)


def _by_code(before: list[str], code: str, country: str | None) -> tuple[list[str], str | None, str | None]:
    if country is not None:
        return before, code, country
    found, is_state = country_of_code(code, before[-1] if before else "")
    if found is None and before:
        found = country_of_region(code)
        is_state = found is not None
    if not before and not is_state:
        return before, None, found
    return before, (code if is_state or found is None else None), found


def _alone(name: str, country: str | None) -> tuple[list[str], str | None, str | None]:
    """A name without anything: a state that is no town, or a town."""
    if folded_name(name) in _names("continents"):
        return [], name, country
    found = country if country is not None and is_region(name, country) else None
    if country is None and folded_name(name) != "georgia":
        found = country_of_region(name)
    if found in _REGIONS_ALONE and folded_name(name) not in _names("regions_and_towns"):
        return [], name, found
    return ([] if _NO_TOWN.search(name) else [name]), None, country


def _towns(parts: list[str], country: str | None) -> list[str]:
    """The last part is the town, what stands before it a street; a long list without numbers lists towns."""
    fewest = _TOWNS_IN_A_LIST if country is not None else _TOWNS_IN_A_LIST - 1
    if len(parts) >= fewest and not any(re.search(r"\d", part) for part in parts):
        return parts
    return parts[-1:]


@cache
def _names(of: str) -> frozenset[str]:
    return frozenset(word_list("towns")[of])
