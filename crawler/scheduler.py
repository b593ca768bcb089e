"""scrapy-redis' scheduler on ``frontier/``: leases, msgpack, several workers, and no call that waits for the network.

Settings keep scrapy-redis' names: REDIS_URL, SCHEDULER_PERSIST, SCHEDULER_FLUSH_ON_START, SCHEDULER_QUEUE_CLASS,
SCHEDULER_SERIALIZER, DUPEFILTER_CLASS. Ours: LONGLINE_JOB_ID (without it, all processes of a spider share one job),
LONGLINE_MAX_PAGES, LONGLINE_SHARDS, LONGLINE_LEASE_SECONDS, LONGLINE_DRAIN_SECONDS, LONGLINE_OUTAGE_SECONDS.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Self
from uuid import UUID

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro
from scrapy_redis import scheduler
from twisted.internet.defer import Deferred

from crawler.address_book import AddressBook
from crawler.beginning import Beginning
from crawler.courier import Courier
from crawler.delivery import Delivery
from crawler.drain import Drain
from crawler.fetch.guard import Guard
from crawler.fetch.unfetched import failures_of
from crawler.gates import Gates
from crawler.job_ends import JobEnds
from crawler.job_watch import JobWatch
from crawler.lane import Held, Lane
from crawler.leases import LEASE, redirected
from crawler.neighbours import Neighbours
from crawler.politeness import Politeness
from crawler.spill import Spill
from crawler.start_urls import StartUrls
from crawler.turns import Turns
from crawler.waker import Waker
from crawler.wiring import Wiring, delivery_of
from frontier.connection import connect_async
from frontier.model import Died
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
        guard = Guard.of(crawler)
        instance.addresses = AddressBook(lambda: guard.names)
        neighbours = Neighbours(instance.politeness.to_addresses, instance.addresses)
        instance.gates = Gates(instance.politeness.terms, instance.politeness.last_sent, neighbours)
        instance.ends = JobEnds(crawler.settings["DATABASE_URL"], wiring.outage_seconds)
        instance.watch = JobWatch(crawler, instance.gates, instance.ends, persist=wiring.persist)
        instance.courier = Courier(
            instance.server, wiring.worker, instance.gates, instance.watch.heard, wiring.outage_seconds
        )
        instance.turns = Turns(crawler, instance.courier, instance.gates, instance.politeness, wiring.job_id)
        instance.beginning = Beginning(crawler, instance.courier, instance.watch.spawn)
        instance.wire()
        return instance

    wiring: Wiring
    delivery: Delivery
    politeness: Politeness
    addresses: AddressBook
    gates: Gates
    ends: JobEnds
    watch: JobWatch
    courier: Courier
    turns: Turns
    beginning: Beginning
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
        self.turns.waker, self.turns.delivery = self.waker, self.delivery
        self.turns.connect()

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
        lane = self.lanes[job_id] = self.wiring.lane(self.server, self.crawler, job_id, job, politeness)
        lane.frontier.on_ready = partial(self.courier.call, lane)
        self.df = lane.dupefilter
        return lane

    # The beginning of a job, and its end

    def begin(self, lane: Lane, held: Held) -> None:
        """This process starts the job."""
        self.beginning.within(lane, held)

    async def seeding(self) -> Request | None:
        """Wait for the job's beginning: a request that stands for its lease, or None where others have begun it."""
        (lane,) = self.lanes.values()
        return await self.beginning.seed(lane)

    def closed(self, lane: Lane) -> None:
        """The job has ended, and so has this crawl."""
        reason = "storage" if self.problem else "cancelled" if lane.cancelled else "finished"
        self.watch.close_spider(reason)

    # Scrapy's questions

    def enqueue_request(self, request: Request) -> bool:
        """Queue a request; False where an equal one was queued before, or its job has ended. Never raises."""
        lane = self.turns.lane(request)
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
            self.turns.left(request)
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
            request = self.turns.begin(held)
            if request:
                self.crawler.stats.inc_value("scheduler/dequeued/redis")
                self.courier.call(held.lane)
                return request
        self.waker.set_timer()
        return None

    def has_pending_requests(self) -> bool:
        """Whether a job has more to do, here or elsewhere; also that its end is still to be written down."""
        return any(not lane.closed for lane in self.lanes.values())

    def has_waiting_requests(self) -> bool:
        """Whether there is a request that this process could begin."""
        return bool(self.waker.ahead or self.gates.waiting()) or any(lane.has_more() for lane in self.lanes.values())

    def __len__(self) -> int:
        answers = (lane.answer for lane in self.lanes.values())
        return sum(answer.pending + answer.later for answer in answers if answer)

    def fetched(self) -> int:
        """Pages of its job that other workers have kept as well."""
        answers = (lane.answer for lane in self.lanes.values())
        return sum(answer.stats.get("pages", 0) for answer in answers if answer)

    def stop(self) -> None:
        """Begin nothing more, and give back what was not begun."""
        self.waker.stop()
        for request in self.waker.ahead:
            lane = self.turns.lane(request)
            if lane and lane.holds(request):
                lane.held[request.meta[LEASE]].begun = False
        for lane in self.lanes_now():
            lane.stop()
            self.courier.call(lane)

    def close(self, reason: str) -> Deferred[None]:
        """Give back what was not done, and be gone."""
        return deferred_from_coro(self._close(reason))

    async def _close(self, reason: str) -> None:
        self.waker.stop()
        for lane in self.lanes.values():
            lane.give_up()
        try:
            if await self.courier.close():
                await self.leave()
        finally:
            await self.addresses.close()
            await self.server.aclose()
            await self.ends.close(hurried=reason != "finished")
            await self.watch.spill.close()

    async def leave(self) -> None:
        """Note what went wrong in the job, for its judge. Where it has none, the last process forgets it."""
        for lane in self.lanes.values():
            if not lane.closed:
                lane.failures = await lane.frontier.failures()
            if not (self.persist or lane.ended or lane.job) and not await self.courier.registry.alive():
                await self.courier.forget(lane)
