"""What people rely on in scrapy-redis: its settings, its class names, its counts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import redis
from scrapy import Spider
from scrapy.settings import Settings

from crawler.queues import FifoJobQueue, JobQueue, SeenFilter
from crawler.wiring import Wiring, WrongClassError
from tests.support.small_crawl import Crawled, SmallCrawl
from tests.support.web import RunningWeb

CRAB = "tests.crawler.crabs.Crab"
OURS = "tests.crawler.habit_crabs"
FREE = {"ROBOTSTXT_OBEY": False, "CONCURRENT_REQUESTS": 1}
STOPPED = FREE | {"SCHEDULER_PERSIST": True, "CLOSESPIDER_PAGECOUNT": 1}
"""Settings of a crawl that ends when all of its requests wait."""
PATHS = ["/about", "/contact", "/team/anna"]


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


def arguments(web: RunningWeb, then: list[dict[str, Any]]) -> dict[str, Any]:
    """From ``/`` of the site ``plain``, these are asked for."""
    wanted = [request | {"url": web.url("plain", request["url"])} for request in then]
    return {"start": [{"url": web.url("plain")}], "then": wanted}


def crawl(web: RunningWeb, redis_url: str, settings: dict[str, Any], job: str, then: Any = None) -> Crawled:
    wanted = arguments(web, then or [{"url": path} for path in PATHS])
    return SmallCrawl(CRAB, redis_url, wanted, settings, job).run()


def paths(web: RunningWeb) -> list[str]:
    return [visit.path for visit in web.visits("plain")]


def in_order(web: RunningWeb, redis_url: str, then: list[dict[str, Any]], **settings: Any) -> list[str]:
    """Paths in the order in which they are asked for when all of them wait."""
    job = str(uuid4())
    crawl(web, redis_url, STOPPED | settings, job, then)
    web.reset()
    crawl(web, redis_url, FREE | settings, job, then)
    return paths(web)


def test_flush_on_start_begins_the_job_anew(web: RunningWeb, redis_url: str) -> None:
    job = str(uuid4())
    crawl(web, redis_url, STOPPED, job)
    assert paths(web) == ["/"]

    crawl(web, redis_url, FREE | {"SCHEDULER_FLUSH_ON_START": True}, job)

    assert sorted(paths(web)) == ["/", "/", *PATHS]


def test_flush_on_start_leaves_other_jobs_alone(web: RunningWeb, redis_url: str) -> None:
    one, other = str(uuid4()), str(uuid4())
    crawl(web, redis_url, STOPPED, one)
    crawl(web, redis_url, STOPPED | {"SCHEDULER_FLUSH_ON_START": True}, other)
    web.reset()

    crawl(web, redis_url, FREE, one)

    assert sorted(paths(web)) == PATHS


def test_a_job_that_is_kept_remembers_what_it_has_seen(web: RunningWeb, redis_url: str) -> None:
    job = str(uuid4())
    crawl(web, redis_url, FREE | {"SCHEDULER_PERSIST": True}, job)
    crawl(web, redis_url, FREE, job)

    assert sorted(paths(web)) == ["/", *PATHS]
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys("longline:{*") == []


def test_all_processes_of_a_spider_share_a_job_where_none_is_named() -> None:
    wirings = [Wiring.of(Settings({"SCHEDULER_SERIALIZER": "frontier.codec"})) for _ in range(2)]

    assert len({wiring.job_id(Spider("shop")) for wiring in wirings}) == 1
    assert wirings[0].job_id(Spider("shop")) != wirings[0].job_id(Spider("bank"))
    assert wirings[0].worker != wirings[1].worker


WAITING: list[dict[str, Any]] = [
    {"url": "/about", "priority": -1},
    {"url": "/contact"},
    {"url": "/team/anna", "priority": 5},
]


@pytest.mark.parametrize(
    ("queue", "order"),
    [
        ("scrapy_redis.queue.PriorityQueue", ["/team/anna", "/contact", "/about"]),
        ("scrapy_redis.queue.SpiderQueue", ["/about", "/contact", "/team/anna"]),
        (f"{OURS}.Backwards", ["/about", "/contact", "/team/anna"]),
    ],
)
def test_the_queue_class_says_the_order(web: RunningWeb, redis_url: str, queue: str, order: list[str]) -> None:
    assert in_order(web, redis_url, WAITING, SCHEDULER_QUEUE_CLASS=queue) == order


def test_the_dupefilter_class_says_what_is_the_same(web: RunningWeb, redis_url: str) -> None:
    then = [{"url": f"/search?page={page}"} for page in (1, 2)]
    crawl(web, redis_url, FREE | {"DUPEFILTER_CLASS": f"{OURS}.ByPath"}, str(uuid4()), then)

    assert paths(web) == ["/", "/search?page=1"]


def test_the_serializer_may_be_another_one(web: RunningWeb, redis_url: str) -> None:
    crawl(web, redis_url, FREE | {"SCHEDULER_SERIALIZER": "pickle"}, str(uuid4()))

    assert sorted(paths(web)) == ["/", *PATHS]


@pytest.mark.parametrize(
    ("name", "path", "found"),
    [
        ("SCHEDULER_QUEUE_CLASS", None, JobQueue),
        ("SCHEDULER_QUEUE_CLASS", "scrapy_redis.queue.PriorityQueue", JobQueue),
        ("SCHEDULER_QUEUE_CLASS", "scrapy_redis.queue.SpiderPriorityQueue", JobQueue),
        ("SCHEDULER_QUEUE_CLASS", "scrapy_redis.queue.FifoQueue", FifoJobQueue),
        ("DUPEFILTER_CLASS", "scrapy_redis.dupefilter.RFPDupeFilter", SeenFilter),
        ("DUPEFILTER_CLASS", "scrapy.dupefilters.RFPDupeFilter", SeenFilter),
    ],
)
def test_names_of_scrapy_redis_mean_ours(name: str, path: str | None, found: type) -> None:
    wiring = Wiring.of(Settings({name: path}))

    assert found in {wiring.queue_class, wiring.dupefilter_class}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("SCHEDULER_QUEUE_CLASS", "scrapy_redis.queue.LifoQueue"),
        ("SCHEDULER_QUEUE_CLASS", f"{OURS}.NotOurs"),
        ("DUPEFILTER_CLASS", "scrapy.dupefilters.BaseDupeFilter"),
    ],
)
def test_a_class_that_cannot_work_with_leases_is_refused(name: str, path: str) -> None:
    with pytest.raises(WrongClassError, match=f"{name} = {path}: it cannot work with leases. Name crawler.queues"):
        Wiring.of(Settings({name: path}))


def test_counts_have_the_names_of_scrapy_redis(web: RunningWeb, redis_url: str) -> None:
    crawled = crawl(web, redis_url, FREE, str(uuid4()), [{"url": path} for path in ("/about", "/about", "/contact")])

    names = ("scheduler/enqueued/redis", "scheduler/dequeued/redis", "dupefilter/filtered")
    assert [crawled.stats[name] for name in names] == [3, 3, 1]


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "redis://localhost:6379/0"),
        ({"REDIS_URL": "redis://one:1/2", "REDIS_HOST": "other"}, "redis://one:1/2"),
        ({"REDIS_HOST": "one", "REDIS_PORT": 1, "REDIS_DB": 2}, "redis://one:1/2"),
        ({"REDIS_PARAMS": {"db": 3, "password": "a/b"}, "REDIS_HOST": "one"}, "redis://:a%2Fb@one:6379/3"),
    ],
)
def test_redis_is_where_the_settings_of_scrapy_redis_say(settings: dict[str, Any], url: str) -> None:
    assert Wiring.of(Settings(settings)).redis_url == url
