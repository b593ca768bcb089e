"""Workers of one job, for tests that are not coroutines."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis, RedisCluster

from frontier.connection import connect_async
from frontier.control import JobControl
from frontier.model import Answer, Batch, Entry, Lease, Terms
from frontier.shards import frontier_of
from schemas import redis_keys

HOST = "example.com"


class Worker:
    """Says batches, each with the next id."""

    def __init__(self, team: Team, name: str, **terms: Any) -> None:
        self.name = name
        self.frontier = frontier_of(team.server, team.job, name, Terms(**terms))
        self._run = team.run
        self._numbers = itertools.count(1)
        self._last = Batch("")

    def create(self, *entries: Entry, limit: int | None = None) -> None:
        """Create the job."""
        self._run(self.frontier.create(list(entries), limit))

    def say(self, **parts: Any) -> Answer:
        """A batch of these parts."""
        self.prepare(Batch("", **parts))
        return self.repeat()

    def prepare(self, batch: Batch) -> None:
        """Give a batch the next id; ``repeat`` says it."""
        self._last = replace(batch, id=f"{self.name}:{next(self._numbers)}")

    def repeat(self) -> Answer:
        """The last batch once more."""
        answer: Answer = self._run(self.frontier.exchange(self._last))
        return answer

    def take(self, most: int = 1, host: str = HOST) -> list[Lease]:
        """Leases of a host."""
        return self.say(wants={host: most}).leases

    def take_one(self, host: str = HOST) -> Lease:
        """The lease of the next entry of a host."""
        (lease,) = self.take(1, host)
        return lease


class Team:
    """A job in a Redis, and its workers."""

    def __init__(self, runner: asyncio.Runner, server: Redis | RedisCluster, job: UUID) -> None:
        self.server: Any = server
        self.job = job
        self.control = JobControl(server, job)
        self._runner = runner

    def run(self, awaited: Awaitable[Any]) -> Any:
        """Its result."""
        return self._runner.run(_result(awaited))

    def worker(self, name: str, **terms: Any) -> Worker:
        """One that has said nothing yet."""
        return Worker(self, name, **terms)

    def expire(self, *leases: Lease) -> None:
        """Have the time of these leases, or of all, run out."""
        key = redis_keys.job_key(self.job, "expiry")
        numbers = [lease.number for lease in leases] or self.run(self.server.zrange(key, 0, -1))
        if numbers:
            self.run(self.server.zadd(key, dict.fromkeys(numbers, 0), xx=True))

    def come_due(self) -> None:
        """Have the time of all later entries come."""
        key = redis_keys.job_key(self.job, "later")
        # Apart by their order, as they were.
        entries = self.run(self.server.zrange(key, 0, -1))
        if entries:
            self.run(self.server.zadd(key, {entry: number for number, entry in enumerate(entries)}))

    def key_names(self) -> list[str]:
        """Of the whole database, as they are named in ``redis_keys``: without what the job's all begin with."""
        prefix = redis_keys.job_key(self.job, "")
        return sorted(key.decode().removeprefix(prefix) for key in self.run(self.server.keys("*")))


@contextmanager
def open_team(url: str, timeout_seconds: float = 5.0) -> Iterator[Team]:
    """A team that knows no worker of a job that Redis does not know."""
    with asyncio.Runner() as runner:
        server = connect_async(url, timeout_seconds)
        try:
            yield Team(runner, server, uuid4())
        finally:
            runner.run(server.aclose())


def pages(*names: str, host: str = HOST, **more: Any) -> list[Entry]:
    """Entries that become pages; the fingerprint of each is its name's."""
    return [Entry(name.encode(), host, fingerprint=fingerprint_of(name), page=True, **more) for name in names]


def fingerprint_of(name: str) -> int:
    """One of 64 bits, signed."""
    digest = hashlib.sha1(name.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def payloads(leases: list[Lease]) -> list[str]:
    """What was leased, in order."""
    return [lease.payload.decode() for lease in leases]


async def _result(awaited: Awaitable[Any]) -> Any:
    """redis-py's commands are awaitable, and no coroutines to a type checker."""
    return await awaited
