"""What the arguments of a crawl change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import last_job, pages_of
from tests.support.arrivals import soonest
from tests.support.crawl import Scrapy
from tests.support.web import RunningWeb
from tests.web.expected import EXPECTED


def test_max_pages_is_exact(scrapy: Scrapy, web: RunningWeb) -> None:
    web.reset()
    done = scrapy.crawl(web.url("endless"), "max_pages=25")
    assert done.status == 0, done.stdout + done.stderr
    asked = [path for path in web.asked("endless") if path not in {"/robots.txt", "/sitemap.xml"}]
    assert len(asked) == 25


def test_max_depth_counts_links(scrapy: Scrapy, web: RunningWeb, store_site: Callable[..., None]) -> None:
    # One page after the other: where several are under way, the way that is found first may be the longer one.
    store_site("shallow", url=web.url("endless"), max_depth=3, delay=0.1, concurrency=1)
    web.reset()
    done = scrapy.run("crawl", "site", "-a", "site=shallow")
    assert done.status == 0, done.stdout + done.stderr
    # Each page links to the next three days.
    assert {path for path in web.asked("endless") if "day" in path} == {f"/?day={day}" for day in range(1, 10)}


def test_crawl_delay_is_kept(scrapy: Scrapy, web: RunningWeb) -> None:
    web.reset()
    done = scrapy.crawl(web.url("crawl-delay"))
    assert done.status == 0, done.stdout + done.stderr
    times = [visit.started for visit in web.visits("crawl-delay") if visit.path != "/robots.txt"]
    assert set(web.asked("crawl-delay")) >= EXPECTED["crawl-delay"].pages
    assert soonest(times, EXPECTED["crawl-delay"].crawl_delay) >= -0.1


def test_a_dry_run_fetches_no_page_and_says_what_it_found(scrapy: Scrapy, web: RunningWeb) -> None:
    web.reset()
    done = scrapy.crawl(web.url("plain"), "dry_run=true")
    assert done.status == 0, done.stdout + done.stderr
    assert not EXPECTED["plain"].pages & web.asked("plain").keys()
    assert f"{web.sites['plain']}/sitemap-only/a" in done.stdout


def test_output_gets_the_rows_of_the_job(scrapy: Scrapy, web: RunningWeb, tmp_path: Path) -> None:
    done = scrapy.crawl(web.url("crawl-delay"), "extract=page,text", f"output={tmp_path / 'out'}")
    assert done.status == 0, done.stdout + done.stderr
    pages = [json.loads(line) for line in (tmp_path / "out" / "pages.jsonl").read_text().splitlines()]
    assert {page["url"].removeprefix(web.sites["crawl-delay"]) for page in pages} == EXPECTED["crawl-delay"].pages
    texts = [json.loads(line) for line in (tmp_path / "out" / "texts.jsonl").read_text().splitlines()]
    assert {text["url"] for text in texts} == {page["url"] for page in pages}


def test_a_stored_site_is_crawled_by_its_slug_and_by_its_host(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, store_site: Callable[..., None]
) -> None:
    store_site("calendar", url=web.url("endless"), max_pages=3)
    by_slug = scrapy.run("crawl", "site", "-a", "site=calendar")
    assert by_slug.status == 0, by_slug.stdout + by_slug.stderr
    job = last_job(rows, web.sites["endless"])
    assert job["stats"]["pages"] == 3
    by_host = scrapy.crawl(web.url("endless", "/?day=1"), "max_pages=2")
    assert by_host.status == 0, by_host.stdout + by_host.stderr
    again = last_job(rows, web.sites["endless"])
    assert (again["url"], again["stats"]["pages"]) == (web.url("endless", "/?day=1"), 2)
    assert pages_of(rows, web.sites["endless"])


def test_the_site_is_where_its_start_page_redirects_to(scrapy: Scrapy, web: RunningWeb, rows: Rows) -> None:
    # None of the pages that its sitemap names takes the place that the redirect leaves.
    done = scrapy.crawl(web.url("moved"), "max_pages=1", LONGLINE_ALLOW_PRIVATE_ADDRESSES="true")
    assert done.status == 0, done.stdout + done.stderr
    assert pages_of(rows, web.sites["elsewhere"])["/landing"]["status"] == 200
    assert {path: page["status"] for path, page in pages_of(rows, web.sites["moved"]).items()} == {"/": 301}


@pytest.mark.parametrize("path", ["/there", "/nowhere"])
def test_pages_of_a_sitemap_are_fetched_though_the_start_page_leads_nowhere(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, path: str
) -> None:
    words = ("-a", f"url={web.url('moved', path)}", "-a", "max_pages=2", "-a", "revalidate=false")
    done = scrapy.run("crawl", "site", *words, "-s", "RETRY_TIMES=0")
    assert done.status == 0, done.stdout + done.stderr
    job = last_job(rows, web.sites["moved"])
    assert {name for name, page in pages_of(rows, web.sites["moved"], job).items() if page["status"] == 200} == {
        "/1",
        "/2",
    }
