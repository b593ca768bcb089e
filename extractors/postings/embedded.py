"""Data that a page embeds for its own scripts, found by its shape and not by its name."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from extractors.postings.flight import flight_values
from extractors.postings.js_values import Budget, called, literal, string
from extractors.postings.loose_json import json_at, read_json
from extractors.postings.packed import is_packed, unpacked, values_in

_LEAST = 200
"""Characters of data that may hold a posting."""
_WORDS = (
    *(b"employmenttype", b"jobtype", b"jobtitle", b"jobposting", b"jobdescription", b"applyurl", b"workplace"),
    *(b"requisition", b"vacanc", b"commitment", b"contracttype", b"salary", b"dateposted", b"publishedat"),
    *(b"publisheddate", b"publishdate", b"compensation", b"positionname", b"positiontitle", b"hiringorgani"),
    *(b"stellenangebot", b"typecontrat", b"vacature", b'jobs":', b'"job":', b'openings":', b'positions":', b"jobs:["),
)
"""Data about jobs has one of these in the names of its values, without ``_`` and ``-``."""
_ENCODED = (b"eyJ", b"W3s")
"""How JSON begins in Base64: its words cannot be seen."""
_START = re.compile(r"(?:[=(:,]|\breturn)\s{0,64}(?=[\[{])|^[^\S\n]{0,64}(?=[\[{])", re.MULTILINE)
_JSON = re.compile(r"[\[{]\s{0,64}[\"\[{]")
_LITERAL = re.compile(
    r"(?:\[\s{0,64}){0,20}\{\s{0,64}(?:[A-Za-z_$][\w$]*|'[^'\n]{1,80}'|\"[^\"\n]{1,80}\")\s{0,9}:|\[\s{0,64}[\[{\"'n\d]"
)
_STRING = re.compile(
    r"(?:JSON\.parse|decodeURIComponent|unescape|atob|parseJSON|\.enqueue)\(\s{0,64}(?=[\"'`])"
    r"|[=(:,]\s{0,64}(?=[\"'`](?:\{\\|\[\{?\\|%7B%22|%5B%7B|eyJ|W3s))"
)
_CALL = re.compile(r"[=(]\s{0,9}(?=\(?function\s*\([\w$])")
_FLIGHT = re.compile(r"__next_f\.push\(\s*(\[.*\])\s*\)", re.DOTALL)
_ELEMENT = re.compile(rb"<(?=(template|textarea|code|noframes|pre)\b[^<>]{0,500}>\s{0,99}(?:<!--)?\s{0,99}([\[{]))")
_ATTRIBUTE = re.compile(rb"=\s{0,9}([\"'])\s{0,9}(?=\[{0,3}\{\s{0,9}(?:\"|&quot;|&#34;|&#x22;)|eyJ|%7B%22)")
_SIGN = re.compile(rb"\{(?=\s{0,99}(?:[\"']|&(?:q|quot|#34|#x22|#39);))")
"""Pages that carry data have this somewhere. It begins with a single byte, which is the fastest to look for."""
_MOST_STARTS = 400
_MOST_CODE = 1_000_000
"""Characters of code that are looked at for values that are no JSON."""


def embedded_values(page: bytes, language: Callable[[], str] = lambda: "en") -> Iterator[Any]:
    """Data in scripts, in streams, in hidden elements and in attributes; what speaks of jobs, as plain data.

    ``page`` is HTML in UTF-8. Its bytes are looked at, not its tree: most pages have nothing of the kind. Of texts in
    several languages that in the page's ``language`` is taken.
    """
    for text, value in _found(page):
        yield unpacked(value, language()) if is_packed(text, value) else value


def _found(page: bytes) -> Iterator[tuple[str, Any]]:
    """Each text that holds data, and the data."""
    pushed: list[str] = []
    queued: list[str] = []
    for kind, text in _scripts(page):
        if "__next_f" in text:
            pushed.append(text)
        elif ".enqueue(" in text:
            queued.append(text)
        elif "json" in kind:
            yield from ((text, value) for value in values_in(text))
        else:
            yield from ((text, value) for value in _in_code(text))
    for value in flight_values("".join(map(_streamed, pushed))) if pushed else ():
        yield from ([("", value)] if not isinstance(value, str) else ((value, one) for one in read_json(value)))
    for part in filter(None, _enqueued(queued).splitlines()) if queued else ():
        yield from ((part, value) for value in values_in(part.partition(":")[2] if part[:1] == "P" else part))
    yield from _in_markup(page)


def _scripts(page: bytes) -> Iterator[tuple[str, str]]:
    """Attributes and text of each script that may hold data about jobs; a stream is one, however many bring it."""
    position = 0
    while (start := page.find(b"<script", position)) >= 0:
        opened = page.find(b">", start) + 1
        end = page.find(b"</script", opened)
        if not opened or end < 0:
            return
        position = end
        kind = page[start:opened].lower()
        streams = page.find(b"__next_f", opened, end) >= 0 or page.find(b".enqueue(", opened, end) >= 0
        if streams or (end - opened >= _LEAST and b"ld+json" not in kind and _speaks(page, opened, end)):
            yield kind.decode("utf-8", "replace"), page[opened:end].decode("utf-8", "replace")


def _speaks(page: bytes, start: int, end: int) -> bool:
    """Whether it speaks of jobs, as far as can be seen."""
    part = page[start:end].lower().translate(None, b"_-")
    return any(word in part for word in _WORDS) or any(page.find(one, start, end) >= 0 for one in _ENCODED)


def _in_code(text: str) -> Iterator[Any]:
    """``window.state = {…}``, ``JSON.parse("{…}")``: from each place where a value may begin, as far as it is one."""
    budget = Budget(_MOST_CODE)
    for match in _CALL.finditer(text):
        value, end = called(text, match.end(), budget)
        if end - match.end() >= _LEAST:
            yield value
            return
    yield from _assigned(text, budget)
    for count, match in enumerate(_STRING.finditer(text)):
        if count < _MOST_STARTS:
            inner, _ = string(text, match.end())
            yield from values_in(inner) if inner is not None and len(inner) >= _LEAST else ()


def _assigned(text: str, budget: Budget) -> Iterator[Any]:
    end = 0
    for count, match in enumerate(_START.finditer(text)):
        start = match.end()
        if start < end:
            continue
        if count > _MOST_STARTS * 10:
            return
        value, after = json_at(text, start) if _JSON.match(text, start) else (None, start)
        if after == start and budget.left > 0 and _LITERAL.match(text, start):
            value, after = literal(text, start, budget)
        end = max(end, after)
        if after - start >= _LEAST:
            yield value


def _streamed(text: str) -> str:
    match = _FLIGHT.search(text)
    value = json_at(match[1], 0)[0] if match else None
    return value[1] if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str) else ""


def _enqueued(texts: list[str]) -> str:
    """What is put into a stream, one piece after the other."""
    pieces = (string(text, match.end())[0] for text in texts for match in _STRING.finditer(text))
    return "".join(filter(None, pieces))


def _in_markup(page: bytes) -> Iterator[tuple[str, Any]]:
    if _SIGN.search(page) is None:
        return
    for match in _ATTRIBUTE.finditer(page):
        end = page.find(match[1], match.end())
        if end < 0:
            break
        yield from _values_of(page, match.end(), end)
    unclosed: set[bytes] = set()
    for match in _ELEMENT.finditer(page):
        end = page.find(b"</" + match[1], match.end(2)) if match[1] not in unclosed else -1
        if end >= 0:
            yield from _values_of(page, match.start(2), end)
        else:
            unclosed.add(match[1])


def _values_of(page: bytes, start: int, end: int) -> Iterator[tuple[str, Any]]:
    if end - start >= _LEAST and _speaks(page, start, end):
        text = html.unescape(page[start:end].decode("utf-8", "replace"))
        yield from ((text, value) for value in values_in(text))
