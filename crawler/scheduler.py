"""scrapy-redis' scheduler, queue and dupefilter on ``frontier/``: one job each, msgpack, and delayed retries.

Settings keep scrapy-redis' names: SCHEDULER_PERSIST, SCHEDULER_FLUSH_ON_START, SCHEDULER_QUEUE_CLASS,
SCHEDULER_SERIALIZER, DUPEFILTER_CLASS. Ours: LONGLINE_JOB_ID, LONGLINE_MAX_PAGES.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any, Self
from uuid import UUID

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy_redis import dupefilter, queue, scheduler

from crawler.budget import PageBudget
from crawler.requests import from_dict, to_dict
from frontier.connection import connect
from frontier.queue import RequestQueue
from frontier.seen import SeenSet
from schemas import redis_keys

DELAY = "delay_seconds"
"""``request.meta`` key: the scheduler hands the request out after so many seconds."""


class JobQueue(queue.Base):  # type: ignore[misc] # scrapy-redis has no types
    """A job's requests: highest priority first, then oldest."""

    def __init__(self, server: Any, spider: Spider, key: str, serializer: Any = None) -> None:
        super().__init__(server, spider, key.replace("%", "%%"), serializer)
        self._requests = RequestQueue(server, key)

    def __len__(self) -> int:
        return len(self._requests)

    def _encode_request(self, request: Request) -> bytes:
        encoded: bytes = self.serializer.dumps(to_dict(request, self.spider))
        return encoded

    def _decode_request(self, encoded_request: bytes) -> Request:
        return from_dict(self.serializer.loads(encoded_request), self.spider)

    def push(self, request: Request) -> None:
        """Add a request."""
        self._requests.push(self._encode_request(request), request.priority)

    def pop(self, timeout: int = 0) -> Request | None:  # noqa: ARG002 - scrapy-redis' signature; we never block
        """Take the next request, or None."""
        payload = self._requests.pop()
        return self._decode_request(payload) if payload else None

    def clear(self) -> None:
        """Drop all requests."""
        self._requests.clear()


class SeenFilter(dupefilter.RFPDupeFilter):  # type: ignore[misc] # scrapy-redis has no types
    """Remembers the fingerprints of a job's requests."""

    def __init__(self, crawler: Crawler, seen: SeenSet) -> None:
        super().__init__(None, "")
        self._fingerprinter = crawler.request_fingerprinter
        self._seen = seen

    @classmethod
    def from_spider(cls, spider: Spider) -> Self:
        """The filter of the spider's job."""
        settings = spider.crawler.settings
        return cls(spider.crawler, SeenSet(connect(settings["REDIS_URL"]), redis_keys.job_seen(_job(spider.crawler))))

    def request_seen(self, request: Request) -> bool:
        """True where an equal request was there before."""
        return not self._seen.add(self._fingerprinter.fingerprint(request))

    def clear(self) -> None:
        """Forget everything, and let the connection go; the next use opens one."""
        self._seen.clear()
        self._seen.disconnect()


class Scheduler(scheduler.Scheduler):  # type: ignore[misc] # scrapy-redis has no types
    """Keeps ``LONGLINE_MAX_PAGES`` and holds a request back while its ``meta["delay_seconds"]`` runs."""

    crawler: Crawler
    budget: PageBudget
    delayed: dict[Request, asyncio.TimerHandle]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built as scrapy-redis builds its own, with our client and the job's keys."""
        settings = crawler.settings
        instance = cls(
            server=connect(settings["REDIS_URL"]),
            persist=settings.getbool("SCHEDULER_PERSIST"),
            flush_on_start=settings.getbool("SCHEDULER_FLUSH_ON_START"),
            queue_key=redis_keys.job_requests(_job(crawler)),
            queue_cls=settings["SCHEDULER_QUEUE_CLASS"],
            dupefilter_cls=settings["DUPEFILTER_CLASS"],
            serializer=import_module(settings["SCHEDULER_SERIALIZER"]),
        )
        instance.crawler = crawler
        instance.budget = PageBudget(settings.getint("LONGLINE_MAX_PAGES") or None)
        instance.delayed = {}
        crawler.signals.connect(instance.request_dropped, signals.request_dropped)
        return instance

    def enqueue_request(self, request: Request) -> bool:
        """Queue a request; False where an equal one was queued before."""
        delay = request.meta.pop(DELAY, 0)
        if delay:
            self.delayed[request] = asyncio.get_running_loop().call_later(delay, self._release, request)
            return True
        if not request.dont_filter and self.df.request_seen(request):
            self.df.log(request, self.spider)
            return False
        self.queue.push(request)
        self.crawler.stats.inc_value("scheduler/enqueued/redis")
        return True

    def _release(self, request: Request) -> None:
        del self.delayed[request]
        # Through the engine, since that wakes it: it looks into the queue by itself only every five seconds.
        self.crawler.engine.crawl(request)

    def next_request(self) -> Request | None:
        """The next request, or None while there is none or the job has all the pages it may fetch."""
        if not self.budget.open:
            return None
        request: Request | None = self.queue.pop()
        if request:
            self.budget.admit(request)
            self.crawler.stats.inc_value("scheduler/dequeued/redis")
        return request

    def has_pending_requests(self) -> bool:
        """Whether the job has more to do, now or after a delay."""
        return bool(self.delayed) or (self.budget.open and len(self) > 0)

    def request_dropped(self, request: Request) -> None:
        """A redirect or retry that is not queued ends its request."""
        self.budget.give_back(request)

    def close(self, reason: str) -> None:
        """Forget the job's keys, unless SCHEDULER_PERSIST is set."""
        for timer in self.delayed.values():
            timer.cancel()
        super().close(reason)
        self.server.close()


def _job(crawler: Crawler) -> UUID:
    return UUID(crawler.settings["LONGLINE_JOB_ID"])
