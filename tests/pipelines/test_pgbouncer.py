"""Everything of ours that speaks to PostgreSQL does so through a pooler in transaction mode, as Supabase has one."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crawler.site_lock import SiteBusyError, SiteLock
from pipelines import database, dead, spill
from pipelines.cleaning import row_key
from pipelines.export import export
from pipelines.validators import Validators
from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import Page
from schemas.queued import DeadRequest, WaitingRequest
from tests.conftest import missing
from tests.support.crawl import Scrapy
from tests.support.killable import KillablePostgres
from tests.support.pages import make_page
from tests.support.pgbouncer import KillablePgBouncer, find_pgbouncer, version_of
from tests.support.processes import ROOT
from tests.support.tables import add_job, reading
from tests.support.web import RunningWeb
from tests.support.writing import POINTER, posting, text

PATIENCE = 120
KNOWS_PREPARED_STATEMENTS = (1, 21)
"""From this version on PgBouncer can be told to follow them to whichever server a client gets."""


@pytest.fixture(scope="module")
def pooler() -> Iterator[KillablePgBouncer]:
    """It runs, before a server whose tables were made through it."""
    binary = find_pgbouncer()
    if binary is None:
        missing("PgBouncer is not installed (Debian: apt install pgbouncer)")
    server = KillablePostgres()
    try:
        server.start()
        pooler = KillablePgBouncer(binary, server)
        try:
            pooler.start()
            manage(pooler.url("postgres"), "-m", "control.migrate")
            yield pooler
        finally:
            pooler.remove()
    finally:
        server.remove()


@pytest.fixture
def url(pooler: KillablePgBouncer) -> str:
    pooler.start()
    return pooler.url("postgres")


@pytest.fixture
def job(url: str, request: pytest.FixtureRequest) -> Job:
    """Of a site of the test's own."""
    with database.connect(url) as rows:
        job = add_job(rows, f"{request.node.name.replace('_', '-')}.example")
        rows.execute("UPDATE job SET started_at = now() WHERE id = %s", [job.id])
    return job


def manage(url: str, *words: str | Path, folder: Path = ROOT) -> str:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, timeout=240, stdout=subprocess.PIPE, text=True
    ).stdout


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


def pages(job: Job, count: int) -> list[Page]:
    return [
        make_page(f"https://{job.site}/{n}", job=job, records=[posting(str(n), tenant=job.site), text(f"# {n}")])
        for n in range(count)
    ]


def counted(url: str, job: Job) -> tuple[int, int]:
    """How many pages and postings a site has."""
    query = """
        SELECT count(*) AS pages, (SELECT count(*) FROM posting WHERE tenant = %s) AS postings
        FROM page WHERE site_id = %s
    """
    with reading(url) as rows:
        row = rows.execute(query, [job.site, job.site_id]).fetchone()
    assert row is not None
    return row["pages"], row["postings"]


async def write_twice(url: str, some: list[Page]) -> None:
    """By two writers at once, in batches of many sizes."""
    writers = [Writer(url), Writer(url)]
    for writer in [*writers, *writers]:
        for page in some[:12]:
            await writer.write(page, POINTER)
    await asyncio.gather(*(writer.write(page, POINTER) for writer in writers for page in some))
    for writer in writers:
        await writer.close()


def test_rows_are_written_whichever_server_a_transaction_gets(url: str, job: Job) -> None:
    run(lambda: write_twice(url, pages(job, 300)))

    assert counted(url, job) == (300, 300)


