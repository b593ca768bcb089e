"""scrapy-redis' scheduler, queue and dupefilter on ``frontier/``: claims, msgpack, delayed retries, several workers.

Settings keep scrapy-redis' names: SCHEDULER_PERSIST, SCHEDULER_FLUSH_ON_START, SCHEDULER_QUEUE_CLASS,
SCHEDULER_SERIALIZER, DUPEFILTER_CLASS. Ours: LONGLINE_JOB_ID, LONGLINE_MAX_PAGES.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections import deque
from collections.abc import Callable
from importlib import import_module
from typing import Any, Self
from uuid import UUID

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.misc import load_object
from scrapy_redis import dupefilter, queue, scheduler
from twisted.python.failure import Failure

from crawler.claims import CLAIM, DELAY, job_of
from crawler.failures import Failures
from crawler.lane import Lane, counts_of
from crawler.requests import from_dict, to_dict
from frontier.connection import connect
from frontier.failures import JobFailures
from frontier.queue import RequestQueue
from frontier.registry import Registry
from frontier.seen import SeenSet
from schemas import redis_keys
from schemas.job import Job

POLL_SECONDS = 0.2
"""How often a process without work asks whether another one has found some."""
BEAT_SECONDS = 3.0
"""How often a process says that it lives, and looks for what dead ones had claimed."""


class JobQueue(queue.Base):  # type: ignore[misc] # scrapy-redis has no types
    """A job's requests: highest priority first, then oldest. ``key`` is the job's id and the worker's name."""

    def __init__(self, server: Any, spider: Spider, key: str, serializer: Any = None) -> None:
        super().__init__(server, spider, key, serializer)
        job, _, worker = key.partition(" ")
        self.requests = RequestQueue(server, UUID(job), worker)

    def __len__(self) -> int:
        return len(self.requests)

    def push(self, request: Request) -> None:
        """Add a request."""
        payload: bytes = self.serializer.dumps(to_dict(request, self.spider))
        self.requests.push(payload, request.priority, counts_of(request))

    def decode(self, payload: bytes) -> Request:
        """The request of a payload."""
        return from_dict(self.serializer.loads(payload), self.spider)

    def clear(self) -> None:
        """Drop all requests."""
        self.requests.clear()


class SeenFilter(dupefilter.RFPDupeFilter):  # type: ignore[misc] # scrapy-redis has no types
    """Remembers the fingerprints of a job's requests."""

    def __init__(self, crawler: Crawler, seen: SeenSet) -> None:
        super().__init__(None, "")
        self._fingerprinter = crawler.request_fingerprinter
        self._seen = seen

    def request_seen(self, request: Request) -> bool:
        """True where an equal request was there before."""
        return not self._seen.add(self._fingerprinter.fingerprint(request))

    def clear(self) -> None:
        """Forget everything."""
        self._seen.clear()


class Finishing:
    """An errback that ends its request, after what the spider wants to do about the failure."""

    def __init__(self, original: Callable[[Failure], Any] | None, finish: Callable[[Request], None]) -> None:
        self.original = original
        self._finish = finish

    def __call__(self, failure: Failure) -> Any:
        """Call the spider's errback where there is one; else hand the failure on."""
        try:
            return self.original(failure) if self.original else failure
        finally:
            self._finish(failure.request)  # type: ignore[attr-defined] # set by Scrapy


