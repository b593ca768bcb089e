"""What is typed at a prompt may be on a private address; what a site, a config or an API says may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.own import Run
from tests.support.crawl import Scrapy
from tests.support.listener import Listener, listening
from tests.support.lure import Said, lure
from tests.support.processes import ROOT
from tests.support.web import RunningWeb
from tests.support.workers import workers

if TYPE_CHECKING:
    from crawler.embedded import Servers

NOT_ALLOWED: dict[str, Any] = {"LONGLINE_ALLOW_PRIVATE_ADDRESSES": ""}
ADVICE = "LONGLINE_ALLOW_PRIVATE_ADDRESSES=true allows those"
NAMES = ("-s", "LONGLINE_RESOLVER=tests.support.names.Names")


@pytest.fixture
def secret() -> Iterator[Listener]:
    """What must not be reached: a private address, and a port that nobody typed."""
    with listening() as listener:
        yield listener


def jobs(rows: Rows, url: str) -> int:
    return len(rows.execute("SELECT FROM job WHERE url = %s", [url]).fetchall())


def test_a_stored_site_does_not_start_on_a_private_address(
    scrapy: Scrapy, store_site: Callable[..., None], rows: Rows, secret: Listener
) -> None:
    store_site("inside", url=secret.url())

    done = scrapy.run("crawl", "site", "-a", "site=inside", **NOT_ALLOWED)

    assert done.status == 2
    assert done.stderr.strip() == f"127.0.0.1 is this machine itself; {ADVICE}."
    assert jobs(rows, secret.url()) == 0
    assert secret.heard == []


def test_what_comes_by_the_api_of_scrapyd_does_not_either(scrapy: Scrapy, rows: Rows, secret: Listener) -> None:
    for url, what in (
        (secret.url("0x7f.1"), "127.0.0.1 is this machine itself"),
        (secret.url("is.10-0-0-1.test"), "is.10-0-0-1.test resolves to 10.0.0.1, a private address"),
    ):
        done = scrapy.run("crawl", "site", *NAMES, "-a", f"url={url}", "-a", f"_job={uuid4()}", PYTHONPATH=str(ROOT))
        assert (done.status, done.stderr.strip()) == (2, f"{what}; {ADVICE}.")
    assert jobs(rows, secret.url()) == 0
    assert secret.heard == []


def test_a_start_page_that_redirects_to_another_private_port_is_not_followed(scrapy: Scrapy, secret: Listener) -> None:
    for target in (secret.url(path="/inside"), secret.url("localhost"), secret.url("is.127-0-0-1.test")):
        with lure({"/": Said(location=target)}) as site:
            done = scrapy.run("crawl", "site", *NAMES, "-a", f"url={site.url()}", PYTHONPATH=str(ROOT))
        assert done.status == 1
        assert f"{target} is refused: " in done.stdout
        assert ADVICE in done.stdout
    assert secret.heard == []


def test_robots_txt_that_redirects_there_is_not_read(scrapy: Scrapy, secret: Listener) -> None:
    with lure({"/": Said("<h1>Here</h1>"), "/robots.txt": Said(location=secret.url())}) as site:
        done = scrapy.crawl(site.url())
        assert (done.status, site.asked.count("/robots.txt"), site.asked.count("/")) == (1, 1, 0)
    assert "cannot be reached: 127.0.0.1 is this machine itself" in done.stdout
    assert secret.heard == []


def test_sitemaps_and_links_lead_nowhere_else(scrapy: Scrapy, secret: Listener) -> None:
    inside = secret.url(path="/inside")
    sitemap = f"<urlset><url><loc>{inside}</loc></url></urlset>"
    with lure(
        {
            "/": Said(f'<h1>Here</h1><a href="{inside}">in</a><a href="/moved">on</a>'),
            "/robots.txt": Said(f"Sitemap: {inside}\nSitemap: /map.xml\nSitemap: /away.xml\n", "text/plain"),
            "/map.xml": Said(sitemap, "application/xml"),
            "/away.xml": Said(location=inside),
            "/moved": Said(location=inside),
        }
    ) as site:
        done = scrapy.crawl(site.url())
        assert {"/map.xml", "/away.xml", "/moved"} <= {*site.asked}
    assert done.status == 0, done.stdout + done.stderr
    assert secret.heard == []


def test_a_host_that_a_config_adds_is_not_typed(
    scrapy: Scrapy, store_site: Callable[..., None], secret: Listener
) -> None:
    inside = secret.url(path="/inside")
    with lure({"/": Said(f'<h1>Here</h1><a href="{inside}">in</a>')}) as site:
        store_site("wide", url=site.url(), allowed_hosts=[f"127.0.0.1:{secret.port}"])
        done = scrapy.crawl(site.url())
        assert done.status == 0, done.stdout + done.stderr
        assert f"{inside} is refused: 127.0.0.1 is this machine itself" in done.stdout
        assert secret.heard == []

        allowed = scrapy.run("crawl", "site", "-a", "site=wide")
        assert allowed.status == 0, allowed.stdout + allowed.stderr
    assert "GET /inside HTTP/1.1" in secret.heard


def test_workers_know_what_was_typed(scrapy: Scrapy, web: RunningWeb, servers: Servers) -> None:
    web.reset()
    with workers(scrapy, 1, servers, **NOT_ALLOWED) as (worker,):
        done = scrapy.crawl(web.url("big"), "max_pages=120")
    assert done.status == 0, done.stdout + done.stderr
    assert "refused" not in done.stdout
    assert worker.returncode == 0


CURIOUS = """
class Curious(scrapy.Spider):
    name = "curious"
    {settings}

    def __init__(self, first=None, **more):
        super().__init__(**more)
        self.start_urls = [first or "{start}"]

    def parse(self, response):
        yield {{"title": response.css("h1::text").get()}}
        yield from response.follow_all(css="a")
