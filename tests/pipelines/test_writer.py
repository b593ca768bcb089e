"""The writer when all is not well: bad rows, lost connections, a database that is not ready."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from typing import Any

import psycopg
import pytest

from pipelines.counting import counts_of
from pipelines.failures import DatabaseError, RowError, StoppedError
from pipelines.writer import Writer
from schemas.job import Job, JobStats
from schemas.page import Page, PageMetadata, RejectedRecord
from tests.support.nginx import free_port
from tests.support.pages import make_page
from tests.support.postgres import postgres
from tests.support.tables import Rows
from tests.support.writing import PATIENCE, POINTER, Written, posting, text, write


def pages(job: Job, count: int) -> list[Page]:
    return [make_page(f"https://example.com/{number}", job=job) for number in range(count)]


def urls(rows: Rows) -> set[str]:
    return {row["url"] for row in rows.execute("SELECT url FROM page")}


def stored_stats(rows: Rows, job: Job) -> Any:
    row = rows.execute("SELECT stats FROM job WHERE id = %s", [job.id]).fetchone()
    return row and row["stats"]


def test_every_page_of_many_batches_is_committed_and_counted(tables_url: str, rows: Rows, job: Job) -> None:
    written = write(tables_url, *pages(job, 1200))

    assert set(written.outcomes) == {None}
    assert len(urls(rows)) == 1200
    assert (written.stats.pages, written.stats.statuses) == (1200, {"200": 1200})


def test_the_counts_are_stored_with_the_rows(tables_url: str, rows: Rows, job: Job) -> None:
    rejected = RejectedRecord("posting", {}, [])
    first = make_page("https://example.com/1", job=job, records=[posting("1"), posting("2"), text("# Hi")])
    second = make_page("https://example.com/2", job=job, status=404, rejected=[rejected], problems=["metadata: …"])
    first.archived_bytes = second.archived_bytes = 456

    written = write(tables_url, first, second)

    expected = {
        "pages": 2,
        "statuses": {"200": 1, "404": 1},
        "postings": 2,
        "texts": 1,
        "records": 0,
        "rejected": 1,
        "problems": 1,
        "cleaned": 0,
        "unchanged": 0,
        "noindex": 0,
        "nofollow": 0,
        "answered": 0,
        "body_bytes": first.body_bytes + second.body_bytes,
        "archived_bytes": 2 * 456,
        "failures": {},
        "verdicts": {},
        "walled": 0,
    }
    # What was asked of tiers is counted with leases alone.
    assert asdict(written.stats) == expected | {"tiers": {}}
    assert stored_stats(rows, job) == expected


def test_what_is_leased_is_counted_where_its_lease_is_acknowledged(tables_url: str, rows: Rows, job: Job) -> None:
    leased = make_page("https://example.com/1", job=job, leased=True, records=[posting()], archived_bytes=456)
    own = make_page("https://example.com/2", job=job)

    written = write(tables_url, leased, own)

    assert (written.stats.pages, written.stats.postings) == (2, 1)
    assert (stored_stats(rows, job)["pages"], stored_stats(rows, job)["postings"]) == (1, 0)
    assert JobStats.from_counts(counts_of(leased)) == JobStats(
        1, {"200": 1}, postings=1, body_bytes=leased.body_bytes, archived_bytes=456
    )


def bad_pages(job: Job) -> dict[str, Page]:
    """Pages whose own rows cannot be stored."""
    url = "https://example.com/bad"
    return {
        "a job that is not there": make_page(url, job=job, job_id=make_page().job_id),
        "a status out of range": make_page(url, job=job, status=99_999),
        "a title that a rule forbids": make_page(url, job=job, metadata=PageMetadata(title="forbidden")),
    }


KINDS = tuple(bad_pages(Job(id=make_page().job_id, sequence=1, site_id=1, site="", config=None)))  # type: ignore[arg-type]


def forbid(rows: Rows) -> None:
    rows.execute("ALTER TABLE page ADD CONSTRAINT no_such_title CHECK (title <> 'forbidden')")


@pytest.mark.parametrize("kind", KINDS)
def test_one_bad_page_costs_no_other(tables_url: str, rows: Rows, job: Job, kind: str) -> None:
    good = pages(job, 20)
    forbid(rows)

    written = write(tables_url, *good[:10], bad_pages(job)[kind], *good[10:])

    errors = [error for error in written.outcomes if error is not None]
    assert [type(error) for error in errors] == [RowError]
    assert str(errors[0]).startswith("PostgreSQL refused the rows of https://example.com/bad: ")
    assert "\n" not in str(errors[0])
    assert urls(rows) == {page.url for page in good}
    assert written.stats.pages == 20
    assert stored_stats(rows, job)["pages"] == 20


def test_after_a_bad_page_the_writer_goes_on(tables_url: str, rows: Rows, job: Job) -> None:
    async def test() -> None:
        writer = Writer(tables_url)
        for bad in bad_pages(job).values():
            with pytest.raises(RowError):
                await writer.write(bad, POINTER)
            await writer.write(make_page(job=job), POINTER)
        await writer.close()

    forbid(rows)
    asyncio.run(asyncio.wait_for(test(), PATIENCE))
    assert urls(rows) == {"https://example.com/"}


def kill_writer(rows: Rows) -> int:
    """Cut every connection to this database but ours, and wait until they are gone: how many there were."""
    query = """
        SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    """
    return len(rows.execute(query).fetchall())


def test_a_connection_that_is_cut_between_batches_costs_nothing(tables_url: str, rows: Rows, job: Job) -> None:
    async def test() -> Writer:
        writer = Writer(tables_url)
        for page in pages(job, 5):
            await writer.write(page, POINTER)
            assert kill_writer(rows) == 1
        await writer.write(make_page(job=job), POINTER)
        await writer.close()
        return writer

    writer = asyncio.run(asyncio.wait_for(test(), PATIENCE))
    assert len(urls(rows)) == 6
    assert (writer.stats.pages, stored_stats(rows, job)["pages"]) == (6, 6)


def test_a_connection_that_is_cut_in_the_middle_of_a_transaction_costs_nothing(
    tables_url: str, rows: Rows, job: Job
) -> None:
    async def test() -> Written:
        writer = Writer(tables_url)
        # The batch waits for this lock, in the middle of its transaction, until it is cut.
        with psycopg.connect(tables_url) as other:
            other.execute("LOCK TABLE posting")
            some = [make_page(f"https://example.com/{n}", job=job, records=[posting(str(n))]) for n in range(50)]
            waiting = asyncio.gather(*(writer.write(page, POINTER) for page in some))
            await asyncio.to_thread(wait_until_blocked, rows)
            cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
            assert len(rows.execute(cut).fetchall()) >= 1
        outcomes = await waiting
        await writer.close()
        return Written(list(outcomes), writer.stats)

    written = asyncio.run(asyncio.wait_for(test(), PATIENCE))
    assert len(urls(rows)) == 50
    assert (written.stats.pages, stored_stats(rows, job)["pages"]) == (50, 50)
    assert written.stats.postings == 50


def wait_until_blocked(rows: Rows) -> None:
    until = time.monotonic() + PATIENCE / 2
    while time.monotonic() < until:
        if rows.execute("SELECT pg_sleep(0.01) FROM pg_locks WHERE NOT granted").fetchone():
            return
        rows.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waited for the lock")


@pytest.mark.parametrize("trouble", ["no table", "read-only"])
def test_a_database_that_takes_no_rows_at_all_is_said_at_once(
    tables_url: str, rows: Rows, job: Job, trouble: str
) -> None:
    if trouble == "no table":
        rows.execute("ALTER TABLE page RENAME TO elsewhere")
        reason = 'relation "page" does not exist'
    else:
        name = tables_url.partition("?")[0].rpartition("/")[2]
        rows.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
        reason = "cannot execute INSERT in a read-only transaction"

    written = write(tables_url, *pages(job, 3))

    assert {type(error) for error in written.outcomes} == {DatabaseError}
    assert reason in str(written.outcomes[0])
    assert "PostgreSQL refused" in str(written.outcomes[0])
    assert written.stats.pages == 0


@pytest.mark.parametrize("right", ["longline:", "@127"], ids=["user", "password"])
def test_a_database_that_lets_nobody_in_is_said_at_once(job: Job, right: str) -> None:
    with postgres() as url:
        written = write(url.replace(right, f"wrong{right}"), make_page(job=job))

    assert [type(error) for error in written.outcomes] == [DatabaseError]
    assert "password authentication failed" in str(written.outcomes[0])


def test_writers_that_meet_the_same_rows_do_not_lock_each_other_out(
    tables_url: str, rows: Rows, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    some = [posting(str(number)) for number in range(200)]

    async def test() -> None:
        writers = [Writer(tables_url), Writer(tables_url)]
        for _ in range(5):
            there = [make_page(f"https://example.com/{n}", job=job, records=some) for n in range(4)]
            back = [make_page(f"https://example.com/{n}", job=job, records=some[::-1]) for n in reversed(range(4))]
            await asyncio.gather(
                *(w.write(p, POINTER) for w, ps in zip(writers, [there, back], strict=True) for p in ps)
            )
        for writer in writers:
            await writer.close()

    with caplog.at_level("INFO"):
        asyncio.run(asyncio.wait_for(test(), PATIENCE))
    assert len(urls(rows)) == 4
    assert caplog.records == []


def test_a_transaction_that_loses_a_race_is_tried_again(
    tables_url: str, rows: Rows, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    both = make_page(job=job, records=[posting("a"), posting("b")])
    write(tables_url, both)
    # Of two that wait for each other, PostgreSQL ends the one that has waited for this long: the writer.
    rows.execute(f'ALTER DATABASE "{rows.info.dbname}" SET deadlock_timeout = 50'.encode())

    async def test() -> Written:
        writer = Writer(tables_url)
        lock = "UPDATE posting SET title = 'other' WHERE source_id = %s"
        with psycopg.connect(tables_url, options="-c deadlock_timeout=1min") as other:
            other.execute(lock, ["b"])
            writing = asyncio.gather(writer.write(both, POINTER))
            await asyncio.to_thread(wait_until_blocked, rows)
            await asyncio.to_thread(other.execute, lock, ["a"])
        await writing
        await writer.close()
        return Written([], writer.stats)

    with caplog.at_level("INFO", "pipelines"):
        assert asyncio.run(asyncio.wait_for(test(), PATIENCE)).stats.pages == 1
    # More than once where the other one has not ended yet.
    assert {record.message for record in caplog.records} == {
        "PostgreSQL: deadlock detected; the transaction is tried again."
    }


def test_nobody_waits_for_a_writer_that_was_stopped(job: Job) -> None:
    async def test() -> None:
        writer = Writer(f"postgresql://longline@127.0.0.1:{free_port()}/longline")
        waiting = [asyncio.ensure_future(writer.write(page, POINTER)) for page in pages(job, 3)]
        await asyncio.wait(waiting, timeout=0.2)
        await writer.close()
        assert {type(error) for error in await asyncio.gather(*waiting, return_exceptions=True)} == {StoppedError}

    asyncio.run(asyncio.wait_for(test(), PATIENCE))


def test_a_writer_whose_task_was_cut_off_goes_on(tables_url: str, rows: Rows, job: Job) -> None:
    async def test() -> None:
        writer = Writer(tables_url)
        await writer.write(make_page("https://example.com/1", job=job), POINTER)
        assert writer._task
        writer._task.cancel()
        await asyncio.wait([writer._task])
        await writer.write(make_page("https://example.com/2", job=job), POINTER)
        await writer.close()

    asyncio.run(asyncio.wait_for(test(), PATIENCE))
    assert len(urls(rows)) == 2


def test_a_writer_that_wrote_nothing_closes(tables_url: str, job: Job) -> None:
    assert write(tables_url) == Written([], Writer(tables_url).stats)
