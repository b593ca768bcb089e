"""What Scrapy expects of any scheduler."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.core.scheduler import BaseScheduler
from scrapy_redis import scheduler as scrapy_redis

from crawler.scheduler import Scheduler
from crawler.worker_scheduler import WorkerScheduler
from tests.support.small_crawl import SmallCrawl
from tests.support.web import RunningWeb

CRAB = "tests.crawler.crabs.Crab"
FREE = {"ROBOTSTXT_OBEY": False}


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


@pytest.mark.parametrize("ours", [Scheduler, WorkerScheduler])
def test_ours_is_one_of_scrapys_and_of_scrapy_redis(ours: type) -> None:
    assert issubclass(ours, BaseScheduler)
    assert issubclass(ours, scrapy_redis.Scheduler)


def test_what_a_spider_begins_with_is_asked_for_as_often_as_it_says(web: RunningWeb, redis_url: str) -> None:
    start = [{"url": web.url("plain", "/about"), "dont_filter": True}] * 6
    crawled = SmallCrawl(CRAB, redis_url, {"start": start}, FREE).run()

    assert [visit.path for visit in web.visits("plain")] == ["/about"] * 6
    assert crawled.stats["downloader/response_count"] == 6


def test_slots_take_turns(web: RunningWeb, redis_url: str) -> None:
    slots = ["a", "a", "b", "b", "c", "c"]
    urls = [web.url("plain", f"/search?slot={slot}{number}") for number, slot in enumerate(slots)]
    then = [{"url": url, "meta": {"download_slot": slot}} for url, slot in zip(urls, slots, strict=True)]
    start: list[dict[str, Any]] = [{"url": web.url("plain")}]
    kept = FREE | {"CONCURRENT_REQUESTS": 1, "SCHEDULER_PERSIST": True}
    arguments = {"start": start, "then": then}
    first = SmallCrawl(CRAB, redis_url, arguments, kept | {"CLOSESPIDER_PAGECOUNT": 1})
    first.run()
    web.reset()
    # Each host is asked for one thing at a time: else the budget of the first may be there before the others'.
    one = kept | {"SCHEDULER_PERSIST": False, "DOWNLOAD_DELAY": 3, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
    SmallCrawl(CRAB, redis_url, arguments, one, first.job).run()

    asked = [visit.path.partition("=")[2][0] for visit in web.visits("plain")]
    assert [sorted(asked[:3]), sorted(asked[3:])] == [["a", "b", "c"]] * 2


def test_requests_of_equal_priority_leave_in_the_order_in_which_they_came(web: RunningWeb, redis_url: str) -> None:
    paths = [f"/search?number={number}" for number in range(8)]
    arguments = {"start": [{"url": web.url("plain", path)} for path in paths]}
    SmallCrawl(CRAB, redis_url, arguments, FREE | {"CONCURRENT_REQUESTS": 1}).run()

    assert [visit.path for visit in web.visits("plain")] == paths


def test_a_crawl_that_has_nothing_to_ask_for_ends(redis_url: str) -> None:
    assert SmallCrawl(CRAB, redis_url, {"start": []}, FREE).run().reason == "finished"
