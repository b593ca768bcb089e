"""Data that a page embeds for its own scripts, found by its shape and not by its name."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from extractors.postings.loose_json import read_json

_LEAST = 200
"""Characters of data that may hold a posting."""
_HINT = re.compile(
    rb"employment_?type|job_?type|job_?title|job_?posting|job_?description|apply_?url|work_?place|requisition|vacanc"
    rb"|commitment|contract_?type|salary|date_?posted|published_?(?:at|date)|compensation|position_?(?:name|title)",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"(?:[=(:]\s{0,64}|^[^\S\n]{0,64})(?=[\[{]\s{0,64}[\"\[{])", re.MULTILINE)
_PARSED = re.compile(r"JSON\.parse\(\s*(?=[\"'])")
_PUSHED = re.compile(r"__next_f\.push\(\s*(\[.*\])\s*\)", re.DOTALL)
_ROW = re.compile(r"^[0-9a-f]+:(?=[\[{])", re.MULTILINE)
_ATTRIBUTE = re.compile(rb"=([\"'])(?=\[?\{(?:\"|&quot;))")
_MOST_STARTS = 40
_DECODER = json.JSONDecoder(strict=False)


def embedded_values(page: bytes) -> Iterator[Any]:
    """JSON in scripts of data, in assignments of code, in streams of rows, and in attributes; what speaks of jobs.

    ``page`` is HTML in UTF-8. Its bytes are looked at, not its tree: most pages have nothing of the kind.
    """
    pushed = []
    for kind, text in _scripts(page):
        if "json" in kind:
            yield from read_json(text)
        elif "__next_f" in text:
            pushed.append(text)
        else:
            yield from _in_code(text)
    yield from _rows("".join(map(_streamed, pushed)))
    yield from _in_attributes(page)


def _scripts(page: bytes) -> Iterator[tuple[str, str]]:
    """Attributes and text of each script that may hold data about jobs."""
    position = 0
    while (start := page.find(b"<script", position)) >= 0:
        opened = page.find(b">", start) + 1
        end = page.find(b"</script", opened)
        if not opened or end < 0:
            return
        position = end
        kind = page[start:opened].lower()
        if end - opened >= _LEAST and b"ld+json" not in kind and _HINT.search(page, opened, end):
            yield kind.decode("utf-8", "replace"), page[opened:end].decode("utf-8", "replace")


def _in_code(text: str) -> Iterator[Any]:
    """``window.state = {…}``, ``JSON.parse("{…}")``: from each place where a value may begin, as far as it is JSON."""
    end = 0
    for count, match in enumerate(_ASSIGNED.finditer(text)):
        if match.end() >= end and count < _MOST_STARTS:
            value, end = _decoded(text, match.end())
            if end - match.end() >= _LEAST:
                yield value
    for count, match in enumerate(_PARSED.finditer(text)):
        if count < _MOST_STARTS:
            inner = _string(text, match.end())
            yield from read_json(inner) if len(inner) >= _LEAST else ()


def _decoded(text: str, start: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start


def _string(text: str, start: int) -> str:
    """A string literal of JavaScript; one between single quotes is read as JSON's."""
    literal = text[start:]
    if literal.startswith("'"):
        end = re.search(r"(?<!\\)'", literal[1:])
        inner = literal[1 : end.start() + 1] if end else ""
        literal = '"' + inner.replace("\\'", "'").replace('"', '\\"').replace('\\\\"', '\\"') + '"'
    value, _ = _decoded(literal, 0)
    return value if isinstance(value, str) else ""


def _streamed(text: str) -> str:
    match = _PUSHED.search(text)
    value = _decoded(match[1], 0)[0] if match else None
    return value[1] if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str) else ""


def _rows(text: str) -> Iterator[Any]:
    """``1a:{…}`` on lines of their own."""
    for match in _ROW.finditer(text):
        value, end = _decoded(text, match.end())
        if end - match.end() >= _LEAST:
            yield value


def _in_attributes(page: bytes) -> Iterator[Any]:
    for match in _ATTRIBUTE.finditer(page):
        end = page.find(match[1], match.end())
        if end < 0:
            return
        value = page[match.end() : end]
        if len(value) >= _LEAST and _HINT.search(value):
            yield from read_json(html.unescape(value.decode("utf-8", "replace")))
