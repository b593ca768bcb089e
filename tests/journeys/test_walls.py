"""Crawls of sites that put something in the place of their pages."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.journeys.conftest import Rows
from tests.journeys.own import Run, records
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.answers import answer
from tests.support.crawl import Crawled, Scrapy
from tests.support.web import RunningWeb
from tests.web.walls import ROOMS, VERDICTS

if TYPE_CHECKING:
    from crawler.embedded import Servers

CHALLENGE = answer("cloudflare-challenge-200").body
TWICE = ("-s", "RETRY_TIMES=1")
OWN = """
class Gate(scrapy.Spider):
    name = "{name}"
    {more}

    def __init__(self, url, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [f"{{url}}/{{number}}" for number in range(1, 5)]

    def parse(self, response):
        yield {{"title": response.css("title::text").get(), "kind_of_answer": response.meta["verdict"]["kind"]}}
"""


def name(verdict: dict[str, Any]) -> str:
    return ": ".join(filter(None, (verdict["kind"], verdict["by"])))


@dataclass(frozen=True)
class Turned:
    """What was known of the site ``turns`` while it was open and once it was walled, and the job that met the walls."""

    open: dict[str, dict[str, Any]]
    walled: dict[str, dict[str, Any]]
    job: dict[str, Any]


def crawl(scrapy: Scrapy, web: RunningWeb, site: str) -> Crawled:
    return scrapy.run("crawl", "site", "-a", f"url={web.sites[site]}", "-a", "render=never", *TWICE)


@pytest.fixture(scope="module")
def walls(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    web.reset()
    return crawl(session_scrapy, web, "walls")


@pytest.fixture(scope="module")
def walled(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    return crawl(session_scrapy, web, "walled")


@pytest.fixture(scope="module")
def turned(session_scrapy: Scrapy, web: RunningWeb, servers: Servers) -> Turned:
    site = web.sites["turns"]
    web.reset()
    with psycopg.connect(servers.database_url, autocommit=True, row_factory=dict_row) as rows:
        assert crawl(session_scrapy, web, "turns").status == 0
        before = pages_of(rows, site)
        assert crawl(session_scrapy, web, "turns").status == 0
        return Turned(before, pages_of(rows, site), last_job(rows, site))


def test_a_site_of_which_most_is_open_is_crawled_to_the_end(walls: Crawled) -> None:
    assert walls.status == 0, walls.stdout + walls.stderr


@pytest.mark.parametrize("path", VERDICTS)
def test_what_is_no_page_is_kept_as_what_it_is_and_nothing_is_read_from_it(
    walls: Crawled, rows: Rows, web: RunningWeb, path: str
) -> None:
    row = pages_of(rows, web.sites["walls"])[path]

    assert name(row["verdict"]) == VERDICTS[path]
    assert archived_body(row) is not None
    assert (row["title"] is None) == (VERDICTS[path] != "error_page")


def test_pages_are_pages_though_they_ask_for_consent_or_came_at_the_second_try(
    walls: Crawled, rows: Rows, web: RunningWeb
) -> None:
    found = pages_of(rows, web.sites["walls"])
    pages = {path for path, row in found.items() if row["status"] == 200 and row["verdict"] is None}
    postings = rows.execute(
        "SELECT posting.title FROM posting JOIN page ON page.id = page_id WHERE starts_with(page.url, %s)",
        [web.sites["walls"]],
    ).fetchall()

    assert pages == {"/", "/consent", "/consented", "/yields", "/yields-later", "/login", "/careers/", *ROOMS} | {
        path for path in found if path.startswith("/login?")
    }
    assert (found["/gone"]["status"], found["/gone"]["verdict"]) == (410, None)
    assert {row["title"] for row in postings} == {"Lock keeper", "Lighthouse keeper"}


def test_the_job_counts_them_and_the_summary_names_them(walls: Crawled, rows: Rows, web: RunningWeb) -> None:
    stats = last_job(rows, web.sites["walls"])["stats"]
    lines = [line.split() for line in walls.stdout.splitlines()]
    counted = {(words[0], words[1]) for words in lines if len(words) > 1}

    assert stats["verdicts"] == Counter(VERDICTS.values())
    assert {("blocked", "3"), ("captcha", "1"), ("refused", "1"), ("login", "2")} <= counted
    assert f"{web.sites['walls']}/denied was blocked by Akamai (status 403, title “access denied”" in " ".join(
        walls.stdout.split()
    )


def test_a_site_that_shows_little_but_block_pages_fails_the_job(walled: Crawled, rows: Rows, web: RunningWeb) -> None:
    job = last_job(rows, web.sites["walled"])
    sentence = f"9 of 10 pages were block pages by Cloudflare: {web.sites['walled']}/"
    assert walled.status == 1
    assert (job["state"], job["error"][: len(sentence)]) == ("failed", sentence)
    assert sentence in " ".join(walled.stdout.split())


def test_a_block_keeps_the_page_that_was_there_and_says_where_its_evidence_is(turned: Turned) -> None:
    before, after = turned.open, turned.walled

    for path in ("/posting", "/login-later"):
        assert after[path] == before[path] | {"wall": after[path]["wall"]}
    wall = after["/posting"]["wall"]
    evidence = wall | {"body_sha256": digest(CHALLENGE)}
    assert archived_body(evidence) == CHALLENGE
    assert wall["job_id"] == str(turned.job["id"])
    assert after["/gone-later"]["verdict"]["kind"] == "error_page"
    assert b"Ferryman" in archived_body(after["/posting"])


@pytest.mark.usefixtures("turned")
def test_why_says_who_blocked_and_that_what_was_there_is_kept(scrapy: Scrapy, web: RunningWeb) -> None:
    blocked, older = why(scrapy, web.url("turns", "/posting"))

    assert (blocked["what"], older["what"]) == ("blocked", "done")
    assert blocked["text"].startswith("It was blocked by Cloudflare (status 200, _cf_chl_opt in its code)")
    assert f"by job {older['job']}, is kept." in blocked["text"]


@pytest.mark.usefixtures("walled")
def test_why_says_that_a_block_is_kept_where_nothing_else_was_there(scrapy: Scrapy, web: RunningWeb) -> None:
    blocked, *_ = why(scrapy, web.url("walled", "/3"))

    assert blocked["what"] == "blocked"
    assert "That is kept as evidence" in blocked["text"]


def test_a_spider_of_ones_own_hears_of_it_and_its_job_fails(crawl_own: Run, rows: Rows, web: RunningWeb) -> None:
    done = crawl_own("gate", OWN.format(name="gate", more=""), "-a", f"url={web.sites['walled']}", *TWICE)

    assert done.status == 1
    assert f"4 of 4 pages were block pages by Cloudflare: {web.sites['walled']}/" in " ".join(done.stdout.split())
    assert kinds(rows, "gate") == {"blocked"}


def test_a_spider_that_keeps_no_pages_hears_of_it_too(crawl_own: Run, rows: Rows, web: RunningWeb) -> None:
    code = OWN.format(name="fence", more="archive = False")
    done = crawl_own("fence", code, "-a", f"url={web.sites['walled']}", *TWICE)

    assert "\n  pages              0 " in done.stdout, done.stdout + done.stderr
    assert kinds(rows, "fence") == {"blocked"}
    assert done.status == 1
    assert f"4 of 4 pages were block pages by Cloudflare: {web.sites['walled']}/" in " ".join(done.stdout.split())


def kinds(rows: Rows, spider: str) -> set[str]:
    """What a spider of one's own heard of its answers."""
    return {row["data"]["kind_of_answer"] for row in records(rows, spider).values()}


def why(scrapy: Scrapy, url: str) -> list[dict[str, Any]]:
    done = scrapy.run("why", url, "--json")
    assert done.status == 0, done.stdout + done.stderr
    return list(json.loads(done.stdout))


def digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
