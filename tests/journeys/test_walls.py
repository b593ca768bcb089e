"""Crawls of sites that put something in the place of their pages."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.own import Run
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.answers import answer
from tests.support.crawl import Crawled, Scrapy
from tests.support.web import RunningWeb
from tests.web.walls import ROOMS, VERDICTS

CHALLENGE = answer("cloudflare-challenge-200").body
TWICE = ("-s", "RETRY_TIMES=1")
OWN = """
class Gate(scrapy.Spider):
    name = "gate"
    {more}

    def __init__(self, url, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [f"{{url}}/{{number}}" for number in range(1, 5)]

    def parse(self, response):
        yield {{"title": response.css("title::text").get(), "kind_of_answer": response.meta["verdict"]["kind"]}}
"""


def name(verdict: dict[str, Any]) -> str:
    return ": ".join(filter(None, (verdict["kind"], verdict["by"])))


@pytest.fixture(scope="module")
def walls(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    web.reset()
    return session_scrapy.run("crawl", "site", "-a", f"url={web.sites['walls']}", "-a", "render=never", *TWICE)


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


def test_a_site_that_shows_little_but_block_pages_fails_the_job(scrapy: Scrapy, rows: Rows, web: RunningWeb) -> None:
    done = scrapy.run("crawl", "site", "-a", f"url={web.sites['walled']}", "-a", "render=never", *TWICE)

    job = last_job(rows, web.sites["walled"])
    sentence = f"9 of 10 pages were block pages by Cloudflare: {web.sites['walled']}/"
    assert done.status == 1
    assert (job["state"], job["error"][: len(sentence)]) == ("failed", sentence)
    assert sentence in " ".join(done.stdout.split())


def test_a_block_keeps_the_page_that_was_there_and_says_where_its_evidence_is(
    scrapy: Scrapy, rows: Rows, web: RunningWeb
) -> None:
    web.reset()
    words = ("crawl", "site", "-a", f"url={web.sites['turns']}", "-a", "render=never", *TWICE)
    assert scrapy.run(*words).status == 0
    before = pages_of(rows, web.sites["turns"])
    assert scrapy.run(*words).status == 0
    after = pages_of(rows, web.sites["turns"])

    for path in ("/posting", "/login-later"):
        assert after[path] == before[path] | {"wall": after[path]["wall"]}
    wall = after["/posting"]["wall"]
    evidence = wall | {"body_sha256": digest(CHALLENGE)}
    assert archived_body(evidence) == CHALLENGE
    assert wall["job_id"] == str(last_job(rows, web.sites["turns"])["id"])
    assert after["/gone-later"]["verdict"]["kind"] == "error_page"
    assert b"Ferryman" in archived_body(after["/posting"])


def test_why_says_who_blocked_and_what_is_kept(scrapy: Scrapy, rows: Rows, web: RunningWeb) -> None:
    blocked, older = why(scrapy, web.url("turns", "/posting"))
    walled, *_ = why(scrapy, web.url("walled", "/3"))

    assert (blocked["what"], older["what"]) == ("blocked", "done")
    assert blocked["text"].startswith("It was blocked by Cloudflare (status 200, _cf_chl_opt in its code)")
    assert f"by job {older['job']}, is kept." in blocked["text"]
    assert walled["what"] == "blocked"
    assert "That is kept as evidence" in walled["text"]


@pytest.mark.parametrize("more", ["", "archive = False"])
def test_a_spider_of_ones_own_hears_of_it_and_its_job_fails(
    crawl_own: Run, rows: Rows, web: RunningWeb, more: str
) -> None:
    done = crawl_own("gate", OWN.format(more=more), "-a", f"url={web.sites['walled']}", *TWICE)

    of_site = "SELECT data FROM record JOIN site ON site.id = site_id WHERE slug = 'gate'"
    kinds = {row["data"]["kind_of_answer"] for row in rows.execute(of_site)}
    assert "blocked" in kinds
    if not more:
        assert done.status == 1
        assert f"4 of 4 pages were block pages by Cloudflare: {web.sites['walled']}/" in " ".join(done.stdout.split())


def why(scrapy: Scrapy, url: str) -> list[dict[str, Any]]:
    done = scrapy.run("why", url, "--json")
    assert done.status == 0, done.stdout + done.stderr
    return list(json.loads(done.stdout))


def digest(body: bytes) -> bytes:

    return hashlib.sha256(body).digest()
