"""How fast an address is asked where many hosts are, measured where the requests arrive."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import last_job
from tests.journeys.test_politeness import DELAY, TOLERANCE, beside, crawl_stored, wait_for
from tests.support.arrivals import crowd, distance, span
from tests.support.crawl import Scrapy

Store = Callable[..., None]


@pytest.mark.parametrize("others", [0, 3], ids=["one process", "four processes"])
def test_hosts_at_one_address_share_its_delay(scrapy: Scrapy, store_site: Store, servers: Any, others: int) -> None:
    with beside(scrapy, servers, others), crowd(hosts=8, pages=3, together=True) as site:
        store_site("neighbours", url=site.url(), allowed_hosts=site.hosts, delay=DELAY, polite_to="address")
        crawl_stored(scrapy, "neighbours")
        arrivals, by_host = site.arrivals(), {host: site.arrivals(host) for host in site.hosts}
    assert {host: len(arrivals) >= 4 for host, arrivals in by_host.items()} == dict.fromkeys(site.hosts, True)
    assert distance(arrivals, DELAY) >= -TOLERANCE


def test_hosts_at_one_address_are_asked_each_for_itself_where_nobody_says_otherwise(
    scrapy: Scrapy, store_site: Store, servers: Any
) -> None:
    with beside(scrapy, servers, 3), crowd(hosts=8, pages=3, together=True) as site:
        store_site("strangers", url=site.url(), allowed_hosts=site.hosts, delay=2.0)
        crawl_stored(scrapy, "strangers")
        arrivals = site.arrivals()
    # Four requests to each host; one after the other, they would take over a minute.
    assert span(arrivals) < 2.0 * len(arrivals) / 2


def test_jobs_that_are_polite_to_addresses_share_one(scrapy: Scrapy, store_site: Store) -> None:
    with crowd(hosts=2, pages=12, together=True) as site:
        for slug, host in zip(("next door", "this door"), site.hosts, strict=True):
            store_site(slug, url=site.url(host), delay=DELAY, polite_to="address", sitemaps=False)
        crawl_stored(scrapy, "next door", "this door")
        arrivals = site.arrivals()
    assert len(arrivals) >= 26
    assert distance(arrivals, DELAY) >= -TOLERANCE


def test_a_host_keeps_its_own_delay_beside_that_of_its_address(
    scrapy: Scrapy, store_site: Store, rows: Rows, servers: Any
) -> None:
    with beside(scrapy, servers, 2), crowd(hosts=4, pages=8, together=True) as site:
        host = site.hosts[1]
        store_site("slow-beside", url=site.url(host), delay=3 * DELAY)
        store_site("all", url=site.url(), allowed_hosts=site.hosts, delay=DELAY, polite_to="address")
        slow = scrapy.start("crawl", "site", "-a", "site=slow-beside")
        wait_for(site, 3)
        crawl_stored(scrapy, "all")
        stdout, stderr = slow.communicate(timeout=240)
        assert slow.returncode == 0, stdout + stderr
        # From then on nobody asks for that delay any more.
        ended = time.monotonic() - (datetime.now(UTC) - last_job(rows, site.url(host))["completed_at"]).total_seconds()
        at_host = [arrival for arrival in site.arrivals(host) if arrival.at < ended]
        # What the slow site asks for does not count at the address.
        others = [arrival for arrival in site.arrivals() if arrival.host != host]
    assert len(at_host) >= 10
    assert distance(at_host, 3 * DELAY) >= -TOLERANCE
    assert distance(others, DELAY) >= -TOLERANCE


def test_no_more_requests_are_under_way_at_an_address_than_its_config_says(
    scrapy: Scrapy, store_site: Store, servers: Any
) -> None:
    with beside(scrapy, servers, 3), crowd(hosts=10, pages=20, latency=0.1, together=True) as site:
        store_site("narrow", url=site.url(), allowed_hosts=site.hosts, concurrency=4, polite_to="address")
        crawl_stored(scrapy, "narrow")
        arrivals = site.arrivals()
    assert len(arrivals) >= 200
    assert max(arrival.at_address for arrival in arrivals) <= 4


def test_a_host_that_cannot_be_resolved_fails_as_ever(scrapy: Scrapy, store_site: Store) -> None:
    store_site("unresolved", url="http://longline.invalid/", polite_to="address")
    crawled = scrapy.run("crawl", "site", "-a", "site=unresolved")
    assert crawled.status == 1
    assert "longline.invalid" in crawled.stderr + crawled.stdout


def test_people_are_told_which_address_a_request_waits_for(scrapy: Scrapy, store_site: Store) -> None:
    with crowd(hosts=3, pages=200, together=True) as site:
        store_site("told", url=site.url(), allowed_hosts=site.hosts, delay=2 * DELAY, polite_to="address")
        crawl = scrapy.start("crawl", "site", "-a", "site=told")
        wait_for(site, 8)
        page = json.loads(scrapy.run("why", "--json", f"{site.url()}199").stdout)
        jobs = json.loads(scrapy.run("frontier", "--json").stdout)["jobs"]
        job = next(job for job in jobs if job["id"] == page[0]["job"])
        holds = json.loads(scrapy.run("why", "--json", "--job", page[0]["job"]).stdout)
        table = scrapy.run("frontier").stdout
        assert scrapy.run("frontier", "cancel", job["id"]).status == 0
        crawl.communicate(timeout=240)
    assert (page[0]["address"], page[0]["address_delay"]) == ("127.0.0.2", 2 * DELAY)
    assert f"All hosts at 127.0.0.2 share one budget, and are asked every {2 * DELAY} s by crawl@" in page[0]["text"]
    assert (holds[0]["what"], holds[0]["address"]) == ("address", "127.0.0.2")
    assert set(job["addresses"].values()) == {"127.0.0.2"}
    assert f"all at 127.0.0.2 every {2 * DELAY} s" in table
