"""The event loop goes on, whatever Redis does, and a crawl survives what Redis goes through."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.delay import distant_redis
from tests.support.halting import WEB, Halting, halting
from tests.support.killable import KillableValkey
from tests.support.small_crawl import Crawled, SmallCrawl

PAGES = [f"/web/{number}" for number in range(WEB)]
SETTINGS: dict[str, Any] = {
    "ROBOTSTXT_OBEY": False,
    "EXTENSIONS": {"tests.crawler.loop_crabs.LoopWatch": 100},
    # As much at once as eight workers.
    "CONCURRENT_REQUESTS": 64,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
}
LONGEST = 0.05
HICCUP = 4.0
"""What waits for Redis stands for as long as that is frozen, or until it is given up, five seconds; a busy machine, for
less."""
FROZEN_SECONDS = 10.0


@pytest.fixture
def site() -> Iterator[Halting]:
    with halting() as served:
        yield served


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[KillableValkey]:
    server = KillableValkey(tmp_path)
    server.start()
    yield server
    server.thaw()
    server.kill()


def weave(site: Halting, redis_url: str, **settings: Any) -> SmallCrawl:
    arguments = {"start": site.url("/web/0")}
    return SmallCrawl("tests.crawler.loop_crabs.Weaver", redis_url, arguments, SETTINGS | settings)


def assert_whole(crawled: Crawled) -> None:
    assert crawled.reason == "finished"
    assert sorted(crawled.notes) == sorted(PAGES), "each page once"


def assert_free(crawled: Crawled) -> None:
    assert crawled.stats["loop/turns"] > 20
    computed, stood = crawled.stats["loop/computed"], crawled.stats["loop/stood"]
    assert computed[0] < LONGEST, computed
    assert stood[0] < HICCUP, stood


def outages(crawled: Crawled) -> list[str]:
    """What was said of Redis, in order."""
    return [word for line in crawled.log.splitlines() for word in ("away", "back") if f"Redis is {word}" in line]


def test_the_loop_is_free_while_a_site_is_crawled(site: Halting, redis_url: str) -> None:
    crawled = weave(site, redis_url).run()

    assert_whole(crawled)
    assert_free(crawled)


def test_the_loop_is_free_where_redis_is_far_away(site: Halting, redis_url: str) -> None:
    with distant_redis(redis_url, 1.0) as far:
        crawled = weave(site, far).run()

    assert_whole(crawled)
    assert_free(crawled)


def test_the_loop_is_free_while_redis_stands_still(site: Halting, valkey: KillableValkey) -> None:
    with weave(site, valkey.url).begun() as running:
        site.wait_for_pages(WEB // 3)
        valkey.freeze()
        time.sleep(FROZEN_SECONDS)  # nothing tells of what does not happen
        valkey.thaw()

    assert_whole(running.crawled)
    assert_free(running.crawled)
    assert outages(running.crawled) == ["away", "back"]


def test_a_crawl_goes_on_when_redis_was_killed_and_started_again(site: Halting, valkey: KillableValkey) -> None:
    with weave(site, valkey.url).begun() as running:
        site.wait_for_pages(WEB // 3)
        valkey.kill()
        valkey.start()

    crawled = running.crawled
    assert crawled.reason == "finished"
    assert set(crawled.notes) == set(PAGES)
    assert outages(crawled) in ([], ["away", "back"])
    assert_free(crawled)


def test_a_crawl_can_be_stopped_while_redis_is_away(site: Halting, valkey: KillableValkey) -> None:
    with weave(site, valkey.url, LONGLINE_DRAIN_SECONDS=2).begun() as running:
        site.wait_for_pages(WEB // 3)
        valkey.kill()
        running.process.send_signal(signal.SIGTERM)
        running.end()

    assert "its leases will run out" in running.crawled.log
