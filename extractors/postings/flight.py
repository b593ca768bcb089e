"""What a React server streams into a page: rows of data, of texts, and of references between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from extractors.postings.loose_json import json_at

_ROW = re.compile(rb"(?:^|\n)?([0-9a-f]+):([A-Z]?)")
_REFERENCE = re.compile(r"\$[@LQWK]?([0-9a-f]+)((?::[^:\s]+)*)\Z")
_LEAST = 200
_MOST_ROWS = 20_000
_MOST_VALUES = 100_000
_DEEPEST = 60
Rows = dict[str, Any]


def flight_values(stream: str) -> Iterator[Any]:
    """The values of a stream's rows, with what they refer to in its place; data in a row's text, too."""
    rows = _rows(stream.encode("utf-8", "surrogatepass"))
    resolver = _Resolver(rows)
    for value in rows.values():
        if isinstance(value, dict | list):
            yield resolver.of(value)
        elif len(value) >= _LEAST and value.lstrip()[:1] in ("{", "["):
            yield value


def _rows(stream: bytes) -> Rows:
    """``1a:{…}`` and ``1b:["$","div",…]`` as values, ``1c:T2f,…`` (a length in bytes, in hex) as text."""
    rows: Rows = {}
    position = 0
    for _ in range(_MOST_ROWS):
        match = _ROW.match(stream, position)
        if match is None:
            position = stream.find(b"\n", position) + 1
            if not position:
                break
            continue
        name, kind = match[1].decode(), match[2]
        value, position = _text(stream, match.end()) if kind == b"T" else _line(stream, match.end(), kind)
        if isinstance(value, dict | list | str):
            rows[name] = value
    return rows


def _text(stream: bytes, start: int) -> tuple[str | None, int]:
    comma = stream.find(b",", start, start + 12)
    try:
        length = int(stream[start:comma], 16) if comma >= 0 else -1
    except ValueError:
        length = -1
    if length < 0:
        return None, start
    end = comma + 1 + length
    return stream[comma + 1 : end].decode("utf-8", "replace"), end


def _line(stream: bytes, start: int, kind: bytes) -> tuple[Any, int]:
    end = stream.find(b"\n", start)
    end = len(stream) if end < 0 else end
    text = stream[start:end].decode("utf-8", "replace")
    if kind or text[:1] not in ("{", "[", '"'):
        return None, end + 1
    value, used = json_at(text, 0)
    if not used:
        return None, end + 1
    # A row of text has no line end behind it: the next row may begin right there.
    return value, end + 1 if used == len(text) else start + len(text[:used].encode())


class _Resolver:
    """Puts what is referred to in the place of the reference, up to a bound."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._left = _MOST_VALUES

    def of(self, value: Any, depth: int = _DEEPEST, within: frozenset[str] = frozenset()) -> Any:
        """The value with what it refers to; None for what refers to itself."""
        self._left -= 1
        if not depth or self._left < 0:
            return None
        if isinstance(value, list):
            return [self.of(one, depth - 1, within) for one in value]
        if isinstance(value, dict):
            return {name: self.of(one, depth - 1, within) for name, one in value.items()}
        return self._text(value, depth, within) if isinstance(value, str) and value[:1] == "$" else value

    def _text(self, text: str, depth: int, within: frozenset[str]) -> Any:
        if text[:2] == "$D":
            return text[2:]
        if text == "$undefined":
            return None
        if text[:2] == "$$":
            return text[1:]
        match = _REFERENCE.match(text)
        if match is None:
            return text
        if match[1] not in self._rows or text in within:
            return None
        target = self._rows[match[1]]
        for step in filter(None, match[2].split(":")):
            target = _step(target, step)
        return target if isinstance(target, str) and target[:1] != "$" else self.of(target, depth - 1, within | {text})


def _step(value: Any, step: str) -> Any:
    """One step of ``$5:3:props:job``: an element's third place is its properties."""
    if isinstance(value, dict):
        return value.get(step)
    if not isinstance(value, list):
        return None
    if step == "props" and len(value) > 3 and value[0] == "$":
        return value[3]
    return value[int(step)] if step.isdecimal() and int(step) < len(value) else None
