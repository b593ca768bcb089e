"""Stage 4, for items of people's own spiders: a row of ``record`` each, after the page that they came from."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from scrapy import Spider
from scrapy.exceptions import DropItem
from scrapy.utils.test import get_crawler

from pipelines.failures import ArchiveError, NoJobError, RejectedItemError, RowError
from pipelines.processor import ItemProcessor
from pipelines.records import LONGEST_KEY, LONGEST_KIND
from pipelines.store import StorePipeline
from schemas.job import Job
from schemas.page import Page
from tests.support.pages import MOMENT, make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import PATIENCE, POINTER

Use = Callable[[Callable[[StorePipeline], Coroutine[Any, Any, None]]], None]


class Books(Spider):
    name = "books"
    keys = "isbn"


def store(url: str, job: Job | None) -> StorePipeline:
    settings = {"DATABASE_URL": url} | ({"LONGLINE_JOB_ID": str(job.id)} if job else {})
    crawler = get_crawler(Books, settings)
    crawler.spider = Books.from_crawler(crawler)
    return StorePipeline.from_crawler(crawler)


@pytest.fixture
def use(tables_url: str, job: Job) -> Use:
    """Run a coroutine with a stage that counts in ``job``, and close the stage."""
    return lambda test: run(store(tables_url, job), test)


def run(stage: StorePipeline, test: Callable[[StorePipeline], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        await test(stage)
        await stage.close_spider()

    asyncio.run(asyncio.wait_for(whole(), PATIENCE))


def records(rows: Rows) -> list[dict[str, Any]]:
    return rows.execute("SELECT * FROM record ORDER BY kind, key").fetchall()


def archived_page(job: Job, url: str = "https://example.com/") -> Page:
    """A page that is archived and whose items wait for it."""
    loop = asyncio.get_running_loop()
    page = make_page(url, job=job, archived=loop.create_future(), stored=loop.create_future())
    assert page.archived is not None
    page.archived.set_result(POINTER)
    return page


async def put(stage: StorePipeline, item: Any, page: Page | None = None) -> Any:
    """Send an item through this stage alone, as Scrapy does."""
    processor = ItemProcessor(stage, crawler=get_crawler())
    if page:
        processor.note(item, page)
    return await processor.process_item_async(item)


def test_an_item_waits_for_its_page_and_points_at_it(use: Use, rows: Rows, job: Job) -> None:
    async def test(stage: StorePipeline) -> None:
        page, item = archived_page(job), {"isbn": "1"}
        storing = asyncio.ensure_future(put(stage, item, page))
        done, _ = await asyncio.wait({storing}, timeout=0.05)
        assert not done
        await stage.process_item(page)
        assert await storing is item
        assert (stage.stats.pages, stage.stats.records) == (1, 1)

    use(test)
    (record,) = records(rows)
    page = rows.execute("SELECT id FROM page").fetchone()
    assert page is not None
    assert (record["page_id"], record["site_id"], record["fence"]) == (page["id"], job.site_id, [job.sequence, 1])
    assert (record["kind"], record["key"], record["data"]) == ("item", "1", {"isbn": "1"})
    assert record["first_seen"] == record["last_seen"] == MOMENT


def test_an_item_of_a_page_that_is_not_stored_is_not_stored(use: Use, rows: Rows, job: Job) -> None:
    async def test(stage: StorePipeline) -> None:
        page = archived_page(job)
        page.archived = asyncio.get_running_loop().create_future()
        page.archived.set_exception(ArchiveError("The archive is full."))
        with pytest.raises(ArchiveError, match="full"):
            await stage.process_item(page)
        with pytest.raises(ArchiveError, match="full"):
            await put(stage, {"isbn": "1"}, page)

    use(test)
    assert records(rows) == []


def test_an_item_without_a_page_is_stored_too(use: Use, rows: Rows, job: Job) -> None:
    async def test(stage: StorePipeline) -> None:
        await put(stage, {"isbn": "1"})

    use(test)
    (record,) = records(rows)
    assert (record["page_id"], record["site_id"], record["fence"]) == (None, job.site_id, [job.sequence, 1])


def test_an_item_that_comes_again_replaces_the_old_one(use: Use, rows: Rows, job: Job) -> None:
    async def test(stage: StorePipeline) -> None:
        for price in (1, 2):
            await put(stage, {"isbn": "1", "price": price})

    use(test)
    (record,) = records(rows)
    assert record["data"] == {"isbn": "1", "price": 2}
    assert record["first_seen"] < record["last_seen"]


def test_an_older_job_overwrites_nothing(tables_url: str, rows: Rows, job: Job) -> None:
    newer = add_job(rows)

    async def test(stage: StorePipeline) -> None:
        await put(stage, {"isbn": "1", "job": "newer"})

    async def late(stage: StorePipeline) -> None:
        await put(stage, {"isbn": "1", "job": "older"})

    run(store(tables_url, newer), test)
    run(store(tables_url, job), late)
    (record,) = records(rows)
    assert (newer.sequence > job.sequence, record["data"]["job"]) == (True, "newer")


def test_a_bad_item_is_set_aside_with_its_page_and_its_reasons(use: Use, rows: Rows, job: Job) -> None:
    async def test(stage: StorePipeline) -> None:
        page = archived_page(job)
        await stage.process_item(page)
        for _ in range(2):
            with pytest.raises(DropItem, match="item: isbn is missing, but is part of the key"):
                await put(stage, {"title": "NUL\x00"}, page)
        assert (stage.stats.records, stage.stats.rejected) == (0, 2)

    use(test)
    (rejected,) = rows.execute("SELECT * FROM rejected_record").fetchall()
    assert (rejected["kind"], rejected["data"]) == ("item", {"title": "NUL"})
    assert rejected["problems"] == [{"field": "isbn", "problem": "is missing, but is part of the key"}]
    assert records(rows) == []


def test_a_bad_item_without_a_page_fails_loudly(use: Use, rows: Rows) -> None:
    async def test(stage: StorePipeline) -> None:
        with pytest.raises(RejectedItemError, match="came from no page: isbn is missing"):
            await put(stage, {})

    use(test)
    assert records(rows) == []


def test_items_without_a_job_fail_loudly(tables_url: str) -> None:
    async def test(stage: StorePipeline) -> None:
        with pytest.raises(NoJobError, match="LONGLINE_JOB_ID is not set"):
            await put(stage, {"isbn": "1"})

    run(store(tables_url, None), test)


def test_a_job_that_is_not_there_fails_loudly(tables_url: str, rows: Rows, job: Job) -> None:
    rows.execute("DELETE FROM job")

    async def test(stage: StorePipeline) -> None:
        with pytest.raises(RowError, match="PostgreSQL refused the rows of item 1: "):
            await put(stage, {"isbn": "1"})

    run(store(tables_url, job), test)


def test_the_longest_key_and_kind_fit_into_the_index(use: Use, rows: Rows) -> None:
    letters = random.Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=LONGEST_KEY + LONGEST_KIND)

    async def test(stage: StorePipeline) -> None:
        await put(stage, {"kind": "".join(letters[LONGEST_KEY:]), "isbn": "".join(letters[:LONGEST_KEY])})

    use(test)
    assert len(records(rows)) == 1


def test_many_items_and_pages_share_batches(use: Use, rows: Rows, job: Job) -> None:
    async def one(stage: StorePipeline, number: int) -> None:
        page = archived_page(job, f"https://example.com/{number}")
        items = [put(stage, {"isbn": f"{number}-{n}"}, page) for n in range(10)]
        await asyncio.gather(*items, stage.process_item(page))

    async def test(stage: StorePipeline) -> None:
        await asyncio.gather(*(one(stage, number) for number in range(60)))

    use(test)
    assert len(records(rows)) == 600
    assert all(record["page_id"] for record in records(rows))


def test_one_bad_row_costs_no_other(use: Use, rows: Rows, job: Job) -> None:
    async def test(stage: StorePipeline) -> None:
        good = [put(stage, {"isbn": str(number)}) for number in range(20)]
        deep: Any = []
        for _ in range(400):
            deep = [deep]
        page = archived_page(job)
        page.status = 99_999
        bad = stage.process_item(page)
        *_, refused = await asyncio.gather(*good, bad, return_exceptions=True)
        assert isinstance(refused, RowError)
        with pytest.raises(RowError):
            await put(stage, {"isbn": "from it"}, page)

    use(test)
    assert len(records(rows)) == 20
