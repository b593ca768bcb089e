"""What the scheduler's settings say, with the values that hold where they say nothing."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Self, cast
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from crawler.delivery import Delivery
from crawler.lane import Lane, Membership
from crawler.queues import JobQueue, SeenFilter
from frontier.jobs import SERVES_ALL
from frontier.model import Terms
from frontier.sharding import shards_of
from frontier.shards import frontier_of
from schemas.environment import OUTAGE_SECONDS
from schemas.job import Job

LEASE_SECONDS = 30.0
DRAIN_SECONDS = 30.0
QUEUE_CLASS = "crawler.queues.JobQueue"
DUPEFILTER_CLASS = "crawler.queues.SeenFilter"
MEANT = {
    # What the setting holds where nobody set it.
    "scrapy.dupefilters.RFPDupeFilter": DUPEFILTER_CLASS,
    # What projects name that use scrapy-redis: ours do the same by leases.
    "scrapy_redis.dupefilter.RFPDupeFilter": DUPEFILTER_CLASS,
    "scrapy_redis.queue.PriorityQueue": QUEUE_CLASS,
    "scrapy_redis.queue.SpiderPriorityQueue": QUEUE_CLASS,
    "scrapy_redis.queue.FifoQueue": "crawler.queues.FifoJobQueue",
    "scrapy_redis.queue.SpiderQueue": "crawler.queues.FifoJobQueue",
}


class WrongClassError(TypeError):
    """A setting names a class that cannot work with leases."""


class NoDeliveryError(RuntimeError):
    """Nobody would say when a request is done, and the crawl would not end."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """Settings of the scheduler. ``worker``: this process's name in Redis. ``joins``: another process made the job.
    ``alone``: no worker is invited to it."""

    redis_url: str
    worker: str
    persist: bool
    flush: bool
    job: Job | None
    joins: bool
    alone: bool
    max_pages: int | None
    shards: int
    lease_seconds: float
    drain_seconds: float
    outage_seconds: float
    queue_class: type[JobQueue]
    dupefilter_class: type[SeenFilter]
    serializer: Any
    _job_id: str | None

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """Read the settings.

        Raises:
            WrongClassError: a queue or dupefilter class is none of ours.
        """
        job = settings["LONGLINE_JOB"]
        return cls(
            redis_url=settings["REDIS_URL"] or _url(settings),
            worker=_name(serves_all=settings.getbool("LONGLINE_SERVES_ALL")),
            persist=settings.getbool("SCHEDULER_PERSIST"),
            flush=settings.getbool("SCHEDULER_FLUSH_ON_START"),
            job=Job.decode(job.encode()) if job else None,
            joins=settings.getbool("LONGLINE_JOINS_JOB"),
            alone=settings.getbool("LONGLINE_ALONE"),
            max_pages=settings.getint("LONGLINE_MAX_PAGES") or None,
            shards=settings.getint("LONGLINE_SHARDS", 1),
            lease_seconds=settings.getfloat("LONGLINE_LEASE_SECONDS", LEASE_SECONDS),
            drain_seconds=settings.getfloat("LONGLINE_DRAIN_SECONDS", DRAIN_SECONDS),
            outage_seconds=settings.getfloat("LONGLINE_OUTAGE_SECONDS", OUTAGE_SECONDS),
            queue_class=_class(settings, "SCHEDULER_QUEUE_CLASS", QUEUE_CLASS, JobQueue),
            dupefilter_class=_class(settings, "DUPEFILTER_CLASS", DUPEFILTER_CLASS, SeenFilter),
            serializer=import_module(settings["SCHEDULER_SERIALIZER"] or "frontier.codec"),
            _job_id=settings["LONGLINE_JOB_ID"],
        )

    def job_id(self, spider: Spider) -> UUID:
        """The job of this process; where none was named, that of all processes of this spider."""
        return UUID(self._job_id) if self._job_id else uuid5(NAMESPACE_URL, f"spider:{spider.name}")

    def lane(self, server: Any, crawler: Crawler, job_id: UUID, job: Job | None, politeness: tuple[float, int]) -> Lane:
        """A job, to be worked on."""
        membership = Membership(job_id, job, self.worker, politeness, self.lease_seconds)
        return Lane(
            frontier_of(server, job_id, self.worker, Terms(self.lease_seconds, shards=self._shards(job))),
            self.queue_class(cast("Spider", crawler.spider), self.serializer, job_id),
            self.dupefilter_class(crawler),
            membership,
        )

    def _shards(self, job: Job | None) -> int:
        """Those of the job's description, which all its workers have; where it has none, those of the settings."""
        if job is None:
            return shards_of(self.shards, self.max_pages)
        return shards_of(job.config.shards, job.config.max_pages or self.max_pages)


def delivery_of(crawler: Crawler) -> Delivery:
    """The middleware that says when requests are done.

    Raises:
        NoDeliveryError: the settings do not name it.
    """
    found: Delivery | None = crawler.get_spider_middleware(Delivery)
    if found is None:
        raise NoDeliveryError('Add "crawler.delivery.Delivery": 0 to SPIDER_MIDDLEWARES: it says what is done.')
    return found


def _name(*, serves_all: bool) -> str:
    """Of this process. Workers serve whatever jobs there are; others have one of their own."""
    host = socket.gethostname().split(".")[0]
    return f"{SERVES_ALL if serves_all else 'crawl@'}{host}-{os.getpid()}-{secrets.token_hex(4)}"


def _url(settings: BaseSettings) -> str:
    """Where Redis is, as projects say it that use scrapy-redis and have no REDIS_URL."""
    names = {"host": "localhost", "port": 6379, "db": 0, "username": "", "password": ""}
    said = names | settings.getdict("REDIS_PARAMS")
    said |= {
        name: settings[f"REDIS_{name.upper()}"] for name in ("host", "port", "db") if settings[f"REDIS_{name.upper()}"]
    }
    user, password = (quote(str(said[name] or ""), safe="") for name in ("username", "password"))
    login = f"{user}:{password}@" if password else ""
    return f"redis://{login}{said['host']}:{said['port']}/{said['db']}"


def _class(settings: BaseSettings, name: str, ours: str, base: type) -> Any:
    path = settings[name] or ours
    found = load_object(MEANT.get(path, path))
    if not issubclass(found, base):
        raise WrongClassError(f"{name} = {path}: it cannot work with leases. Name {ours}, or a subclass of it.")
    return found
