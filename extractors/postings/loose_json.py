"""JSON as pages write it: with comments around it, raw line ends, stray commas and backslashes."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from extractors.postings.js_values import literal

_BEFORE = ("\ufeff", "//", "/*", "*/", "<![CDATA[", "<!--")
_AFTER = (";", "//", "/*", "*/", "]]>", "-->")
_MOST_MARKS = 8
_STRING_OR_NOISE = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)'  # a string, kept
    r"|,(?=\s*[}\]])"  # a comma before a closing bracket
    r"|/\*(?:.*?\*/|.*)|//[^\n]*",  # a comment
    re.DOTALL,
)
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)')
_VALUE = re.compile(r"[\[{](?=\s*[\"'{\[A-Za-z_$])")
_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"')
_AFTER_TEXT = re.compile(r"\s*(?:[:}\]]|,\s*[\"{\[\dtfn-]|,?\s*\Z)")
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|[\[\]{}]', re.DOTALL)
_PAIRS = {"[": "]", "{": "}"}
_LONGEST_MENDED = 500_000
_DECODER = json.JSONDecoder(strict=False)


def read_json(text: str) -> list[Any]:
    """The values in ``text``, usually one; what cannot be read, and what follows it, is left out."""
    text = _unwrapped(text)
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    return _values(text) or _values(_repaired(text)) or _mended(text[:_LONGEST_MENDED])


def _mended(text: str) -> list[Any]:
    """The value in what is no JSON: code, with quotes inside texts, or cut off."""
    start = _VALUE.search(text)
    if start is None:
        return []
    text = text[start.start() :]
    value, end = literal(text)
    if end:
        return [value]
    return _values(_repaired(text)) or _values(_repaired(_requoted(text))) or _values(_closed(_repaired(text)))


def _requoted(text: str) -> str:
    """With each quote that ends no text escaped: one that ends it stands before a mark of JSON."""
    pieces, position, inside = [], 0, False
    for match in _QUOTE.finditer(text):
        ends = _AFTER_TEXT.match(text, match.end()) is not None
        pieces.append(text[position : match.start()])
        pieces.append(match[0] if not inside or ends else '\\"')
        inside = not inside or not ends
        position = match.end()
    return "".join([*pieces, text[position:]])


def _closed(text: str) -> str:
    """With the brackets closed that are open at its end, and the text that it ends in."""
    waiting: list[str] = []
    inside = False
    for match in _BRACKET.finditer(text):
        mark = match[0]
        if mark[0] == '"':
            inside = len(mark) == 1 or not mark.endswith('"')
        elif mark in _PAIRS:
            waiting.append(_PAIRS[mark])
        elif waiting:
            waiting.pop()
    text = f'{text}"' if inside else text.rstrip().rstrip(",")
    return text + "".join(reversed(waiting))


def _unwrapped(text: str) -> str:
    """Without the comments and CDATA marks that hide it from browsers of old."""
    for _ in range(_MOST_MARKS):
        text = text.strip()
        for mark in _BEFORE:
            text = text.removeprefix(mark)
        for mark in _AFTER:
            text = text.removesuffix(mark)
    return text.strip()


def json_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON that begins at ``start``, and where it ends; ``(None, start)`` where it is none."""
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start


def _values(text: str) -> list[Any]:
    values, position = [], 0
    while position < len(text):
        value, end = json_at(text, position)
        if end == position:
            break
        values.append(value)
        position = end
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return values


def _repaired(text: str) -> str:
    text = _STRING_OR_NOISE.sub(lambda match: match[0] if match[0][0] == '"' else "", text)
    return _BAD_ESCAPE.sub(lambda match: match[0] if match[1] else r"\\", text)
