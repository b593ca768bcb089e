"""Several processes on one job: every page once, and the rows of one process."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest
import redis

from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.walk import walk
from tests.support.web import RunningWeb
from tests.support.workers import SHORT, alive, until, workers
from tests.web.expected import PLAIN


def _leases(client: redis.Redis, rows: Rows, slug: str) -> list[bytes]:
    """What is leased of the site's jobs; other jobs may have been left by those who were killed."""
    jobs = rows.execute("SELECT job.id FROM job JOIN site ON site.id = site_id WHERE slug = %s", [slug]).fetchall()
    keys: list[Any] = [client.keys(f"longline:{{{job['id']}*:leases") for job in jobs]
    leases: list[Any] = [client.hvals(key) for found in keys for key in found]
    return [lease for some in leases for lease in some]


@pytest.fixture(scope="module")
def shared(session_scrapy: Scrapy, web: RunningWeb, servers: Any) -> Crawled:
    # They must not be there any more when other tests begin: they would take part in all jobs.
    with workers(session_scrapy, 3, servers):
        web.reset()
        return session_scrapy.crawl(web.url("plain"), "extract=page,posting,text")


def test_every_page_is_asked_for_once(shared: Crawled, web: RunningWeb) -> None:
    assert shared.status == 0, shared.stdout + shared.stderr
    asked = web.asked("plain")
    assert {path: asked[path] for path in PLAIN.pages} == dict.fromkeys(PLAIN.pages, 1) | PLAIN.asked
    assert not PLAIN.never & asked.keys()


def test_the_rows_are_those_of_one_process(shared: Crawled, web: RunningWeb, rows: Rows) -> None:
    assert shared.status == 0, shared.stdout + shared.stderr
    job = last_job(rows, web.sites["plain"])
    pages = pages_of(rows, web.sites["plain"], job)
    assert {path for path, row in pages.items() if row["status"] == 200 and path not in PLAIN.documents} == PLAIN.pages
    assert {path: pages[path]["status"] for path in PLAIN.failing} == PLAIN.failing
    assert all(len(archived_body(row)) == row["body_bytes"] for row in pages.values())
    assert job["state"] == "completed"
    assert job["stats"]["pages"] == len(pages)
    assert job["stats"]["postings"] == sum(map(len, PLAIN.postings.values()))
    assert job["stats"]["rejected"] == sum(PLAIN.rejected.values())


def test_what_workers_could_not_fetch_is_in_the_summary(shared: Crawled) -> None:
    for said in ("/odd/truncated could not be fetched", "/private/"):
        assert said in shared.stdout, shared.stdout + shared.stderr


def test_max_pages_is_exact_over_workers(session_scrapy: Scrapy, web: RunningWeb, servers: Any) -> None:
    with workers(session_scrapy, 2, servers):
        web.reset()
        done = session_scrapy.crawl(web.url("endless"), "max_pages=60")
    assert done.status == 0, done.stdout + done.stderr
    asked = [path for path in web.asked("endless") if path not in {"/robots.txt", "/sitemap.xml"}]
    assert len(asked) == 60


def test_the_manual_by_four_processes(session_scrapy: Scrapy, nginx_docs: str, servers: Any, rows: Rows) -> None:
    with workers(session_scrapy, 3, servers):
        done = session_scrapy.crawl(f"{nginx_docs}/", "extract=page")
    assert done.status == 0, done.stdout + done.stderr
    pages = pages_of(rows, nginx_docs)
    segments = {row["archive_uri"].rpartition("-")[0] for row in pages.values()}
    assert len(segments) > 1, "one process did all the work"
    html = {
        f"{nginx_docs}{path}"
        for path, row in pages.items()
        if row["status"] == 200 and row["content_type"].startswith("text/html")
    }
    expected = {url for url, (status, kind) in walk(f"{nginx_docs}/").items() if status == 200 and kind == "text/html"}
    assert html == expected


def test_what_a_killed_worker_had_begun_is_done_by_others(
    scrapy: Scrapy, web: RunningWeb, servers: Any, rows: Rows, store_site: Callable[..., None]
) -> None:
    store_site("bereft", url=web.url("plain"), delay=0.05)
    with workers(scrapy, 1, servers, **SHORT) as (victim,):
        crawl = scrapy.start("crawl", "site", "-a", "site=bereft", **SHORT)
        until(servers.redis_url, lambda client: bool(_leases(client, rows, "bereft")))
        # With a delay one process at a time asks the host: while this one stands still, the other one does.
        crawl.send_signal(signal.SIGSTOP)
        try:
            mine = f"-{victim.pid}-".encode()
            until(servers.redis_url, lambda client: any(mine in one for one in _leases(client, rows, "bereft")))
            victim.kill()
        finally:
            crawl.send_signal(signal.SIGCONT)
        stdout, stderr = crawl.communicate(timeout=120)
    assert crawl.returncode == 0, stdout + stderr
    pages = pages_of(rows, web.sites["plain"], last_job(rows, web.sites["plain"]))
    assert PLAIN.pages <= pages.keys()


def test_a_worker_counts_what_it_did_itself(session_scrapy: Scrapy, web: RunningWeb, servers: Any) -> None:
    log = session_scrapy.folder / "worker.log"
    words = ("-L", "INFO", "--logfile", str(log), "-s", "LONGLINE_PROGRESS_SECONDS=0.2")
    with workers(session_scrapy, 1, servers, *words):
        done = session_scrapy.crawl(web.url("plain"), "max_pages=20")
    assert done.status == 0, done.stdout + done.stderr
    counts = [int(count) for count in re.findall(r"(\d+) pages · ", log.read_text())]
    assert counts
    assert counts == sorted(counts)


def test_a_worker_without_a_job_stops_when_it_is_told(session_scrapy: Scrapy, servers: Any) -> None:
    with workers(session_scrapy, 1, servers) as (worker,):
        pass
    with redis.Redis.from_url(servers.redis_url) as client:
        assert worker.pid not in alive(client)
