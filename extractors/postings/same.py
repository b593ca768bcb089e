"""Whether two postings advertise the same job, by what they say.

Measured on recorded postings: of copies, the whole text is in the other (1.00); of different jobs of one employer, up
to 0.943 of it. What stands between tells nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from extractors.postings.identity import PLATFORM
from extractors.postings.names import company_key

SAME_TEXT = 0.97
"""From this containment on, two texts are the same."""
OTHER_TEXT = 0.943
"""Up to this containment, they are of different jobs."""
LEAST_SHINGLES = 30
"""A text with fewer is a teaser, which may be the same for all jobs of an employer."""

_WORDS_OF_SHINGLE = 5
_MOST_PLACES = 50
# Chinese, Japanese, Korean and Thai have no blanks between words: each character counts.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+")
_TITLE_WORD = re.compile(r"[^\W_]+|[+#]+")
_ALL_GENDERS = re.compile(r"\(?\b(?:[mwfdxhvi]|div|gn)(?:\s*[/|*,]\s*(?:[mwfdxhvi]|div|gn)\b)+\)?", re.IGNORECASE)

Place = dict[str, Any]
Shingles = frozenset[int]


@dataclass(frozen=True, slots=True)
class Advert:
    """What of a posting is compared. ``company`` and ``title`` are keys; ``text`` is empty until it is needed."""

    id: int
    source: tuple[str, str]
    company: str = ""
    title: str = ""
    requisition: str = ""
    places: tuple[Place, ...] = ()
    text: Shingles = frozenset()

    @property
    def named(self) -> bool:
        """Whether it says enough to be compared: an employer and a title."""
        return bool(self.company and self.title)


def advert(row: dict[str, Any]) -> Advert:
    """The columns of a posting's row, as they are compared; its text, where ``description_text`` is there."""
    return Advert(
        id=row["id"],
        source=(row["platform"], row["tenant"]),
        company=company_key(row["company"] or ""),
        title=title_key(row["title"]),
        requisition=_plain(row["requisition_id"] or ""),
        places=tuple(row["locations"][:_MOST_PLACES]),
        text=shingles(row.get("description_text") or ""),
    )


def title_key(title: str) -> str:
    """What two ways to write a title have in common: its words, without capitals, punctuation and ``(m/w/d)``."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return " ".join(_TITLE_WORD.findall(_ALL_GENDERS.sub(" ", plain)))


def shingles(text: str) -> Shingles:
    """Each five words that follow each other, as numbers that hold in this process alone; a short text is one."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    if len(words) < _WORDS_OF_SHINGLE:
        return frozenset([hash(tuple(words))] if words else [])
    return frozenset(map(hash, zip(*(words[start:] for start in range(_WORDS_OF_SHINGLE)), strict=False)))


def containment(one: Shingles, other: Shingles) -> float:
    """How much of the shorter text is in the other, 0 to 1."""
    if one == other:
        return 1.0
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0


def likeness(one: Advert, other: Advert) -> float:
    """``containment`` of the texts; 0 where one is too short to tell."""
    if min(len(one.text), len(other.text)) < LEAST_SHINGLES:
        return 0.0
    return containment(one.text, other.text)


def same(one: Advert, other: Advert) -> bool:
    """Whether both are the same job: nothing but the texts' likeness is left to ask, and it is large enough."""
    return one.named and not contradictory(one, other) and likeness(one, other) >= SAME_TEXT


def apart(one: Advert, other: Advert) -> bool:
    """Whether two of one name are certainly two jobs. Of other names (in two languages?), or short texts, none are."""
    if not one.named or (one.company, one.title) != (other.company, other.title):
        return False
    if contradictory(one, other):
        return True
    return min(len(one.text), len(other.text)) >= LEAST_SHINGLES and likeness(one, other) <= OTHER_TEXT


def contradictory(one: Advert, other: Advert) -> bool:
    """Whether something beside the texts tells them apart: employer, title, number, place, or the platform's own id."""
    if (one.company, one.title) != (other.company, other.title):
        return True
    if one.id != other.id and one.source == other.source and one.source[0] != PLATFORM:
        return True
    if one.requisition and other.requisition and one.requisition != other.requisition:
        return True
    return not compatible(one.places, other.places)


def compatible(some: Iterable[Place], others: Iterable[Place]) -> bool:
    """Whether there may be a place in both: one that says less fits one that says more, and none fits all."""
    some, others = list(some), list(others)
    return not some or not others or any(_may_be_one(one, other) for one, other in product(some, others))


def city_keys(places: Iterable[Place]) -> set[str]:
    """The towns, as they are compared; empty where a place has none, since that one fits all."""
    cities = {_plain(place.get("city") or "") for place in places}
    return set() if "" in cities else cities


def _may_be_one(one: Place, other: Place) -> bool:
    country, other_country = one.get("country"), other.get("country")
    if country and other_country and country != other_country:
        return False
    city, other_city = _plain(one.get("city") or ""), _plain(other.get("city") or "")
    if city and other_city:
        return city == other_city
    if not _taken_apart(one) or not _taken_apart(other):
        return _one_in_the_other(one, other)
    return _regions_agree(_plain(one.get("region") or ""), _plain(other.get("region") or ""))


def _taken_apart(place: Place) -> bool:
    return bool(place.get("city") or place.get("region") or place.get("country"))


def _one_in_the_other(one: Place, other: Place) -> bool:
    """``Bonn, Germany``, as nobody has taken it apart, and Bonn."""
    text, other_text = (_plain(place.get("city") or place.get("raw") or "") for place in (one, other))
    return text in other_text or other_text in text


def _regions_agree(one: str, other: str) -> bool:
    """A code (``ca``) and a name (``california``) cannot be compared."""
    alike = (len(one) > 3) == (len(other) > 3)
    return not one or not other or one == other or not alike


def _plain(text: str) -> str:
    """Without capitals, accents and punctuation."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in parts if character.isalnum())
