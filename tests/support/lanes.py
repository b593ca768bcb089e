"""Lanes and leases without Redis: a test answers as Redis would."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID, uuid4

from scrapy import Spider
from scrapy.utils.test import get_crawler

from crawler.lane import Lane, Membership
from crawler.queues import JobQueue, SeenFilter
from frontier import codec
from frontier.connection import connect_async
from frontier.job import JobFrontier
from frontier.model import Answer, JobCommand, Lease

HOST = "example.com"
_numbers = itertools.count(1)


class Quiet(Spider):
    """Has no callbacks of its own."""

    name = "quiet"


def make_lane(job: UUID | None = None, lease_seconds: float = 30.0) -> Lane:
    """A lane whose job nobody described; its Redis is never asked."""
    job = job or uuid4()
    frontier = JobFrontier(connect_async("redis://127.0.0.1:9/0"), job, "worker")
    membership = Membership(job, None, "worker", (0.0, 4), lease_seconds)
    return Lane(frontier, JobQueue(Quiet(), codec, job), SeenFilter(get_crawler(Quiet)), membership)


def lease(path: str = "/", host: str = HOST, priority: int = 0, *, admitted: bool = False) -> Lease:
    """One of a request for a path; its number is higher than that of the one before."""
    payload = codec.dumps([1, "r", {"url": f"http://{host}{path}"}])
    return Lease(next(_numbers), payload, host, priority, admitted, 1)


def answer(*leases: Lease, **more: Any) -> Answer:
    """What Redis says: as if nothing else were in the job."""
    nothing: dict[str, Any] = {
        "state": JobCommand.RUNNING,
        "epoch": 1,
        "leases": list(leases),
        "lost": [],
        "hosts": {},
        "pending": 0,
        "later": 0,
        "leased": len(leases),
        "admitted": 0,
        "new": 0,
        "due_in": None,
        "stats": {},
        "dead": [],
        "over": False,
    }
    return Answer(**(nothing | more))
