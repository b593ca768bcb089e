"""Requests that nobody will try again: one row each, that stays as it is, until somebody takes it back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from pipelines.dead import bury, exhumed
from schemas.addresses import url_sha256
from schemas.job import Job
from schemas.queued import DeadRequest
from tests.support.tables import Rows, add_job
from tests.support.writing import PATIENCE

URL = "https://example.com/down"
ERRORS = ["503 Service Unavailable", "timeout after 60 s"]
DEAD = DeadRequest(URL, "Five tries failed.", 5, ERRORS, b"\x01\x00payload")


def run(url: str, use: Callable[[psycopg.AsyncConnection[Any]], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=None) as connection:
            return await use(connection)

    return asyncio.run(asyncio.wait_for(whole(), PATIENCE))


def stored(rows: Rows) -> list[dict[str, Any]]:
    return rows.execute("SELECT * FROM dead_request ORDER BY url").fetchall()


def test_it_is_written_with_all_its_errors(tables_url: str, rows: Rows, job: Job) -> None:
    run(tables_url, lambda c: bury(c, job.id, [DEAD]))

    (row,) = stored(rows)
    assert (row["job_id"], row["url"], bytes(row["url_sha256"])) == (job.id, URL, url_sha256(URL))
    assert (row["cause"], row["attempts"], row["errors"]) == ("Five tries failed.", 5, ERRORS)
    assert bytes(row["payload"]) == DEAD.payload


def test_buried_twice_it_stays_as_it_is(tables_url: str, rows: Rows, job: Job) -> None:
    run(tables_url, lambda c: bury(c, job.id, [DEAD, DEAD]))
    before = stored(rows)

    run(tables_url, lambda c: bury(c, job.id, [DEAD]))

    assert len(before) == 1
    assert stored(rows) == before


def test_each_job_has_its_own(tables_url: str, rows: Rows, job: Job) -> None:
    other = add_job(rows)
    run(tables_url, lambda c: bury(c, job.id, [DEAD]))
    run(tables_url, lambda c: bury(c, other.id, [DEAD]))

    assert {row["job_id"] for row in stored(rows)} == {job.id, other.id}


def test_nothing_to_bury_is_nothing(tables_url: str, rows: Rows, job: Job) -> None:
    run(tables_url, lambda c: bury(c, job.id, []))

    assert stored(rows) == []


def test_any_url_and_any_words_can_be_written(tables_url: str, rows: Rows, job: Job) -> None:
    odd = DeadRequest("https://example.com/\x00\ud800" + "x" * 5000, "\x00 and \udfff", 1, ["\x00", "\ud800"])

    run(tables_url, lambda c: bury(c, job.id, [odd]))

    (row,) = stored(rows)
    assert (row["cause"], row["errors"], row["payload"]) == (" and \ufffd", ["", "\ufffd"], None)


def test_of_a_job_that_was_deleted_nothing_is_written(tables_url: str, rows: Rows, job: Job) -> None:
    rows.execute("DELETE FROM job")

    run(tables_url, lambda c: bury(c, job.id, [DEAD]))

    assert stored(rows) == []


def dead(count: int) -> list[DeadRequest]:
    return [DeadRequest(f"https://example.com/{n}", "refused", 1, payload=b"%d" % n) for n in range(count)]


def test_those_that_are_asked_for_come_back(tables_url: str, rows: Rows, job: Job) -> None:
    lost = DeadRequest("https://example.com/lost", "refused", 1)

    async def use(connection: psycopg.AsyncConnection[Any]) -> list[DeadRequest]:
        await bury(connection, job.id, [*dead(3), lost])
        async with exhumed(connection, job.id, [lost.url, "https://example.com/1", "https://example.com/9"]) as some:
            return some

    assert run(tables_url, use) == [dead(3)[1]]
    assert [row["url"][-1] for row in stored(rows)] == ["0", "2", "t"]


def test_all_come_back_in_portions_but_those_whose_request_is_not_known(tables_url: str, rows: Rows, job: Job) -> None:
    async def use(connection: psycopg.AsyncConnection[Any]) -> list[int]:
        await bury(connection, job.id, [*dead(5), DeadRequest("https://example.com/lost", "refused", 1)])
        sizes = []
        for _ in range(4):
            async with exhumed(connection, job.id, limit=2) as some:
                sizes.append(len(some))
        return sizes

    assert run(tables_url, use) == [2, 2, 1, 0]
    assert [row["url"] for row in stored(rows)] == ["https://example.com/lost"]


def test_they_stay_where_they_cannot_be_queued(tables_url: str, rows: Rows, job: Job) -> None:
    class RedisAwayError(Exception):
        pass

    async def use(connection: psycopg.AsyncConnection[Any]) -> None:
        await bury(connection, job.id, dead(3))
        async with exhumed(connection, job.id):
            raise RedisAwayError

    with pytest.raises(RedisAwayError):
        run(tables_url, use)
    assert len(stored(rows)) == 3
