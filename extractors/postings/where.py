"""Where a value stands among the words of a page, for what was read from words: the words around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from extractors.postings.dates import posted, valid_until
from extractors.postings.document import Document
from extractors.postings.employment import employment_types, employment_types_in
from extractors.postings.workplace import workplace_in, workplace_of

_AROUND = 60
"""Characters of the words before a value, and of those after it."""
_SHORT = 160
_MOST_LINES = 2_000
_APART = re.compile(r"[:\uff1a|·•]")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def in_prose(field: str, value: Any, prose: str) -> str | None:
    """The words of a description that a field was read from; None where no single place says it."""
    for words in _said(field, value):
        found = _around(prose, words)
        if found:
            return found
    reads = {"workplace_type": workplace_in, "employment_types": employment_types_in}.get(field)
    lines = (one for line in prose.splitlines()[:_MOST_LINES] for one in _SENTENCE.split(line))
    return next((f"“{_cut(line)}”" for line in lines if reads and reads(line) == value), None)


def in_view(field: str, value: Any, document: Document) -> str | None:
    """The line that a reader sees with a value in it; None where no single line says it."""
    if field.startswith("description"):
        return "the page's main content"
    lines = document.text.splitlines()[:_MOST_LINES]
    for words in _said(field, value):
        found = next(filter(None, (_around(line, words) for line in lines)), None)
        if found:
            return found
    reads = _line_reader(field, document)
    short = ((line, part) for line in lines if len(line) <= _SHORT for part in _parts(line))
    return next((f"“{_cut(line)}”" for line, part in short if reads and reads(part) == value), None)


def _said(field: str, value: Any) -> Iterator[str]:
    """The words of the page that a value keeps."""
    if field in ("locations", "applicant_scope"):
        for place in value:
            yield from (place[name] for name in ("raw", "city", "region") if place.get(name))
    elif field == "salary":
        yield from (one["evidence"] for one in value.get("ranges") or [] if one.get("evidence"))
        yield from value.get("raw") or []
    elif field == "skills":
        yield from (one.get("raw") or one["name"] for one in value if one["source"] == "text")
    elif isinstance(value, str) and field in ("title", "company", "requisition_id"):
        yield value


def _line_reader(field: str, document: Document) -> Callable[[str], Any] | None:
    def date(text: str) -> str | None:
        return (posted(text, document.fetched) or (None,))[0]

    readers: dict[str, Callable[[str], Any]] = {
        "employment_types": employment_types,
        "workplace_type": workplace_of,
        "date_posted": date,
        "valid_through": valid_until,
    }
    return readers.get(field)


def _parts(line: str) -> Iterator[str]:
    """The line, and what stands behind a colon or between dots and bars in it."""
    yield line
    yield from (part.strip() for part in _APART.split(line) if part.strip() not in ("", line))


def _around(text: str, words: str) -> str | None:
    """``“… with pay of 30 € an hour, and …”``"""
    pattern = r"\s+".join(map(re.escape, words.split()))
    match = re.search(pattern, text, re.IGNORECASE) if pattern else None
    if match is None:
        return None
    before = text[: match.start()].rpartition("\n")[2]
    after = text[match.end() :].partition("\n")[0]
    start = ("…" if len(before) > _AROUND else "") + before[-_AROUND:]
    end = after[:_AROUND] + ("…" if len(after) > _AROUND else "")
    return f"“{start}{' '.join(match[0].split())}{end}”"


def _cut(line: str) -> str:
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"
