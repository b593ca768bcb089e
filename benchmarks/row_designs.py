"""Ways to upsert rows of pages: what people usually write with psycopg, and Longline's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import psycopg

from pipelines import rows, rows_sql
from pipelines.batch import Row, run
from schemas.job import Job
from schemas.page import ArchivePointer, Page, PageMetadata
from tests.support.pages import make_page

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]
Design = Callable[[Cursor, list[Row]], Awaitable[object]]
POINTER = ArchivePointer("s3://bucket/pages/warc/2026/03/02/worker-17.warc.gz", 123_456, 14_000)


def page_of(job: Job, number: int, **changes: Any) -> Page:
    """A page of documentation; with the same number the same page."""
    url = f"https://example.com/docs/page-{number}.html"
    page = make_page(url, job=job, leased=True, body=str(number).encode(), **changes)
    about = "Some words of the page, as its author has them for those who search."
    page.metadata = PageMetadata(f"Title of the page {number}", about, "en", url, {"type": "article"})
    return page


def rows_of(job: Job, numbers: Iterable[int]) -> list[Row]:
    """Rows of the table ``page``."""
    return [rows.page_row(page_of(job, number), POINTER) for number in numbers]


async def longline(cursor: Cursor, batch: list[Row]) -> None:
    """One JSON document."""
    await run(cursor, rows_sql.PAGE, batch)


async def executemany(cursor: Cursor, batch: list[Row]) -> None:
    """psycopg's, which pipelines them."""
    await cursor.executemany(_bound(batch[0]).encode(), [_adapted(row) for row in batch])


async def one_by_one(cursor: Cursor, batch: list[Row]) -> None:
    """A statement for each row; to be called with one, for a transaction each."""
    for row in batch:
        await cursor.execute(_bound(row).encode(), _adapted(row))


async def copied(cursor: Cursor, batch: list[Row]) -> None:
    """COPY into a temporary table, and INSERT from there."""
    names = ", ".join(batch[0])
    create = f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {names} FROM page WITH NO DATA"
    await cursor.execute(create.encode())
    async with cursor.copy(f"COPY incoming ({names}) FROM STDIN".encode()) as copy:
        for row in batch:
            await copy.write_row(list(_adapted(row).values()))
    insert = f"INSERT INTO page ({names}, last_seen) SELECT {names}, fetched_at FROM incoming {_otherwise()}"
    await cursor.execute(insert.encode())


DESIGNS: dict[str, tuple[Design, int]] = {
    "one by one, a transaction each": (one_by_one, 1),
    "executemany, 500 a transaction": (executemany, 500),
    "COPY and INSERT, 500 a transaction": (copied, 500),
    "Longline's, 500 a transaction": (longline, 500),
}
"""With how many rows a transaction has."""


def _bound(row: Row) -> str:
    values = ", ".join(f"%({name})s" for name in row)
    return f"INSERT INTO page ({', '.join(row)}, last_seen) VALUES ({values}, %(fetched_at)s) {_otherwise()}"


def _otherwise() -> str:
    return rows_sql.PAGE[rows_sql.PAGE.index("ON CONFLICT") :]


def _adapted(row: Row) -> dict[str, Any]:
    return {name: rows.json(value) if isinstance(value, dict) else value for name, value in row.items()}
