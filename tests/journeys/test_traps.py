"""Sites without an end, whose crawls have one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import last_job, pages_of
from tests.support.crawl import Scrapy
from tests.support.web import RunningWeb

SEEDS = {"/robots.txt", "/sitemap.xml"}


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


def asked(web: RunningWeb, site: str) -> set[str]:
    return set(web.asked(site)) - SEEDS


def test_days_that_lead_to_nothing_but_days_come_to_an_end(scrapy: Scrapy, web: RunningWeb) -> None:
    done = scrapy.crawl(web.url("endless"))

    assert done.status == 0, done.stdout + done.stderr
    assert 300 <= len(asked(web, "endless")) <= 340
    assert "100 links in a row led to nothing but more of its shape; set max_depth if they are pages." in done.stdout


def test_a_calendar_is_followed_for_two_years(scrapy: Scrapy, web: RunningWeb) -> None:
    done = scrapy.crawl(web.url("calendar"))

    assert done.status == 0, done.stdout + done.stderr
    assert "is not followed: its date is far away, as in a calendar without end" in done.stdout
    year = datetime.now(UTC).year
    months = [f"/{year + ahead}/{month:02}/" for ahead in range(3) for month in range(1, 13)]
    # The page at / shows the first month, too.
    assert asked(web, "calendar") == {"/", *(f"{month}01" for month in months), *months[1:]}


def test_paths_that_repeat_themselves_come_to_an_end(scrapy: Scrapy, web: RunningWeb, rows: Rows) -> None:
    done = scrapy.crawl(web.url("repeating"))

    assert done.status == 0, done.stdout + done.stderr
    assert "is not followed: its path repeats itself." in done.stdout
    pages = pages_of(rows, web.sites["repeating"], last_job(rows, web.sites["repeating"]))
    assert "/a/b/a/b/a/" in pages
    assert "/about/about/about/" in pages
    assert not {"/a/b/a/b/a/b/", "/about/about/about/about/"} & asked(web, "repeating")


def test_a_site_that_writes_sessions_into_its_links_has_one_row_for_each_page(
    scrapy: Scrapy, web: RunningWeb, rows: Rows
) -> None:
    done = scrapy.crawl(web.url("sessions"), "ignore_parameters=sid,jsessionid,utm_*")

    assert done.status == 0, done.stdout + done.stderr
    found = set(pages_of(rows, web.sites["sessions"], last_job(rows, web.sites["sessions"])))
    assert web.asked("sessions").keys() - SEEDS == found
    # One that sends whoever has no session to itself is seen with one.
    (gate,) = {path for path in found if path.startswith("/gate?sid=")}
    assert found == {"/", "/one", "/two", "/two?view=full", "/three", "/old", "/new", "/gate", gate}
