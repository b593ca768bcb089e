"""Where the work is, and where applicants may live."""

from __future__ import annotations

import re
from typing import Any

from extractors.postings.countries import country_code, country_in_address
from extractors.postings.place_parts import cased, read_places
from extractors.postings.place_text import read_where
from extractors.postings.regions import is_region
from extractors.postings.values import Node, as_list, text_of, types_of
from extractors.postings.workplace import workplace_of

Place = dict[str, Any]

_NOWHERE = re.compile(
    r"(?:100 ?% |fully )?(?:remote|anywhere|worldwide|world wide|global|nationwide|various|multiple|virtual|home|"
    r"hybrid|telecommute|tbd|tba|tbc|n/?[ad]|none|null|unavailable|unspecified|unknown|undefined|"
    r"not (?:specified|available|applicable)|other|default|all locations?|any)\b.*|[\W_]*",
    re.IGNORECASE,
)
_MANY_TOWNS = re.compile(r"\s[/|]\s|;")
_AROUND_TOWN = re.compile(
    r"^(?:hq|headquarters|head office|office|hybrid|on-?site)\s?[-:,]\s?|"
    r"\s?[-,(]\s?(?:hybrid|on-?site|remote|hq|headquarters|head office)\)?$|"
    r"^(?:[A-Z]{1,2}-)?\d{4,5} (?=[^\W\d_])",
    re.IGNORECASE,
)
_STATE = re.compile(r"(.{2,60}?)\s?[-/]\s?([A-Z]{2})")
_MOST_PLACES = 300
_MOST_AREAS = 300
_ALL_COUNTRIES = 180
_MANY_COUNTRIES = 12
_LONGEST_STREET = 80
_OF_ONE_TOWN = frozenset({"SG", "LU", "MC", "HK", "MO", "GI", "SM", "VA", "DJ"})
"""Countries with a town of their name: in a field for towns it is that one."""


def workplace_type(posting: Node) -> str | None:
    """``remote``, ``hybrid`` or ``onsite`` where the posting says so; None where it does not."""
    kinds = {kind for one in _said(posting) if (kind := workplace_of(text_of(one)))}
    if kinds == {"remote", "onsite"}:
        return "hybrid"
    if not kinds and _only_remote(posting):
        return "remote"
    return kinds.pop() if len(kinds) == 1 else None


def _only_remote(posting: Node) -> bool:
    """Each place of work is called ``Remote`` or the like: one of several is an option."""
    names = [
        text_of(address.get("addressLocality") or address.get("raw") or address.get("name")) or ""
        for place in _places(posting)
        for address in _addresses(place)
    ]
    return bool(names) and all(workplace_of(name) == "remote" for name in names)


def _said(posting: Node) -> list[Any]:
    virtual = any(isinstance(place, dict) and "VirtualLocation" in types_of(place) for place in _places(posting))
    return [*as_list(posting.get("jobLocationType")), *(["remote"] if virtual else [])]


def _places(posting: Node) -> list[Any]:
    return as_list(posting.get("jobLocation"))[:_MOST_PLACES]


def locations(posting: Node, *, role: str) -> list[Place]:
    """The places of work, each once; ``role`` is ``office``, or ``seat`` where the work is remote."""
    addresses = [address for place in _told_apart(_places(posting)) for address in _addresses(place)]
    company = text_of(posting.get("hiringOrganization"))
    return _each_once(place for address in addresses for place in _located(address, role, company))


def _told_apart(places: list[Any]) -> list[Any]:
    """Places by their names alone, where these differ and one address was copied to all of them."""
    names = [text_of(place) for place in places if isinstance(place, dict) and "address" in place]
    same = len(names) == len(places) > 1 and all(place["address"] == places[0]["address"] for place in places)
    if not same or None in names or len(set(names)) < len(names):
        return places
    country = places[0]["address"].get("addressCountry") if isinstance(places[0]["address"], dict) else None
    return [{"address": {"raw": name, "addressCountry": country}} for name in names]


def _addresses(place: Any) -> list[Node]:
    """A place's addresses; a text is an address that was not taken apart."""
    if not isinstance(place, dict):
        return [{"raw": place}]
    if "VirtualLocation" in types_of(place):
        return []
    if "address" not in place:
        parts = "addressLocality" in place or "addressCountry" in place or "addressRegion" in place
        return [place if parts else {"raw": place.get("name")}]
    return [
        each for one in as_list(place["address"]) for each in _each_town(one if isinstance(one, dict) else {"raw": one})
    ]


def _each_town(address: Node) -> list[Node]:
    """Several towns in one address, each with its region and country where these are as many."""
    towns = address.get("addressLocality")
    if not isinstance(towns, list) or len(towns) < 2:
        return [address]
    parts = {name: address.get(name) for name in ("addressRegion", "addressCountry")}
    return [
        {"addressLocality": town}
        | {name: one[at] if isinstance(one, list) and len(one) == len(towns) else one for name, one in parts.items()}
        for at, town in enumerate(towns[:_MOST_PLACES])
    ]


