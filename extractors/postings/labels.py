"""What stands behind the labels of a page, or below them: ``Location: Bonn``, a list of terms, a table, two columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from extractors.postings.page_lines import ASIDE, CONTENT, Line
from extractors.postings.vocabulary import meanings, plain
from extractors.postings.words import REMEMBERED

_LONGEST_LABEL = 42
_LONGEST_VALUE = 160
_COLONS = ":\uff1a"
_LABELLED = re.compile(r"^\W{0,4}([^:\uff1a]{2,40})\s*[:\uff1a]\s*(\S.{0,159})$", re.DOTALL)
_DASHED = re.compile(r"^([^\u2013\u2014-]{2,40}?)\s[\u2013\u2014-]\s(\S.{0,159})$", re.DOTALL)
_PIECES = re.compile(r"(?<!\s)\s+[\u00b7\u2022|\u2219\u2027\u30fb\u2013\u2014]\s+|(?<!\s)\s*[|\u00b7\u2022]\s*|\t")
_SEPARATOR = re.compile(r"[\u00b7\u2022|\u2219\u2027\u30fb\u2013\u2014\t]")
_ICONS = re.compile(r"^[^\w(\[<\"'\u201c\u2018\u201e\u00ab\u00a3$\u20ac\u00a5\u20b9+#@&.-]+")
"""Signs before words, as a pin before a town."""
_MOST_VALUES = 12
_MOST_WORDS_OF_LABEL = 4
_NO_ENDS = ":\uff1a*?"
"""How labels and the fields of forms end, and no value does."""
_PLURAL = frozenset({"locations"})


def pieces(text: str) -> list[str]:
    """The parts of a line that dots, bars or dashes keep apart."""
    apart = _PIECES.split(text) if _SEPARATOR.search(text) else [text]
    parts = (_ICONS.sub("", part).strip() for part in apart)
    return [part for part in parts if part]


def begun_with(meaning: str, parts: Iterable[str]) -> str | None:
    """What follows a label in the first part that begins with one, without a colon: ``Posted 3 days ago``."""
    for part in parts:
        steps = part.split()
        for count in range(min(len(steps) - 1, _MOST_WORDS_OF_LABEL), 0, -1):
            if meanings().get(plain(" ".join(steps[:count]))) == meaning:
                return " ".join(steps[count:])
    return None


def labels_of(lines: list[Line]) -> dict[str, str]:
    """Field to what the page says of it; the first of several, and places that are listed as one text with ``|``."""
    found: dict[str, str] = {}
    shown = [line for line in lines if line.zone in (CONTENT, ASIDE)]
    for index, line in enumerate(shown):
        if len(line.text) > 2 * _LONGEST_VALUE:
            continue
        below = _meaning(line.text)
        if below is not None:
            value = _below(shown, index, below)
            if value:
                found.setdefault(below, _with_label(below, line.text, value))
            continue
        for meaning, value in _in_line(line.text):
            found.setdefault(meaning, value)
    return found


def _meaning(text: str) -> str | None:
    if len(text) > _LONGEST_LABEL:
        return None
    bare = plain(text.rstrip(_COLONS))
    return meanings().get(bare)


def _in_line(text: str) -> list[tuple[str, str]]:
    """``Location: Bonn | Type: Full time``: each, or the whole line as one."""
    whole = _labelled(text)
    if whole and "|" not in text and "\t" not in text:
        return [whole]
    parts = text.split("\t")
    if len(parts) == 2 and (meaning := _meaning(parts[0])) and _meaning(parts[1]) is None:
        return [(meaning, _with_label(meaning, parts[0], parts[1].strip()))]
    found = [pair for part in pieces(text) if (pair := _labelled(part))]
    return found or ([whole] if whole else [])


@lru_cache(REMEMBERED)
def _labelled(text: str) -> tuple[str, str] | None:
    for shape in (_LABELLED, _DASHED):
        match = shape.match(text)
        if match and (meaning := _meaning(match[1])) and _meaning(match[2]) is None:
            return meaning, _with_label(meaning, match[1], match[2].replace("\t", " ").strip(" ,;"))
    return None


def _with_label(meaning: str, label: str, value: str) -> str:
    """What is paid has its label with it, which may say for how long: ``Monthly salary: 610 BGN``."""
    return f"{label.rstrip(_COLONS)}: {value}" if meaning == "salary" else value


def _below(lines: list[Line], index: int, meaning: str) -> str:
    """The line below a label; for places all items of the list below it."""
    following = lines[index + 1 : index + 1 + _MOST_VALUES]
    if not following or not _is_value(following[0]):
        return ""
    values = [following[0]]
    if meaning in _PLURAL and following[0].tag in {"li", "dd"}:
        for line in following[1:]:
            if line.tag != following[0].tag or not _is_value(line) or len(line.text) > 60:
                break
            values.append(line)
    return " | ".join(line.text.replace("\t", " ").strip(" ,;") for line in values)


def _is_value(line: Line) -> bool:
    text = line.text
    named = text[-1] in _NO_ENDS or _meaning(text) is not None or _labelled(text) is not None
    return 1 < len(text) <= _LONGEST_VALUE and not named
