"""One job as this process works on it: its queue, what was seen, what went wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from scrapy import Request

from crawler.claims import ADMITTED, CLAIM, COUNTS, JOB
from frontier.failures import JobFailures
from frontier.queue import Claim, Counts, RequestQueue


class Lane:
    """Requests go in and come out; ``limit`` is the most pages that the job may fetch."""

    def __init__(self, job: UUID, queue: Any, dupefilter: Any, failures: JobFailures, limit: int | None) -> None:
        self.job = job
        self.queue = queue
        self.dupefilter = dupefilter
        self.failures = failures
        self.limit = limit
        self.claims: set[str] = set()
        self.ended = False
        """The job's owner has ended it: nothing more is queued."""
        self.paused = False
        """Nobody would end the job now: its requests stay where they are."""

    @property
    def requests(self) -> RequestQueue:
        """The queue in Redis."""
        requests: RequestQueue = self.queue.requests
        return requests

    def push(self, request: Request) -> None:
        """Queue a request; if it was claimed, it is claimed no more."""
        claim = request.meta.pop(CLAIM, None)
        self.queue.push(request)
        if claim:
            self.done(claim)

    def claim(self) -> Request | None:
        """The next request, or None where there is none or the job has all the pages it may fetch."""
        claim: Claim | None = None if self.ended or self.paused else self.requests.claim(self.limit)
        if claim is None:
            return None
        self.claims.add(claim.id)
        request: Request = self.queue.decode(claim.payload)
        request.meta[CLAIM] = claim.id
        request.meta.setdefault(JOB, str(self.job))
        if claim.counted:
            request.meta[ADMITTED] = True
        return request

    def done(self, claim: str) -> None:
        """Nobody works on the claim's request any more."""
        self.claims.discard(claim)
        self.requests.done(claim)
        if self.ended and not self.claims:
            self.clear()

    def give_back(self, request: Request) -> None:
        """The request ended without a page: its place among the job's pages is free."""
        if request.meta.pop(ADMITTED, False):
            self.requests.give_back()

    def has_waiting(self) -> bool:
        """Whether there is a request that may be claimed."""
        rest = self.requests.rest()
        return rest.waiting > 0 and (self.limit is None or rest.admitted < self.limit)

    def is_finished(self) -> bool:
        """Whether nothing waits and nobody works on anything, here or elsewhere."""
        rest = self.requests.rest()
        return rest.claimed == 0 and (rest.waiting == 0 or (self.limit is not None and rest.admitted >= self.limit))

    def clear(self) -> None:
        """Forget the job."""
        self.queue.clear()
        self.dupefilter.clear()
        self.failures.clear()


def counts_of(request: Request) -> Counts:
    """What a request counts as when it is queued."""
    if request.meta.get(ADMITTED):
        return Counts.ALREADY
    return Counts.AS_PAGE if request.meta.get(COUNTS) else Counts.NOT
