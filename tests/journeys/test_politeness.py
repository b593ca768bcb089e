"""How fast hosts are asked, measured where the requests arrive. robots.txt and sitemaps count as any other request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import pages_of
from tests.support.arrivals import Crowd, crowd, distance, span
from tests.support.crawl import Scrapy
from tests.support.workers import workers

DELAY = 0.2
TOLERANCE = 0.1
"""Seconds by which a busy machine may hold back a request."""

Store = Callable[..., None]


@pytest.fixture(params=[1, 4], ids=["one process", "four processes"])
def processes(request: pytest.FixtureRequest, scrapy: Scrapy, servers: Any) -> Iterator[int]:
    """How many there are, with that of ``crawl site``; the others are waiting for work."""
    with beside(scrapy, servers, request.param - 1):
        yield request.param


@contextmanager
def beside(scrapy: Scrapy, servers: Any, count: int) -> Iterator[None]:
    """So many workers, which may be none."""
    with workers(scrapy, count, servers) if count else nullcontext():
        yield


def crawl_stored(scrapy: Scrapy, *slugs: str) -> None:
    """Crawl stored sites at one time, to their ends."""
    running = [scrapy.start("crawl", "site", "-a", f"site={slug}") for slug in slugs]
    for crawl in running:
        stdout, stderr = crawl.communicate(timeout=240)
        assert crawl.returncode == 0, stdout + stderr


def test_a_host_is_asked_no_faster_than_its_delay(scrapy: Scrapy, store_site: Store, processes: int) -> None:
    with crowd(pages=15) as site:
        store_site("unhurried", url=site.url(), delay=DELAY)
        crawl_stored(scrapy, "unhurried")
        arrivals = site.arrivals()
    assert len(arrivals) >= 16
    assert distance(arrivals, DELAY) >= -TOLERANCE


def test_the_delay_holds_while_workers_leave(scrapy: Scrapy, store_site: Store, servers: Any) -> None:
    with crowd(pages=25) as site, workers(scrapy, 3, servers) as running:
        store_site("handed over", url=site.url(), delay=DELAY)
        crawl = scrapy.start("crawl", "site", "-a", "site=handed over")
        for number, worker in enumerate(running, 1):
            wait_for(site, 5 * number)
            worker.terminate()
        stdout, stderr = crawl.communicate(timeout=240)
        assert crawl.returncode == 0, stdout + stderr
        arrivals = site.arrivals()
    assert len(arrivals) >= 26
    assert distance(arrivals, DELAY) >= -TOLERANCE


def wait_for(site: Crowd, count: int) -> None:
    """Return when so many requests have come in."""
    deadline = time.monotonic() + 120
    while len(site.arrivals()) < count:
        assert time.monotonic() < deadline, f"{count} requests have not come in"
        time.sleep(0.05)


def test_a_crawl_delay_of_robots_txt_holds_for_all(scrapy: Scrapy, store_site: Store, servers: Any) -> None:
    with beside(scrapy, servers, 3), crowd(pages=15, robots=f"User-agent: *\nCrawl-delay: {DELAY}\n") as site:
        store_site("asking", url=site.url())
        crawl_stored(scrapy, "asking")
        # Whoever asks for robots.txt cannot know yet what it says.
        arrivals = [arrival for arrival in site.arrivals() if arrival.path != "/robots.txt"]
    assert len(arrivals) >= 15
    assert distance(arrivals, DELAY) >= -TOLERANCE


def test_jobs_for_one_host_share_its_delay(scrapy: Scrapy, store_site: Store) -> None:
    with crowd(pages=10) as site:
        for slug in ("this", "that"):
            store_site(slug, url=site.url(), delay=DELAY)
        crawl_stored(scrapy, "this", "that")
        arrivals = site.arrivals()
    assert len(arrivals) >= 20
    assert distance(arrivals, DELAY) >= -TOLERANCE


def test_a_host_has_no_more_requests_under_way_than_its_config_says(
    scrapy: Scrapy, store_site: Store, servers: Any
) -> None:
    with beside(scrapy, servers, 3), crowd(pages=200, latency=0.1) as site:
        store_site("bounded", url=site.url(), concurrency=6)
        crawl_stored(scrapy, "bounded")
        arrivals = site.arrivals()
    assert len(arrivals) >= 200
    assert max(arrival.at_once for arrival in arrivals) <= 6


def test_hosts_do_not_wait_for_one_another(scrapy: Scrapy, store_site: Store, processes: int) -> None:
    with crowd(hosts=20, pages=10) as site:
        store_site("many", url=site.url(), allowed_hosts=site.hosts, delay=DELAY)
        crawl_stored(scrapy, "many")
        by_host = {host: site.arrivals(host) for host in site.hosts}
        together = span(site.arrivals())
    assert {host: len(arrivals) >= 11 for host, arrivals in by_host.items()} == dict.fromkeys(site.hosts, True)
    assert all(distance(arrivals, DELAY) >= -TOLERANCE for arrivals in by_host.values())
    assert together < sum(map(span, by_host.values())) / 5


def test_a_host_that_bears_much_is_served_by_all_processes(
    scrapy: Scrapy, store_site: Store, rows: Rows, servers: Any
) -> None:
    # An answer takes long enough for a busy machine to send all that may be under way meanwhile.
    with beside(scrapy, servers, 3), crowd(pages=600, latency=1.0) as site:
        store_site("strong", url=site.url(), concurrency=32)
        crawl_stored(scrapy, "strong")
        pages = pages_of(rows, site.url())
        at_once = max(arrival.at_once for arrival in site.arrivals())
    assert len(pages) >= 600
    # A segment of the archive is one process's, by its name.
    assert len({row["archive_uri"].rpartition("-")[0] for row in pages.values()}) == 4
    # All but a few of its places are used.
    assert 24 <= at_once <= 32
