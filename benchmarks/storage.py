"""``python -m benchmarks.storage``: rows of pages written a second, on one connection, by several designs.

    python -m benchmarks.storage [--rows N] [--pages N]

With ``--pages`` the table is filled up to so many pages instead, and at each tenfold of 10,000 it says what they take,
and how fast new, known and unchanged pages are written beside them. The server is one of its own, with PostgreSQL's
own settings.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.row_designs import DESIGNS, POINTER, Design, longline, page_of, rows_of
from pipelines import rows, rows_sql
from pipelines.batch import Row, run
from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import Page, Unchanged
from tests.support.killable import KillablePostgres
from tests.support.processes import ROOT
from tests.support.tables import add_job, reading

SAMPLE = 10_000
SMALLEST = 10_000
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
_FILL = """
INSERT INTO page (site_id, url_sha256, url, job_id, final_url, status, content_type, body_sha256, body_bytes,
    archive_uri, archive_offset, archive_length, etag, title, description, language, canonical_url, open_graph,
    extractor, extracts, fence)
SELECT %(site)s, sha256(url::bytea), url, %(job)s, url, 200, 'text/html; charset=utf-8', sha256(n::text::bytea), 90000,
    %(uri)s, n, 14000, '"v1"', 'Title of the page ' || n,
    'Some words of the page, as its author has them for those who search.', 'en', url, '{"type": "article"}',
    'longline-1', '{page,posting}', ARRAY[%(sequence)s, 1]
FROM (
    SELECT n, 'https://example.com/docs/page-' || n || '.html' AS url
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
) AS numbered
"""
_MISSED = "SELECT (heap_blks_read + idx_blks_read)::bigint FROM pg_statio_user_tables WHERE relname = 'page'"
_HOT = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'page'"


@dataclass(frozen=True, slots=True)
class Spent:
    """What so many rows took: seconds by the clock, and of this process' and the server's processor."""

    count: int
    wall: float
    ours: float
    server: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.count / self.wall

    def __str__(self) -> str:
        ours, server = (1e6 * seconds / self.count for seconds in (self.ours, self.server))
        return f"{self.rate:9,.0f} rows/s  {ours:6.1f} µs a row here  {server:6.1f} µs in PostgreSQL"


@contextmanager
def tables() -> Iterator[tuple[str, Job]]:
    """A server with tables and a job, until the block ends."""
    server = KillablePostgres()
    try:
        server.start()
        url = server.url("postgres")
        environment = {"DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "control.migrate"], cwd=ROOT, env=environment, check=True)
        with reading(url) as connection:
            job = add_job(connection)
        yield url, job
    finally:
        server.remove()


async def connected(url: str) -> Connection:
    """As Longline's own connections are."""
    return await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=None)


async def measured(pid: int, count: int, work: Awaitable[object]) -> Spent:
    """Await it, and say what it took: here, and in the process that serves the connection."""
    ours, server, wall = time.process_time(), _server_seconds(pid), time.perf_counter()
    await work
    wall = time.perf_counter() - wall
    return Spent(count, wall, time.process_time() - ours, _server_seconds(pid) - server)


