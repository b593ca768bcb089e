"""Where the work of a posting is, as an object that looks like one says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from extractors.postings.countries import country_code
from extractors.postings.flat import Flat, label_of, labels_of, lists, names
from extractors.postings.place_text import read_where
from extractors.postings.places import locations, one_country
from extractors.postings.values import text_of
from extractors.postings.workplace import workplace_of

Place = dict[str, Any]
_MOST = 200
_DEEPEST = 3
_AREAS = frozenset({"area", "areas", "places", "cities"})
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class Places:
    """Places of work, where applicants may live, and what they or a label say of the workplace."""

    offices: list[Place] = field(default_factory=list)
    scope: list[Place] = field(default_factory=list)
    workplace: str | None = None

    @property
    def country(self) -> str | None:
        """The one country of the places of work."""
        return one_country(self.offices)

    def add(self, offices: Iterable[Place], scope: Iterable[Place] = ()) -> None:
        """Each once; one without a country is the same as one with it."""
        for place in offices:
            if not any(_covers(known, place) for known in self.offices):
                self.offices = [known for known in self.offices if not _covers(place, known)]
                self.offices.append(place)
        self.scope += [place for place in scope if place not in self.scope]


def places_in(flat: Flat) -> Places:
    """What the object says in parts (city, region, country), in objects, or in lines of text."""
    places = Places()
    own = _parts(flat)
    first = _said_first(flat)
    if any(place["city"] for place in own) and isinstance(first, str) and first not in _lines(flat):
        first = None
    said = [first, *flat.all("more_locations")]
    each = [inner for value in said for inner in _each(value, _DEEPEST)][:_MOST]
    remote = [_take(places, one) for one in each]
    if own:
        places.add(own)
    _name_country(places, flat)
    for value in flat.all("applicant_scope"):
        places.add([], _scope(value))
    places.workplace = _workplace(flat) or ("remote" if remote and all(remote) else None)
    return places


def _lines(flat: Flat) -> set[str]:
    """Places in words; beside a town's own name an address says no more of it than its street."""
    lines = (flat.values[name] for name in names("locations") - names("address") if name in flat.values)
    return {line for line in lines if isinstance(line, str)}


def _said_first(flat: Flat, label: str | None = None) -> Any:
    """The first of the names under which a place stands; a number is none, and a label says more than its areas."""
    for name in lists()["locations"]:
        if name in flat.values and not isinstance(flat.values[name], bool | int | float):
            return label if label and name in _AREAS else flat.values[name]
    return None


def _scope(value: Any) -> list[Place]:
    """Where applicants may live, as countries or regions; the whole world is none of them."""
    found: list[Place] = []
    for one in _each(value, _DEEPEST):
        where = read_where((one.text if isinstance(one, _Line) else label_of(one)) or "")
        found += [place | {"role": "remote_scope"} for place in (*where.scope, *where.locations)]
    return found


def _name_country(places: Places, flat: Flat) -> None:
    """The one town of which no country is said is in that which stands beside it."""
    country = _country(flat)
    if country and len(places.offices) == 1 and places.offices[0]["city"] and not places.offices[0]["country"]:
        places.offices = [places.offices[0] | {"country": country}]


def _each(value: Any, depth: int) -> Iterator[Any]:
    """Texts and objects of places, out of lists and of objects that only hold a list (``{"places": [...]}``)."""
    if isinstance(value, list):
        for one in value:
            yield from _each(one, depth)
    elif isinstance(value, dict) and depth and not _is_apart(value):
        flat = Flat(value)
        inner = _said_first(flat, _label(flat, value))
        each = list(_each(inner, depth - 1)) if isinstance(inner, list | dict) else [inner or _label(flat, value) or ""]
        country = _country(flat)
        yield from (_Line(one, country) if country and isinstance(one, str) else one for one in each)
    elif value is not None:
        yield value


def _label(flat: Flat, value: Place) -> str | None:
    """The object's label, without the street that it may begin with."""
    label, street = label_of(value), label_of(flat.first("street"))
    return label.removeprefix(street).strip(" ,") if label and street else label


def _is_apart(value: Place) -> bool:
    """Whether its town or region stands by itself, or nothing but its country."""
    flat = Flat(value)
    is_local = any(_worded(flat.all(name)) for name in ("city", "region"))
    label = next((flat.values[name] for name in ("name", "label", "display name") if name in flat.values), None)
    return is_local or (not (isinstance(label, str) and country_code(label) is None) and bool(_parts(flat)))


@dataclass(frozen=True, slots=True)
class _Line:
    """A place in words, beside which its country stands."""

    text: str
    country: str


def _take(places: Places, one: Any) -> bool:
    """Add a place; whether it says that the work may be done from afar."""
    if isinstance(one, dict):
        places.add(_parts(Flat(one)))
        return False
    country = one.country if isinstance(one, _Line) else None
    where = read_where((one.text if isinstance(one, _Line) else text_of(one)) or "")
    places.add((place | {"country": place["country"] or country} for place in where.locations), where.scope)
    return where.remote


def _parts(flat: Flat) -> list[Place]:
    city, region = (_worded(flat.all(name)) for name in ("city", "region"))
    region = None if region and region.lower() in names("states_of_postings") else region
    country = _country(flat) or label_of(flat.first("country"))
    if not (city or region):
        return [] if country is None or _said_first(flat) else _located(None, None, country)
    return _located(city, region, country)


def _worded(values: Iterable[Any]) -> str | None:
    """The first that has words: a town's number in some register says nothing."""
    texts = (label_of(value) for value in values)
    return next((text for text in texts if text and _LETTER.search(text)), None)


def _country(flat: Flat) -> str | None:
    """The country that any of its names says: beside a number of some register stands a word."""
    codes = (country_code(label_of(value) or "") for value in flat.all("country"))
    return next(filter(None, codes), None)


def _located(city: str | None, region: str | None, country: str | None) -> list[Place]:
    address = {"addressLocality": city, "addressRegion": region, "addressCountry": country}
    return locations({"jobLocation": {"address": address}}, role="office")


def _covers(known: Place, place: Place) -> bool:
    """Whether one place says all that the other does."""
    return all(place[name] is None or place[name] == known[name] for name in ("city", "region", "country"))


def _workplace(flat: Flat) -> str | None:
    said = (labels_of(value) for value in flat.all("workplace_type"))
    kinds = [{kind for one in labels if (kind := workplace_of(text_of(one)))} for labels in said]
    return next((_kind_of(one) for one in kinds if one), None)


def _kind_of(kinds: set[str]) -> str | None:
    """Of several, as a site lists them: from home or in the office is both; with hybrid among them, it is that."""
    if "hybrid" in kinds or {"remote", "onsite"} <= kinds:
        return "hybrid"
    return next(iter(kinds), None)
