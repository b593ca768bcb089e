"""PostgreSQL fails in the middle of writing: nothing is lost, and nothing is doubled."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from pipelines.failures import DatabaseError
from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import OwnItem, Page
from tests.support.killable import KillablePostgres
from tests.support.pages import MOMENT, make_page
from tests.support.processes import ROOT
from tests.support.tables import Rows, add_job, reading
from tests.support.writing import POINTER, posting, text

PATIENCE = 120
WAL_SEGMENT = 16 << 20
CONFLICT = "PostgreSQL: could not serialize access due to concurrent update; the transaction is tried again."


@pytest.fixture(scope="module")
def cluster() -> Iterator[KillablePostgres]:
    """A server with tables."""
    server = KillablePostgres()
    try:
        server.start()
        environment = {"PATH": os.environ["PATH"], "DATABASE_URL": server.url("postgres")}
        subprocess.run([sys.executable, "-m", "control.migrate"], cwd=ROOT, env=environment, check=True, timeout=240)
        yield server
    finally:
        server.remove()


@pytest.fixture
def url(cluster: KillablePostgres) -> str:
    """It runs, with its own settings, and its tables are empty."""
    cluster.start()
    url = cluster.url("postgres")
    with reading(url) as rows:
        rows.execute("ALTER DATABASE postgres RESET ALL")
        rows.execute("ALTER SYSTEM RESET ALL")
        rows.execute("SELECT pg_reload_conf()")
        rows.execute("TRUNCATE page, posting, job CASCADE")
    return url


@pytest.fixture
def job(url: str) -> Job:
    with reading(url) as rows:
        return add_job(rows)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


def pages(job: Job, count: int, **changes: Any) -> list[Page]:
    return [make_page(f"https://example.com/{n}", job=job, records=[posting(str(n))], **changes) for n in range(count)]


def counted(url: str) -> dict[str, int]:
    tables = ("page", "posting", "record")
    with reading(url) as rows:
        row = rows.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {t}) AS {t}' for t in tables)}".encode())
        return row.fetchone() or {}


def stored_pages(url: str, job: Job) -> int:
    """How many its job counts."""
    with reading(url) as rows:
        row = rows.execute("SELECT stats FROM job WHERE id = %s", [job.id]).fetchone()
    assert row is not None
    return int(row["stats"]["pages"])


async def until(rows: Rows, query: str) -> None:
    """Wait until a query has a row."""
    while not rows.execute(query.encode()).fetchone():  # noqa: ASYNC110 - the event is in another process
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("leased", [True, False], ids=["counted with its lease", "counted with its rows"])
def test_a_server_that_is_killed_after_a_commit_and_before_it_says_so(
    cluster: KillablePostgres, url: str, job: Job, leased: bool
) -> None:
    """It waits for a standby that does not exist: the commit is on disk, and the writer is not told."""

    async def test() -> None:
        writer = Writer(url)
        await writer.write(make_page("https://example.com/first", job=job, leased=True), POINTER)
        with reading(url) as rows:
            rows.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            rows.execute("SELECT pg_reload_conf()")
            writing = asyncio.gather(*(writer.write(page, POINTER) for page in pages(job, 200, leased=leased)))
            await until(rows, "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        cluster.kill()
        auto = cluster.folder / "data" / "postgresql.auto.conf"
        auto.write_text("")
        cluster.start()
        assert counted(url)["page"] > 1
        await writing
        await writer.close()
        assert writer.stats.pages == 201

    run(test)
    assert counted(url) == {"page": 201, "posting": 200, "record": 0}
    assert leased or stored_pages(url, job) == 200


@contextmanager
def full_disk(server: KillablePostgres) -> Iterator[None]:
    """No file of the server may grow beyond one of its log; in the middle of a block, as a disk ends anywhere."""
    server.stop()
    server.largest_file = WAL_SEGMENT + 4096
    server.start()
    try:
        yield
    finally:
        server.stop()
        server.largest_file = None
        server.start()


def test_a_full_disk_is_said_at_once_and_what_was_not_stored_can_be_stored_later(
    cluster: KillablePostgres, url: str, job: Job
) -> None:
    noise = random.Random(1)

    def large(number: int) -> Page:
        # What cannot be compressed.
        page = make_page(f"https://example.com/{number}", job=job, body=str(number).encode(), leased=True)
        page.records = [text(noise.randbytes(500_000).hex())]
        return page

    some = [large(number) for number in range(60)]

    async def test() -> list[BaseException | None]:
        writer = Writer(url)
        first = [await outcome(writer, page) for page in some]
        await writer.close()
        return first

    async def again(failed: list[Page]) -> None:
        writer = Writer(url)
        await asyncio.gather(*(writer.write(page, POINTER) for page in failed))
        await writer.close()

    with full_disk(cluster):
        outcomes = asyncio.run(asyncio.wait_for(test(), PATIENCE))
    errors = [error for error in outcomes if error]
    assert errors
    assert {type(error) for error in errors} == {DatabaseError}
    assert "could not extend file" in str(errors[0])
    assert counted(url)["page"] == outcomes.count(None) > 0

    run(lambda: again([page for page, error in zip(some, outcomes, strict=True) if error]))
    assert counted(url)["page"] == 60


async def outcome(writer: Writer, page: Page) -> BaseException | None:
    (one,) = await asyncio.gather(writer.write(page, POINTER), return_exceptions=True)
    return one


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout", "transaction_timeout"])
def test_what_takes_longer_than_the_server_allows_is_tried_again(url: str, job: Job, limit: str) -> None:
    async def test() -> None:
        with reading(url) as rows:
            if limit == "transaction_timeout" and rows.info.server_version < 170_000:
                pytest.skip("PostgreSQL 17 and newer.")
            rows.execute(f"ALTER DATABASE postgres SET {limit} = '300ms'".encode())
        writer = Writer(url)
        with psycopg.connect(url, options=f"-c {limit}=0") as other:
            other.execute("LOCK TABLE posting")
            writing = asyncio.gather(*(writer.write(page, POINTER) for page in pages(job, 50)))
            while writer.outage.seconds is None:  # noqa: ASYNC110 - the event is in another process
                await asyncio.sleep(0.05)
        await writing
        await writer.close()

    run(test)
    assert counted(url) == {"page": 50, "posting": 50, "record": 0}
    assert stored_pages(url, job) == 50


def test_two_writers_that_cannot_be_put_in_an_order_are_tried_again(
    url: str, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the database is set to be strict, PostgreSQL refuses whoever meets what another has just written."""
    with reading(url) as rows:
        rows.execute("ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'")

    async def test() -> None:
        writers = [Writer(url), Writer(url)]
        # Until they have met.
        while CONFLICT not in {record.message for record in caplog.records}:
            await asyncio.gather(*(w.write(page, POINTER) for w in writers for page in pages(job, 20, leased=True)))
        for writer in writers:
            await writer.close()

    with caplog.at_level("INFO", "pipelines"):
        run(test)
    assert counted(url) == {"page": 20, "posting": 20, "record": 0}


def test_items_are_not_doubled_by_a_connection_that_is_cut(url: str, job: Job) -> None:
    items = [OwnItem("book", str(n), {"n": n}, [], job.id, 1, None, MOMENT) for n in range(300)]

    async def test() -> None:
        writer = Writer(url)
        with reading(url) as rows, reading(url) as other, other.transaction():
            other.execute("LOCK TABLE record IN SHARE MODE")
            writing = asyncio.gather(*(writer.write_item(item) for item in items))
            await until(rows, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        await writing
        await writer.close()
        assert writer.stats.records == 300

    run(test)
    assert counted(url)["record"] == 300
