"""robots.txt is read by one worker for all, and read again when it has grown old."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest
from protego import Protego
from scrapy.utils.test import get_crawler

from crawler.fetch.robots import SECONDS_UNREADABLE, RobotsMiddleware, Rules
from crawler.why_known import KnownJob
from crawler.why_rules import robots
from crawler.why_words import Answer
from frontier.connection import connect, connect_async
from frontier.robots_cache import SECONDS, RobotsAnswer, RobotsCache
from schemas.job import JobState, JobStats
from schemas.redis_keys import host_robots
from schemas.site import SiteConfig
from tests.support.small_crawl import SmallCrawl
from tests.support.web import RunningWeb

ADDRESS = "https://example.com/robots.txt"
OURS = "crawler.scheduler.Scheduler"


async def put(redis_url: str, origin: str, text: str, *, later: float = 0.0) -> None:
    """Another worker has read robots.txt, so many seconds from now."""
    cache = RobotsCache(connect_async(redis_url), lambda: time.time() + later)
    await cache.put(origin, 200, text)
    await cache.close()


async def get(redis_url: str, origin: str) -> RobotsAnswer | None:
    cache = RobotsCache(connect_async(redis_url))
    answer = await cache.get(origin)
    await cache.close()
    return answer


async def asked_why(redis_url: str, url: str) -> Answer | None:
    """What ``scrapy why`` says of robots.txt."""
    job = KnownJob(
        id=uuid4(),
        sequence=1,
        site_id=1,
        site="site",
        url=url,
        state=JobState.RUNNING,
        error=None,
        stats=JobStats(),
        config=SiteConfig(url=url),
        known=True,
        own=False,
        announced=True,
    )
    cache = RobotsCache(connect_async(redis_url))
    answer = await robots(job, url, "Longline", cache)
    await cache.close()
    return answer


def crawl(web: RunningWeb, redis_url: str, *urls: str) -> dict[str, Any]:
    web.reset()
    done = SmallCrawl("tests.crawler.crabs.Crab", redis_url, {"start": [{"url": url} for url in urls]}).run()
    return {note[0]: note[1] for note in done.notes}


def test_what_another_worker_has_read_is_not_asked_for_again(web: RunningWeb, redis_url: str) -> None:
    asyncio.run(put(redis_url, web.sites["plain"], "User-agent: *\nDisallow: /about\n", later=60))

    came = crawl(web, redis_url, web.url("plain", "/about"), web.url("plain", "/contact"))

    assert came == {web.url("plain", "/about"): "DisallowedByRobotsError", web.url("plain", "/contact"): 200}
    assert web.asked("plain") == {"/contact": 1}


def test_of_a_captcha_in_its_place_other_workers_hear_why_nothing_may_be_fetched(
    web: RunningWeb, redis_url: str
) -> None:
    crawl(web, redis_url, web.url("veiled"))

    answer = asyncio.run(asked_why(redis_url, web.url("veiled")))
    assert answer is not None
    assert answer.what == "no robots.txt"
    assert "its robots.txt was held up by a captcha of DataDome" in answer.text
    assert answer.text.endswith("so nothing of its host may be fetched.")


def test_who_starts_a_job_reads_it_anew_and_tells_the_others(web: RunningWeb, redis_url: str) -> None:
    asyncio.run(put(redis_url, web.sites["plain"], "User-agent: *\nDisallow: /\n"))

    assert crawl(web, redis_url, web.url("plain", "/about")) == {web.url("plain", "/about"): 200}
    assert web.asked("plain") == {"/robots.txt": 1, "/about": 1}
    told = asyncio.run(get(redis_url, web.sites["plain"]))
    assert told is not None
    assert told.status == 200
    assert "Disallow: /private/" in told.text


@pytest.mark.parametrize(("site", "status", "seconds"), [("error", 500, SECONDS_UNREADABLE), ("empty", 404, SECONDS)])
def test_what_could_not_be_read_is_asked_for_again_soon(
    web: RunningWeb, redis_url: str, site: str, status: int, seconds: int
) -> None:
    crawl(web, redis_url, web.url(site))

    with connect(redis_url) as server:
        assert seconds - 30 < int(server.ttl(host_robots(web.sites[site]))) <= seconds
    told = asyncio.run(get(redis_url, web.sites[site]))
    assert told is not None
    assert told.status == status


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"SCHEDULER": OURS, "LONGLINE_JOB_ID": "1"}, (True, True)),
        ({"SCHEDULER": OURS}, (True, False)),
        ({}, (False, False)),
        ({"SCHEDULER": OURS, "REDIS_URL": None}, (False, False)),
    ],
    ids=str,
)
def test_it_is_shared_where_the_frontier_is_ours(settings: dict[str, Any], expected: tuple[bool, bool]) -> None:
    crawler = get_crawler(settings_dict={"REDIS_URL": "redis://127.0.0.1:1/0"} | settings)

    middleware = RobotsMiddleware.from_crawler(crawler)

    assert (middleware._cache is not None, middleware._cache is not None and middleware._since > 0) == expected


@pytest.mark.parametrize(("problem", "seconds"), [(None, SECONDS), ("it is away", SECONDS_UNREADABLE)])
def test_rules_hold_for_a_time(problem: str | None, seconds: int) -> None:
    def rules(age: float) -> Rules:
        return Rules(Protego.parse(""), ADDRESS, problem, time.monotonic() - age)

    assert not rules(seconds - 5).is_old
    assert rules(seconds + 5).is_old


def test_an_answer_says_its_rules() -> None:
    assert (
        Rules.of(ADDRESS, 0, "no answer in time").problem == "https://example.com/ cannot be reached: no answer in time"
    )
    assert Rules.of(ADDRESS, 429, "").problem == f"{ADDRESS} answered 429, so nothing of its host may be fetched"
    assert Rules.of(ADDRESS, 404, "User-agent: *\nCrawl-delay: 2").delay("Longline") is None
    assert Rules.of(ADDRESS, 200, "User-agent: *\nCrawl-delay: 2").delay("Longline") == 2.0
    assert Rules.of(ADDRESS, 200, "User-agent: *\nCrawl-delay: 9999").delay("Longline") == 300.0


def test_a_crawl_goes_on_where_the_key_cannot_be_read(web: RunningWeb, redis_url: str) -> None:
    with connect(redis_url) as server:
        server.sadd(host_robots(web.sites["plain"]), "what is this?")

    assert crawl(web, redis_url, web.url("plain", "/about")) == {web.url("plain", "/about"): 200}
