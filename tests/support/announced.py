"""A job that is announced, with pages of a site in its queue, and the workers that serve it."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgpack
import redis
from psycopg.types.json import Json

from frontier.codec import dumps
from frontier.connection import connect_async
from frontier.job import JobFrontier
from frontier.jobs import Jobs
from frontier.model import Entry
from schemas import redis_keys
from schemas.job import Job
from schemas.site import SiteConfig
from tests.support.crawl import Scrapy
from tests.support.job_workers import fingerprint_of, open_team
from tests.support.left import Left, left
from tests.support.tables import Rows, reading

PATIENCE = 120.0
PAUSE = 0.02


@dataclass
class Announced:
    """A job of a site, in a database and a Redis of its own. ``payloads``: what else is in its queue."""

    scrapy: Scrapy
    database_url: str
    redis_url: str
    site: str
    job: UUID = field(default_factory=uuid4)

    @property
    def host(self) -> str:
        """As in URLs."""
        return urlsplit(self.site).netloc

    def announce(self, *paths: str, payloads: tuple[bytes, ...] = (), **config: Any) -> None:
        """Make the job, with these pages waiting."""
        own = {"url": f"{self.site}/", "obey_robots": False, "sitemaps": False, "render": "never", "extract": ("page",)}
        site = SiteConfig(**(own | config))
        with reading(self.database_url) as connection:
            job = self._rows(connection, site)
        asyncio.run(self._announce(job, [*map(self._entry, paths), *(Entry(one, self.host) for one in payloads)]))

    def _rows(self, connection: Rows, site: SiteConfig) -> Job:
        described = Json(site.model_dump(mode="json"))
        row = connection.execute(
            "INSERT INTO site (slug, config) VALUES (%s, %s) RETURNING id", [self.job.hex, described]
        ).fetchone()
        assert row
        started = connection.execute(
            "INSERT INTO job (id, site_id, url, state, started_at) VALUES (%s, %s, %s, 'running', now()) "
            "RETURNING sequence",
            [self.job, row["id"], site.url],
        ).fetchone()
        assert started
        return Job(self.job, started["sequence"], row["id"], self.job.hex, site)

    def _entry(self, path: str) -> Entry:
        payload = dumps([1, "p", f"{self.site}{path}", 1])
        return Entry(payload, self.host, fingerprint=fingerprint_of(path), page=True)

    def add(self, path: str) -> None:
        """One more page."""
        with open_team(self.redis_url) as team:
            team.job = self.job
            team.worker("late test").say(entries=[self._entry(path)])

    def holder_pid(self) -> int:
        """The process that holds the job's oldest lease: a worker's name ends in its pid and some digits."""
        with redis.Redis.from_url(self.redis_url) as client:
            leases = client.hgetall(redis_keys.job_key(self.job, "leases"))
        worker: bytes = msgpack.unpackb(leases[min(leases)], raw=True)[0]
        return int(worker.split(b"-")[-2])

    async def _announce(self, job: Job, entries: list[Entry]) -> None:
        server = connect_async(self.redis_url)
        try:
            await JobFrontier(server, self.job, "test").create(entries, None)
            await Jobs(server).announce(self.job, job.encode())
        finally:
            await server.aclose()

    @contextmanager
    def worker(self, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """``crawl worker``, which is killed at the end where it has not stopped."""
        own: dict[str, Any] = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        process = self.scrapy.start("crawl", "worker", "-L", "WARNING", **(own | environment))
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def left(self) -> Left:
        """What Redis has of the job."""
        return left(self.redis_url, str(self.job))

    def row(self) -> dict[str, Any]:
        """The job's row."""
        with reading(self.database_url) as connection:
            row = connection.execute("SELECT * FROM job WHERE id = %s", [self.job]).fetchone()
        assert row
        return row

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table that has URLs, in their order."""
        with reading(self.database_url) as connection:
            return connection.execute(f"SELECT * FROM {table} ORDER BY url".encode()).fetchall()

    def ended(self) -> str:
        """How the job ended, when it has."""
        until(lambda: self.row()["completed_at"] is not None)
        return str(self.row()["state"])


def until(is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Return when it is so: for what nobody tells of."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"it was not so within {seconds} s"
        time.sleep(PAUSE)
