"""The scheduler on a real Valkey, as crawls see it."""

from __future__ import annotations

import signal
import urllib.request
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import redis

from tests.support.announced import until
from tests.support.job_workers import open_team
from tests.support.left import left
from tests.support.small_crawl import Crawled, SmallCrawl
from tests.support.web import RunningWeb

CRAB = "tests.crawler.crabs.Crab"
FREE = {"ROBOTSTXT_OBEY": False}


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


def job_keys(redis_url: str) -> list[bytes]:
    """Keys of jobs; those of hosts outlive them for a while."""
    with redis.Redis.from_url(redis_url) as client:
        return sorted(client.keys("longline:{*"))


def paths(web: RunningWeb, site: str = "plain") -> list[str]:
    return [visit.path for visit in web.visits(site)]


def crawl(web: RunningWeb, redis_url: str, then: list[dict[str, Any]], **settings: Any) -> Crawled:
    """A crawl of ``/`` of the site ``plain``, from which ``then`` is asked for; only paths are given."""
    wanted = [request | {"url": web.url("plain", request["url"])} for request in then]
    arguments = {"start": [{"url": web.url("plain")}], "then": wanted}
    return SmallCrawl(CRAB, redis_url, arguments, FREE | settings).run()


def test_the_highest_priority_is_asked_for_first_and_then_the_oldest(web: RunningWeb, redis_url: str) -> None:
    then: list[dict[str, Any]] = [
        {"url": "/about", "priority": -1},
        {"url": "/contact"},
        {"url": "/team/anna", "priority": 50},
        {"url": "/team/ben"},
        {"url": "/team/carla", "priority": 50},
    ]

    wanted = [request | {"url": web.url("plain", request["url"])} for request in then]
    arguments = {"start": [{"url": web.url("plain")}], "then": wanted}
    # The first crawl ends when all of them wait; else what comes first would be under way before the last is known.
    kept = FREE | {"SCHEDULER_PERSIST": True, "CLOSESPIDER_PAGECOUNT": 1, "CONCURRENT_REQUESTS": 1}
    first = SmallCrawl(CRAB, redis_url, arguments, kept)
    first.run()
    web.reset()

    SmallCrawl(CRAB, redis_url, arguments, FREE | {"CONCURRENT_REQUESTS": 1}, first.job).run()

    assert paths(web) == ["/team/anna", "/team/carla", "/contact", "/team/ben", "/about"]


def test_what_is_the_same_is_asked_for_once(web: RunningWeb, redis_url: str) -> None:
    then = [{"url": url} for url in ("/about", "/about", "/search?a=1&b=2", "/search?b=2&a=1", "/about#part", "/")]

    crawl(web, redis_url, then)

    assert sorted(paths(web)) == ["/", "/about", "/search?a=1&b=2"]


def test_who_wants_it_again_gets_it_again(web: RunningWeb, redis_url: str) -> None:
    crawl(web, redis_url, [{"url": "/about"}, {"url": "/about", "dont_filter": True}])

    assert sorted(paths(web)) == ["/", "/about", "/about"]


def test_a_request_may_have_to_wait_and_is_not_forgotten(web: RunningWeb, redis_url: str) -> None:
    then: list[dict[str, Any]] = [{"url": "/about", "meta": {"delay_seconds": 1.0}}, {"url": "/contact"}]

    crawled = crawl(web, redis_url, then)

    assert paths(web) == ["/", "/contact", "/about"]
    starts = [visit.started for visit in web.visits("plain")]
    # Scrapy looks into its queue every five seconds, but not here (see crabs): it has been woken.
    assert starts[2] - starts[0] >= 1.0
    assert crawled.reason == "finished"


def test_a_failed_request_is_tried_again_when_the_server_says(web: RunningWeb, redis_url: str) -> None:
    crawled = crawl(web, redis_url, [{"url": "/odd/flaky"}])

    assert crawled.notes[-1] == [web.url("plain", "/odd/flaky"), 200]
    flaky = [visit.started for visit in web.visits("plain") if visit.path == "/odd/flaky"]
    assert len(flaky) == 3
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(flaky))


