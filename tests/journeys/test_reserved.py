"""A site whose pages say noindex and nofollow."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.web import RunningWeb

READ = {"/": "Reserved", "/nofollow": "Read, not followed", "/for-others": "For others", "/links": "Links"}
UNREAD = {"/noindex", "/none", "/header", "/for-us", "/posting"}
FOLLOWED = {"/behind-noindex", "/behind-others", "/linked-twice", "/careers/"}
NOT_FOLLOWED = {"/behind-nofollow", "/behind-none", "/behind-header", "/behind-us", "/vouched"}
SEEDS = {"/robots.txt", "/sitemap.xml"}


@pytest.fixture(scope="module")
def crawled(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    web.reset()
    return session_scrapy.run("crawl", "site", "-a", f"url={web.url('reserved')}", "-a", "extract=page,posting,text")


@pytest.fixture
def pages(crawled: Crawled, web: RunningWeb, rows: Rows) -> dict[str, dict[str, Any]]:
    assert crawled.status == 0, crawled.stdout + crawled.stderr
    return pages_of(rows, web.sites["reserved"])


def test_what_asks_not_to_be_read_is_kept_unread(pages: dict[str, dict[str, Any]], rows: Rows) -> None:
    for path in UNREAD:
        assert pages[path]["title"] is None
        assert "noindex" in pages[path]["directives"]
        assert archived_body(pages[path])
        digest = pages[path]["body_sha256"]
        assert rows.execute("SELECT FROM page_text WHERE body_sha256 = %s", [digest]).fetchone() is None
    assert rows.execute("SELECT FROM posting WHERE title = 'Secret job'").fetchone() is None
    assert {path: pages[path]["title"] for path in READ} == READ


def test_links_that_ask_not_to_be_followed_are_not(pages: dict[str, dict[str, Any]], web: RunningWeb) -> None:
    assert web.asked("reserved").keys() - SEEDS == READ.keys() | UNREAD | FOLLOWED == pages.keys()
    assert {path for path, row in pages.items() if "nofollow" in row["directives"]} == {
        *("/nofollow", "/none", "/header", "/for-us", "/links"),
    }


def test_both_are_counted(crawled: Crawled, web: RunningWeb, rows: Rows) -> None:
    stats = last_job(rows, web.sites["reserved"])["stats"]
    assert (stats["noindex"], stats["nofollow"]) == (5, 5)
    assert " noindex 5 pages that ask not to be read; they are kept " in " ".join(crawled.stdout.split())


WHY = {
    "/noindex": ("done", "It is kept, but not read: it says noindex."),
    "/nofollow": ("done", "Its links, or some of them, are not followed: it says nofollow."),
    "/vouched": ("never found", "unless it is behind one of the 5 pages whose links say nofollow"),
}


@pytest.mark.parametrize("path", WHY)
def test_why_says_so(crawled: Crawled, scrapy: Scrapy, web: RunningWeb, path: str) -> None:
    assert crawled.stdout
    done = scrapy.run("why", web.url("reserved", path), "--json")
    (answer,) = json.loads(done.stdout)
    what, words = WHY[path]
    assert answer["what"] == what
    assert words in answer["text"]


def test_a_site_s_config_may_overrule_them(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, store_site: Callable[..., None]
) -> None:
    store_site("overruled", url=web.url("reserved"), obey_directives=False)
    web.reset()
    done = scrapy.run("crawl", "site", "-a", "site=overruled")

    assert done.status == 0, done.stdout + done.stderr
    assert web.asked("reserved").keys() - SEEDS == READ.keys() | UNREAD | FOLLOWED | NOT_FOLLOWED
    assert rows.execute("SELECT FROM posting WHERE title = 'Secret job'").fetchone() is not None
