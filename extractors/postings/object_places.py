"""Where the work of a posting is, as an object that looks like one says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from extractors.postings.countries import country_code
from extractors.postings.place_text import read_where
from extractors.postings.places import locations
from extractors.postings.shape import Flat
from extractors.postings.values import as_list, text_of
from extractors.postings.workplace import workplace_of

Place = dict[str, Any]
_MOST = 200
_DEEPEST = 3


@dataclass(slots=True)
class Places:
    """Places of work, where applicants may live, and what they or a label say of the workplace."""

    offices: list[Place] = field(default_factory=list)
    scope: list[Place] = field(default_factory=list)
    workplace: str | None = None

    @property
    def country(self) -> str | None:
        """The one country of the places of work."""
        named = {place["country"] for place in self.offices if place["country"]}
        return named.pop() if len(named) == 1 else None

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
    said = [flat.first("locations"), *flat.all("more_locations")]
    each = [inner for value in said for inner in _each(value, _DEEPEST)][:_MOST]
    remote = [_take(places, one) for one in each]
    if own:
        places.add(own)
    _name_country(places, flat)
    places.workplace = _workplace(flat) or ("remote" if remote and all(remote) else None)
    return places


def _name_country(places: Places, flat: Flat) -> None:
    """The one town of which no country is said is in that which stands beside it."""
    country = country_code(_text(flat.first("country")) or "")
    if country and len(places.offices) == 1 and places.offices[0]["city"] and not places.offices[0]["country"]:
        places.offices = [places.offices[0] | {"country": country}]


def _each(value: Any, depth: int) -> Iterator[Any]:
    """Texts and objects of places, out of lists and of objects that only hold a list (``{"places": [...]}``)."""
    if isinstance(value, list):
        for one in value:
            yield from _each(one, depth)
    elif isinstance(value, dict) and depth and not _parts(Flat(value)):
        flat = Flat(value)
        inner = flat.first("locations")
        yield from _each(inner, depth - 1) if isinstance(inner, list | dict) else [inner or text_of(value) or ""]
    elif value is not None:
        yield value


def _take(places: Places, one: Any) -> bool:
    """Add a place; whether it says that the work may be done from afar."""
    if isinstance(one, dict):
        places.add(_parts(Flat(one)))
        return False
    where = read_where(text_of(one) or "")
    places.add(where.locations, where.scope)
    return where.remote


def _parts(flat: Flat) -> list[Place]:
    city, region, country = (_text(flat.first(name)) for name in ("city", "region", "country"))
    if not (city or region):
        return [] if country is None or flat.first("locations") else _located(None, None, country)
    return _located(city, region, country)


def _located(city: str | None, region: str | None, country: str | None) -> list[Place]:
    address = {"addressLocality": city, "addressRegion": region, "addressCountry": country}
    return locations({"jobLocation": {"address": address}}, role="office")


def _text(value: Any) -> str | None:
    """``{"code": "POL", "name": "Poland"}`` is its name."""
    one = next(iter(as_list(value)), None)
    if isinstance(one, dict):
        one = next((one[name] for name in ("name", "label", "code", "value", "#text") if one.get(name)), None)
    return None if isinstance(one, bool) else text_of(one)


def _covers(known: Place, place: Place) -> bool:
    """Whether one place says all that the other does."""
    return all(place[name] is None or place[name] == known[name] for name in ("city", "region", "country"))


def _workplace(flat: Flat) -> str | None:
    labels = (_text(value) for value in flat.all("workplace_type"))
    return next((kind for label in labels if (kind := workplace_of(label))), None)
