"""A job whose ``crawl site`` was killed: workers go on with it; without any, the next crawl of the site ends it."""

from __future__ import annotations

from typing import Any

import redis

from tests.journeys.conftest import Rows
from tests.support.crawl import Scrapy
from tests.support.halting import halting
from tests.support.web import RunningWeb
from tests.support.workers import SHORT, until, workers


def kill_when_it_crawls(scrapy: Scrapy, redis_url: str, url: str) -> None:
    """Start a crawl, and kill it as soon as Redis has its job and something of it is leased."""
    crawl = scrapy.start("crawl", "site", "-a", f"url={url}", **SHORT)
    until(redis_url, _something_is_leased)
    crawl.kill()
    crawl.communicate(timeout=120)


def _something_is_leased(client: redis.Redis) -> bool:
    leases: Any = client.keys("longline:{*:leases")
    return bool(client.hlen("longline:jobs")) and any(map(client.hlen, leases))


def states(rows: Rows, url: str) -> list[tuple[str, str | None]]:
    """State and error of the jobs of a URL, the oldest first."""
    found = rows.execute("SELECT state, error FROM job WHERE url = %s ORDER BY sequence", [url]).fetchall()
    return [(row["state"], row["error"]) for row in found]


def test_the_next_crawl_ends_a_job_that_nobody_works_on(
    scrapy: Scrapy, web: RunningWeb, servers: Any, rows: Rows
) -> None:
    kill_when_it_crawls(scrapy, servers.redis_url, web.url("endless"))

    done = scrapy.crawl(web.url("endless"), "max_pages=1")

    assert done.status == 0, done.stdout + done.stderr
    died = ("failed", "The processes that crawled it have died.")
    assert states(rows, web.url("endless"))[-2:] == [died, ("completed", None)]
    with redis.Redis.from_url(servers.redis_url) as client:
        assert not client.hlen("longline:jobs")
        assert not client.keys("longline:{*:meta")


def test_workers_finish_a_job_whose_start_was_killed(scrapy: Scrapy, servers: Any, rows: Rows) -> None:
    with halting() as site, workers(scrapy, 1, servers, **SHORT):
        url = site.url("/hang")
        kill_when_it_crawls(scrapy, servers.redis_url, url)
        busy = scrapy.crawl(url)
        site.release()
        until(servers.redis_url, lambda client: not client.hlen("longline:jobs"))

    assert busy.status == 1
    assert "The site is being crawled by workers, as job" in busy.stderr
    assert states(rows, url)[-1] == ("completed", None)


def test_workers_drop_a_job_that_was_deleted(scrapy: Scrapy, servers: Any, rows: Rows) -> None:
    with halting() as site:
        url = site.url("/hang")
        kill_when_it_crawls(scrapy, servers.redis_url, url)
        rows.execute("DELETE FROM job WHERE url = %s", [url])
        with workers(scrapy, 1, servers, **SHORT):
            until(servers.redis_url, lambda client: not client.hlen("longline:jobs"))
            site.release()

    with redis.Redis.from_url(servers.redis_url) as client:
        assert not client.keys("longline:{*:meta")
