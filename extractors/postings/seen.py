"""What a page says of a posting to its readers: behind its labels, and in the short lines below its title.

Only what surely is about the field. It is there to be compared with what data says, and fills in nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from extractors.postings.dates import posted, valid_until
from extractors.postings.document import Document
from extractors.postings.employment import employment_types
from extractors.postings.heading import PROSE, head_of, start_of, without_others
from extractors.postings.labels import begun_with, labels_of, pieces
from extractors.postings.names import company_key, company_name
from extractors.postings.page_lines import CONTENT, MENU, Line
from extractors.postings.place_text import Where, read_where
from extractors.postings.places import one_country
from extractors.postings.salary import parse_salary
from extractors.postings.same import title_key
from extractors.postings.vocabulary import plain
from extractors.postings.workplace import workplace_of

Data = dict[str, Any]

_MOST_PROSE = 20_000
_SHORTEST_TITLE = 4
_SHORT, _SHORTEST, _LONGEST_NAME = 60, 30, 60
_MOST_WORDS_OF_TOWN = 4
_AREA = re.compile(
    r"\b(?:campus|cent(?:er|re)|downtown|headquarters|hq|building|tower|floor|store|branch|warehouse|hospital|university|"
    r"school|clinic|plant|airport|mall|hotel|department|team|zentrale|filiale|si\u00e8ge|"
    r"areas?|regions?|metro\w*|county|greater|gro(?:\u00df|ss)raum|raum|umgebung|near|districts?|provinces?|"
    r"various|several|multiple|nationwide|bundesweit|any|all|other|others|state|statewide|landkreis|kreis|kanton|canton|comarca|d\u00e9partement|pr\u00e9fecture|prefecture|oblast|"
    r"bezirk|field|territory|offices?|"
    r"and|und|et|remote|hybrid|on-?site)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$\u20ac\u00a3\u00a5\u20b9\u20bd\u20a9]|\b[A-Z]{3}\b|\bz\u0142|\bkr\b|\bK\u010d|"
    r"\d ?[kK]\b|\d.*(?:year|annu|month|hour)"
)
_OPEN = re.compile(r"\d\s?\+|\b(?:over|more than|mehr als|plus de|m\u00e1s de|meer dan)\b", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\d|https?:|@|^(?:confidential|anonym|undisclosed|not (?:disclosed|specified|stated)|private|various|unknown|"
    r"n/?a\b|vertraulich|confidentiel|confidencial|see )",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and the words of the page that say it."""

    value: Any
    words: str


class Seen:
    """The fields of ``Posting`` that a page says, and the posting's part of it, from its title on."""

    def __init__(self, said: dict[str, Said], lines: list[Line]) -> None:
        self.said = said
        self._lines = lines

    @cached_property
    def words(self) -> str:
        """All that stands there, plain."""
        return plain(" ".join(line.words for line in self._lines if line.zone != MENU))

    @property
    def heading(self) -> str:
        """The line with the posting's title."""
        return self._lines[0].words

    def mentions(self, text: str) -> bool:
        """Whether the posting's part of the page has these words."""
        bare = plain(text)
        return bool(bare) and bare in self.words

    def has_amount(self, amount: float) -> bool:
        """Whether an amount stands there, however it is written: ``50,000``, ``50k``."""
        digits = re.sub(r"(?<=\d) (?=\d)", "", self.words)
        return f"{amount:.0f}" in digits or f"{amount / 1000:g}k" in digits.replace(" k", "k")

    def pay_in_prose(self, posting: Data) -> Said | None:
        """What the sentences say of pay, where those of the posting's amounts stand nowhere."""
        ends = [posting["salary"].get(end) for end in ("min", "max")]
        if not any(ends) or any(self.has_amount(end) for end in ends if end):
            return None
        prose = (line.words for line in without_others(self._lines) if line.zone == CONTENT)
        pay = parse_salary("\n".join(prose)[:_MOST_PROSE], one_country(posting.get("locations") or []))
        return Said(pay, pay["raw"][0]) if pay and pay["raw"] else None


def is_open(words: str) -> bool:
    """Whether a date in words is the latest that may be meant: ``30+ days ago``."""
    return _OPEN.search(words) is not None


def seen(document: Document, posting: Data, titles: list[str]) -> Seen | None:
    """What the page says of the posting; None where it shows none of the titles, as one that scripts have yet to fill.

    Asked for are the fields that the posting has.
    """
    lines = document.lines
    start = _start(lines, titles)
    if start < 0:
        return None
    page = _Page(without_others(lines[start + 1 :]), document, posting)
    return Seen(page.said(), lines[start:])


def _start(lines: list[Line], titles: list[str]) -> int:
    ways = dict.fromkeys(way for title in titles for way in (title, title_key(title)) if plain(way))
    places = (start_of(lines, way) for way in ways)
    found = next((place for place in places if place >= 0), -1)
    return found if found >= 0 or not titles else _heading_within(lines, title_key(titles[0]))