def _server_seconds(pid: int) -> float:
    """0 where the system does not say it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def in_batches(connection: Connection, design: Design, some: list[Row], size: int = 500) -> None:
    """So many rows in each transaction."""
    for first in range(0, len(some), size):
        async with connection.transaction(), connection.cursor() as cursor:
            await design(cursor, some[first : first + size])


async def compare(url: str, job: Job, count: int) -> None:
    """Each design: new rows, then the same once more. At last the whole writer, from pages."""
    async with await connected(url) as connection:
        for name, (design, size) in DESIGNS.items():
            await connection.execute("TRUNCATE page CASCADE")
            some = rows_of(job, range(count if size > 1 else count // 10))
            for what in ("new", "known"):
                work = in_batches(connection, design, some, size)
                print(f"{name:35} {what:9} {await measured(connection.info.backend_pid, len(some), work)}")
        await connection.execute("TRUNCATE page CASCADE")
    await whole(url, job, count)


async def whole(url: str, job: Job, count: int) -> None:
    """Rows are made of pages, cleaned, keyed, sorted, and committed by whoever is next."""
    writer = Writer(url)
    await writer.write(page_of(job, -1), POINTER)
    with reading(url) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        (pid,) = [row["pid"] for row in connection.execute(query)]
    for what in ("new", "known", "unchanged"):
        pages = [_unchanged(job, n) if what == "unchanged" else page_of(job, n) for n in range(count)]
        print(f"{'Longline, the whole writer':35} {what:9} {await measured(pid, count, _written(writer, pages))}")
    await writer.close()


async def _written(writer: Writer, pages: list[Page]) -> None:
    for first in range(0, len(pages), 1000):
        await asyncio.gather(*(writer.write(page, POINTER) for page in pages[first : first + 1000]))


def _unchanged(job: Job, number: int) -> Page:
    page = page_of(job, number)
    page.unchanged = Unchanged(page.fetched_at, page.body_sha256, [])
    return page


async def grow(url: str, job: Job, pages: int) -> None:
    """Fill the table, and measure beside so many rows."""
    there, size = 0, SMALLEST
    async with await connected(url) as connection:
        while there < pages:
            size = min(size, pages)
            values = {"site": job.site_id, "job": job.id, "sequence": job.sequence, "uri": POINTER.uri}
            await connection.execute(_FILL, values | {"first": there + 1, "last": size})
            await connection.execute("VACUUM ANALYZE page")
            print(f"{size:,} pages: {await _sizes(connection, size)}")
            await _beside(connection, job, size)
            there, size = size, size * 10


async def _sizes(connection: Connection, count: int) -> str:
    query = "SELECT pg_table_size('page'), indexrelname, pg_relation_size(indexrelid) FROM pg_stat_user_indexes"
    found = await (await connection.execute(f"{query} WHERE relname = 'page' ORDER BY 2".encode())).fetchall()
    indexes = ", ".join(f"{name} {size / count:.0f}" for _, name, size in found)
    return f"{found[0][0] / count:.0f} B a row, and in indexes {sum(row[2] for row in found) / count:.0f} ({indexes})"


async def _beside(connection: Connection, job: Job, size: int) -> None:
    chance = random.Random(size)
    known = sorted(chance.sample(range(1, size + 1), min(SAMPLE, size)))
    chance.shuffle(known)
    new = range(10**12 + size, 10**12 + size + SAMPLE)
    renewed = [
        rows.unchanged_row(page, page.unchanged) for page in (_unchanged(job, n) for n in known) if page.unchanged
    ]
    for what, design, some in (
        ("new", longline, rows_of(job, new)),
        ("known", longline, rows_of(job, known)),
        ("unchanged", _renew, renewed),
    ):
        missed, updated = await _one(connection, _MISSED), await _one(connection, _HOT)
        spent = await measured(connection.info.backend_pid, len(some), in_batches(connection, design, some))
        await connection.execute("SELECT pg_stat_force_next_flush()")
        missed = [after - before for after, before in zip(await _one(connection, _MISSED), missed, strict=True)]
        all_of, hot = (b - a for a, b in zip(updated, await _one(connection, _HOT), strict=True))
        share = f", {hot / all_of:.0%} without touching an index" if all_of else ""
        print(f"  {what:9} {spent}, {missed[0] / len(some):.2f} blocks from the system a row{share}")


async def _renew(cursor: psycopg.AsyncCursor[tuple[Any, ...]], batch: list[Row]) -> None:
    await run(cursor, rows_sql.UNCHANGED, batch)


async def _one(connection: Connection, query: str) -> list[int]:
    row = await (await connection.execute(query.encode())).fetchone()
    return list(row or ())


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000, help="how many are written by each design (20,000)")
    parser.add_argument("--pages", type=int, help="fill the table up to so many, and measure beside them")
    arguments = parser.parse_args()
    with tables() as (url, job):
        measure: Callable[..., Any] = grow if arguments.pages else compare
        asyncio.run(measure(url, job, arguments.pages or arguments.rows))


if __name__ == "__main__":
    main()
