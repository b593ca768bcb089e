"""The places that a page shows for its posting: behind a label, or in the short lines below the title."""

from __future__ import annotations

import re
from typing import Any

from extractors.postings.heading import is_role
from extractors.postings.place_parts import is_address
from extractors.postings.place_text import Where, read_where

Data = dict[str, Any]

_SHORT = 60
_MOST_WORDS_OF_TOWN = 5
_SHORTEST_COUNTRY, _SHORT_COUNTRIES = 4, frozenset({"US", "USA", "UK", "UAE"})
_NO_TOWN = re.compile(r"[$\u20ac\u00a3\u00a5%@+=<>{}]|\d[\dkK.,]{2}")


def where_shown(said: str | None, head: list[list[str]], company: str | None) -> Where:
    """What the label says, else the first line below the title whose pieces name places for sure."""
    if said:
        where = _named_places(read_where(_without(said, company)))
        if where.locations or (where.remote and len(said) <= _SHORT):
            return where
    for line in head:
        found = [_sure(_without(piece, company)) for piece in line]
        where = Where(
            [place for one in found for place in one.locations],
            [place for one in found for place in one.scope],
            remote=any(one.remote for one in found),
        )
        if where.locations or where.remote:
            return where
    return Where([], [], remote=False)


def _sure(piece: str) -> Where:
    """The places of a piece that surely is no other thing; nothing of any other piece."""
    where = _named_places(read_where(piece))
    sure = is_address(piece) or any(_is_sure(place) for place in where.locations)
    if (sure and where.locations) or (where.remote and len(piece) <= _SHORT):
        return where
    return Where([], [], remote=False)


def _is_sure(place: Data) -> bool:
    """A code alone may be short for anything: of people, of grades, of papers."""
    code_alone = not place["city"] and len(place["raw"]) < _SHORTEST_COUNTRY and place["raw"] not in _SHORT_COUNTRIES
    return not code_alone and bool(place["country"] or (place["region"] and place["city"]))


def _named_places(where: Where) -> Where:
    """Without sentences and titles, which name no town."""
    return where._replace(locations=[place for place in where.locations if _names_place(place)])


def _names_place(place: Data) -> bool:
    town = str(place["city"] or "")
    return _is_named(town) and bool(place["country"] or place["region"] or not is_role(town))


def _is_named(town: str) -> bool:
    words_of_town = town.split()
    low = sum(word[0].islower() for word in words_of_town)
    return len(words_of_town) <= _MOST_WORDS_OF_TOWN and low <= len(words_of_town) / 2 and not _NO_TOWN.search(town)


def _without(text: str, company: str | None) -> str:
    """A line may begin with the employer, even without a blank behind it."""
    if company and text.startswith(company):
        rest = text[len(company) :]
        return rest.strip(" ,-\u2013|\u00b7") if rest[:1] in " ,-\u2013|\u00b7" or rest[:1].isupper() else text
    return text