def _located(address: Node, role: str, company: str | None) -> list[Place]:
    """The place of an address; several, where a list of towns was written into one field."""
    city = text_of(address.get("addressLocality") or address.get("raw") or address.get("name"))
    region, country = text_of(address.get("addressRegion")), text_of(address.get("addressCountry"))
    raw = ", ".join(filter(None, (city, region, country))) or None
    if raw is None:
        return _in_street(text_of(address.get("streetAddress")) or "", role)
    code = country_code(country or "")
    if city and _MANY_TOWNS.search(city):
        found = read_where(city, role).locations
        return [place | {"raw": raw, "country": place["country"] or code} for place in found]
    if city and not region and "," in city and not _NOWHERE.fullmatch(city):
        return [place | {"raw": raw} for place in read_places(city, role, code)]
    city = _AROUND_TOWN.sub("", city) if city else city
    region, code = _without_country(region, code)
    if code not in _OF_ONE_TOWN or country_in_address(city or "") != code:
        city, code = _without_country(city, code)
    if city is not None and city == company:
        city = None  # a form that was filled in with the firm's name
    city, region = _city_and_region(city, region, code)
    place = {"raw": raw, "city": cased(city) if city else city, "region": region, "country": code, "role": role}
    return [place] if city or region or code else []


def _in_street(street: str, role: str) -> list[Place]:
    """Some forms say the whole place there: taken where it is a town with its country, and no street."""
    found = read_places(street, role) if len(street) <= _LONGEST_STREET and not re.search(r"\d", street) else []
    return [place for place in found if place["city"] and place["country"]]


def _without_country(text: str | None, code: str | None) -> tuple[str | None, str | None]:
    """``Cambridge, United Kingdom`` is Cambridge, in GB; ``Anywhere in India`` is in India; ``-`` is nothing."""
    rest, _, last = (text or "").rpartition(",")
    named = country_in_address(last)
    if named is not None:
        text = rest.strip()
    elif text and (match := re.fullmatch(r"(?i)(?:anywhere|remote)\b.*?(?:\bin|[-,(]|\s)\s*(?:the )?([^)]+)\)?", text)):
        named = country_in_address(match[1])
    return (None if not text or _NOWHERE.fullmatch(text) else text), code or named


def _city_and_region(city: str | None, region: str | None, code: str | None) -> tuple[str | None, str | None]:
    """``Austin, TX`` is a city and a region; a whole list of towns is no city."""
    marked = _STATE.fullmatch(city or "")
    if marked and code and is_region(marked[2], code):
        return marked[1], region or marked[2]
    parts = [part.strip() for part in (city or "").split(",")]
    if len(parts) == 2 and region in {None, parts[1]}:
        return parts[0] or None, parts[1] or None
    return (None if len(parts) > 3 else city), region


def applicant_scope(posting: Node) -> list[Place]:
    """Where applicants may live: countries by their code, anything else as a region; all countries as the world."""
    areas = _each_once(map(_area, as_list(posting.get("applicantLocationRequirements"))[:_MOST_AREAS]))
    return worldwide(areas)


def worldwide(areas: list[Place]) -> list[Place]:
    """The same areas; one entry in place of a list of nearly all countries."""
    if len({area["country"] for area in areas if area["country"]}) < _ALL_COUNTRIES:
        return areas
    return [{"raw": "Worldwide", "city": None, "region": "Worldwide", "country": None, "role": "remote_scope"}]


def one_country(places: list[Place]) -> str | None:
    """The one country of the places of work: whose dollars a mere sign means."""
    named = {place["country"] for place in places if place.get("country")}
    return named.pop() if len(named) == 1 else None


def scope_apart(places: list[Place]) -> tuple[list[Place], list[Place]]:
    """Places of work, and where applicants may live: nobody works in a dozen countries without a town."""
    if len(places) < _MANY_COUNTRIES or any(place["city"] or place["region"] for place in places):
        return places, []
    return [], worldwide([place | {"role": "remote_scope"} for place in places])


def _area(value: Any) -> Place | None:
    name = text_of(value)
    if not name:
        return None
    state = isinstance(value, dict) and bool(types_of(value) & {"State", "City"})
    code = None if state else country_code(name)
    region, _, country = name.rpartition(",")
    if region.strip() and (named := country_in_address(country)):
        return {"raw": name, "city": None, "region": region.strip(), "country": named, "role": "remote_scope"}
    return {"raw": name, "city": None, "region": None if code else name, "country": code, "role": "remote_scope"}


def _each_once(places: Any) -> list[Place]:
    found: list[Place] = []
    for place in places:
        if place is not None and place not in found:
            found.append(place)
    return found
