"""Requests for which Redis has no room: each waits once in PostgreSQL, and is handed back once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.spill import discard, left, spill, take
from schemas.job import Job
from schemas.queued import WaitingRequest
from tests.support.tables import Rows, add_job
from tests.support.writing import PATIENCE

Connection = psycopg.AsyncConnection[Any]


def run(url: str, use: Callable[[Connection], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        async with await connect(url) as connection:
            return await use(connection)

    return asyncio.run(asyncio.wait_for(whole(), PATIENCE))


async def connect(url: str) -> Connection:
    return await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=None)


def requests(count: int) -> list[WaitingRequest]:
    return [WaitingRequest(b"%d" % n, "example.com", priority=-n, fingerprint=n, page=True) for n in range(count)]


async def take_all(connection: Connection, job: Job) -> list[WaitingRequest]:
    async with take(connection, job.id, 1_000_000) as some:
        return some


entries = st.builds(
    WaitingRequest,
    payload=st.binary(max_size=50),
    host=st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=20),
    priority=st.integers(-(2**63), 2**63 - 1),
    fingerprint=st.integers(-(2**63), 2**63 - 1),
    page=st.booleans(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=st.lists(entries, max_size=20, unique_by=lambda entry: entry.fingerprint), without=st.integers(0, 3))
def test_what_is_spilled_comes_back_as_it_was(
    tables_url: str, job: Job, some: list[WaitingRequest], without: int
) -> None:
    some = [*some, *[WaitingRequest(b"again", "example.com")] * without]

    async def use(connection: Connection) -> None:
        assert await spill(connection, job.id, some) == len(some)
        assert await left(connection, job.id) == len(some)
        back = await take_all(connection, job)
        assert sorted(back, key=repr) == sorted(some, key=repr)
        assert [entry.priority for entry in back] == sorted((entry.priority for entry in some), reverse=True)
        assert await left(connection, job.id) == 0

    run(tables_url, use)


def test_a_job_has_each_fingerprint_once(tables_url: str, rows: Rows, job: Job) -> None:
    other = add_job(rows)

    async def use(connection: Connection) -> list[int]:
        spilled = [
            await spill(connection, job.id, [*requests(3), *requests(3)]),
            await spill(connection, job.id, requests(5)),
        ]
        spilled.append(await spill(connection, other.id, requests(5)))
        return [*spilled, await left(connection, job.id), await left(connection, other.id)]

    assert run(tables_url, use) == [3, 2, 5, 5, 5]


def test_the_first_ones_leave_first(tables_url: str, job: Job) -> None:
    async def use(connection: Connection) -> list[bytes]:
        await spill(connection, job.id, requests(10))
        async with take(connection, job.id, 3) as some:
            return [request.payload for request in some]

    assert run(tables_url, use) == [b"0", b"1", b"2"]


def test_they_stay_where_they_cannot_be_queued(tables_url: str, job: Job) -> None:
    class RedisFullError(Exception):
        pass

    async def use(connection: Connection) -> int:
        await spill(connection, job.id, requests(3))
        with pytest.raises(RedisFullError):
            async with take(connection, job.id, 2):
                raise RedisFullError
        return await left(connection, job.id)

    assert run(tables_url, use) == 3


def test_two_that_take_at_once_get_different_ones_without_waiting(tables_url: str, job: Job) -> None:
    async def use(connection: Connection) -> list[bytes]:
        await spill(connection, job.id, requests(5))
        async with (
            await connect(tables_url) as other,
            take(connection, job.id, 3) as some,
            take(other, job.id, 3) as more,
        ):
            return [request.payload for request in (*some, *more)]

    assert run(tables_url, use) == [b"0", b"1", b"2", b"3", b"4"]


def test_what_a_dead_worker_had_taken_is_free_again(tables_url: str, rows: Rows, job: Job) -> None:
    async def use(connection: Connection) -> list[int]:
        await spill(connection, job.id, requests(3))
        other = await connect(tables_url)
        with pytest.raises(psycopg.OperationalError):
            async with take(other, job.id, 3):
                rows.execute("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])
        await other.close()
        return [len(await take_all(connection, job)), await left(connection, job.id)]

    assert run(tables_url, use) == [3, 0]


def test_a_job_that_is_over_leaves_none(tables_url: str, rows: Rows, job: Job) -> None:
    other = add_job(rows)

    async def use(connection: Connection) -> list[int]:
        for one in (job, other):
            await spill(connection, one.id, requests(3))
        await discard(connection, job.id)
        return [await left(connection, job.id), await left(connection, other.id)]

    assert run(tables_url, use) == [0, 3]


def test_many_are_spilled_and_taken_in_a_moment(tables_url: str, job: Job) -> None:
    many = [WaitingRequest(bytes(100), "example.com", fingerprint=n * 2**40) for n in range(20_000)]

    async def use(connection: Connection) -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await spill(connection, job.id, many) == len(many)
        assert len(await take_all(connection, job)) == len(many)
        return loop.time() - began

    assert run(tables_url, use) < 10
