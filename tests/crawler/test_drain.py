"""How a worker stops, stands still, and meets what it cannot read: nothing is lost, and nothing is done twice over."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from frontier.codec import dumps
from tests.support.announced import Announced, until
from tests.support.crawl import Scrapy
from tests.support.halting import Halting, halting
from tests.support.tables import reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

PAGES = tuple(f"/page/{number}" for number in range(10))
SLOW = ("/hang/1", "/hang/2")


@pytest.fixture
def site() -> Iterator[Halting]:
    with halting() as served:
        yield served


@pytest.fixture
def job(site: Halting, servers: Servers, redis_url: str, scrapy: Scrapy) -> Iterator[Announced]:
    with tables(servers) as database_url:
        yield Announced(scrapy, database_url, redis_url, site.url("").rstrip("/"))


def visits(site: Halting) -> dict[str, int]:
    return {path: site.asked.count(path) for path in site.asked}


def test_what_does_not_end_in_time_is_given_back_with_what_was_not_begun(site: Halting, job: Announced) -> None:
    job.announce(*SLOW, *PAGES, concurrency=2)
    with job.worker(LONGLINE_DRAIN_SECONDS="2") as worker:
        for path in SLOW:
            site.wait_for(path)
        until(lambda: job.left().leased > len(SLOW))

        worker.send_signal(signal.SIGTERM)
        until(lambda: job.left().leased == 0)
        assert job.left().pending == len(SLOW + PAGES)
        _, stderr = worker.communicate(timeout=120)

    assert worker.returncode == 0, stderr
    assert "2 requests did not end within 2 s" in stderr
    site.release()
    with job.worker():
        assert job.ended() == "completed"
    assert visits(site) == dict.fromkeys(SLOW, 2) | dict.fromkeys(PAGES, 1)
    assert job.row()["stats"]["pages"] == len(SLOW + PAGES)


def test_what_was_not_begun_is_given_back_at_once_and_what_ends_in_time_is_stored(
    site: Halting, job: Announced
) -> None:
    job.announce(*SLOW, *PAGES, concurrency=2)
    with job.worker(LONGLINE_DRAIN_SECONDS="600") as worker:
        for path in SLOW:
            site.wait_for(path)
        worker.send_signal(signal.SIGTERM)
        # Long before its time is up.
        until(lambda: job.left().leased == len(SLOW))
        site.release()
        _, stderr = worker.communicate(timeout=120)

    assert worker.returncode == 0, stderr
    assert [row["url"].rpartition("/hang")[2] for row in job.rows("page")] == ["/1", "/2"]
    assert (job.left().pending, job.left().leased) == (len(PAGES), 0)


def test_a_job_whose_crawl_is_told_to_stop_is_cancelled(
    site: Halting, servers: Servers, redis_url: str, scrapy: Scrapy
) -> None:
    with tables(servers) as database_url:
        own: dict[str, Any] = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "LONGLINE_DRAIN_SECONDS": "2"}
        crawl = scrapy.start("crawl", "site", "-a", f"url={site.url('/hang')}", **own)
        site.wait_for("/hang")

        crawl.send_signal(signal.SIGTERM)
        stdout, stderr = crawl.communicate(timeout=120)

        assert crawl.returncode == 1, stdout + stderr
        with reading(database_url) as connection:
            assert [row["state"] for row in connection.execute("SELECT state FROM job")] == ["cancelled"]


def test_a_worker_that_stood_still_for_too_long_changes_nothing(site: Halting, job: Announced) -> None:
    late, last = SLOW
    job.announce(late, concurrency=8)
    with job.worker(LONGLINE_LEASE_SECONDS="4") as holder, ExitStack() as stack:
        site.wait_for(late)
        holder.send_signal(signal.SIGSTOP)
        # Its own leases last for as long as they do in earnest: however late it is, nobody takes them over.
        heir = stack.enter_context(job.worker())
        job.add(last)
        site.wait_for(late, times=2)
        site.wait_for(last)
        site.release(late)
        until(lambda: len(job.rows("page")) == 1)
        before = job.rows("page")

        holder.send_signal(signal.SIGCONT)
        holder.send_signal(signal.SIGTERM)
        _, stderr = holder.communicate(timeout=120)
        assert holder.returncode == 0, stderr
        assert job.rows("page") == before

        site.release(last)
        assert job.ended() == "completed"
        assert heir.poll() is None
    assert visits(site) == {late: 2, last: 1}
    assert job.row()["stats"]["pages"] == 2
    assert job.rows("page")[0] == before[0]
    assert job.rows("dead_request") == []


def test_what_nobody_can_read_is_dead_with_its_cause_and_stops_nobody(site: Halting, job: Announced) -> None:
    newer = [dumps([2, "p", site.url(path), 1]) for path in ("/new", "/newer")]
    strange = (*newer, dumps([1, "telepathy", "hello"]), b"\xc1 no msgpack")
    job.announce(*PAGES, payloads=strange)
    with job.worker() as worker:
        assert job.ended() == "failed"
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=120)
        assert worker.returncode == 0

    assert visits(site) == dict.fromkeys(PAGES, 1)
    dead = job.rows("dead_request")
    assert [row["attempts"] for row in dead] == [5, 5, 5, 5]
    assert job.row()["error"].startswith("4 pages could not be processed; first: 127.0.0.1:")
    assert ": a request was given up after 5 tries: a request " in job.row()["error"]
    assert {bytes(row["payload"]) for row in dead} == set(strange)
    causes = " ".join(row["cause"] for row in dead)
    assert "of version 2" in causes
    assert "'telepathy'" in causes
    assert "cannot read" in causes
