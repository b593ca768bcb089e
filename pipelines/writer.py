"""Rows into PostgreSQL: whatever waits goes in one transaction, and the next batch gathers meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf
from typing import Any

import psycopg

from pipelines.database import connect_async
from pipelines.doubt import Doubt, doubt_of, status_of
from pipelines.failures import DatabaseError, RowError, StoppedError, StorageError
from pipelines.outage import Outage, OutageError
from pipelines.refusals import first_line, is_passing, is_poison, is_race
from pipelines.sieve import sift
from pipelines.transaction import write
from pipelines.waiting import Batch, Waiting, WaitingItem
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


class Writer:
    """One connection, one batch at a time. ``write`` returns when the rows are committed.

    What PostgreSQL refuses is found by halving the batch; records that it refuses are set aside with their page.
    """

    def __init__(self, url: str, outage_seconds: float = OUTAGE_SECONDS) -> None:
        self.outage = Outage("PostgreSQL", outage_seconds)
        self._url = url
        self._queue: asyncio.Queue[Waiting | WaitingItem] = asyncio.Queue()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._doubt: Doubt | None = None
        self.stats = JobStats()

    async def write(self, page: Page, pointer: ArchivePointer) -> None:
        """Upsert a page's rows, and note in the page where its bytes are.

        Raises:
            RowError: PostgreSQL refused them.
            DatabaseError: PostgreSQL takes no rows at all, or stayed away for too long.
        """
        try:
            waiting = Waiting.of(page, pointer)
        except Exception as error:
            raise RowError(f"No row can be made of {page.url}: {first_line(error)}.") from error
        await self._committed(waiting)

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
        self._doubt = None
        try:
            await self._patiently(batch)
        except OutageError as error:
            _fail(batch, DatabaseError(str(error)))
        except Exception as error:  # noqa: BLE001 - a page's data may break anything, and those who wait must hear of it
            if isinstance(error, psycopg.Error) and not is_poison(error):
                _fail(batch, DatabaseError(f"PostgreSQL refused {len(batch)} pages or items: {first_line(error)}."))
            else:
                await self._split(batch, error)
        else:
            for waiting in batch:
                if not waiting.committed.done():
                    waiting.committed.set_result(None)

    async def _split(self, batch: Batch, error: Exception) -> None:
        """One bad row must not cost the others: halve the batch until it stands alone."""
        if len(batch) > 1:
            half = len(batch) // 2
            await self._commit(batch[:half])
            await self._commit(batch[half:])
            return
        (waiting,) = batch
        try:
            sifted, reason = await self._sift(waiting, first_line(error))
        except (OutageError, psycopg.Error) as sifting:
            _fail(batch, DatabaseError(f"PostgreSQL refused {waiting.what}: {first_line(sifting)}."))
            return
        if sifted:
            await self._commit(batch)
        else:
            _fail(batch, RowError(f"PostgreSQL refused the rows of {waiting.what}: {reason}."))

    async def _sift(self, waiting: Waiting | WaitingItem, reason: str) -> tuple[bool, str]:
        """Whether what was at fault could be set aside, so that the rest may be written; else why not."""
        if isinstance(waiting, WaitingItem):
            return waiting.set_aside(reason), reason
        if waiting.sifted or waiting.page.unchanged:
            return False, reason
        waiting.sifted = True
        own = await sift(waiting.page, lambda page: self._refusal(replace(waiting, page=page)))
        return own is None, own or reason

    async def _refusal(self, waiting: Waiting) -> str | None:
        try:
            await self._patiently([waiting], keep=False)
        except OutageError:
            raise
        except Exception as error:
            if isinstance(error, psycopg.Error) and not is_poison(error):
                raise
            return first_line(error)
        return None

    async def _patiently(self, batch: Batch, *, keep: bool = True) -> None:
        """For as long as PostgreSQL is away, within limits."""
        while True:
            try:
                await self._racing(batch, keep)
            except (psycopg.Error, TimeoutError) as error:
                if isinstance(error, psycopg.Error) and not is_passing(error):
                    raise
                await self._drop_connection()
                await asyncio.sleep(self.outage.failed(_reason(error)))
            else:
                self.outage.over()
                return

    async def _racing(self, batch: Batch, keep: bool) -> None:
        for _ in range(RACES - 1):
            try:
                return await self._transact(batch, keep)
            except psycopg.OperationalError as error:
                if not is_race(error):
                    raise
                logger.info("PostgreSQL: %s; the transaction is tried again.", first_line(error))
        return await self._transact(batch, keep)

    async def _transact(self, batch: Batch, keep: bool) -> None:
        if self._doubt and await self._was_committed(self._doubt):
            return
        self._doubt = None
        async with asyncio.timeout(ANSWER_SECONDS), self._cursor() as cursor:
            stored = await write(cursor, batch)
            if not keep:
                raise psycopg.Rollback
            # From here on it may be committed although we are not told so.
            self._doubt = await doubt_of(cursor, batch, stored)
        if keep:
            self._doubt = None
            self.stats.add(stored)

    async def _was_committed(self, doubt: Doubt) -> bool:
        """Whether the last try of this batch has done it, though the connection broke before it could say so."""
        async with asyncio.timeout(ANSWER_SECONDS), self._cursor() as cursor:
            status = await status_of(cursor, doubt)
        if status == "in progress":
            raise TimeoutError
        self._doubt = None
        if status == "committed":
            self.stats.add(doubt.stored)
        return status == "committed"

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


def _fail(batch: Batch, error: StorageError | RowError) -> None:
    for waiting in batch:
        if not waiting.committed.done():
            waiting.committed.set_exception(error)


def _reason(error: psycopg.Error | TimeoutError) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer for {ANSWER_SECONDS:.0f} s"
    return first_line(error).removeprefix("connection failed: ")