def _heading_within(lines: list[Line], title: str) -> int:
    """The heading that says a part of the title: ``Baker`` of ``Baker, Bonn``."""
    headings = (
        (index, title_key(line.words)) for index, line in enumerate(lines) if line.level and line.zone == CONTENT
    )
    return next((index for index, key in headings if len(key) > _SHORTEST_TITLE and key in title), -1)


class _Page:
    """The lines below a title."""

    def __init__(self, lines: list[Line], document: Document, posting: Data) -> None:
        self._document = document
        self._posting = posting
        self._labels = labels_of(lines)
        self._head = [piece for line in head_of(lines) for piece in pieces(line.text)]

    def said(self) -> dict[str, Said]:
        """Of each field what its label says, else the one thing that the short lines below the title say of it."""
        readers: dict[str, Callable[[], Said | None]] = {
            "company": self._company,
            "locations": self._places,
            "workplace_type": self._workplace,
            "employment_types": self._kinds,
            "salary": self._salary,
            "date_posted": self._posted,
            "valid_through": self._until,
        }
        found = {name: reader() for name, reader in readers.items() if self._posting.get(name)}
        return {name: said for name, said in found.items() if said is not None}

    def _company(self) -> Said | None:
        label = self._labels.get("company") or ""
        name = None if len(label) > _LONGEST_NAME or _NO_NAME.search(label) else company_name(label)
        return Said(name, label) if name and company_key(name) and name[0].isupper() else None

    def _places(self) -> Said | None:
        label = self._labels.get("locations") or ""
        own = self._own_town([label, *self._pieces(_SHORT)])
        if own is not None:
            return own
        where = read_where(label)
        if _is_place(where) or where.remote:
            return None if where.remote else Said(where.locations, label)
        read = ((piece, read_where(piece)) for piece in self._pieces(_SHORT))
        return _one(Said(where.locations, piece) for piece, where in read if _is_sure(where))

    def _own_town(self, texts: list[str]) -> Said | None:
        """Where a town of the posting stands: nothing else needs to be read."""
        towns = [place["city"].casefold() for place in self._posting["locations"] if place.get("city")]
        found = (text for text in texts if any(town in text.casefold() for town in towns))
        return next((Said(self._posting["locations"], text) for text in found), None)

    def _workplace(self) -> Said | None:
        return self._labelled("workplace_type", workplace_of, self._pieces(_SHORTEST))

    def _kinds(self) -> Said | None:
        return self._labelled("employment_types", employment_types, self._pieces(_SHORTEST))

    def _salary(self) -> Said | None:
        read = partial(parse_salary, country=one_country(self._posting.get("locations") or []))
        return self._labelled("salary", read, (piece for piece in self._pieces(PROSE) if _MONEY.search(piece)))

    def _posted(self) -> Said | None:
        said = self._dated("date_posted")
        found = posted(said, self._document.fetched) if said else None
        return Said(found, said or "") if found else None

    def _until(self) -> Said | None:
        said = self._dated("valid_through")
        until = valid_until(said, self._posting.get("date_posted")) if said else None
        return Said(until, said or "") if until else None

    def _labelled(self, name: str, read: Callable[[str], Any], pieces_of_head: Iterable[str]) -> Said | None:
        """Behind the label, else the one thing that is said in the head."""
        label = self._labels.get(name)
        value = read(label) if label else None
        if label and value:
            return Said(value, label)
        return _one(Said(value, piece) for piece in pieces_of_head if (value := read(piece)))

    def _dated(self, name: str) -> str | None:
        """Behind its label, or behind a word that says it without a colon: ``Posted 3 days ago``."""
        return self._labels.get(name) or begun_with(name, self._pieces(_SHORT))

    def _pieces(self, longest: int) -> Iterator[str]:
        return (piece for piece in self._head if 1 < len(piece) <= longest)


def _one(found: Iterator[Said]) -> Said | None:
    """What is said but once, or each time alike: several things are not one, as in a list beside."""
    said = list(found)
    return said[0] if said and all(one.value == said[0].value for one in said) else None


def _is_place(where: Where) -> bool:
    """Whether nothing but places of work are named, each by a name of a few words."""
    return bool(where.locations) and not where.remote and all(map(_is_named, where.locations))


def _is_sure(where: Where) -> bool:
    return _is_place(where) and all(place["city"] and place["country"] for place in where.locations)


def _is_named(place: Data) -> bool:
    town = str(place["city"] or "")
    return not town or (
        len(town.split()) <= _MOST_WORDS_OF_TOWN
        and not any(letter.isdigit() for letter in town)
        and not town[0].islower()
        and not _AREA.search(town)
        and not workplace_of(town)
        and not employment_types(town)
    )
