"""Rows into PostgreSQL: whatever waits goes in one transaction, and the next batch gathers meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from pipelines import rows
from pipelines.counting import counts_of, item_counts
from pipelines.database import CONNECT_SECONDS, NO_PREPARED_STATEMENTS
from pipelines.failures import DatabaseError, RowError
from schemas.job import JobStats
from schemas.page import ArchivePointer, OwnItem, Page

logger = logging.getLogger(__name__)

BATCH_PAGES = 500
RETRY_SECONDS = (0.1, 0.5, 2.0, 5.0, 10.0)
POISON = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded)
"""Errors of one row's own."""
PASSING = ("08", "40", "57")
"""Classes of SQLSTATE that say: try again. The connection is gone, a transaction lost a race, the server restarts."""
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
    """One connection, one batch at a time. ``write`` returns when the rows are committed."""

    def __init__(self, url: str) -> None:
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
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        self._queue.put_nowait(waiting)
        await waiting.committed

    async def close(self) -> None:
        """Stop; nothing waits any more when the crawl closes its pipelines."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._connection:
            await self._connection.close()

    async def _run(self) -> None:
        while True:
            batch: Batch = [await self._queue.get()]
            while not self._queue.empty() and len(batch) < BATCH_PAGES:
                batch.append(self._queue.get_nowait())
            await self._commit(batch)

    async def _commit(self, batch: Batch) -> None:
        try:
            await self._with_retries(batch)
        except psycopg.Error as error:
            if _poison(error):
                await self._split(batch, error)
            else:
                _fail(batch, DatabaseError(f"PostgreSQL refused {len(batch)} pages or items: {_first_line(error)}."))
        except Exception as error:  # noqa: BLE001 - a page's data may break anything, and those who wait must hear of it
            await self._split(batch, error)
        else:
            for waiting in batch:
                if not waiting.committed.done():
                    waiting.committed.set_result(None)

    async def _split(self, batch: Batch, error: Exception) -> None:
        """One bad row must not cost the others: halve the batch until it stands alone."""
        if len(batch) == 1:
            _fail(batch, RowError(f"PostgreSQL refused the rows of {batch[0].what}: {_first_line(error)}."))
            return
        half = len(batch) // 2
        await self._commit(batch[:half])
        await self._commit(batch[half:])

    async def _with_retries(self, batch: Batch) -> None:
        for pause in RETRY_SECONDS:
            try:
                return await self._transact(batch)
            except psycopg.OperationalError as error:
                if not _passing(error):
                    raise
                logger.warning("PostgreSQL is away (%s); next try in %s s.", _first_line(error), pause)
                await self._drop_connection()
                await asyncio.sleep(pause)
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
        items = [waiting.item for waiting in batch if isinstance(waiting, WaitingItem)]
        async with self._cursor() as cursor:
            await _records(cursor, pages, await _pages(cursor, pages))
            await _items(cursor, items)
            for job, stats in counted.items():
                await cursor.execute(rows.JOB_STATS, rows.job_stats_row(job, stats))
        self.stats.add(stored)

    @asynccontextmanager
    async def _cursor(self) -> AsyncIterator[psycopg.AsyncCursor[tuple[Any, ...]]]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=CONNECT_SECONDS, prepare_threshold=NO_PREPARED_STATEMENTS
            )
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
    return ids


async def _records(cursor: psycopg.AsyncCursor[tuple[Any, ...]], batch: list[Waiting], ids: list[int | None]) -> None:
    texts, postings, rejected = [], [], []
    for waiting, page_id in zip(batch, ids, strict=True):
        page = waiting.page
        if page_id is None:
            continue
        texts += [rows.text_row(page, r.data["markdown"]) for r in page.records if r.kind == "text"]
        postings += [rows.posting_row(page, page_id, r.data) for r in page.records if r.kind == "posting"]
        rejected += [rows.rejected_row(page, page_id, r) for r in page.rejected]
    for statement, parameters in ((rows.TEXT, texts), (rows.POSTING, postings), (rows.REJECTED, rejected)):
        if parameters:
            await cursor.executemany(statement, parameters)


async def _items(cursor: psycopg.AsyncCursor[tuple[Any, ...]], items: list[OwnItem]) -> None:
    """After the pages: an item's row points at that of its page."""
    sound = [rows.item_row(item) for item in items if not item.problems]
    rejected = [rows.item_row(item) for item in items if item.problems]
    for statement, parameters in ((rows.RECORD, sound), (rows.REJECTED_ITEM, rejected)):
        if parameters:
            await cursor.executemany(statement, parameters)


def _fail(batch: Batch, error: DatabaseError | RowError) -> None:
    for waiting in batch:
        if not waiting.committed.done():
            waiting.committed.set_exception(error)


def _poison(error: psycopg.Error) -> bool:
    """Whether one row's data is at fault; what psycopg itself cannot write has no SQLSTATE."""
    return isinstance(error, POISON) or (isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None)


def _passing(error: psycopg.OperationalError) -> bool:
    """Whether PostgreSQL may take the same rows a little later; a connection that broke has no SQLSTATE."""
    return error.sqlstate is None or error.sqlstate.startswith(PASSING)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
