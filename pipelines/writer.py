"""Rows into PostgreSQL: whatever waits goes in one transaction, and the next batch gathers meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

import psycopg

from pipelines import postings, rows
from pipelines.counting import counts_of, item_counts
from pipelines.database import connect_async
from pipelines.failures import DatabaseError, RowError, StoppedError, StorageError
from pipelines.outage import Outage, OutageError
from pipelines.refusals import first_line, is_passing, is_poison, is_race
from schemas.environment import OUTAGE_SECONDS
from schemas.job import JobStats
from schemas.page import ArchivePointer, OwnItem, Page

logger = logging.getLogger(__name__)
# It warns of what follows from an error, which is raised all the same.
logging.getLogger("psycopg").setLevel(logging.ERROR)

BATCH_PAGES = 500
ANSWER_SECONDS = 60.0
"""A transaction that takes longer is tried again, on another connection: this one's other end may be gone."""
RACES = 10
"""A transaction that loses against others is tried this often."""
Connection = psycopg.AsyncConnection[tuple[Any, ...]]


@dataclass(slots=True)
class Waiting:
    """A page with its address in the archive, and whoever waits for its rows."""

    page: Page
    pointer: ArchivePointer
    committed: asyncio.Future[None]

    @property
    def job_id(self) -> UUID:
        """The job that it is counted in."""
        return self.page.job_id

    @property
    def what(self) -> str:
        """For a sentence about it."""
        return self.page.url

    @property
    def leased(self) -> bool:
        """It is counted elsewhere."""
        return self.page.leased

    @property
    def counts(self) -> dict[str, int]:
        """What it adds to its job."""
        return counts_of(self.page)


@dataclass(slots=True)
class WaitingItem:
    """An item of somebody's own spider, and whoever waits for its row."""

    item: OwnItem
    committed: asyncio.Future[None]

    @property
    def job_id(self) -> UUID:
        """The job that it is counted in."""
        return self.item.job_id

    @property
    def what(self) -> str:
        """For a sentence about it."""
        return f"{self.item.kind} {self.item.key}"

    @property
    def leased(self) -> bool:
        """It is counted elsewhere."""
        return self.item.leased

    @property
    def counts(self) -> dict[str, int]:
        """What it adds to its job."""
        return item_counts(rejected=bool(self.item.problems))


Batch = list[Waiting | WaitingItem]