"""


@pytest.mark.parametrize("allowed", [False, True])
def test_a_spider_of_ones_own_starts_where_its_code_says_and_goes_no_further_inside(
    crawl_own: Run, secret: Listener, allowed: bool
) -> None:
    inside = secret.url(path="/inside")
    settings = 'custom_settings = {"LONGLINE_ALLOW_PRIVATE_ADDRESSES": True}' if allowed else ""
    with lure({"/": Said(f'<h1>Here</h1><a href="{inside}">in</a>')}) as site:
        done = crawl_own("curious", CURIOUS.format(start=site.url(), settings=settings))
        assert site.asked.count("/") == 1
    assert done.status == 0, done.stdout + done.stderr
    assert (f"{inside} is refused: " in done.stdout) is not allowed
    assert bool(secret.heard) is allowed


def test_a_spider_of_ones_own_may_be_sent_to_a_private_address_by_hand_but_not_by_scrapyd(
    crawl_own: Run, secret: Listener
) -> None:
    code = CURIOUS.format(start="http://nobody.example/", settings="")
    refused = crawl_own("curious", code, "-a", f"first={secret.url()}", "-a", f"_job={uuid4()}")
    assert refused.status == 1
    assert f"{secret.url()} is refused: " in refused.stdout
    assert secret.heard == []

    typed = crawl_own("curious", code, "-a", f"first={secret.url()}", "-s", "ROBOTSTXT_OBEY=0")
    assert "GET / HTTP/1.1" in secret.heard, typed.stdout + typed.stderr


def test_extract_follows_no_redirect_inside(scrapy: Scrapy, secret: Listener, tmp_path: Path) -> None:
    with lure({"/": Said(location=secret.url()), "/page": Said("<title>Here</title>")}) as site:
        assert scrapy.run("extract", site.url("/page")).status == 0
        done = scrapy.run("extract", site.url())
    assert done.status == 1
    assert f"127.0.0.1 is this machine itself; {ADVICE}" in done.stderr
    assert secret.heard == []