def test_prepared_statements_would_break_there(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = find_pgbouncer()
    assert binary is not None
    if version_of(binary) >= KNOWS_PREPARED_STATEMENTS:
        pytest.skip("This PgBouncer may know prepared statements.")
    monkeypatch.setattr(database, "NO_PREPARED_STATEMENTS", 1)

    def ask_in_turns() -> None:
        with database.connect(url) as one, database.connect(url) as other:
            for _ in range(20):
                one.execute("SELECT 1")
                other.execute("SELECT 1")

    with pytest.raises((psycopg.errors.DuplicatePreparedStatement, psycopg.errors.InvalidSqlStatementName)):
        ask_in_turns()


def test_a_pooler_that_is_killed_is_waited_for(url: str, pooler: KillablePgBouncer, job: Job) -> None:
    async def test() -> None:
        writer = Writer(url)
        await writer.write(make_page(f"https://{job.site}/first", job=job), POINTER)
        pooler.kill()
        writing = asyncio.gather(*(writer.write(page, POINTER) for page in pages(job, 50)))
        while not writer.outage.seconds:  # noqa: ASYNC110 - the event is in another process
            await asyncio.sleep(0.02)
        # It ends with the thread that starts it.
        pooler.start()
        await writing
        await writer.close()

    run(test)
    assert counted(url, job) == (51, 50)


def test_requests_wait_and_die_and_come_back(url: str, job: Job) -> None:
    waiting = [WaitingRequest(b"{}", job.site, 0, n, page=True) for n in range(10)]
    lost = [DeadRequest(f"https://{job.site}/{n}", "timeout", 1, [], b"{}") for n in range(10)]

    async def test() -> None:
        async with await database.connect_async(url) as one, await database.connect_async(url) as other:
            assert await spill.spill(one, job.id, waiting) == 10
            assert await spill.spill(other, job.id, waiting) == 0
            async with spill.take(one, job.id, 4) as first, spill.take(other, job.id, 100) as rest:
                assert (len(first), len(rest)) == (4, 6)
            assert await spill.left(one, job.id) == 0
            await dead.bury(one, job.id, lost)
            await dead.bury(other, job.id, lost)
            async with dead.exhumed(one, job.id) as exhumed:
                assert len(exhumed) == 10

    run(test)


def test_validators_are_looked_up(url: str, job: Job) -> None:
    async def test() -> None:
        writer, validators = Writer(url), Validators(url)
        await writer.write(make_page(f"https://{job.site}/", job=job), POINTER)
        for _ in range(20):
            known = await validators.known(job.site_id, [row_key(f"https://{job.site}/")], ["page"], obeys=True)
            assert [one.etag for one in known.values()] == ['"v1"']
        await writer.close()
        await validators.close()

    run(test)


def test_a_site_is_locked_until_it_is_released(url: str, job: Job) -> None:
    lock = SiteLock.take(url, job.site_id, job.site)
    for _ in range(8):  # whichever server is asked
        with pytest.raises(SiteBusyError):
            SiteLock.take(url, job.site_id, job.site)
    lock.release()

    SiteLock.take(url, job.site_id, job.site).release()


def test_rows_are_exported_page_by_page(url: str, job: Job, tmp_path: Path) -> None:
    run(lambda: write_twice(url, pages(job, 20)))

    with database.connect(url) as connection:
        assert export(connection, "pages", tmp_path / "pages.jsonl", job.id) == 20


def test_django_reads_and_writes(url: str, tmp_path: Path) -> None:
    sites = tmp_path / "sites.yaml"
    sites.write_text("".join(f"pooled-{n}:\n  url: https://pooled-{n}.example/\n" for n in range(30)))

    for _ in range(2):
        manage(url, ROOT / "manage.py", "import_sites", sites, folder=tmp_path)
    manage(url, ROOT / "manage.py", "export_sites", "--to", tmp_path / "out.yaml", folder=tmp_path)
    dumped = json.loads(manage(url, ROOT / "manage.py", "dumpdata", "sites", folder=tmp_path))

    assert (tmp_path / "out.yaml").read_text().count("pooled-") == 60
    assert sum(site["fields"]["slug"].startswith("pooled-") for site in dumped) == 30


def test_a_crawl_and_its_commands_go_through_it(url: str, web: RunningWeb, scrapy: Scrapy) -> None:
    plain = web.url("plain")
    crawled = scrapy.crawl(plain, "max_pages=8", "extract=page,posting,text", DATABASE_URL=url)
    assert crawled.status == 0, crawled.stderr

    (listed,) = [
        one for one in json.loads(scrapy.run("jobs", "--json", DATABASE_URL=url).stdout) if one["url"].startswith(plain)
    ]

    assert (listed["state"], listed["stats"]["pages"]) == ("completed", 8)
