"""Places in one line of text, as careers sites and feeds write them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from extractors.postings.countries import country_code, country_in_address, folded_name
from extractors.postings.regions import country_of_code, country_of_region, is_region
from schemas.codes import COUNTRIES

Place = dict[str, Any]

_LONGEST = 2_000
_MOST = 200
_TOWNS_IN_A_LIST = 4
_LABEL = re.compile(
    r"^\s*(?:job |work |office )?(?:locations?|places?|standorte?|lieu|lugar|ort|miejsce)\s*:\s*", re.IGNORECASE
)
_APART = re.compile(
    r"\s*(?:[|;\n\u2022\u00b7]|\s/\s|/(?=remote\b)|(?<=\bremote)/|\s(?:or|oder|ou|eller|lub)\s)\s*", re.IGNORECASE
)
_REMOTE = re.compile(
    r"(?:100 ?%\s)?\b(?:(?:fully |full |work |working )?remote(?:ly)?(?: work| working| first| job| position| ok)?|"
    r"anywhere(?: in)?|worldwide|work from (?:home|anywhere)|wfh|home ?office|home[- ]based|telecommut\w*|telework\w*|"
    r"virtual|t\u00e9l\u00e9travail|teletrabajo|teletrabalho|remoto|a distancia|da remoto|thuiswerk\w*|distans|"
    r"et\u00e4ty\u00f6|zdaln[aiey]\w*|pr\u00e1ce z domova|na d\u00e1lku)\b|"
    r"\u8fdc\u7a0b|\u9060\u7aef|\u30ea\u30e2\u30fc\u30c8|\u5728\u5b85|"
    r"\u0443\u0434\u0430\u043b[\u0435\u0451]\u043d\w*|\u0434\u0438\u0441\u0442\u0430\u043d\u0446\u0438\u043e\u043d\w*",
    re.IGNORECASE,
)
_MANNER = re.compile(
    r"\b(?:hybrid(?:\s(?:work|remote))?|hybride|on[- ]?site|in[- ]office|in[- ]person|flexible|multiple locations|"
    r"various locations|headquarters|hq|head office|office|only|various|\d+ locations|unknown|n/a|none)\b|"
    r"^(?:in|within)\s",
    re.IGNORECASE,
)
_EDGES = " \t,.;:-\u2013\u2014/()[]\u00b7*_"
_POSTCODE = re.compile(
    r"(?:\b[A-Z]{1,2}-)?\b\d{4,6}(?:-\d{3,4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
)
_STREET = re.compile(
    r"^(?!\d{4,6} )[^,]{2,60}? \d{1,4}(?:[/-]\d{1,4})?\s?[a-zA-Z]?$|"
    r"^\d{1,5} [A-Z][\w .]{1,40}\b(?:street|st|road|rd|avenue|ave|boulevard|blvd|lane|drive|dr|way|square|parkway)\b",
    re.IGNORECASE,
)
"""``Main Street 5``, ``U Mlynu 1522/2``, ``12 Main Street``: what stands before the town."""
_DISTRICT = re.compile(r"\s[-\u2013\u2014]\s")
_TIGHT = re.compile(r"[A-Z]{2,3}\s?[-._]\s?\w")
_CONTINENTS = frozenset(
    {
        "africa",
        "americas",
        "apac",
        "asia",
        "asia pacific",
        "benelux",
        "cee",
        "dach",
        "emea",
        "eu",
        "europe",
        "european union",
        "global",
        "latam",
        "latin america",
        "mena",
        "middle east",
        "nordics",
        "north america",
        "oceania",
        "scandinavia",
        "south america",
        "uk i",
        "worldwide",
    }
)
_INITIALS = re.compile(r"(?:[A-Z]\.){1,3}[A-Z]\.?")
_NOT_A_STATE = frozenset({"new york", "washington", "victoria"})


class Where(NamedTuple):
    """Places of work, where applicants may live (role ``remote_scope``), and whether it may be done from there."""

    locations: list[Place]
    scope: list[Place]
    remote: bool


def read_where(text: str, role: str = "office") -> Where:
    """The places that a line names, each once; of ``A | B | C`` each, of ``Remote - US`` the scope.

    A country that is not said, and does not follow from a state, stays None. Never raises.
    """
    where = Where([], [], remote=False)
    for piece in _APART.split(_LABEL.sub("", text[:_LONGEST]))[:_MOST]:
        remote = _REMOTE.search(piece) is not None
        rest = _MANNER.sub(" ", _REMOTE.sub(" ", piece).strip(_EDGES)).strip(_EDGES)
        where = where._replace(remote=where.remote or remote)
        for place in read_places(rest, "remote_scope" if remote else role):
            if place not in (found := where.scope if remote else where.locations):
                found.append(place)
    return _countries_to_scope(where) if where.remote else where


def _countries_to_scope(where: Where) -> Where:
    """``Remote - US or Canada``: beside remote work, a mere country is where one may live."""
    mere = [place for place in where.locations if not (place["city"] or place["region"])]
    offices = [place for place in where.locations if place not in mere]
    return Where(offices, where.scope + [place | {"role": "remote_scope"} for place in mere], remote=True)


def read_places(text: str, role: str = "office", country: str | None = None) -> list[Place]:
    """The place that a text without ``|`` names, or the towns that it lists; ``country`` where it is known apart."""
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
    return [here | {"city": town} for town in towns]


def is_address(text: str) -> bool:
    """Whether a line begins with a street and its number, and goes on with a town."""
    street, comma, town = text[:_LONGEST].partition(",")
    return bool(comma) and bool(town.strip()) and _STREET.search(street) is not None


def _parts(text: str) -> list[str]:
    """The parts between commas; between dashes or dots where a code begins the text (``US-NC-Durham``)."""
    if "," in text:
        parts = text.split(",")
    elif _TIGHT.match(text) and country_code(re.split(r"[-._\s]", text)[0]):
        parts = re.split(r"\s?[-._]\s?", text)
    else:
        parts = re.split(r"\s[-\u2013\u2014>]\s|[()]", text)
    if len(parts) > 1 and _STREET.search(parts[0]) and len(_POSTCODE.sub("", parts[0]).strip(_EDGES)) > 2:
        parts = [_DISTRICT.split(part)[0] for part in parts[1:]]
    bare = (_POSTCODE.sub(" ", part).strip(_EDGES) for part in parts)
    return [part for part in bare if part.strip() and not part.isdigit()]


def _without_country(parts: list[str], country: str | None) -> tuple[list[str], str | None]:
    """The country from the end, or from the beginning (``US, NC, Durham``)."""
    last = _last_country(parts)
    if last is not None and not (len(parts) == 2 and country_of_region(parts[-1], parts[0]) == "US"):
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
    if not before and not is_state:
        return before, None, found
    return before, (code if is_state or found is None else None), found


def _alone(name: str, country: str | None) -> tuple[list[str], str | None, str | None]:
    """A name without anything: a state that is no town, or a town."""
    if folded_name(name) in _CONTINENTS:
        return [], name, country
    found = country if country is not None and is_region(name, country) else None
    if country is None and folded_name(name) != "georgia":
        found = country_of_region(name)
    if found in {"US", "CA", "AU"} and folded_name(name) not in _NOT_A_STATE:
        return [], name, found
    return [name], None, country


def _towns(parts: list[str], country: str | None) -> list[str]:
    """The last part is the town, what stands before it a street; a long list without numbers lists towns."""
    fewest = _TOWNS_IN_A_LIST if country is not None else _TOWNS_IN_A_LIST - 1
    if len(parts) >= fewest and not any(re.search(r"\d", part) for part in parts):
        return parts
    return parts[-1:]
