"""A job in several shards, as one worker sees it: each is a job of its own in Redis, and none knows of the others.

An entry goes to the shard of its fingerprint, so that a shard knows all duplicates of what it has. The numbers of
leases say whose they are. ``frontier/ledger.py`` tells when a page's end may be said.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from redis.asyncio import Redis, RedisCluster

from frontier.connection import RedisUnavailableError, not_now
from frontier.durable import on_disk
from frontier.job import JobExistsError, JobFrontier
from frontier.ledger import Ledger
from frontier.model import Answer, Batch, Done, Ending, Entry, JobCommand, Replaced, Terms
from frontier.sharding import apportion, combined, home_of, inner, inner_token, share, sum_failures
from schemas import redis_keys


class ShardedFrontier:
    """The same as a ``JobFrontier``, over several of them. One exchange at a time.

    ``max_pages`` is shared out evenly: what one shard does not use, the others do not get.
    """

    def __init__(
        self,
        server: Redis | RedisCluster,
        job: UUID,
        worker: str,
        terms: Terms,
    ) -> None:
        shards = terms.shards
        self._server: Any = server
        self._keys = [redis_keys.job_meta(job, shard) for shard in range(shards)]
        self._shards = [JobFrontier(server, job, worker, terms, shard) for shard in range(shards)]
        self._ledger = Ledger(shards)
        self._hosts: list[dict[str, int]] = [{} for _ in range(shards)]
        self._batch = Batch("")
        self._parts: list[Batch] = []
        self._answers: dict[int, Answer] = {}
        self._quiet: list[tuple[int, int]] | None = None
        self._syncs: dict[int, asyncio.Task[None]] = {}
        self.on_ready: Callable[[], None] | None = None
        """Called when an ending that waited may be said."""

    @property
    def epoch(self) -> int:
        """Grows when that of any shard does."""
        return sum(shard.epoch for shard in self._shards)

    @property
    def unsaid(self) -> bool:
        """Whether an ending waits until it may be said."""
        return len(self._ledger) > 0

    @property
    def ready(self) -> bool:
        """Whether an ending that waited may be said now."""
        return self._ledger.ready()

    def shard_of(self, number: int) -> int:
        """The shard of a lease."""
        return inner(number)[1]

    async def create(self, entries: list[Entry], limit: int | None) -> None:
        """Make the job known to Redis, with its first entries. After an error, call again with the same.

        Raises:
            JobExistsError: Redis knows the job.
            NotDurableError: Redis cannot say what is on its disk.
            ValueError: the limit is smaller than the number of shards.
            RedisUnavailableError, WrongShardsError: as ``exchange``.
        """
        count = len(self._shards)
        if limit is not None and limit < count:
            raise ValueError(f"{limit} pages cannot be shared by {count} shards. Use fewer shards.")
        # Workers ask all shards: so the first one is made last, and decides.
        for shard in reversed(range(1, count)):
            await on_disk(self._server, self._keys[shard])
            with suppress(JobExistsError):
                await self._shards[shard].create([], share(limit, shard, count))
        await self._shards[0].create(entries, share(limit, 0, count))

    # One batch there, one answer back

    async def exchange(self, batch: Batch) -> Answer:
        """Tell each shard its part of a batch, at the same time.

        Raises:
            RedisUnavailableError: a shard gave no answer, or none that helps now. Call again with the same batch: it is
                done once.
        """
        if batch.id != self._batch.id:
            self._batch, self._answers = batch, {}
            self._parts = self._split(batch)
        await self._ask()
        if gone := [answer for answer in self._answers.values() if answer.state is JobCommand.GONE]:
            return gone[0]
        over = batch.finish and self._all_quiet() and await self._finish(batch)
        self._sync()
        answers = [self._answers[shard] for shard in range(len(self._shards))]
        return combined(answers, over=over)

    async def _ask(self) -> None:
        """Ask the shards that have not answered the batch."""
        asked = [shard for shard in range(len(self._shards)) if shard not in self._answers]
        said = await asyncio.gather(*map(self._ask_one, asked), return_exceptions=True)
        for error in said:
            if isinstance(error, BaseException):
                raise error

    async def _ask_one(self, shard: int) -> None:
        answer = await self._shards[shard].exchange(self._parts[shard])
        self._answers[shard] = answer
        if answer.state is not JobCommand.GONE:
            self._ledger.hear(shard, answer)
            self._hosts[shard] = answer.hosts

    async def _finish(self, batch: Batch) -> bool:
        answer = await self._shards[0].exchange(Batch(f"{batch.id}/finish", finish=True))
        return answer.over

    def _all_quiet(self) -> bool:
        """Whether nothing has moved in any shard between the answers before and these, and nothing is left to do.

        Each was quiet from its last answer to this one; and there is a moment in between that all of these times have
        in common.
        """
        answers = [self._answers[shard] for shard in range(len(self._shards))]
        before, self._quiet = self._quiet, None
        if all(answer.quiet for answer in answers):
            self._quiet = [(answer.epoch, answer.moves) for answer in answers]
        return self._quiet is not None and self._quiet == before

    # The parts of a batch

    def _split(self, batch: Batch) -> list[Batch]:
        parts = [Batch(batch.id) for _ in self._shards]
        parts[0].failures = batch.failures
        for entry in batch.entries:
            parts[home_of(entry, len(parts))].entries.append(entry)
        endings = [self._ending(ending, parts) for ending in batch.endings]
        self._ledger.send(shard for shard, part in enumerate(parts) if part.entries)
        for shard, ending in endings:
            self._ledger.hold(shard, ending)
        self._renew(batch, parts)
        for shard, ending in self._ledger.take():
            parts[shard].endings.append(ending)
        for number, shard in map(inner, batch.freed):
            parts[shard].freed.append(number)
        for token, shard in map(inner_token, batch.buried):
            parts[shard].buried.append(token)
        self._ask_for(batch.wants, parts)
        return parts

    def _ending(self, ending: Ending, parts: list[Batch]) -> tuple[int, Ending]:
        number, shard = inner(ending.number)
        if not isinstance(ending, Replaced):
            return shard, replace(ending, number=number)
        entry = ending.entry
        home = shard if entry.fingerprint is None else home_of(entry, len(parts))
        if home == shard:
            return shard, Replaced(number, entry)
        # It has its place in the shard that it leaves.
        parts[home].entries.append(replace(entry, admitted=False))
        parts[shard].freed += [number] if entry.admitted else []
        return shard, Done(number)

    def _renew(self, batch: Batch, parts: list[Batch]) -> None:
        for number, shard in map(inner, batch.renew):
            parts[shard].renew.append(number)
        if batch.renew:
            for shard, part in enumerate(parts):
                part.renew += self._ledger.numbers(shard)

    def _ask_for(self, wants: dict[str, int], parts: list[Batch]) -> None:
        new = [Counter(entry.host for entry in part.entries) for part in parts]
        for host, most in wants.items():
            known = [self._hosts[shard].get(host, 0) + new[shard][host] for shard in range(len(parts))]
            for shard, number in apportion(most, known).items():
                parts[shard].wants[host] = number

    # What waits for disks

    def _sync(self) -> None:
        for shard, answered in self._ledger.unsafe().items():
            task = self._syncs.get(shard)
            if task is None or task.done():
                self._syncs[shard] = asyncio.get_running_loop().create_task(self._written(shard, answered))

    async def _written(self, shard: int, answered: int) -> None:
        # Where Redis is away, the next exchange waits for it, says so, and comes back to this.
        with suppress(RedisUnavailableError):
            node = await on_disk(self._server, self._keys[shard])
            if node:
                self._ledger.written(shard, answered, node)
        if self.on_ready and self.ready:
            self.on_ready()

    async def settle(self) -> None:
        """Wait for the disks that endings wait for."""
        tasks = [task for task in self._syncs.values() if not task.done()]
        if tasks:
            await asyncio.wait(tasks)

    # The rest

    async def failures(self) -> dict[str, tuple[int, str]]:
        """As a ``JobFrontier``'s: those of all shards.

        Raises:
            RedisUnavailableError: call again.
        """
        return sum_failures([await shard.failures() for shard in self._shards])

    async def keep(self) -> None:
        """As a ``JobFrontier``'s.

        Raises:
            RedisUnavailableError: call again.
        """
        await self._shards[0].keep()

    async def remove(self) -> None:
        """As a ``JobFrontier``'s. The first shard goes last: it says how many there are.

        Raises:
            RedisUnavailableError: some may be left; call again.
        """
        for shard in reversed(self._shards):
            await shard.remove()


Frontier = JobFrontier | ShardedFrontier
"""A job, as one worker sees it."""


def frontier_of(server: Redis | RedisCluster, job: UUID, worker: str, terms: Terms) -> Frontier:
    """A job, as one worker sees it."""
    return JobFrontier(server, job, worker, terms) if terms.shards == 1 else ShardedFrontier(server, job, worker, terms)


async def find_frontier(server: Redis | RedisCluster, job: UUID, worker: str) -> Frontier:
    """A job, in as many shards as Redis has of it.

    Raises:
        RedisUnavailableError: it does not say.
    """
    return frontier_of(server, job, worker, Terms(shards=await count_shards(server, job)))


async def count_shards(server: Redis | RedisCluster, job: UUID) -> int:
    """How many shards a job has; one where Redis knows nothing of it.

    Raises:
        RedisUnavailableError: it does not say.
    """
    client: Any = server
    with not_now():
        for name in ("meta", "removing"):
            said: bytes | None = await client.hget(redis_keys.job_key(job, name), "shards")
            if said:
                return int(said)
    return 1
