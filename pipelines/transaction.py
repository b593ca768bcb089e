"""What one transaction writes: the rows of a batch, in the order of their keys.

Writers that took the same rows in other orders would lock each other out. Rows of one key are written in the order in
which they came.
"""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

import psycopg

from pipelines import lifecycle, rows, rows_sql
from pipelines.batch import Row, rounds, run
from pipelines.waiting import Batch, Waiting, WaitingItem
from schemas.job import JobStats
from schemas.page import OwnItem

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]
_page_key = itemgetter("site_id", "url_sha256")


async def write(cursor: Cursor, batch: Batch) -> JobStats:
    """Write the rows of pages and items, and count those in their jobs that are counted nowhere else.

    Returns what was stored.

    Raises:
        psycopg.Error: PostgreSQL refused some of it, or is away.
    """
    pages = sorted((one for one in batch if isinstance(one, Waiting)), key=lambda one: _page_key(one.row))
    await _pages(cursor, [one for one in pages if not one.page.unchanged])
    for again in rounds([one for one in pages if one.page.unchanged], lambda one: _page_key(one.row)):
        await _renewed(cursor, again)
    await lifecycle.listed(cursor, [one.page for one in pages])
    await _items(cursor, [one.item for one in batch if isinstance(one, WaitingItem)])
    return await _counts(cursor, batch)


async def _pages(cursor: Cursor, pages: list[Waiting]) -> None:
    for some in rounds(pages, lambda one: _page_key(one.row)):
        returned = await run(cursor, rows_sql.PAGE, [one.row for one in some])
        ids = {(site, bytes(url)): page_id for site, url, page_id in returned}
        # Of the others, a newer or better row stands.
        written = [(one, ids[_page_key(one.row)]) for one in some if _page_key(one.row) in ids]
        await _walls(cursor, [one for one in some if _page_key(one.row) not in ids])
        await write_records(cursor, written)


async def _renewed(cursor: Cursor, pages: list[Waiting]) -> None:
    returned = await run(cursor, rows_sql.UNCHANGED, [one.row for one in pages])
    ids = {(site, bytes(url)): page_id for site, url, page_id in returned}
    await lifecycle.renewed(cursor, [(one.page, ids[_page_key(one.row)]) for one in pages if _page_key(one.row) in ids])


async def _walls(cursor: Cursor, kept: list[Waiting]) -> None:
    walls = [rows.wall_row(one.page, one.pointer) for one in kept if one.page.verdict and one.page.verdict.is_wall]
    await run(cursor, rows_sql.WALL, walls)


async def write_records(cursor: Cursor, written: list[tuple[Waiting, int]]) -> None:
    """Write what was read from pages, whose rows have these ids.

    Raises:
        psycopg.Error: PostgreSQL refused some of it, or is away.
    """
    texts: dict[Any, Row] = {}
    rejected: dict[Any, Row] = {}
    for waiting, page_id in written:
        page = waiting.page
        # Pages with the same bytes have one text.
        for markdown in (record.data["markdown"] for record in page.records if record.kind == "text"):
            texts[page.body_sha256] = rows.text_row(page, markdown)
        for row in (rows.rejected_row(page, page_id, record) for record in page.rejected):
            rejected[page_id, row["kind"], row["data_sha256"]] = row
    await run(cursor, rows_sql.TEXT, [texts[key] for key in sorted(texts)])
    await lifecycle.fetched(cursor, [(waiting.page, page_id, waiting.pointer) for waiting, page_id in written])
    await run(cursor, rows_sql.REJECTED, [rejected[key] for key in sorted(rejected)])


async def _items(cursor: Cursor, items: list[OwnItem]) -> None:
    """After the pages: an item's row points at that of its page."""
    items = sorted(items, key=attrgetter("kind", "key"))
    sound = [rows.item_row(item) for item in items if not item.problems]
    rejected = [rows.item_row(item) for item in items if item.problems]
    for some in rounds(sound, itemgetter("kind", "key")):
        await run(cursor, rows_sql.RECORD, some)
    for some in rounds(rejected, itemgetter("url_sha256", "kind", "data_sha256")):
        await run(cursor, rows_sql.REJECTED_ITEM, some)


async def _counts(cursor: Cursor, batch: Batch) -> JobStats:
    stored = JobStats()
    counted: dict[UUID, JobStats] = {}
    for waiting in batch:
        stats = JobStats.from_counts(waiting.counts)
        stored.add(stats)
        if not waiting.leased:
            counted.setdefault(waiting.job_id, JobStats()).add(stats)
    for job, stats in sorted(counted.items()):
        await cursor.execute(rows_sql.JOB_STATS, rows.job_stats_row(job, stats))
    return stored
