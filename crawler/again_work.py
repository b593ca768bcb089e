"""One segment of a job of mode ``archive``, from its claim to its end: the same in this process and for Celery."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import UUID

import psycopg

from crawler import again_job
from crawler.again_job import SUPERSEDED, UNREADABLE, UNSTORED, Portion
from pipelines import database
from pipelines.again import AgainWriter
from pipelines.database import DatabaseUnavailableError, connect_for_rows
from pipelines.difference import Compare, Difference
from pipelines.failures import RowError, StorageError
from pipelines.outage import OutageError
from pipelines.reread import Place, Reread, Unread
from pipelines.stored_pages import Reading, StoredPage
from schemas.job import JobStats
from schemas.page import Page

CLAIM_SECONDS = 3600.0
OUTAGES = (DatabaseUnavailableError, StorageError, OutageError, psycopg.Error)
"""What no segment is to blame for: it is to be tried again."""


def read_segment(place: Place, job: UUID, uri: str, by: str, seconds: float = CLAIM_SECONDS) -> None:
    """Read a segment for a job, unless that is done; and end the job, if this was its last one.

    Args:
        by: who does it; whoever has the same name may take the segment over.
        seconds: for how long nobody else may have it.

    Raises:
        HeldError: another has it.
        OUTAGES: it is to be tried again.
    """
    with database.connect(place.database_url) as connection:
        reading = again_job.reading_of(connection, job)
        portion = again_job.claim(connection, job, uri, by, seconds) if reading else None
        if reading and portion:
            try:
                stats, missing = asyncio.run(_read(place, reading, portion))
            except OUTAGES:
                with suppress(psycopg.Error):
                    again_job.release(connection, job, uri, by)
                raise
            again_job.finish(connection, job, uri, stats, missing)
        again_job.end(connection, place.database_url, job)


def compare_segment(place: Place, reading: Reading, portion: Portion, lines: bool) -> tuple[Difference, Unread]:
    """What rows would be other than they are if a segment were read again; ``lines``: record by record, too.

    Raises:
        OutageError, psycopg.Error: the archive or PostgreSQL is away.
    """
    return asyncio.run(_compare(place, reading, portion, lines))


async def _compare(place: Place, reading: Reading, portion: Portion, lines: bool) -> tuple[Difference, Unread]:
    reread = Reread(place, reading)
    async with await connect_for_rows(place.database_url) as connection:
        compare = Compare(connection, lines=lines)
        await reread.segment(portion.uri, portion.page_ids, compare.taken)
    return compare.difference, reread.unread


async def _read(place: Place, reading: Reading, portion: Portion) -> tuple[JobStats, set[int]]:
    """What is stored of a segment, and the postings that are missing."""
    writer = AgainWriter(place.database_url, place.outage_seconds)
    refused: list[RowError] = []

    async def taken(pages: list[tuple[StoredPage, Page]]) -> None:
        results = await asyncio.gather(*(writer.renew(page, at) for at, page in pages), return_exceptions=True)
        for (at, _), result in zip(pages, results, strict=True):
            if isinstance(result, RowError):
                refused.append(result)
                writer.outcomes.pop(at.id, None)
            elif isinstance(result, BaseException):
                raise result

    reread = Reread(place, reading)
    try:
        await reread.segment(portion.uri, portion.page_ids, taken)
    finally:
        await writer.close()
    superseded = len(portion.page_ids) - sum(found is not None for found in writer.outcomes.values())
    superseded -= reread.unread.count + len(refused)
    stats = writer.stats
    told = {UNREADABLE: (reread.unread.count, reread.unread.first)}
    told[UNSTORED] = (len(refused), str(refused[0]) if refused else "")
    told[SUPERSEDED] = (superseded, "A newer crawl has fetched them meanwhile.")
    stats.failures = {cause: found for cause, found in told.items() if found[0]}
    return stats, {posting for found in writer.outcomes.values() for posting in found or ()}
