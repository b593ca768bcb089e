"""Words for somebody's work, in many languages: ``Head Baker``, ``Softwareentwicklerin``, ``エンジニア``."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extractors.postings.vocabulary import fold
from extractors.postings.words import REMEMBERED, word_list

_WORD = re.compile(r"[^\W\d_]+")
_FIRST_SIGN = "\u3040"
"""From here on scripts set no blanks between words."""
_BENT = ("", "s", "es", "in", "innen", "a", "as", "o", "os", "e", "euse", "ice", "ka", "em", "om", "y", "ow", "i", "ov")
_BENT_ENDINGS = ("", "s", "e", "n", "en", "er", "es", "in", "innen", "r")
_LONGEST_WORD = 40


@lru_cache(REMEMBERED)
def names_work(text: str) -> bool:
    """Whether a title has such a word; in German, Dutch and Nordic languages also at the end of a longer one."""
    plain = fold(text)
    words, endings, signs = _known()
    if any(word in words or _ends(word, endings) for word in _WORD.findall(plain)):
        return True
    return plain > "" and max(plain) >= _FIRST_SIGN and any(sign in plain for sign in signs)


def _ends(word: str, endings: dict[int, frozenset[str]]) -> bool:
    most = len(word) if len(word) <= _LONGEST_WORD else 0
    return any(length <= most and word[-length:] in known for length, known in endings.items())


@cache
def _known() -> tuple[frozenset[str], dict[int, frozenset[str]], tuple[str, ...]]:
    """Whole words; ends of words, by their length; signs."""
    said = word_list("job_words")["roles"]
    words = frozenset(fold(word) + bent for word in said["words"] for bent in _BENT)
    ends = {fold(word) + bent for word in said["endings"] for bent in _BENT_ENDINGS}
    lengths = {length: frozenset(end for end in ends if len(end) == length) for length in {len(end) for end in ends}}
    return words, lengths, tuple(fold(sign) for sign in said["signs"])
