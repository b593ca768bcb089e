"""Rows of pages that were extracted again from the archive. They stay as old as the capture that they were read from.

What is written carries the fence of the page's row, and when that was last seen: so nothing that a newer crawl wrote is
touched, and no crawl finds rows that are newer than it. Where a newer crawl has fetched the page meanwhile, nothing is
written: it was read by that crawl.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import psycopg

from extractors import EXTRACTOR
from pipelines import rows
from pipelines.again_sql import (
    CLOSED_SINCE,
    FIRST_SEEN,
    METADATA,
    OUTDATED_REJECTS,
    OUTDATED_TEXTS,
    PAGE,
    SEEN_LAST,
    TAKE_OVER,
)
from pipelines.batch import Row, run
from pipelines.cleaning import Cleaner
from pipelines.failures import RowError
from pipelines.refusals import first_line
from pipelines.stored_pages import StoredPage
from pipelines.transaction import write_records
from pipelines.waiting import Batch, Waiting
from pipelines.writer import ANSWER_SECONDS, Writer
from schemas.environment import OUTAGE_SECONDS
from schemas.job import JobStats
from schemas.page import Page, Record

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]
Key = tuple[str, str, str]
"""Of a posting: platform, tenant, source_id."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A posting that a page shows."""

    key: Key
    record: Record
    page: Page
    row: Row

    @property
    def values(self) -> dict[str, Any]:
        """Parameters of ``TAKE_OVER`` and ``FIRST_SEEN``."""
        fence = self.page.fence
        named = dict(zip(("platform", "tenant", "source_id"), self.key, strict=True))
        own = {"page_id": self.row["id"], "extractor": EXTRACTOR, "fetched_at": self.row["fetched_at"]}
        return named | own | {"sequence": fence[0], "fence": list(fence)}


class AgainWriter(Writer):
    """Writes pages that were read again, as a ``Writer`` does those that were fetched.

    ``outcomes``: by the id of each page that was written, the ids of postings that it does not show any more; None
    where a newer crawl has fetched the page meanwhile.
    """

    def __init__(self, url: str, outage_seconds: float = OUTAGE_SECONDS) -> None:
        super().__init__(url, outage_seconds)
        self.outcomes: dict[int, set[int] | None] = {}

    async def renew(self, page: Page, capture: StoredPage) -> None:
        """Write what was read from a page.

        Raises:
            RowError, DatabaseError: as ``write``.
        """
        try:
            one = _waiting(page, capture)
        except Exception as error:
            raise RowError(f"No row can be made of {page.url}: {first_line(error)}.") from error
        await self._committed(one)

    async def _transact(self, batch: Batch, keep: bool) -> None:
        async with asyncio.timeout(ANSWER_SECONDS), self._cursor() as cursor:
            stored = await self._renewed(cursor, [one for one in batch if isinstance(one, Waiting)])
            if not keep:
                raise psycopg.Rollback
        if keep:
            self.stats.add(stored)

    async def _renewed(self, cursor: Cursor, pages: list[Waiting]) -> JobStats:
        pages = sorted(pages, key=lambda one: one.page.url)
        returned = {page_id: rest for page_id, *rest in await run(cursor, PAGE, [one.row for one in pages])}
        written = [one for one in pages if one.row["id"] in returned]
        for one in written:
            fence, seen = returned[one.row["id"]]
            one.page.fence, one.page.fetched_at = (fence[0], fence[1]), seen
        shown = sorted((found for one in written for found in _shown(one)), key=attrgetter("key"))
        if shown:
            await cursor.executemany(TAKE_OVER, [found.values for found in shown])
            await _keep_closed(cursor, shown)
        await write_records(cursor, [(one, one.row["id"]) for one in written])
        if shown:
            await cursor.executemany(FIRST_SEEN, [found.values for found in shown])
        await _tidy(cursor, written)
        self.outcomes |= {one.row["id"]: None for one in pages}
        self.outcomes |= await _missing(cursor, written)
        return _stats(written)


def _waiting(page: Page, capture: StoredPage) -> Waiting:
    cleaner = Cleaner()
    whole = rows.page_row(page, capture.pointer, cleaner)
    names = ("archive_uri", "archive_offset", "body_sha256", "extractor", "extracts", "directives", *METADATA)
    row = {name: whole[name] for name in names} | {
        "id": capture.id,
        "fetched_at": page.fetched_at,
        "failed": bool(page.problems),
        "reads": "page" in page.extract and not failed(page, "metadata"),
    }
    cleaner.clean([record.data for record in page.rejected])
    page.cleaned += cleaner.count
    return Waiting(page, capture.pointer, row, asyncio.get_running_loop().create_future())


def _shown(one: Waiting) -> list[_Shown]:
    found = [record for record in one.page.records if record.kind == "posting"]
    return [_Shown(key_of(record), record, one.page, one.row) for record in found]


async def _keep_closed(cursor: Cursor, shown: list[_Shown]) -> None:
    """What was closed after the capture stays closed: it is no news that the page was there before."""
    keys = [list(part) for part in zip(*(found.key for found in shown), strict=True)]
    values = dict(zip(("platforms", "tenants", "source_ids"), keys, strict=True))
    await cursor.execute(CLOSED_SINCE, values | {"seen": [found.page.fetched_at for found in shown]})
    for place, status in await cursor.fetchall():
        record = shown[place - 1].record
        record.data = record.data | {"status": status}


async def _tidy(cursor: Cursor, written: list[Waiting]) -> None:
    """Take away what only says how an older extractor has read the same bytes."""
    read = [one for one in written if reads_postings(one.page)]
    rejected = [rows.rejected_row(one.page, one.row["id"], record) for one in read for record in one.page.rejected]
    kept = [row["data_sha256"] for row in rejected]
    await cursor.execute(OUTDATED_REJECTS, {"pages": [one.row["id"] for one in read], "kept": kept})
    bodies = [one.page.body_sha256 for one in written if any(record.kind == "text" for record in one.page.records)]
    await cursor.execute(OUTDATED_TEXTS, {"bodies": bodies, "extractor": EXTRACTOR})


async def _missing(cursor: Cursor, written: list[Waiting]) -> dict[int, set[int] | None]:
    found: dict[int, set[int] | None] = {one.row["id"]: set() for one in written}
    shows = {one.row["id"]: {shown.key for shown in _shown(one)} for one in written if reads_postings(one.page)}
    await cursor.execute(SEEN_LAST, [list(shows)])
    for posting, page_id, *key in await cursor.fetchall():
        missing = found[page_id]
        if missing is not None and tuple(key) not in shows[page_id]:
            missing.add(posting)
    return found


def key_of(record: Record) -> Key:
    """By which it is the same posting."""
    return record.data["platform"], record.data["tenant"], record.data["source_id"]


def reads_postings(page: Page) -> bool:
    """Whether all postings of a page have been looked for."""
    return page.status == 200 and "posting" in page.extract and not failed(page, "posting")


def failed(page: Page, kind: str) -> bool:
    """Whether the extractor of this kind has failed at a page."""
    return any(problem.startswith(f"{kind}:") for problem in page.problems)


def _stats(written: list[Waiting]) -> JobStats:
    stored = JobStats()
    for one in written:
        # Nothing is archived.
        stored.add(JobStats.from_counts(one.counts | {"archived_bytes": 0}))
    return stored
