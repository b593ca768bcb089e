"""``scrapy why``: where a URL is while a site is crawled and after that, and what holds a job back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.journeys.conftest import Rows
from tests.journeys.own import plain
from tests.support.announced import until
from tests.support.arrivals import Crowd, crowd
from tests.support.crawl import Crawled, Scrapy
from tests.support.project import Project
from tests.support.web import RunningWeb

DELAY = 1.0


def why(scrapy: Scrapy, *words: str) -> dict[str, Any]:
    """The first answer."""
    done = scrapy.run("why", *words, "--json")
    assert done.status == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)[0]
    return answer


# A site that is being crawled


@contextmanager
def crawling(scrapy: Scrapy, slug: str, site: Crowd) -> Iterator[subprocess.Popen[str]]:
    """A crawl of a stored site that has asked for a second page when the block begins."""
    crawl = scrapy.start("crawl", "site", "-a", f"site={slug}", "-s", "LONGLINE_PROGRESS_SECONDS=0")
    try:
        until(lambda: any(seen.path[1:].isdigit() for seen in site.arrivals()))
        yield crawl
    finally:
        crawl.kill()
        crawl.communicate(timeout=240)


def notes(servers: Any, crawl: subprocess.Popen[str]) -> int:
    """How many notes of a process are in Redis."""
    with redis.Redis.from_url(servers.redis_url) as client:
        return len(client.keys(f"longline:worker:*-{crawl.pid}-*:note"))


def test_a_slow_site_while_it_is_crawled(
    scrapy: Scrapy, store_site: Callable[..., None], rows: Rows, servers: Any
) -> None:
    with crowd(pages=600, robots="User-agent: *\n\nDisallow: /599\n") as site:
        store_site("why", url=site.url(), delay=DELAY, sitemaps=False)
        with crawling(scrapy, "why", site) as crawl:
            row = rows.execute("SELECT job.id FROM job JOIN site ON site.id = site_id WHERE slug = 'why'").fetchone()
            assert row is not None
            job = str(row["id"])

            # Its row waits, for fifteen seconds, for the segment that its bytes are in.
            leased = why(scrapy, site.url())
            assert leased["what"] == "leased"
            assert leased["text"].startswith("It is leased by crawl@")
            assert "(delivery 1 of 5)" in leased["text"]
            waiting = why(scrapy, f"{site.url()}598")
            assert (waiting["job"], waiting["what"], waiting["delay"]) == (job, "waiting", DELAY)
            assert 300 < waiting["number"] < 600
            assert f"Its host is asked every {DELAY} s by crawl@" in waiting["text"]
            refused = why(scrapy, f"{site.url()}599")
            assert f"line 3 of {site.url()}robots.txt: Disallow: /599" in refused["text"]
            assert why(scrapy, f"{site.url()}nosuch")["what"] == "never found"
            slow = why(scrapy, "--job", job)
            assert slow["what"] == "host delay"
            assert notes(servers, crawl) == 1
            assert slow["seconds_left"] > 200 * DELAY

            assert scrapy.run("frontier", "pause", job).status == 0
            assert why(scrapy, "--job", job[:12])["what"] == "paused"
            assert "The job is paused." in why(scrapy, f"{site.url()}598")["text"]
            assert scrapy.run("frontier", "cancel", job).status == 0
            stdout, stderr = crawl.communicate(timeout=240)
            assert (crawl.returncode, "cancelled" in stdout) == (1, True), stdout + stderr
            assert notes(servers, crawl) == 0
        done = why(scrapy, site.url())
        assert (done["what"], done["status"]) == ("done", 200)
        assert why(scrapy, f"{site.url()}598")["text"].startswith("It was not fetched: the job is cancelled")
        assert why(scrapy, "--job", job)["what"] == "cancelled"


# A site that was crawled


@pytest.fixture(scope="module")
def crawled(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    web.reset()
    done = session_scrapy.crawl(web.url("plain"))
    assert done.status == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/about#team", ("done", "It is done: status 200, fetched ")),
        ("/search?b=2&a=1", ("done", "It is the same page as {plain}/search?a=1&b=2. It is done")),
        ("/old", ("redirected", "It is redirected to {plain}/new (status 301, ")),
        ("/leaving", ("redirected", "{elsewhere}/landing (status 302, ")),
        ("/gone", ("error", "The site answered 410, and that is kept")),
        ("/private/secret", ("disallowed", "It is disallowed by line 2 of {plain}/robots.txt: Disallow: /private/")),
        ("/odd/truncated", ("dead", "after 4 tries: the connection was cut in the middle of the answer.")),
        ("/logo.png", ("no page", "its name ends as that of a file that is no page.")),
        ("/a/b/a/b/a/b/", ("trap", "Links to it are not followed: its path repeats itself.")),
        ("/nosuch", ("never found", "It was not found: no page that was fetched leads to it")),
    ],
)
def test_a_url_of_a_site_that_was_crawled(
    crawled: Crawled, scrapy: Scrapy, web: RunningWeb, path: str, expected: tuple[str, str]
) -> None:
    answer = why(scrapy, web.url("plain", path))

    what, words = expected
    assert answer["what"] == what, answer["text"]
    assert words.format(**web.sites) in answer["text"]


def test_a_url_of_another_site_is_off_the_site_of_a_job(crawled: Crawled, scrapy: Scrapy, web: RunningWeb) -> None:
    job = why(scrapy, web.url("plain"))["job"]

    assert why(scrapy, "http://nowhere.example/", "--job", job)["what"] == "off the site"
    unknown = scrapy.run("why", "http://nowhere.example/")
    assert (unknown.status, unknown.stderr) == (
        1,
        "http://nowhere.example/ was never found, and no job has crawled its host. See: scrapy jobs\n",
    )
    sentence, where = scrapy.run("why", web.url("plain", "/gone")).stdout.splitlines()
    assert sentence.startswith("The site answered 410")
    assert where.strip().startswith(f"job {job} of ")


def test_a_job_that_is_over_is_known_with_what_it_was_started_with(scrapy: Scrapy, web: RunningWeb, rows: Rows) -> None:
    done = scrapy.crawl(web.url("sessions"), "max_depth=1", "ignore_parameters=sid,jsessionid,utm_*")
    assert done.status == 0, done.stdout + done.stderr

    two = why(scrapy, web.url("sessions", "/two?sid=7"))
    assert (two["what"], two["asked_as"]) == ("done", web.url("sessions", "/two"))
    deeper = (web.url("sessions", "/deeper?sid=7"), "--job", two["job"])
    assert why(scrapy, *deeper)["text"].endswith(
        "It was not found within max_depth 1: no page that was fetched leads to it."
    )
    # Older jobs have no config: their site's says most of it.
    rows.execute("UPDATE job SET config = NULL WHERE id = %s", [two["job"]])
    assert why(scrapy, *deeper)["text"] == (
        "It was not found: no page that was fetched leads to it, unless the job was started with a max_pages or "
        "max_depth of its own, which came first."
    )


@pytest.mark.parametrize("words", [[], ["nonsense"], ["http://a.example/", "http://b.example/"], ["--job", "nonsense"]])
def test_it_refuses_with_a_hint(scrapy: Scrapy, words: list[str]) -> None:
    done = scrapy.run("why", *words)

    assert done.status == 2
    assert "Give one URL" in done.stderr or "that is not a job's id" in done.stderr


def test_a_server_that_cannot_be_reached_is_named(scrapy: Scrapy) -> None:
    done = scrapy.run("why", "--job", "0", REDIS_URL="redis://127.0.0.1:1/0")

    assert done.status == 2
    assert done.stderr.startswith("REDIS_URL: redis://127.0.0.1:1/0 cannot be reached")


def test_a_page_of_an_own_spider(crawl_own: Callable[..., Crawled], shop: Project, home: Path, web: RunningWeb) -> None:
    done = crawl_own("whyown", plain("whyown", web.url("books"), "yield Request(response.urljoin('/nosuch'))"))
    assert done.status == 0, done.stdout + done.stderr

    answer = why(shop.scrapy(home), web.url("books"))

    assert (answer["what"], answer["site"]) == ("done", "whyown")
    other = why(shop.scrapy(home), "http://nowhere.example/", "--job", answer["job"])
    assert other["text"] == "The spider whyown has not asked for it."
