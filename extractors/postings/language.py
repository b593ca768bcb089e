"""The language of a description, by its script and its commonest words."""

from __future__ import annotations

import re
from functools import cache

from extractors.postings.words import word_list

_LONGEST = 6_000
_FEWEST_WORDS = 12
_LEAST_SHARE = 0.12
_LEAD = 1.25
_WORD = re.compile(r"[^\W\d_]+")
# Scripts that one language, or nearly, is written in.
_SCRIPTS = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}
_LEAST_OF_SCRIPT = 0.15


def language_of(text: str) -> str | None:
    """The language (ISO 639-1) that a description is written in; None where that is not sure.

    Short texts, and texts of several languages, are not sure.
    """
    text = text[:_LONGEST]
    letters = sum(map(len, _WORD.findall(text)))
    for language, script in _SCRIPTS.items():
        if letters and len(script.findall(text)) >= max(_FEWEST_WORDS, letters * _LEAST_OF_SCRIPT):
            return language
    words = _WORD.findall(text.lower())
    return _by_words(words) if len(words) >= _FEWEST_WORDS else None


def _by_words(words: list[str]) -> str | None:
    counts = sorted(
        ((sum(word in own for word in words), name) for name, own in _function_words().items()), reverse=True
    )
    (most, language), (second, _) = counts[:2]
    return language if most >= len(words) * _LEAST_SHARE and most >= second * _LEAD else None


@cache
def _function_words() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in word_list("function_words").items()}
