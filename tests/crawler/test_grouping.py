"""Postings are compared when a job has ended, and a crawl waits for that where it may."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from crawler.grouping import Grouping
from pipelines.group_rows import LOCK
from schemas.job import Job
from tests.support.adverts import advertising, one
from tests.support.tables import Rows, add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers


async def ended(url: str, job: Job) -> None:
    grouping = Grouping(url)
    grouping.begin(job.id)
    await asyncio.wait_for(grouping.close(hurried=False), 120)


async def hurried(url: str, job: Job, rows: Rows) -> None:
    """It is told to hurry while it compares the first postings: somebody else is at it."""
    grouping = Grouping(url)
    waits = "SELECT 1 AS one FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with rows.transaction():
        rows.execute(LOCK)
        grouping.begin(job.id)
        while not rows.execute(waits).fetchone():  # noqa: ASYNC110 - the event is in another process
            await asyncio.sleep(0.01)
        closing = asyncio.ensure_future(grouping.close(hurried=True))
        await asyncio.sleep(0)
    await asyncio.wait_for(closing, 120)


def compared(rows: Rows) -> int:
    return int(one(rows, "SELECT count(*) FROM posting_compared")["count"])


def test_who_closes_waits_until_all_is_compared(servers: Servers) -> None:
    with tables(servers) as url, reading(url) as rows:
        job = add_job(rows)
        add = advertising(rows, job)
        for number in range(120):
            add(title=f"Baker {number}")
        asyncio.run(hurried(url, job, rows))
        assert compared(rows) < 120
        asyncio.run(ended(url, job))
        assert compared(rows) == 120


def test_a_database_that_is_away_is_said_in_a_sentence(servers: Servers, caplog: pytest.LogCaptureFixture) -> None:
    with tables(servers) as url, reading(url) as rows:
        job = add_job(rows)
    with caplog.at_level(logging.WARNING):
        asyncio.run(ended(url, job))

    assert "were not all grouped" in caplog.text
    assert "scrapy groups --run" in caplog.text
