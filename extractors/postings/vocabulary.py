"""Words by which pages say that they are a posting, and what its parts are."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extractors.postings.pay.lexicon import folded
from extractors.postings.words import REMEMBERED, word_list

_SIGNS = re.compile(r"[\W_]+")
_BEGINS = r"\b"
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "ß": "ss"})


def fold(text: str) -> str:
    """Without capitals and accents; letters that have no base of their own as people write them without."""
    return folded(text).translate(_LETTERS)


@lru_cache(REMEMBERED)
def plain(text: str) -> str:
    """Without capitals, accents and punctuation."""
    return _SIGNS.sub(" ", fold(text)).strip()


@cache
def words(name: str) -> frozenset[str]:
    """A list of ``page_words.json``, plain."""
    return frozenset(map(plain, word_list("page_words")[name]))


@cache
def meanings() -> dict[str, str]:
    """Labels, plain, and the field that each names."""
    return {plain(word): meaning for meaning, labels in word_list("page_words")["labels"].items() for word in labels}


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A list of patterns of ``job_words.json``, as one; they are looked for in folded text."""
    said = word_list("job_words")[name]
    parts = [one for group in said.values() for one in group] if isinstance(said, dict) else said
    folded_parts = [_folded(one) for one in parts]
    # Those that begin with a word are looked for where one begins, and not at each letter.
    begun = [one.removeprefix(_BEGINS) for one in folded_parts if one.startswith(_BEGINS)]
    others = [one for one in folded_parts if not one.startswith(_BEGINS)]
    at_words = [rf"{_BEGINS}(?=\w)(?:{_either(begun)})"] if begun else []
    return re.compile(_either(at_words + others))


def _either(parts: list[str]) -> str:
    return "|".join(f"(?:{one})" for one in parts)


def _folded(part: str) -> str:
    """Without the accents of its letters; classes like ``\\W`` stay."""
    return "".join(letter if letter.isascii() else fold(letter) for letter in part)


def says(name: str, text: str) -> bool:
    """Whether a text has what a list of patterns looks for."""
    return pattern(name).search(fold(text)) is not None
