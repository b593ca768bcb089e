"""Stage 4: a page gets its row once its bytes are in the archive, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from pipelines.archive import ArchivePipeline
from pipelines.failures import ArchiveError, StoppedError
from pipelines.processor import ItemProcessor
from pipelines.store import StorePipeline
from pipelines.writer import Writer
from schemas.environment import OUTAGE_SECONDS
from schemas.job import Job
from schemas.page import ArchivePointer, Page
from tests.support.pages import make_page
from tests.support.tables import Rows
from tests.support.writing import PATIENCE, POINTER


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


def waiting_page(job: Job) -> tuple[Page, asyncio.Future[ArchivePointer]]:
    archived: asyncio.Future[ArchivePointer] = asyncio.get_running_loop().create_future()
    return make_page(job=job, archived=archived), archived


def count(rows: Rows) -> int:
    return len(rows.execute("SELECT 1 FROM page").fetchall())


def test_a_page_waits_for_the_archive(tables_url: str, rows: Rows, job: Job) -> None:
    async def test() -> None:
        stage = StorePipeline(Writer(tables_url))
        page, archived = waiting_page(job)
        storing = asyncio.ensure_future(stage.process_item(page))
        done, _ = await asyncio.wait({storing}, timeout=0.05)
        assert not done
        assert count(rows) == 0

        archived.set_result(POINTER)

        assert await storing is page
        assert count(rows) == 1
        assert stage.stats.pages == 1
        await stage.close_spider()

    run(test)


def test_a_page_that_is_not_archived_gets_no_row(tables_url: str, rows: Rows, job: Job) -> None:
    async def test() -> None:
        stage = StorePipeline(Writer(tables_url))
        page, archived = waiting_page(job)
        archived.set_exception(ArchiveError("The archive refused it."))
        with pytest.raises(ArchiveError, match=r"The archive refused it\."):
            await stage.process_item(page)
        with pytest.raises(ArchiveError, match="Put ArchivePipeline before StorePipeline"):
            await stage.process_item(make_page(job=job))
        await stage.close_spider()

    run(test)
    assert count(rows) == 0


def test_what_is_cut_off_fails_as_a_storage_error(tables_url: str, job: Job) -> None:
    """A cancellation that leaves a stage would end a task of Scrapy's own, and the crawl would hang."""

    async def test() -> None:
        stage = StorePipeline(Writer(tables_url))
        page, archived = waiting_page(job)
        page.stored = asyncio.get_running_loop().create_future()
        archived.cancel()
        with pytest.raises(StoppedError, match="cut off before it was stored"):
            await stage.process_item(page)
        # So does whatever came from the page.
        with pytest.raises(StoppedError, match="cut off before it was stored"):
            await page.stored
        await stage.close_spider()

    run(test)


def test_no_stage_at_all_may_be_cut_off_silently() -> None:
    class Own:
        async def process_item(self, item: Any) -> Any:
            raise asyncio.CancelledError

    async def test() -> None:
        with pytest.raises(StoppedError, match=r"^https://example.com/ was cut off in the pipelines\.$"):
            await ItemProcessor(Own(), crawler=get_crawler()).process_item_async(make_page())

    run(test)


def test_a_setting_says_how_long_an_outage_may_take(tmp_path: Path) -> None:
    settings = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "LONGLINE_ARCHIVE_URL": tmp_path.as_uri()}
    for seconds in (None, 7.5):
        crawler = get_crawler(settings_dict=settings | ({"LONGLINE_OUTAGE_SECONDS": seconds} if seconds else {}))
        for stage in (StorePipeline.from_crawler(crawler), ArchivePipeline.from_crawler(crawler)):
            assert stage.outage.limit == (seconds or OUTAGE_SECONDS)


def test_the_setting_says_where(tables_url: str, rows: Rows, job: Job) -> None:
    settings = {"DATABASE_URL": tables_url}

    async def test() -> None:
        stage = StorePipeline.from_crawler(get_crawler(settings_dict=settings))
        page, archived = waiting_page(job)
        archived.set_result(POINTER)
        await stage.process_item(page)
        await stage.close_spider()

    run(test)
    assert count(rows) == 1


def test_it_is_off_where_no_database_is_named() -> None:
    with pytest.raises(NotConfigured, match="DATABASE_URL is not set"):
        StorePipeline.from_crawler(get_crawler(settings_dict={"DATABASE_URL": None}))
