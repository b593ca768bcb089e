"""JSON as pages write it: with comments around it, raw line ends, stray commas and backslashes."""

from __future__ import annotations

import html
import json
import re
from typing import Any

_BEFORE = ("//", "/*", "*/", "<![CDATA[", "<!--")
_AFTER = (";", "//", "/*", "*/", "]]>", "-->")
_MOST_MARKS = 8
_STRING_OR_NOISE = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)'  # a string, kept
    r"|,(?=\s*[}\]])"  # a comma before a closing bracket
    r"|/\*(?:.*?\*/|.*)|//[^\n]*",  # a comment
    re.DOTALL,
)
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)')
_DECODER = json.JSONDecoder(strict=False)


def read_json(text: str) -> list[Any]:
    """The values in ``text``, usually one; what cannot be read, and what follows it, is left out."""
    text = _unwrapped(text)
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    return _values(text) or _values(_repaired(text))


def _unwrapped(text: str) -> str:
    """Without the comments and CDATA marks that hide it from browsers of old."""
    for _ in range(_MOST_MARKS):
        text = text.strip()
        for mark in _BEFORE:
            text = text.removeprefix(mark)
        for mark in _AFTER:
            text = text.removesuffix(mark)
    return text.strip()


def _values(text: str) -> list[Any]:
    values, position = [], 0
    while position < len(text):
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return values


def _repaired(text: str) -> str:
    text = _STRING_OR_NOISE.sub(lambda match: match[0] if match[0][0] == '"' else "", text)
    return _BAD_ESCAPE.sub(lambda match: match[0] if match[1] else r"\\", text)