@pytest.mark.parametrize("limit", [1, 7])
def test_a_job_fetches_no_page_more_than_it_may(web: RunningWeb, redis_url: str, limit: int) -> None:
    start = [{"url": web.url("endless"), "meta": {"counts_as_page": True}}]
    settings = FREE | {"LONGLINE_MAX_PAGES": limit}

    crawled = SmallCrawl("tests.crawler.crabs.Calendar", redis_url, {"start": start}, settings).run()

    assert len(web.visits("endless")) == limit == len(crawled.notes)
    assert crawled.reason == "finished"


def test_a_page_that_is_tried_again_keeps_its_place(web: RunningWeb, redis_url: str) -> None:
    start = [{"url": web.url("plain", "/odd/flaky"), "meta": {"counts_as_page": True}}]

    crawled = SmallCrawl(CRAB, redis_url, {"start": start}, FREE | {"LONGLINE_MAX_PAGES": 1}).run()

    assert crawled.notes == [[web.url("plain", "/odd/flaky"), 200]]


def test_at_the_end_the_jobs_keys_are_gone(web: RunningWeb, redis_url: str) -> None:
    crawl(web, redis_url, [{"url": "/about"}])

    assert not job_keys(redis_url)


def test_a_job_that_is_kept_goes_on_where_it_was(web: RunningWeb, redis_url: str) -> None:
    then = [{"url": web.url("plain", f"/chain/{number}")} for number in range(1, 6)]
    arguments = {"start": [{"url": web.url("plain")}], "then": then}
    kept = FREE | {"SCHEDULER_PERSIST": True, "CONCURRENT_REQUESTS": 1}
    first = SmallCrawl(CRAB, redis_url, arguments, kept | {"CLOSESPIDER_PAGECOUNT": 3})

    stopped = first.run()
    assert stopped.reason == "closespider_pagecount"
    assert job_keys(redis_url)
    before = paths(web)
    second = SmallCrawl(CRAB, redis_url, arguments, kept | {"SCHEDULER_PERSIST": False}, first.job).run()

    assert second.reason == "finished"
    assert 3 <= len(before) < 6
    assert sorted(paths(web)) == ["/", *(f"/chain/{number}" for number in range(1, 6))]


def test_what_was_to_be_tried_again_is_kept_too(web: RunningWeb, redis_url: str) -> None:
    url = web.url("banning", "/1")
    with urllib.request.urlopen(web.url("banning", "/__ban__?peer=127.0.0.1&seconds=300"), timeout=60):
        pass
    first = SmallCrawl(CRAB, redis_url, {"start": [{"url": url}]}, FREE | {"SCHEDULER_PERSIST": True})

    # It is stopped while the page waits for its second try.
    with first.begun() as running:
        until(lambda: left(redis_url, first.job).later == 1)
        running.process.send_signal(signal.SIGTERM)
    assert running.crawled.notes == []
    web.reset()
    make_due(redis_url, first.job)
    second = SmallCrawl(CRAB, redis_url, {"start": [{"url": url}]}, FREE, first.job).run()

    assert second.notes == [[url, 200]]


def make_due(redis_url: str, job: str) -> None:
    """As if the site had waited for long enough, and what its host has asked for were forgotten."""
    with open_team(redis_url) as team, redis.Redis.from_url(redis_url) as client:
        team.job = UUID(job)
        team.come_due()
        for key in set(client.scan_iter()) - set(job_keys(redis_url)):
            client.delete(key)


def test_two_jobs_know_nothing_of_each_other(web: RunningWeb, redis_url: str) -> None:
    crawl(web, redis_url, [{"url": "/about"}], SCHEDULER_PERSIST=True)
    crawl(web, redis_url, [{"url": "/about"}])

    assert sorted(paths(web)) == ["/", "/", "/about", "/about"]


def test_a_callback_that_cannot_be_written_down_stops_no_crawl(web: RunningWeb, redis_url: str) -> None:
    start = [{"url": web.url("plain")}]

    crawled = SmallCrawl("tests.crawler.crabs.Careless", redis_url, {"start": start}, FREE).run()

    assert "a callback must be one to be queued" in crawled.log
    assert crawled.reason == "finished"


def test_a_crawl_is_not_over_before_its_end_is_written_down(web: RunningWeb, redis_url: str) -> None:
    crawled = crawl(web, redis_url, [{"url": "/about"}], SCHEDULER="tests.crawler.asked_scheduler.AskedScheduler")

    assert crawled.reason == "finished"
    assert crawled.stats["more_at_the_end"] is True
