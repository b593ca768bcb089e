"""scrapy-redis' scheduler on ``frontier/``: leases, msgpack, several workers, and no call that waits for the network.

Settings keep scrapy-redis' names: REDIS_URL, SCHEDULER_PERSIST, SCHEDULER_FLUSH_ON_START, SCHEDULER_QUEUE_CLASS,
SCHEDULER_SERIALIZER, DUPEFILTER_CLASS. Ours: LONGLINE_JOB_ID (without it, all processes of a spider share one job),
LONGLINE_MAX_PAGES, LONGLINE_LEASE_SECONDS, LONGLINE_DRAIN_SECONDS, LONGLINE_OUTAGE_SECONDS.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Self
from uuid import UUID

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from scrapy_redis import scheduler
from twisted.internet.defer import Deferred

from crawler.courier import Courier
from crawler.delivery import Delivery, Finishing
from crawler.drain import Drain
from crawler.fetch.retry_after import retry_after
from crawler.fetch.unfetched import failures_of
from crawler.gates import Gates
from crawler.job_ends import JobEnds
from crawler.job_watch import JobWatch
from crawler.lane import Held, Lane
from crawler.leases import ADMITTED, JOB, LEASE, SLOT, job_of, redirected
from crawler.politeness import Politeness
from crawler.queues import UnknownPayloadError
from crawler.spill import Spill
from crawler.start_urls import StartUrls
from crawler.waker import Waker
from crawler.wiring import Wiring, delivery_of
from frontier.connection import connect_async
from frontier.model import Died, Done, Returned
from schemas.job import Job

logger = logging.getLogger(__name__)


class Scheduler(scheduler.Scheduler):  # type: ignore[misc] # scrapy-redis has no types
    """One job's requests, shared with whatever workers join; it ends when nobody works on any of them."""

    takes_delays = True
    """A request whose meta has ``delay_seconds`` waits here, and not in a middleware."""
    crawler: Crawler
    spider: Spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built as scrapy-redis builds its own, with our client and the job's keys."""
        wiring = Wiring.of(crawler.settings)
        instance = cls(server=connect_async(wiring.redis_url), persist=wiring.persist, flush_on_start=wiring.flush)
        instance.crawler, instance.delivery = crawler, delivery_of(crawler)
        instance.wiring = wiring
        instance.politeness = Politeness(crawler, instance.lanes_now)
        instance.gates = Gates(instance.politeness.terms, instance.politeness.last_sent)
        instance.ends = JobEnds(crawler.settings["DATABASE_URL"], wiring.outage_seconds)
        instance.watch = JobWatch(crawler, instance.gates, instance.ends, persist=wiring.persist)
        instance.courier = Courier(
            instance.server, wiring.worker, instance.gates, instance.watch.heard, wiring.outage_seconds
        )
        instance.wire()
        return instance

    wiring: Wiring
    delivery: Delivery
    politeness: Politeness
    gates: Gates
    ends: JobEnds
    watch: JobWatch
    courier: Courier
    waker: Waker
    drain: Drain

    def wire(self) -> None:
        """Have the parts know each other."""
        self.waker = Waker(self.crawler, self.gates, self.next_request)
        watch, courier = self.watch, self.courier
        watch.courier, watch.begin, watch.wake, watch.closed = courier, self.begin, self.waker.wake, self.closed
        watch.spill = courier.spill = Spill(
            self.server,
            self.crawler.settings["DATABASE_URL"],
            self.wiring.outage_seconds,
            watch.spawn,
            courier.call,
        )
        courier.granted, self.politeness.hurry = self.politeness.apply, self.gates.hurry
        self.drain = Drain(self.crawler, courier, self.wiring.drain_seconds, self.stop)
        for handler, signal in (
            (self.request_scheduled, signals.request_scheduled),
            (self.response_received, signals.response_received),
            (self.response_downloaded, signals.response_downloaded),
        ):
            self.crawler.signals.connect(handler, signal)

    @property
    def lanes(self) -> dict[UUID, Lane]:
        """The jobs that this process works on."""
        return self.courier.lanes

    def lanes_now(self) -> list[Lane]:
        """The same, at this moment."""
        return list(self.lanes.values())

    @property
    def problem(self) -> str | None:
        """Why this process cannot go on."""
        return self.watch.problem

    def open(self, spider: Spider) -> Deferred[None]:
        """Begin: with the job of LONGLINE_JOB_ID."""
        self.spider = spider
        return deferred_from_coro(self._open())

    async def _open(self) -> None:
        await self.open_lanes()
        self.watch.spawn(self.courier.run())
        self.drain.watch()

    async def open_lanes(self) -> None:
        """Take up the jobs that this process works on from its start."""
        job = self.wiring.job or getattr(self.spider, "job", None)
        lane = self.open_lane(self.wiring.job_id(self.spider), job, self.politeness.of_settings())
        failures_of(self.crawler, self.spider).tell = lane.fail
        if self.flush_on_start:
            await lane.frontier.remove()
        if not self.wiring.joins:
            seed = lane.queue.seed(self.politeness.first_host(lane))
            await self.courier.announce(lane, self.wiring.max_pages, seed, alone=self.wiring.alone)
        start_urls = StartUrls.wanted(self.crawler, self.server, lane)
        if start_urls:
            self.courier.before_round = start_urls.look

    def open_lane(self, job_id: UUID, job: Job | None, politeness: tuple[float, int]) -> Lane:
        """Work on a job."""
        self.lanes[job_id] = self.wiring.lane(self.server, self.crawler, job_id, job, politeness)
        self.df = self.lanes[job_id].dupefilter
        return self.lanes[job_id]

    # The beginning of a job, and its end

    def begin(self, lane: Lane, held: Held) -> None:
        """This process starts the job: the spider's ``start()`` is let go on."""
        held.begun = True
        if lane.seed is None:
            lane.seed = held.lease.number
            lane.seeded.set()
        else:
            # Redis has lost that it was begun, and perhaps what it began with.
            self.watch.spawn(self.start_job(lane, held))

    async def start_job(self, lane: Lane, held: Held) -> None:
        """Queue what a job begins with, beside Scrapy."""
        seeds = getattr(self.spider, "seeds", None)
        async for output in seeds(lane.id) if seeds else self.spider.start():
            if isinstance(output, Request):
                self.crawler.engine.crawl(output)
        lane.end(Done(held.lease.number))
        self.courier.call(lane)

    async def seeding(self) -> Request | None:
        """Wait for the job's beginning: a request that stands for its lease, or None where others have begun it."""
        (lane,) = self.lanes.values()
        await lane.seeded.wait()
        if lane.seed is None:
            return None
        return Request("data:,start", meta={JOB: str(lane.id), LEASE: lane.seed})

    def closed(self, lane: Lane) -> None:
        """The job has ended, and so has this crawl."""
        reason = "storage" if self.problem else "cancelled" if lane.cancelled else "finished"
        self.watch.close_spider(reason)

    # Scrapy's questions

    def lane(self, request: Request) -> Lane | None:
        """The lane of a request's job; None where this process does not work on it (any more)."""
        job = job_of(request.meta)
        return self.lanes.get(job) if job else self.first_lane()

    def first_lane(self) -> Lane | None:
        """The lane of a process that works on one job."""
        return next(iter(self.lanes.values()), None)

    def enqueue_request(self, request: Request) -> bool:
        """Queue a request; False where an equal one was queued before, or its job has ended. Never raises."""
        lane = self.lane(request)
        if lane is None or lane.ended:
            return False
        if request in self.waker.ahead:
            return True
        number = request.meta.get(LEASE, 0)
        try:
            queued = self._enqueue(lane, request)
        except Exception as error:  # Scrapy's task for the spider's output would end, and the crawl hang
            logger.exception("%s cannot be queued.", request)
            lane.fail(f"unprocessed:{type(error).__name__}", f"{request.url} cannot be queued: {error}")
            lane.give_back_place(request)
            lane.end(Died(number, f"cannot be queued again: {error}"))
            queued = False
        self.courier.call(lane)
        return queued

    def _enqueue(self, lane: Lane, request: Request) -> bool:
        if LEASE in request.meta:
            self._left(request)
            if not lane.holds(request):
                return False  # another worker has it by now
            redirected(request)
            lane.replace(request.meta[LEASE], request)
        elif not lane.push(request):
            self.crawler.stats.inc_value("dupefilter/filtered")
            return False
        self.crawler.stats.inc_value("scheduler/enqueued/redis")
        return True

    def next_request(self) -> Request | None:
        """The next request that may go out now, or None."""
        if self.waker.ahead:
            return self.waker.ahead.popleft()
        while held := self.gates.pop(time.monotonic()):
            request = self._request(held)
            if request:
                self.crawler.stats.inc_value("scheduler/dequeued/redis")
                self.courier.call(held.lane)
                return request
        self.waker.set_timer()
        return None

    def _request(self, held: Held) -> Request | None:
        lane, lease = held.lane, held.lease
        try:
            request = lane.queue.request(lease)
        except UnknownPayloadError as error:
            # Whoever can read it shall have it; if nobody can, it dies with this cause.
            self.gates.left(lease.host, lane.id, lease.number)
            lane.end(Returned(lease.number, str(error)))
            return None
        request.meta[LEASE], request.meta[SLOT] = lease.number, lease.host
        request.meta.setdefault(JOB, str(lane.id))
        if lease.admitted:
            request.meta[ADMITTED] = True
        request.errback = Finishing(request.errback, self.delivery)
        return request

    def has_pending_requests(self) -> bool:
        """Whether a job has more to do, here or elsewhere."""
        return any(not lane.ended for lane in self.lanes.values())

    def has_waiting_requests(self) -> bool:
        """Whether there is a request that this process could begin."""
        return bool(self.waker.ahead or self.gates.waiting()) or any(lane.has_more() for lane in self.lanes.values())

    def __len__(self) -> int:
        answers = (lane.answer for lane in self.lanes.values())
        return sum(answer.pending + answer.later for answer in answers if answer)

    def fetched(self) -> int:
        """Pages of its jobs that all workers together have kept."""
        answers = (lane.answer for lane in self.lanes.values())
        return sum(answer.stats.get("pages", 0) for answer in answers if answer)

    # What becomes of requests

    def finish(self, request: Request, counts: dict[str, int] | None = None, cause: str | None = None) -> None:
        """All that a request led to is done; with a cause: it failed, and nobody tries it again."""
        lane, number = self.lane(request), request.meta.get(LEASE)
        if self._left(request):
            self.waker.soon()
        if lane and number is not None:
            lane.end(Done(number, counts or {}) if cause is None else Died(number, cause))
            self.courier.call(lane)

    def response_received(self, request: Request) -> None:
        """A request has its answer: its host may be asked for the next."""
        self._left(request)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """What a host said, and how long it took."""
        self.politeness.note(self.gates, request, response, retry_after(response))

    def request_dropped(self, request: Request) -> None:
        """A redirect or retry that is not queued gives its page's place back."""
        lane = self.lane(request)
        if lane:
            lane.give_back_place(request)

    def request_scheduled(self, request: Request) -> None:
        """A retry or redirect that somebody refuses when it hears of it, as Scrapy's off-site rule does, is over."""
        lane = self.lane(request) if LEASE in request.meta and request not in self.waker.ahead else None
        if lane:
            asyncio.get_running_loop().call_soon(self._scheduled, lane, request)

    def _scheduled(self, lane: Lane, request: Request) -> None:
        if lane.holds(request):
            self.finish(request)

    def _left(self, request: Request) -> bool:
        # Its job may have ended meanwhile; its host was asked all the same.
        job = job_of(request.meta) or self.wiring.job_id(self.spider)
        return self.gates.left(request.meta.get(SLOT, ""), job, request.meta.get(LEASE, 0))

    def stop(self) -> None:
        """Begin nothing more, and give back what was not begun."""
        self.waker.stop()
        for request in self.waker.ahead:
            lane = self.lane(request)
            if lane and lane.holds(request):
                lane.held[request.meta[LEASE]].begun = False
        for lane in self.lanes_now():
            lane.stop()
            self.courier.call(lane)

    def close(self, reason: str) -> Deferred[None]:
        """Give back what was not done, and be gone."""
        return deferred_from_coro(self._close(reason))

    async def _close(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        self.waker.stop()
        for lane in self.lanes.values():
            lane.give_up()
        try:
            if await self.courier.close():
                await self.leave()
        finally:
            await self.server.aclose()
            await self.ends.close()
            await self.watch.spill.close()

    async def leave(self) -> None:
        """Note what went wrong in the job, for its judge. Where it has none, the last process forgets it."""
        for lane in self.lanes.values():
            if not lane.ended:
                lane.failures = await lane.frontier.failures()
            if not (self.persist or lane.ended or lane.job) and not await self.courier.registry.alive():
                await self.courier.forget(lane)
