"""What became of a transaction whose connection broke: done, or to be done once more, though a server may forget."""

from __future__ import annotations

import asyncio

import psycopg

from pipelines.database import connect_async
from pipelines.doubt import Cursor, Doubt, doubt_of, status_of
from pipelines.waiting import Waiting
from schemas.job import Job, JobStats
from tests.support.pages import make_page
from tests.support.tables import Rows
from tests.support.writing import POINTER

AFTER_A_CRASH = 1000
"""Numbers that a server which crashed has not given yet."""


async def in_doubt(cursor: Cursor, job: Job, *, leased: bool = False) -> Doubt | None:
    return await doubt_of(cursor, [Waiting.of(make_page(job=job, leased=leased), POINTER)], JobStats())


def after(url: str, job: Job, change: str) -> tuple[Doubt, str | None]:
    """The doubt of a transaction that makes a change, and what became of it."""

    async def whole() -> tuple[Doubt, str | None]:
        connection = await connect_async(url)
        async with connection:
            async with connection.transaction(), connection.cursor() as cursor:
                await cursor.execute(change.encode())
                doubt = await in_doubt(cursor, job)
            assert doubt
            return doubt, await asked(connection, doubt)

    return asyncio.run(whole())


async def asked(connection: psycopg.AsyncConnection[tuple[object, ...]], doubt: Doubt) -> str | None:
    """As the writer asks, and then goes on with the connection."""
    async with connection.transaction(), connection.cursor() as cursor:
        status = await status_of(cursor, doubt)
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.execute("SELECT 1")
    return status


def ask(url: str, doubt: Doubt) -> str | None:
    async def whole() -> str | None:
        async with await connect_async(url) as connection:
            return await asked(connection, doubt)

    return asyncio.run(whole())


def test_what_was_committed_is_done(tables_url: str, job: Job) -> None:
    assert after(tables_url, job, "UPDATE job SET stats = '{}'")[1] == "committed"


def test_a_number_that_another_transaction_was_given_after_a_crash_proves_nothing(tables_url: str, job: Job) -> None:
    assert after(tables_url, job, "UPDATE site SET enabled = enabled")[1] is None


def test_a_number_that_nobody_was_given_yet_after_a_crash_is_not_done(tables_url: str, job: Job) -> None:
    doubt, _ = after(tables_url, job, "UPDATE job SET stats = '{}'")

    assert ask(tables_url, Doubt(str(int(doubt.transaction) + AFTER_A_CRASH), doubt.jobs, doubt.stored)) is None


def test_whoever_is_still_at_it_is_waited_for(tables_url: str, job: Job, rows: Rows) -> None:
    with rows.transaction():
        rows.execute("UPDATE job SET stats = '{}'")
        row = rows.execute("SELECT pg_current_xact_id()::text AS number").fetchone()
        assert row
        assert ask(tables_url, Doubt(row["number"], [job.id], JobStats())) == "in progress"


def test_what_counts_nothing_is_done_once_more_without_a_question(tables_url: str, job: Job) -> None:
    async def whole() -> Doubt | None:
        connection = await connect_async(tables_url)
        async with connection, connection.transaction(), connection.cursor() as cursor:
            return await in_doubt(cursor, job, leased=True)

    assert asyncio.run(whole()) is None