class Scheduler(scheduler.Scheduler):  # type: ignore[misc] # scrapy-redis has no types
    """One job's requests, shared with whatever workers join; it ends when nobody works on any of them."""

    crawler: Crawler
    spider: Spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built as scrapy-redis builds its own, with our client and the job's keys."""
        settings = crawler.settings
        instance = cls(
            server=connect(settings["REDIS_URL"]),
            persist=settings.getbool("SCHEDULER_PERSIST"),
            flush_on_start=settings.getbool("SCHEDULER_FLUSH_ON_START"),
            queue_cls=settings["SCHEDULER_QUEUE_CLASS"],
            dupefilter_cls=settings["DUPEFILTER_CLASS"],
            serializer=import_module(settings["SCHEDULER_SERIALIZER"]),
        )
        instance.crawler = crawler
        instance.worker = f"{socket.gethostname().split('.')[0]}-{os.getpid()}-{secrets.token_hex(4)}"
        instance.registry = Registry(instance.server)
        instance.lanes = {}
        instance.delayed = {}
        instance.ahead = deque()
        instance.beat = create_looping_call(instance.heartbeat)
        instance.poll = create_looping_call(instance.look_for_work)
        crawler.signals.connect(instance.request_dropped, signals.request_dropped)
        return instance

    worker: str
    registry: Registry
    lanes: dict[UUID, Lane]
    delayed: dict[Request, asyncio.TimerHandle]
    ahead: deque[Request]
    beat: Any
    poll: Any

    def open(self, spider: Spider) -> None:
        """Begin: with the job of LONGLINE_JOB_ID."""
        self.spider = spider
        self.open_lanes()
        self.beat.start(BEAT_SECONDS)

    def open_lanes(self) -> None:
        """Take up the jobs that this process works on from its start."""
        settings = self.crawler.settings
        lane = self.open_lane(UUID(settings["LONGLINE_JOB_ID"]), settings.getint("LONGLINE_MAX_PAGES") or None)
        if self.flush_on_start:
            lane.clear()
        job = getattr(self.spider, "job", None)
        if isinstance(job, Job):
            self.registry.announce(job.id, self.worker, job.encode())

    def open_lane(self, job: UUID, limit: int | None) -> Lane:
        """Work on a job."""
        requests = load_object(self.queue_cls)(self.server, self.spider, f"{job} {self.worker}", self.serializer)
        seen = SeenSet(self.server, redis_keys.job_seen(job))
        self.df = load_object(self.dupefilter_cls)(self.crawler, seen)
        self.lanes[job] = Lane(job, requests, self.df, JobFailures(self.server, job), limit)
        return self.lanes[job]

    def lane(self, request: Request) -> Lane | None:
        """The lane of a request's job; None where this process does not work on it (any more)."""
        job = job_of(request.meta)
        return self.lanes.get(job) if job else next(iter(self.lanes.values()), None)

    def __len__(self) -> int:
        return sum(len(lane.queue) for lane in self.lanes.values())

    def enqueue_request(self, request: Request) -> bool:
        """Queue a request; False where an equal one was queued before, or its job has ended."""
        lane = self.lane(request)
        if lane is None or lane.ended:
            return False
        if request in self.ahead:
            return True
        delay = request.meta.pop(DELAY, 0)
        if delay:
            self.delayed[request] = asyncio.get_running_loop().call_later(delay, self._release, request)
            return True
        if not request.dont_filter and lane.dupefilter.request_seen(request):
            return False
        lane.push(request)
        self.crawler.stats.inc_value("scheduler/enqueued/redis")
        return True

    def _release(self, request: Request) -> None:
        del self.delayed[request]
        # Through the engine, since that wakes it: it looks into the queue by itself only every five seconds.
        self.crawler.engine.crawl(request)

    def next_request(self) -> Request | None:
        """The next request that this process works on from now on, or None."""
        request = self.ahead.popleft() if self.ahead else self._claim()
        if request is None:
            if not self.poll.running:
                self.poll.start(POLL_SECONDS, now=False)
            return None
        request.errback = Finishing(request.errback, self.finish)
        return request

    def finish(self, request: Request) -> None:
        """All that a request led to is done."""
        lane, claim = self.lane(request), request.meta.pop(CLAIM, None)
        if lane and claim:
            lane.done(claim)

    def _claim(self) -> Request | None:
        for job, lane in list(self.lanes.items()):
            # Each job in its turn.
            self.lanes[job] = self.lanes.pop(job)
            request = lane.claim()
            if request:
                self.crawler.stats.inc_value("scheduler/dequeued/redis")
                return request
        return None

    def look_for_work(self) -> None:
        """Claim what another process has queued; notice that all is done."""
        engine = self.crawler.engine
        request = None if engine.needs_backout() else self._claim()
        if request:
            self.ahead.append(request)
            engine.crawl(request)
        elif engine.spider_is_idle():
            self.poll.stop()
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason="finished"))

    def heartbeat(self) -> None:
        """Say that this process lives; take back what others had claimed that do not."""
        self.registry.beat(self.worker)
        alive = self.registry.alive()
        for lane in self.lanes.values():
            lane.requests.recover(alive)

    def fetched(self) -> int:
        """Pages of its jobs that all workers together have fetched."""
        rests = [lane.requests.rest() for lane in self.lanes.values()]
        return sum(max(0, rest.admitted - rest.claimed) for rest in rests)

    def has_waiting_requests(self) -> bool:
        """Whether there is a request that this process could begin, now or after a delay."""
        return bool(self.delayed or self.ahead) or any(lane.has_waiting() for lane in self.lanes.values())

    def has_pending_requests(self) -> bool:
        """Whether the job has more to do, here or elsewhere."""
        return bool(self.delayed or self.ahead) or not all(lane.is_finished() for lane in self.lanes.values())

    def request_dropped(self, request: Request) -> None:
        """A redirect or retry that is not queued ends its request."""
        lane = self.lane(request)
        if lane:
            lane.give_back(request)

    def close(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """Give back what was not begun; forget the job, unless SCHEDULER_PERSIST is set."""
        for call in (self.poll, self.beat):
            if call.running:
                call.stop()
        for timer in self.delayed.values():
            timer.cancel()
        for request in (*self.delayed, *self.ahead):
            lane = self.lane(request)
            if lane and request.meta.get(CLAIM):
                lane.push(request)
        self.leave()
        self.registry.leave(self.worker)
        self.server.close()

    def leave(self) -> None:
        """End the jobs that are this process's own."""
        for lane in self.lanes.values():
            self.registry.withdraw(lane.job)
            failures = getattr(self.spider, "failures", None)
            if isinstance(failures, Failures):
                failures.include(lane.failures.read())
            if not self.persist:
                lane.clear()
