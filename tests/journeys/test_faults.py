"""A whole crawl of the site ``faults``: what can be had is had, and what cannot says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.web import RunningWeb

LIMITS = ("-s", "DOWNLOAD_TIMEOUT=8", "-s", "DOWNLOAD_MAXSIZE=1048576", "-s", "RETRY_TIMES=2")
TITLES = {
    "/reset": "reset",
    "/truncation": "truncation",
    "/wrong-length": "wrong-length",
    "/broken-gzip": "broken-gzip",
    "/no-encoding": "no-encoding",
    "/large-header": "large-header",
    "/meta-refresh": "meta-refresh",
    "/refreshed": "refreshed",
    "/utf-16": "Ünïcode",
    "/wrong-charset": "Café",
    "/gb18030": "招聘",
    "/429-seconds": "429-seconds",
    "/429-date": "429-date",
    "/503-nonsense": "503-nonsense",
}
DEAD = {
    "/slow-drip": "no answer in time",
    "/huge-length": "its body has more than 1,048,576 bytes",
    "/flood": "its body has more than 1,048,576 bytes",
    "/gzip-bomb": "its body has more than 1,048,576 bytes when it is unpacked (gzip)",
    "/deflate-bomb": "its body has more than 1,048,576 bytes when it is unpacked (deflate)",
    "/brotli-bomb": "its body has more than 1,048,576 bytes when it is unpacked (br)",
    "/zstd-bomb": "its body has more than 1,048,576 bytes when it is unpacked (zstd)",
    "/nested-bomb": "its body has more than 1,048,576 bytes when it is unpacked (gzip)",
    "/layers": "its body is packed 200 times; 3 are the most that is undone",
    "/parts": "its body is packed in more than 1,000 parts",
    "/no-gzip": "its body cannot be unpacked (gzip: Error -3 while decompressing data: incorrect header check)",
    "/many-headers": "its answer is no sound HTTP (Too many headers received)",
    "/long-header": "its answer is no sound HTTP (Got more than 65536 bytes when reading",
    "/no-http": "its answer is no sound HTTP (Bad status line",
}


@pytest.fixture(scope="module")
def crawled(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    web.reset()
    return session_scrapy.run("crawl", "site", "-a", f"url={web.url('faults')}", *LIMITS)


@pytest.fixture
def pages(crawled: Crawled, web: RunningWeb, rows: Rows) -> dict[str, dict[str, Any]]:
    assert crawled.stdout
    return pages_of(rows, web.sites["faults"])


def test_the_crawl_ends_well_whatever_its_pages_do(crawled: Crawled) -> None:
    assert crawled.status == 0, crawled.stdout + crawled.stderr
    assert "Traceback" not in crawled.stderr


@pytest.mark.parametrize("path", TITLES)
def test_what_can_be_had_is_had(pages: dict[str, dict[str, Any]], path: str) -> None:
    assert (pages[path]["status"], pages[path]["title"]) == (200, TITLES[path])
    assert archived_body(pages[path])


@pytest.mark.parametrize("path", DEAD)
def test_what_cannot_be_had_is_dead_and_says_why(
    crawled: Crawled, pages: dict[str, dict[str, Any]], web: RunningWeb, rows: Rows, path: str
) -> None:
    assert crawled.stdout
    assert path not in pages
    job = last_job(rows, web.sites["faults"])
    dead = rows.execute(
        "SELECT cause FROM dead_request WHERE job_id = %s AND url = %s", [job["id"], web.url("faults", path)]
    ).fetchone()
    assert dead is not None
    assert dead["cause"].startswith(DEAD[path])


def test_half_a_page_leads_nowhere(crawled: Crawled, web: RunningWeb) -> None:
    assert crawled.stdout
    assert "/never-complete" not in web.asked("faults")


def test_redirects_without_an_end_come_to_one(crawled: Crawled, pages: dict[str, dict[str, Any]]) -> None:
    chain = [path for path in pages if path.startswith("/endless-redirect")]
    assert len(chain) == 21
    assert "/endless-redirect?n=21 is not followed: 20 redirects in a row led to it." in crawled.stdout


def test_a_server_that_asks_to_wait_is_waited_for(crawled: Crawled, web: RunningWeb) -> None:
    assert crawled.stdout
    seen = web.visits("faults")
    for path in ("/429-seconds", "/429-date"):
        first, second = (visit.started for visit in seen if visit.path == path)
        assert second - first >= 0.9


SPIDER = """
class Follower(scrapy.Spider):
    name = "follower"

    async def start(self):
        for path in ("/refreshed", "/endless-redirect", "/gzip-bomb"):
            yield Request(self.site + path)

    def parse(self, response):
        pass
"""


def test_own_spiders_hear_of_it_and_the_summary_too(crawl_own: Callable[..., Crawled], web: RunningWeb) -> None:
    done = crawl_own("follower", SPIDER, "-a", f"site={web.sites['faults']}", "-s", "DOWNLOAD_MAXSIZE=1048576")

    assert done.status == 0, done.stdout + done.stderr
    assert f"20 redirects led from {web.url('faults', '/endless-redirect')} to " in done.stdout
    assert "its body has more than 1,048,576 bytes when it is unpacked (gzip)" in done.stdout
