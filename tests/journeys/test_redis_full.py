"""Redis nearly full: links wait in PostgreSQL, the crawl goes through, and its pages are exact."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.journeys.conftest import Rows
from tests.journeys.reading import last_job, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.valkey import valkey
from tests.support.web import RunningWeb
from tests.web import big

SECONDS = 240
MEMORY = 8_000_000
QUOTED = "open%20sesame%2F1%402"
LEFT = "SELECT count(*) AS number FROM waiting_request"
EVER = "SELECT coalesce(pg_sequence_last_value('waiting_request_id_seq'), 0) AS number"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[str]:
    """The URL of a Valkey that has little room."""
    (tmp_path / "valkey").mkdir()
    options = ("--maxmemory", str(MEMORY), "--maxmemory-policy", "noeviction", "--appendonly", "yes")
    with valkey(tmp_path / "valkey", *options) as port:
        yield f"redis://:{QUOTED}@127.0.0.1:{port}/0"


@pytest.fixture
def site(store_site: Callable[..., None], web: RunningWeb) -> str:
    """The site ``big``, to be asked as quickly as it answers."""
    web.reset()
    store_site("crowded", url=web.url("big"), concurrency=48, extract=["page", "posting"])
    return web.sites["big"]


def fill(url: str, share: float) -> None:
    """Put in keys of no job's until Redis is so full."""
    with redis.Redis.from_url(url) as client:
        info: Any = client.info("memory")
        number = 0
        while info["used_memory"] < share * MEMORY:
            client.set(f"ballast:{number}", "x" * 20_000)
            number, info = number + 1, client.info("memory")


def empty(url: str) -> None:
    """Take them away again."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter("ballast:*"):
            client.delete(key)


def number(rows: Rows, query: str) -> int:
    row = rows.execute(query.encode()).fetchone()
    assert row
    return int(row["number"])


def assert_exact(done: Crawled, rows: Rows, site: str) -> None:
    """The pages are those of the site, and nothing is left anywhere."""
    assert done.status == 0, done.stdout + done.stderr
    job = last_job(rows, site)
    assert {path: page["status"] for path, page in pages_of(rows, site, job).items()} == big.statuses()
    assert job["state"] == "completed"
    assert job["stats"]["pages"] == len(big.statuses())
    assert number(rows, LEFT) == 0


def test_a_crawl_goes_through_though_redis_stays_full(scrapy: Scrapy, rows: Rows, site: str, small: str) -> None:
    before = number(rows, EVER)
    fill(small, 0.93)
    done = scrapy.run("crawl", "site", "-a", "site=crowded", REDIS_URL=small, timeout=SECONDS)

    assert_exact(done, rows, site)
    assert number(rows, EVER) > before
    assert done.stderr.count("new links wait in PostgreSQL") == 1
    assert "has room again" not in done.stderr


def test_a_crawl_goes_on_when_redis_takes_nothing_more(
    scrapy: Scrapy, rows: Rows, site: str, small: str, web: RunningWeb
) -> None:
    crawl = scrapy.start("crawl", "site", "-a", "site=crowded", REDIS_URL=small)
    until(lambda: len(web.visits("big")) > 20)
    with redis.Redis.from_url(small) as client:
        info: Any = client.info("memory")
        client.config_set("maxmemory", info["used_memory"] * 9 // 10)
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            client.set("one", "more")
    stdout, stderr = crawl.communicate(timeout=SECONDS)

    assert_exact(Crawled(crawl.returncode, stdout, stderr), rows, site)
    assert stderr.count("new links wait in PostgreSQL") == 1


def test_a_redis_that_is_full_takes_no_new_job(scrapy: Scrapy, rows: Rows, web: RunningWeb, small: str) -> None:
    assert scrapy.run("jobs").status == 0  # migrates
    before = number(rows, "SELECT count(*) AS number FROM job")
    fill(small, 0.9)
    with redis.Redis.from_url(small) as client:
        info: Any = client.info("memory")
        client.config_set("maxmemory", info["used_memory"] * 9 // 10)

    crawl = scrapy.run("crawl", "site", "-a", f"url={web.url('empty')}", REDIS_URL=small)
    doctor = scrapy.run("doctor", REDIS_URL=small)

    assert (crawl.status, doctor.status, crawl.stderr.count("\n")) == (2, 1, 1)
    for said in (crawl.stderr, doctor.stdout):
        assert " is full, and takes no new job: " in said
        assert "MB (maxmemory). Let what runs end, or raise maxmemory." in said
        assert "sesame" not in said
    assert number(rows, "SELECT count(*) AS number FROM job") == before


def test_what_waits_comes_back_when_there_is_room(scrapy: Scrapy, rows: Rows, site: str, small: str) -> None:
    fill(small, 0.93)
    crawl = scrapy.start("crawl", "site", "-a", "site=crowded", REDIS_URL=small)
    until(lambda: number(rows, LEFT) > 0)
    empty(small)
    stdout, stderr = crawl.communicate(timeout=SECONDS)

    assert_exact(Crawled(crawl.returncode, stdout, stderr), rows, site)
    assert stderr.count("Redis has room again") == 1


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_what_a_killed_process_left_in_postgresql_is_crawled_by_others(
    scrapy: Scrapy, rows: Rows, site: str, small: str
) -> None:
    fill(small, 0.93)
    owner = scrapy.start("crawl", "site", "-a", "site=crowded", REDIS_URL=small, LONGLINE_LEASE_SECONDS="2")
    until(lambda: number(rows, LEFT) > 0)
    worker = scrapy.start("crawl", "worker", "-L", "ERROR", REDIS_URL=small)
    owner.kill()
    owner.communicate(timeout=SECONDS)
    until(lambda: last_job(rows, site)["state"] != "running")
    worker.terminate()
    stdout, stderr = worker.communicate(timeout=SECONDS)

    assert_exact(Crawled(worker.returncode, stdout, stderr), rows, site)


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[str]:
    """The URL of a Valkey that drops keys when it is full."""
    with valkey(tmp_path, "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru") as port:
        yield f"redis://:{QUOTED}@127.0.0.1:{port}/0"


def test_a_redis_that_drops_requests_is_refused(scrapy: Scrapy, web: RunningWeb, forgetful: str) -> None:
    crawl = scrapy.run("crawl", "site", "-a", f"url={web.url('empty')}", REDIS_URL=forgetful)
    doctor = scrapy.run("doctor", REDIS_URL=forgetful)

    assert (crawl.status, doctor.status) == (2, 1)
    for said in (crawl.stderr, doctor.stdout):
        assert "drops requests when it is full (maxmemory-policy allkeys-lru)" in said
        assert "CONFIG SET maxmemory-policy noeviction" in said
        assert "sesame" not in said


def test_a_redis_without_a_limit_may_have_any_policy(scrapy: Scrapy, web: RunningWeb, forgetful: str) -> None:
    with redis.Redis.from_url(forgetful) as client:
        client.config_set("maxmemory", 0)

    assert "✗ Redis" not in scrapy.run("doctor", REDIS_URL=forgetful).stdout
    assert scrapy.run("crawl", "site", "-a", f"url={web.url('empty')}", REDIS_URL=forgetful).status == 0
