"""A site that is crawled once more: what has not changed is not sent again, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.web import RunningWeb
from tests.support.workers import workers

if TYPE_CHECKING:
    from crawler.embedded import Servers

UNCHANGED = {"/", "/list", "/dated", "/behind", "/postings/cook", "/postings/waiter", "/broken-posting"}
ALL = UNCHANGED | {"/changing", "/plain"}
MISSING = {"/careers/"}
"""Each posting has a link to all of them, which leads to no page."""


@pytest.fixture
def twice(scrapy: Scrapy, web: RunningWeb, store_site: Callable[..., None]) -> Callable[..., str]:
    """``twice("slug", …)`` crawls the site once, and once more as it is told; what the second crawl said."""

    def crawl(slug: str, *arguments: str, **config: Any) -> str:
        store_site(slug, url=web.url("unchanging"), **config)
        web.reset()
        first = scrapy.run("crawl", "site", "-a", f"site={slug}")
        assert first.status == 0, first.stdout + first.stderr
        assert web.asked("unchanging").keys() - {"/robots.txt", "/sitemap.xml"} == ALL | MISSING
        second = scrapy.run("crawl", "site", "-a", f"site={slug}", *arguments)
        assert second.status == 0, second.stdout + second.stderr
        return second.stdout

    return crawl


def statuses(web: RunningWeb) -> dict[str, list[int]]:
    """How each page was answered, in order."""
    found: dict[str, list[int]] = {}
    for visit in web.visits("unchanging"):
        found.setdefault(visit.path, []).append(visit.status)
    return found


def stored(rows: Rows, slug: str) -> dict[str, dict[str, Any]]:
    found = rows.execute("SELECT * FROM page WHERE site_id = (SELECT id FROM site WHERE slug = %s)", [slug]).fetchall()
    return {"/" + row["url"].split("/", 3)[3]: row for row in found}


def test_what_is_as_it_was_is_not_sent_again_but_followed_and_renewed(
    twice: Callable[..., str], web: RunningWeb, rows: Rows
) -> None:
    said = twice("again")

    answered = statuses(web)
    assert {path for path in ALL if answered[path] == [200, 304]} == UNCHANGED
    assert answered["/changing"] == answered["/plain"] == [200, 200]
    # The second edition of a page leads to one that nobody knew.
    assert answered["/new"] == [200]
    assert " unchanged 7 as their site says; " in " ".join(said.split())
    job, pages = last_job(rows, web.sites["unchanging"]), stored(rows, "again")
    assert {path for path, row in pages.items() if row["job_id"] == job["id"]} == ALL | MISSING | {"/new"}
    for path in UNCHANGED:
        assert pages[path]["last_seen"] >= job["started_at"] > pages[path]["fetched_at"]
        assert archived_body(pages[path])
    assert job["stats"]["statuses"] == {"200": 10, "404": 1}
    assert (job["stats"]["postings"], job["stats"]["unchanged"]) == (2, 7)
    for table in ("posting", "rejected_record"):
        ids = [row["id"] for row in pages.values()]
        seen = rows.execute(f"SELECT last_seen FROM {table} WHERE page_id = ANY(%s)".encode(), [ids]).fetchall()
        assert seen
        assert all(row["last_seen"] >= job["started_at"] for row in seen)


def test_a_site_may_be_fetched_anew(twice: Callable[..., str], web: RunningWeb) -> None:
    twice("anew", revalidate=False)

    assert all(answers == [200] * len(answers) for path, answers in statuses(web).items() if path in ALL)


def test_what_was_not_read_before_is_fetched_again(twice: Callable[..., str], web: RunningWeb) -> None:
    twice("more", "-a", "extract=page,posting,text")

    assert all(statuses(web)[path] == [200, 200] for path in ALL)


def test_bytes_that_are_gone_are_fetched_again(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, store_site: Callable[..., None]
) -> None:
    store_site("gone", url=web.url("unchanging"))
    web.reset()
    assert scrapy.run("crawl", "site", "-a", "site=gone").status == 0
    rows.execute(
        "UPDATE page SET archive_uri = archive_uri || '.gone' WHERE site_id = (SELECT id FROM site WHERE slug = 'gone')"
    )

    done = scrapy.run("crawl", "site", "-a", "site=gone")

    assert done.status == 0, done.stdout + done.stderr
    assert all(statuses(web)[path] == [200, 304, 200] for path in UNCHANGED)
    assert all(archived_body(row) for row in stored(rows, "gone").values())
    assert len(pages_of(rows, web.sites["unchanging"])) >= len(ALL)


def test_workers_ask_so_too(
    scrapy: Scrapy, web: RunningWeb, servers: Servers, rows: Rows, store_site: Callable[..., None]
) -> None:
    store_site("shared", url=web.url("unchanging"), expect={"postings": 2})
    web.reset()
    with workers(scrapy, 1, servers):
        for _ in range(2):
            done = scrapy.run("crawl", "site", "-a", "site=shared")
            assert done.status == 0, done.stdout + done.stderr
    assert all(statuses(web)[path] == [200, 304] for path in UNCHANGED)
    assert last_job(rows, web.sites["unchanging"])["stats"]["unchanged"] == len(UNCHANGED)


SPIDER = """
class Editions(scrapy.Spider):
    name = "editions"
    keys = "title"

    async def start(self):
        for path in ("/", "/dated", "/changing"):
            yield Request(self.site + path)

    def parse(self, response):
        yield {"title": response.css("title::text").get(), "status": response.status}
"""


def test_callbacks_of_own_spiders_see_a_whole_page(
    crawl_own: Callable[..., Crawled], web: RunningWeb, rows: Rows
) -> None:
    web.reset()
    for _ in range(2):
        done = crawl_own("editions", SPIDER, "-a", f"site={web.sites['unchanging']}")
        assert done.status == 0, done.stdout + done.stderr

    asked = statuses(web)
    assert (asked["/"], asked["/dated"], asked["/changing"]) == ([200, 304], [200, 304], [200, 200])
    job = last_job(rows, web.sites["unchanging"])
    found = rows.execute("SELECT key, data, last_seen FROM record WHERE site_id = %s", [job["site_id"]]).fetchall()
    assert {row["key"]: row["last_seen"] >= job["started_at"] for row in found} == {
        "Front": True,
        "Dated": True,
        "Edition 1": False,
        "Edition 2": True,
    }
    assert {row["data"]["status"] for row in found} == {200}
