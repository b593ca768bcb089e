"""Which links lead to postings: by words of many languages, and by what pages of their template have held."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from unicodedata import category, normalize
from urllib.parse import unquote, urlsplit

from extractors.postings.flat import words_of
from extractors.postings.words import word_list
from schemas.templates import template_of

Yields = Mapping[str, tuple[int, int]]
"""By ``template_of`` a URL: how many of its pages were read, and how many of them held a posting."""

NONE, CAREERS, POSTING = 0, 20, 30
"""How soon a link is followed: it says nothing of jobs; it does; pages like it have held postings."""
_LEAST_PAGES = 2
_LONGEST_TEXT = 80
_PLAIN = str.maketrans(
    {"\u0142": "l", "\u0141": "L", "\u0131": "i", "\xf8": "o", "\xd8": "O", "\xe6": "ae", "\xdf": "ss"}
)


def worth(url: str, yields: Yields, text: str = "") -> int:
    """How soon a link is to be followed, by its URL, by what pages like it have held, and by its words."""
    read, held = yields.get(template_of(url), (0, 0)) if yields else (0, 0)
    if read >= _LEAST_PAGES and 2 * held > read:
        return POSTING
    return CAREERS if is_careers(url) or (text and says_careers(text)) else NONE


def is_careers(url: str) -> bool:
    """Whether a URL's path or the first part of its host speaks of jobs, in any of many languages."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").partition(".")[0]
    return says_careers(host) or _path_says(parts.path)


@lru_cache(10_000)
def _path_says(path: str) -> bool:
    return any(says_careers(part) for part in unquote(path).split("/") if part)


@lru_cache(10_000)
def says_careers(text: str) -> bool:
    """Whether a few words say careers, as ``Open positions`` or ``offres-d-emploi``."""
    if len(text) > _LONGEST_TEXT:
        return False
    if not text.isascii() and any(word in text for word in word_list("careers")["within"]):
        return True
    words = plain(text).split()
    starts = _starts()
    return any(
        words[at : at + len(phrase)] == phrase for at, word in enumerate(words) for phrase in starts.get(word, ())
    )


def plain(text: str) -> str:
    """Words in small letters, without accents and punctuation: as the lists have them."""
    if not text.isascii():
        apart = normalize("NFKD", text.translate(_PLAIN))
        text = normalize("NFC", "".join(one for one in apart if category(one) != "Mn"))
    return words_of(text)


@cache
def _starts() -> dict[str, list[list[str]]]:
    """What says careers, by its first word."""
    starts: dict[str, list[list[str]]] = {}
    for phrase in map(str.split, word_list("careers")["careers"]):
        starts.setdefault(phrase[0], []).append(phrase)
    return starts


@cache
def _names(meaning: str) -> frozenset[str]:
    return frozenset(word_list("careers")[meaning])


@lru_cache(2_000)
def says(meaning: str, text: str) -> bool:
    """Whether a text is one of the words of ``careers.json`` for a meaning, as ``next``."""
    text = text.strip()
    return len(text) <= _LONGEST_TEXT and (text in _names(meaning) or plain(text) in _names(meaning))