class Writer:
    """One connection, one batch at a time. ``write`` returns when the rows are committed.

    The rows of a batch are sorted by their keys: writers that took the same rows in other orders would lock each other
    out. Rows of one key stay in the order in which they came.
    """

    def __init__(self, url: str, outage_seconds: float = OUTAGE_SECONDS) -> None:
        self.outage = Outage("PostgreSQL", outage_seconds)
        self._url = url
        self._queue: asyncio.Queue[Waiting | WaitingItem] = asyncio.Queue()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self.stats = JobStats()

    async def write(self, page: Page, pointer: ArchivePointer) -> None:
        """Upsert a page's rows, and note in the page where its bytes are.

        Raises:
            RowError: PostgreSQL refused them.
            DatabaseError: PostgreSQL takes no rows at all, or stayed away for too long.
        """
        page.pointer = pointer
        await self._committed(Waiting(page, pointer, asyncio.get_running_loop().create_future()))

    async def write_item(self, item: OwnItem) -> None:
        """Upsert an item's row; where it has problems, that of ``rejected_record``.

        Raises:
            RowError, DatabaseError: as ``write``.
        """
        await self._committed(WaitingItem(item, asyncio.get_running_loop().create_future()))

    async def _committed(self, waiting: Waiting | WaitingItem) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        self._queue.put_nowait(waiting)
        await waiting.committed

    async def close(self) -> None:
        """Stop. Nothing waits any more when the crawl closes its pipelines; if something does, it fails."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._connection:
            await self._connection.close()

    async def _run(self) -> None:
        batch: Batch = []
        try:
            while True:
                batch = [await self._queue.get()]
                self._take(batch, BATCH_PAGES)
                await self._commit(batch)
        finally:
            self._take(batch)
            _fail(batch, StoppedError("The writer of rows was stopped while some waited for it."))

    def _take(self, batch: Batch, most: float = inf) -> None:
        while not self._queue.empty() and len(batch) < most:
            batch.append(self._queue.get_nowait())

    async def _commit(self, batch: Batch) -> None:
        try:
            await self._patiently(batch)
        except OutageError as error:
            _fail(batch, DatabaseError(str(error)))
        except psycopg.Error as error:
            if is_poison(error):
                await self._split(batch, error)
            else:
                _fail(batch, DatabaseError(f"PostgreSQL refused {len(batch)} pages or items: {first_line(error)}."))
        except Exception as error:  # noqa: BLE001 - a page's data may break anything, and those who wait must hear of it
            await self._split(batch, error)
        else:
            for waiting in batch:
                if not waiting.committed.done():
                    waiting.committed.set_result(None)

    async def _split(self, batch: Batch, error: Exception) -> None:
        """One bad row must not cost the others: halve the batch until it stands alone."""
        if len(batch) == 1:
            _fail(batch, RowError(f"PostgreSQL refused the rows of {batch[0].what}: {first_line(error)}."))
            return
        half = len(batch) // 2
        await self._commit(batch[:half])
        await self._commit(batch[half:])

    async def _patiently(self, batch: Batch) -> None:
        """For as long as PostgreSQL is away, within limits."""
        while True:
            try:
                await self._racing(batch)
            except (psycopg.OperationalError, TimeoutError) as error:
                if isinstance(error, psycopg.OperationalError) and not is_passing(error):
                    raise
                await self._drop_connection()
                await asyncio.sleep(self.outage.failed(_reason(error)))
            else:
                self.outage.over()
                return

    async def _racing(self, batch: Batch) -> None:
        for _ in range(RACES - 1):
            try:
                return await self._transact(batch)
            except psycopg.OperationalError as error:
                if not is_race(error):
                    raise
                logger.info("PostgreSQL: %s; the transaction is tried again.", first_line(error))
        return await self._transact(batch)

    async def _transact(self, batch: Batch) -> None:
        counted: dict[UUID, JobStats] = {}
        stored = JobStats()
        for waiting in batch:
            stats = JobStats.from_counts(waiting.counts)
            stored.add(stats)
            if not waiting.leased:
                counted.setdefault(waiting.job_id, JobStats()).add(stats)
        pages = [waiting for waiting in batch if isinstance(waiting, Waiting)]
        pages.sort(key=lambda waiting: (waiting.page.site_id, waiting.page.url))
        items = [waiting.item for waiting in batch if isinstance(waiting, WaitingItem)]
        async with asyncio.timeout(ANSWER_SECONDS), self._cursor() as cursor:
            fetched = [waiting for waiting in pages if not waiting.page.unchanged]
            await _records(cursor, fetched, await _pages(cursor, fetched))
            renewed = [rows.unchanged_row(w.page, w.page.unchanged) for w in pages if w.page.unchanged]
            if renewed:
                await cursor.executemany(rows.UNCHANGED, renewed)
            await _items(cursor, items)
            for job, stats in sorted(counted.items()):
                await cursor.execute(rows.JOB_STATS, rows.job_stats_row(job, stats))
        self.stats.add(stored)

    @asynccontextmanager
    async def _cursor(self) -> AsyncIterator[psycopg.AsyncCursor[tuple[Any, ...]]]:
        if self._connection is None:
            self._connection = await connect_async(self._url)
        async with self._connection.transaction(), self._connection.cursor() as cursor:
            yield cursor

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()


async def _pages(cursor: psycopg.AsyncCursor[tuple[Any, ...]], batch: list[Waiting]) -> list[int | None]:
    """Ids of the pages' rows; None where a newer or better row stood and was kept."""
    if not batch:
        return []
    await cursor.executemany(rows.PAGE, [rows.page_row(w.page, w.pointer) for w in batch], returning=True)
    ids: list[int | None] = []
    async for result in cursor.results():
        row = await result.fetchone()
        ids.append(row[0] if row else None)
    kept = [w for w, page_id in zip(batch, ids, strict=True) if page_id is None and w.page.verdict]
    walls = [rows.wall_row(w.page, w.pointer) for w in kept if w.page.verdict and w.page.verdict.is_wall]
    if walls:
        await cursor.executemany(rows.WALL, walls)
    return ids


async def _records(cursor: psycopg.AsyncCursor[tuple[Any, ...]], batch: list[Waiting], ids: list[int | None]) -> None:
    texts, found, rejected = [], [], []
    for waiting, page_id in zip(batch, ids, strict=True):
        page = waiting.page
        if page_id is None:
            continue
        texts += [rows.text_row(page, r.data["markdown"]) for r in page.records if r.kind == "text"]
        found += [postings.posting_row(page, page_id, r.data) for r in page.records if r.kind == "posting"]
        rejected += [rows.rejected_row(page, page_id, r) for r in page.rejected]
    texts.sort(key=itemgetter("body_sha256"))
    found.sort(key=itemgetter("platform", "tenant", "source_id"))
    for statement, parameters in ((rows.TEXT, texts), (postings.POSTING, found), (rows.REJECTED, rejected)):
        if parameters:
            await cursor.executemany(statement, parameters)


async def _items(cursor: psycopg.AsyncCursor[tuple[Any, ...]], items: list[OwnItem]) -> None:
    """After the pages: an item's row points at that of its page."""
    items = sorted(items, key=attrgetter("kind", "key"))
    sound = [rows.item_row(item) for item in items if not item.problems]
    rejected = [rows.item_row(item) for item in items if item.problems]
    for statement, parameters in ((rows.RECORD, sound), (rows.REJECTED_ITEM, rejected)):
        if parameters:
            await cursor.executemany(statement, parameters)


def _fail(batch: Batch, error: StorageError | RowError) -> None:
    for waiting in batch:
        if not waiting.committed.done():
            waiting.committed.set_exception(error)


def _reason(error: psycopg.OperationalError | TimeoutError) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer for {ANSWER_SECONDS:.0f} s"
    return first_line(error).removeprefix("connection failed: ")
