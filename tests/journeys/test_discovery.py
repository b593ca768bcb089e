"""From a home page to all postings of a careers site, and what is known of each of its lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.journeys.conftest import Rows
from tests.journeys.reading import last_job
from tests.support.browser import find_browser
from tests.support.crawl import Crawled, Scrapy
from tests.support.web import RunningWeb
from tests.web.openings import LISTS, TITLES


@pytest.fixture(scope="module")
def crawled(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    path = find_browser()
    if path is None:
        missing("There is no browser (Debian: apt install chromium)")
    web.reset()
    return session_scrapy.crawl(web.url("openings"), PATH=f"{Path(path).parent}:/usr/bin:/bin")


def postings(rows: Rows, address: str) -> list[str]:
    found = rows.execute("SELECT title FROM posting WHERE starts_with(url, %s) AND status = 'open'", [address])
    return sorted(row["title"] for row in found.fetchall())


def lists(rows: Rows, address: str) -> dict[str, dict[str, Any]]:
    job = last_job(rows, address)
    found = rows.execute("SELECT * FROM listing WHERE job_id = %s", [job["id"]]).fetchall()
    return {row["url"].removeprefix(address): row for row in found}


def test_all_postings_are_found_and_none_twice(crawled: Crawled, web: RunningWeb, rows: Rows) -> None:
    assert crawled.status == 0, crawled.stdout + crawled.stderr
    names = ("sorted", "tiles", "zero", "paged", "button", "scrolled", "api", "app")
    assert postings(rows, web.sites["openings"]) == sorted(title for name in names for title in TITLES[name])
    visits = web.asked("openings")
    assert {path: count for path, count in visits.items() if "/worker-" in path and count != 1} == {}


@pytest.mark.usefixtures("crawled")
def test_each_list_is_known_to_be_complete(web: RunningWeb, rows: Rows) -> None:
    found = lists(rows, web.sites["openings"])

    assert {
        path: (row["declared_total"], row["listed"], row["complete"], row["problems"]) for path, row in found.items()
    } == {
        "/sorted/jobs/": (LISTS["sorted"], LISTS["sorted"], True, []),
        "/tiles/jobs/": (LISTS["tiles"], LISTS["tiles"], True, []),
        "/zero/jobs/": (None, LISTS["zero"], True, []),
        "/paged/jobs/": (LISTS["paged"], LISTS["paged"], True, []),
        "/button/jobs/": (None, LISTS["button"], True, []),
        "/scrolled/jobs/": (None, LISTS["scrolled"], True, []),
        "/api/v1/jobs?offset=0&limit=3": (LISTS["api"], LISTS["api"], True, []),
        "/": (None, sum(LISTS.values()) - LISTS["posted"], True, []),
    }


@pytest.mark.usefixtures("crawled")
def test_what_says_careers_is_asked_for_before_all_else(web: RunningWeb) -> None:
    paths = list(web.asked("openings"))
    news = min(place for place, path in enumerate(paths) if path.startswith("/news/") and path != "/news/")
    assert paths.index("/paged/jobs/") < news


HALVES = {
    "half-openings": (8, "It says that it has 10 postings, and listed 8."),
    "broken-openings": (4, "/paged/jobs/?page=2 answered 410."),
}


@pytest.mark.parametrize("site", HALVES)
def test_a_site_that_answers_half_is_not_complete(site: str, scrapy: Scrapy, web: RunningWeb, rows: Rows) -> None:
    listed, problem = HALVES[site]
    web.reset()
    done = scrapy.crawl(web.url(site))

    assert done.status == 0, done.stdout + done.stderr
    found = lists(rows, web.sites[site])
    row = found["/paged/jobs/"]
    assert (row["declared_total"], row["listed"], row["complete"]) == (10, listed, False)
    assert problem in " ".join(row["problems"])
    assert not found["/"]["complete"]


def test_a_site_may_be_searched(scrapy: Scrapy, web: RunningWeb, rows: Rows, store_site: Callable[..., None]) -> None:
    address = web.sites["searched"]
    store_site(
        "searched",
        url=f"{address}/",
        search_url_template=address + "/search?q={keyword}&where={location}",
        keywords=["rope & sail", "nothing"],
        locations=["Köln", "Bonn"],
    )
    web.reset()
    done = scrapy.run("crawl", "site", "-a", "site=searched")

    assert done.status == 0, done.stdout + done.stderr
    assert postings(rows, address) == sorted(TITLES["posted"])
    assert sum(path.startswith("/search?") for path in web.asked("searched")) == 4
