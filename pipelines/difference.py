"""What rows would be other than they are if pages were extracted again: by field, and by record; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson
import psycopg

from extractors import EXTRACTOR
from pipelines.again import Key, failed, key_of, reads_postings
from pipelines.again_sql import METADATA
from pipelines.postings_sql import VALUES
from pipelines.sieve import reasons
from pipelines.stored_pages import StoredPage
from schemas.page import Page, Record

EXAMPLES = 3
SHOWN = 200
"""Characters of a value in an example."""
FIELDS = tuple(name for name in VALUES if name not in {"status", "provenance", "conflicts"})
MOMENTS = frozenset({"date_posted", "valid_through"})

_POSTINGS = f"""
SELECT id, page_id, platform, tenant, source_id, fence, extractor, closed_at, {", ".join(FIELDS)} FROM posting
WHERE id IN (
    SELECT id FROM posting WHERE page_id = ANY(%(pages)s)
    UNION SELECT id FROM posting JOIN unnest(%(platforms)s::text[], %(tenants)s::text[], %(source_ids)s::text[])
        AS named (platform, tenant, source_id) USING (platform, tenant, source_id)
)
"""  # noqa: S608 - names of columns
_TEXTS = """
SELECT page.id, page_text.markdown FROM page JOIN page_text USING (body_sha256, extractor) WHERE page.id = ANY(%s)
"""
Row = dict[str, Any]
Change = tuple[Any, Any]
"""What a field is, and what it would be."""


@dataclass(slots=True)
class Counted:
    """How often something differs: it is another, it was not there, it is not there any more; and a few examples."""

    changed: int = 0
    added: int = 0
    removed: int = 0
    examples: list[Row] = field(default_factory=list)

    def add(self, url: str, change: Change) -> None:
        """Count one."""
        was, now = change
        name = "added" if _is_nothing(was) else "removed" if _is_nothing(now) else "changed"
        setattr(self, name, getattr(self, name) + 1)
        if len(self.examples) < EXAMPLES:
            self.examples.append({"url": url, "was": _short(was), "now": _short(now)})

    def merge(self, more: Counted) -> None:
        """Count what another has counted."""
        for name in ("changed", "added", "removed"):
            setattr(self, name, getattr(self, name) + getattr(more, name))
        self.examples = (self.examples + more.examples)[:EXAMPLES]


@dataclass(slots=True)
class Difference:
    """Of many pages. ``records``: how many of which kind are new, changed, missing …, by ``kind: change``.

    ``lines``: each record that differs, with its fields; empty where nobody wants them.
    """

    pages: int = 0
    fields: dict[str, Counted] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    lines: list[Row] = field(default_factory=list)

    def merge(self, more: Difference) -> None:
        """Count what another has counted; its lines stay its own."""
        self.pages += more.pages
        for name, counted in more.fields.items():
            self.fields.setdefault(name, Counted()).merge(counted)
        for name, count in more.records.items():
            self.records[name] = self.records.get(name, 0) + count
        for name, found in more.examples.items():
            self.examples[name] = (self.examples.get(name, []) + found)[:EXAMPLES]

    def count(self, name: str, example: str, count: int = 1) -> None:
        """Count records."""
        self.records[name] = self.records.get(name, 0) + count
        found = self.examples.setdefault(name, [])
        if len(found) < EXAMPLES:
            found.append(example)

    def as_dict(self) -> Row:
        """For JSON, without the lines."""
        fields = {name: asdict(counted) for name, counted in sorted(self.fields.items())}
        return {"pages": self.pages, "records": self.records, "fields": fields, "examples": self.examples}


class Compare:
    """Compares pages that were read again with what is stored of them."""

    def __init__(self, connection: psycopg.AsyncConnection[Row], *, lines: bool = False) -> None:
        self.difference = Difference()
        self._connection = connection
        self._lines = lines

    async def taken(self, pages: list[tuple[StoredPage, Page]]) -> None:
        """Compare some.

        Raises:
            psycopg.Error: PostgreSQL does not say what is stored.
        """
        known = await self._postings(pages)
        texts = await self._texts(pages)
        for capture, page in pages:
            self.difference.pages += 1
            self._metadata(capture, page)
            for record in page.records:
                if record.kind == "posting":
                    self._posting(page, record, known.get(key_of(record)))
                else:
                    self._note(page.url, "text", None, {"markdown": (texts.get(capture.id), record.data["markdown"])})
            self._missing(capture, page, known)
            for rejected in page.rejected:
                self._note(page.url, rejected.kind, "rejected", {}, rejected.problems)
            for problem in page.problems:
                self._note(page.url, "problem", "failed", {}, problem)

    def _metadata(self, capture: StoredPage, page: Page) -> None:
        if "page" not in page.extract or failed(page, "metadata"):
            return
        found = asdict(page.metadata)
        self._note(page.url, "page", None, {name: (capture.row[name], found[name]) for name in METADATA})

    def _posting(self, page: Page, record: Record, known: Row | None) -> None:
        now = {name: _moment(name, record.data[name]) for name in FIELDS}
        about = f"{page.url} {record.data['title']}"
        if known is None:
            self._note(about, "posting", "new", {name: (None, value) for name, value in now.items()})
        elif _is_newer(known, page):
            self._note(about, "posting", "seen since, and kept", {})
        else:
            self._note(about, "posting", None, {name: (known[name], now[name]) for name in FIELDS})

    def _missing(self, capture: StoredPage, page: Page, known: dict[Key, Row]) -> None:
        if not reads_postings(page):
            return
        shown = {key_of(record) for record in page.records if record.kind == "posting"}
        for key, row in known.items():
            of_page = row["page_id"] == capture.id and tuple(row["fence"]) == page.fence
            if of_page and row["closed_at"] is None and key not in shown:
                self._note(f"{page.url} {row['title']}", "posting", "missing", {})

    def _note(self, about: str, kind: str, change: str | None, fields: dict[str, Change], said: Any = None) -> None:
        """``change`` None: whether it is changed is for the fields to say."""
        differing = {name: both for name, both in fields.items() if not _same(*both)}
        known = change or ("changed" if differing else "the same")
        self.difference.count(f"{kind}: {known}", about if said is None else f"{about}: {_text(said)}")
        if change is None:
            for name, both in differing.items():
                self.difference.fields.setdefault(f"{kind}.{name}", Counted()).add(about, both)
        if self._lines and known != "the same":
            line = {"of": about, "kind": kind, "change": known, "said": said}
            self.difference.lines.append(line | {"fields": {name: list(both) for name, both in differing.items()}})

    async def _postings(self, pages: list[tuple[StoredPage, Page]]) -> dict[Key, Row]:
        keys = [key_of(record) for _, page in pages for record in page.records if record.kind == "posting"]
        parts = list(zip(*keys, strict=True)) or [(), (), ()]
        values = dict(zip(("platforms", "tenants", "source_ids"), map(list, parts), strict=True))
        values["pages"] = [capture.id for capture, _ in pages]
        cursor = await self._connection.execute(_POSTINGS.encode(), values)
        return {(row["platform"], row["tenant"], row["source_id"]): row for row in await cursor.fetchall()}

    async def _texts(self, pages: list[tuple[StoredPage, Page]]) -> dict[int, str]:
        wanted = [capture.id for capture, page in pages if "text" in page.extract]
        if not wanted:
            return {}
        cursor = await self._connection.execute(_TEXTS, [wanted])
        return {row["id"]: row["markdown"] for row in await cursor.fetchall()}


def sentences(difference: Difference) -> Iterator[tuple[str, int, str]]:
    """For people: what, how many, and an example."""
    for name, count in sorted(difference.records.items()):
        yield name, count, "; ".join(difference.examples[name][:1]) if not name.endswith("the same") else ""
    for name, counted in sorted(difference.fields.items()):
        total = counted.changed + counted.added + counted.removed
        parts = ((counted.changed, "changed"), (counted.added, "added"), (counted.removed, "removed"))
        yield name, total, ", ".join(f"{count:,} {word}" for count, word in parts if count)


def _text(said: Any) -> str:
    return said if isinstance(said, str) else reasons(said)


def _is_newer(known: Row, page: Page) -> bool:
    fence = tuple(known["fence"])
    taken_over = fence[0] == page.fence[0] and known["extractor"] != EXTRACTOR
    return fence > page.fence and not taken_over


def _moment(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in MOMENTS and isinstance(value, str) else value


def _same(was: Any, now: Any) -> bool:
    return bool(was == now) or (_is_nothing(was) and _is_nothing(now))


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return value if len(text) <= SHOWN else f"{text[:SHOWN]}…"
