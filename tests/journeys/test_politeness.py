"""How fast hosts are asked, measured where the requests arrive. robots.txt and sitemaps count as any other request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.journeys.conftest import Rows
from tests.journeys.reading import pages_of
from tests.journeys.test_workers import workers
from tests.support.arrivals import crowd, gaps, span
from tests.support.crawl import Scrapy

DELAY = 0.2
TOLERANCE = 0.05
"""Seconds by which a busy machine may hold back the earlier of two requests."""


def crawl_stored(scrapy: Scrapy, slug: str) -> None:
    """Crawl a stored site to its end."""
    done = scrapy.run("crawl", "site", "-a", f"site={slug}")
    assert done.status == 0, done.stdout + done.stderr


def test_a_host_is_asked_no_faster_than_its_delay(scrapy: Scrapy, store_site: Callable[..., None]) -> None:
    with crowd(pages=12) as site:
        store_site("slow", url=site.url(), delay=DELAY)
        crawl_stored(scrapy, "slow")
        arrivals = site.arrivals()
    assert len(arrivals) >= 13
    assert min(gaps(arrivals)) >= DELAY - TOLERANCE


def test_hosts_do_not_wait_for_one_another(scrapy: Scrapy, store_site: Callable[..., None]) -> None:
    with crowd(hosts=20, pages=10) as site:
        store_site("many", url=site.url(), allowed_hosts=site.addresses(), delay=DELAY)
        crawl_stored(scrapy, "many")
        by_host = {host: site.arrivals(host) for host in site.hosts}
        together = span(site.arrivals())
    assert {host: len(arrivals) >= 11 for host, arrivals in by_host.items()} == dict.fromkeys(site.hosts, True)
    assert all(min(gaps(arrivals)) >= DELAY - TOLERANCE for arrivals in by_host.values())
    assert together < sum(map(span, by_host.values())) / 5


def test_a_host_that_bears_much_is_served_by_all_processes(
    scrapy: Scrapy, store_site: Callable[..., None], rows: Rows, servers: Any
) -> None:
    with workers(scrapy, 3, servers), crowd(pages=1200, latency=0.2) as site:
        store_site("strong", url=site.url(), concurrency=32)
        crawl_stored(scrapy, "strong")
        pages = pages_of(rows, site.url())
    assert len(pages) >= 1200
    # A segment of the archive is one process's, by its name.
    assert len({row["archive_uri"].rpartition("-")[0] for row in pages.values()}) == 4
