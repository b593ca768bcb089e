"""PostgreSQL goes away while rows are written, and comes back: no row is lost or doubled, and it is said once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from pipelines.failures import DatabaseError, RowError
from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import Page
from tests.support.killable import KillablePostgres
from tests.support.pages import make_page
from tests.support.processes import ROOT
from tests.support.tables import add_job, reading
from tests.support.writing import POINTER, posting

PATIENCE = 120
ONCE = ["PostgreSQL is away", "PostgreSQL is back"]


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
def server(cluster: KillablePostgres) -> KillablePostgres:
    """It runs, and its tables are empty."""
    cluster.start()
    with reading(cluster.url("postgres")) as rows:
        rows.execute("TRUNCATE page, posting, job CASCADE")
    return cluster


@pytest.fixture
def url(server: KillablePostgres) -> str:
    return server.url("postgres")


@pytest.fixture
def job(url: str) -> Job:
    with reading(url) as rows:
        return add_job(rows)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


def pages(job: Job, count: int) -> list[Page]:
    """Counted where their leases are acknowledged, as in a crawl."""
    return [
        make_page(f"https://example.com/{n}", job=job, leased=True, records=[posting(str(n))]) for n in range(count)
    ]


def stored(url: str) -> tuple[int, int]:
    """How many pages and postings there are."""
    with reading(url) as rows:
        row = rows.execute("SELECT (SELECT count(*) FROM page) AS p, (SELECT count(*) FROM posting) AS q").fetchone()
    assert row is not None
    return row["p"], row["q"]


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The first words of each warning of ours."""
    ours = [record.message for record in caplog.records if record.name.startswith("pipelines")]
    return [" ".join(message.split()[:3]).strip(",") for message in ours]


async def steadily(writer: Writer, pages: list[Page], seconds: float) -> list[BaseException | None]:
    """Write pages as a crawl does: one after the other, within so many seconds, none waiting for another."""
    writing = []
    for page in pages:
        writing.append(asyncio.ensure_future(writer.write(page, POINTER)))
        await asyncio.sleep(seconds / len(pages))
    return await asyncio.gather(*writing, return_exceptions=True)


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_pages_wait_for_a_server_that_is_away(
    server: KillablePostgres, url: str, job: Job, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    async def test() -> None:
        writer = Writer(url)
        writing = asyncio.ensure_future(steadily(writer, pages(job, 600), seconds=3))
        await asyncio.sleep(1)
        await asyncio.to_thread(getattr(server, how))
        while not writer.outage.seconds:  # noqa: ASYNC110 - the event is in another process
            await asyncio.sleep(0.05)
        server.start()
        assert set(await writing) == {None}
        assert (writer.stats.pages, writer.stats.postings) == (600, 600)
        await writer.close()

    run(test)
    assert stored(url) == (600, 600)
    assert said(caplog) == ONCE


def test_a_bad_row_is_found_after_an_outage_too(server: KillablePostgres, url: str, job: Job) -> None:
    some = pages(job, 100)
    some[37].status = 99_999

    async def test() -> None:
        server.kill()
        writer = Writer(url)
        writing = asyncio.gather(*(writer.write(page, POINTER) for page in some), return_exceptions=True)
        await asyncio.sleep(0.5)
        server.start()
        assert [type(error) for error in await writing if error] == [RowError]
        await writer.close()

    run(test)
    assert stored(url) == (99, 99)


def test_one_that_does_not_come_back_is_given_up(
    server: KillablePostgres, url: str, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = pages(job, 3)

    async def test() -> None:
        server.kill()
        writer = Writer(url, outage_seconds=5)
        with pytest.raises(
            DatabaseError, match=r"^PostgreSQL stayed away for 5 s \(.*refused.*\)\. Mend it, and crawl"
        ):
            await writer.write(first, POINTER)
        began = time.monotonic()
        with pytest.raises(DatabaseError, match="stayed away"):
            await writer.write(second, POINTER)
        assert time.monotonic() - began < 5  # who comes later does not wait as long again
        server.start()
        await writer.write(third, POINTER)
        await writer.close()

    run(test)
    assert stored(url) == (1, 1)
    assert said(caplog) == ONCE


def test_a_connection_that_says_nothing_any_more_is_left(
    url: str, job: Job, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a cable is cut, or a machine is gone: what is sent gets no answer, and no error either."""
    monkeypatch.setattr("pipelines.writer.ANSWER_SECONDS", 5.0)
    first, second = pages(job, 2)

    async def test() -> None:
        writer = Writer(url)
        await writer.write(first, POINTER)
        with frozen(url):
            await writer.write(second, POINTER)
        await writer.close()

    run(test)
    assert stored(url) == (2, 2)
    assert said(caplog) == ONCE
    assert "(no answer for 5 s)" in caplog.text


class frozen:  # noqa: N801 - used as a word
    """Stop the process that serves the writer's connection."""

    def __init__(self, url: str) -> None:
        with reading(url) as rows:
            query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            # Those of connections that were closed end a little later.
            while len(found := [row["pid"] for row in rows.execute(query)]) > 1:
                rows.execute("SELECT pg_sleep(0.01)")
            (self._pid,) = found

    def __enter__(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGCONT)
