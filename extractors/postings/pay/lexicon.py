"""The words that tell pay from other money, in many languages, as patterns. Their lists stand in ``words.json``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from extractors.postings.words import word_list

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_BLANKS = re.compile(r"[^\S\n]+")
# Languages that set no blanks between words, or hang their endings on.
_UNSPACED = re.compile("[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
PERIODS = {"hour": "hourly", "day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
"""Each period, and its list of words that say it alone."""
LETTER, LETTER_OR_DIGIT = r"[^\W\d_]", r"[^\W_]"
"""What may not touch a word: ``3d`` has the word ``d`` where that is a letter alone."""


class _Folds(dict[int, int]):
    """Each capital to its small letter, and each accented letter to its base: one character for one."""

    def __missing__(self, code: int) -> int:
        small = chr(code).lower()
        base = small if len(small) == 1 else chr(code)
        if code < 0x0530 or 0x1E00 <= code < 0x2000:
            base = unicodedata.normalize("NFD", base)[0]
        self[code] = ord(base)
        return self[code]


_FOLDS = _Folds()


def cleaned(text: str) -> str:
    """Without invisible characters; with plain digits and blanks in place of their many look-alikes."""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))


def folded(text: str) -> str:
    """Without capitals and accents, and exactly as long: what is found here stands there in the text."""
    return text.translate(_FOLDS)


def data(name: str) -> dict[str, Any]:
    """One of the lists beside this module."""
    return word_list(name, __package__)


@cache
def pattern(concept: str) -> re.Pattern[str]:
    """Any word of a concept, as it stands in folded text."""
    return re.compile(any_of(data("words")[concept]))


def any_of(words: Iterable[str], *, fold: bool = True, apart_from: str | None = LETTER_OR_DIGIT) -> str:
    """An alternative of whole words, the longest first; ``*`` stands for more letters before or behind.

    ``apart_from`` is what may not touch a word (``LETTER_OR_DIGIT``, ``LETTER``); None: anything may.
    """
    before, behind = (f"(?<!{apart_from})", f"(?!{apart_from})") if apart_from else ("", "")
    bounded, open_ = _Trie(), _Trie()
    for word in words:
        core = (folded(word) if fold else word).strip("*")
        ending = r"\w{0,30}" if word.endswith("*") else behind if _is_ended(core) else ""
        free = word.startswith("*") or _UNSPACED.search(core) or not core[0].isalnum()
        (open_ if free else bounded).add(core, ending)
    both = (f"{before}{bounded.pattern()}" if bounded.next else "", open_.pattern() if open_.next else "")
    return f"(?:{'|'.join(filter(None, both))})"


def _is_ended(core: str) -> bool:
    return core[-1].isalnum() and not _UNSPACED.search(core)


class _Trie:
    """Words by their letters: a pattern of them that looks at each letter of a text once."""

    def __init__(self) -> None:
        self.next: dict[str, _Trie] = {}
        self.endings: set[str] = set()

    def add(self, word: str, ending: str) -> None:
        node = self
        for letter in word:
            node = node.next.setdefault(letter, _Trie())
        node.endings.add(ending)

    def pattern(self) -> str:
        longer = [_letter(letter) + node.pattern() for letter, node in sorted(self.next.items())]
        parts = longer + sorted(self.endings, key=len, reverse=True)
        return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _letter(letter: str) -> str:
    return r"\s{1,3}" if letter == " " else re.escape(letter)
