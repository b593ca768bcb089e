"""Requests from the moment when they may go out until all that they led to is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from uuid import UUID

from scrapy import Request, Spider, signals
from scrapy.http import Response

from crawler.courier import Courier
from crawler.delivery import Delivery, Finishing
from crawler.fetch.tier_money import spent_by
from crawler.fetch.verdicts import Verdicts
from crawler.gates import Gates
from crawler.lane import Held, Lane
from crawler.leases import ADMITTED, JOB, LEASE, SLOT, job_of
from crawler.politeness import Politeness
from crawler.queues import UnknownPayloadError
from crawler.waker import Waker
from frontier.model import Died, Done, Returned
from schemas.job import JobStats
from schemas.verdicts import Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Turns:
    """Makes requests of leases, and ends their leases.

    Args:
        job_id: the job of a spider's requests that name none.
    """

    def __init__(
        self, crawler: Crawler, courier: Courier, gates: Gates, politeness: Politeness, job_id: Callable[[Spider], UUID]
    ) -> None:
        self._crawler = crawler
        self._courier = courier
        self._gates = gates
        self._politeness = politeness
        self._job_id = job_id
        self.waker: Waker
        self.delivery: Delivery

    def connect(self) -> None:
        """Hear what becomes of requests."""
        for handler, signal in (
            (self.request_scheduled, signals.request_scheduled),
            (self.response_received, signals.response_received),
            (self.response_downloaded, signals.response_downloaded),
        ):
            self._crawler.signals.connect(handler, signal)
        Verdicts.of(self._crawler).listen(self.response_judged)

    def lane(self, request: Request) -> Lane | None:
        """The lane of a request's job; None where this process does not work on it (any more)."""
        job = job_of(request.meta)
        return self._courier.lanes.get(job) if job else self.first_lane()

    def first_lane(self) -> Lane | None:
        """The lane of a process that works on one job."""
        return next(iter(self._courier.lanes.values()), None)

    def begin(self, held: Held) -> Request | None:
        """The request of a lease whose turn has come; None where it cannot be read here."""
        lane, lease = held.lane, held.lease
        try:
            request = lane.queue.request(lease)
        except UnknownPayloadError as error:
            # Whoever can read it shall have it; if nobody can, it dies with this cause.
            self._gates.left(lease.host, lane.id, lease.number)
            lane.end(Returned(lease.number, str(error)))
            return None
        request.meta[LEASE], request.meta[SLOT] = lease.number, lease.host
        request.meta.setdefault(JOB, str(lane.id))
        if lease.admitted:
            request.meta[ADMITTED] = True
        request.errback = Finishing(request.errback, self.delivery)
        return request

    def finish(self, request: Request, counts: dict[str, int] | None = None, cause: str | None = None) -> None:
        """All that a request led to is done; with a cause: it failed, and nobody tries it again."""
        lane, number = self.lane(request), request.meta.get(LEASE)
        if self.left(request):
            self.waker.soon()
        if lane and number is not None:
            spent = JobStats(tiers=spent_by(request)).counts()
            lane.end(Done(number, (counts or {}) | spent) if cause is None else Died(number, cause, spent))
            self._courier.call(lane)

    def response_received(self, request: Request) -> None:
        """A request has its answer: its host may be asked for the next."""
        self.left(request)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """What a host said, and how long it took."""
        self._politeness.note(self._gates, request, response)

    def response_judged(self, request: Request, response: Response, verdict: Verdict) -> None:
        """What an answer turned out to be."""
        self._politeness.judged(self._gates, request, response, verdict)

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

    def left(self, request: Request) -> bool:
        """A request holds its host's place no longer; True where it did."""
        # Its job may have ended meanwhile; its host was asked all the same.
        job = job_of(request.meta) or self._job_id(cast("Spider", self._crawler.spider))
        return self._gates.left(request.meta.get(SLOT, ""), job, request.meta.get(LEASE, 0))
