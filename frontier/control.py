"""A job in Redis, as people ask for it and steer it: pause, cancel, prefer a host, find an entry, revive the dead."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from redis.asyncio import Redis, RedisCluster

from frontier.inspection import FOUND_AT_MOST, Holding, HostStatus, Place
from frontier.model import JobCommand
from frontier.shard_control import JobStatus, ShardControl
from frontier.sharding import home_of_fingerprint, inner_token, outer_token, sum_counts, sum_failures
from frontier.shards import count_shards

Result = TypeVar("Result")


class JobControl:
    """A job, in all its shards. Every method raises RedisUnavailableError where Redis cannot be used now."""

    def __init__(self, server: Redis | RedisCluster, job: UUID) -> None:
        self._server: Any = server
        self._job = job

    async def _shards(self) -> list[ShardControl]:
        count = await count_shards(self._server, self._job)
        return [ShardControl(self._server, self._job, shard) for shard in range(count)]

    async def _each(self, ask: Callable[[ShardControl], Awaitable[Result]]) -> list[Result]:
        """What each shard says, one after the other."""
        return [await ask(shard) for shard in await self._shards()]

    async def set_state(self, state: JobCommand) -> JobCommand:
        """Let the job's workers run, pause or cancel it; a cancelled one stays so.

        Returns:
            The state that it is in now; GONE where Redis does not know the job.

        Raises:
            ValueError: the state is GONE.
        """
        return (await self._each(lambda shard: shard.set_state(state)))[0]

    async def prioritise(self, host: str, rank: int) -> int | None:
        """Prefer a host to others: above 0 before those at random, below 0 after them; 0 as all.

        Returns:
            How many of its entries wait; None where Redis does not know the job.
        """
        waiting = await self._each(lambda shard: shard.prioritise(host, rank))
        known = [count for count in waiting if count is not None]
        return sum(known) if known else None

    async def revive(self, tokens: Iterable[bytes] | None = None) -> int:
        """Let dead entries wait again, as if they had never been handed out: those of the tokens, or all.

        Returns:
            How many there were.
        """
        shards = await self._shards()
        if tokens is None:
            return sum([await shard.revive() for shard in shards])
        if len(shards) == 1:
            return await shards[0].revive(tokens)
        found = list(map(inner_token, tokens))
        return sum([await shard.revive([token for token, of in found if of == at]) for at, shard in enumerate(shards)])

    async def dead(self, matches: Callable[[bytes], bool]) -> dict[bytes, bytes]:
        """Tokens of the dead that Redis has and whose payload matches, and the payloads."""
        found = await self._each(lambda shard: shard.dead(matches))
        if len(found) == 1:
            return found[0]
        return {outer_token(token, at): one for at, dead in enumerate(found) for token, one in dead.items()}

    async def members(self) -> set[str]:
        """Workers that have worked on the job, alive or not; each is forgotten an hour after its last word."""
        return set[str]().union(*await self._each(lambda shard: shard.members()))

    async def holdings(self) -> list[Holding]:
        """What each worker has leased, the most first."""
        found: dict[str, list[Holding]] = {}
        for holdings in await self._each(lambda shard: shard.holdings()):
            for one in holdings:
                found.setdefault(one.worker, []).append(one)
        return sorted(map(_one_holding, found.values()), key=lambda one: (-one.leases, one.worker))

    async def now(self) -> float:
        """The server's clock, which all times here are of: seconds since 1970."""
        return await ShardControl(self._server, self._job).now()

    async def first_due(self) -> float | None:
        """When the first of the later entries may be handed out; None where there is none."""
        times = await self._each(lambda shard: shard.first_due())
        return min((at for at in times if at is not None), default=None)

    async def failures(self) -> dict[str, tuple[int, str]]:
        """How often each cause, and its first example."""
        return sum_failures(await self._each(lambda shard: shard.failures()))

    async def find(self, host: str, matches: Callable[[bytes], bool]) -> list[Place]:
        """Where the entries of a host are whose payload matches, at most 20. It reads all of the host's in steps."""
        found = await self._each(lambda shard: shard.find(host, matches))
        return [place for places in found for place in places][:FOUND_AT_MOST]

    async def was_seen(self, fingerprint: int) -> bool:
        """Whether the fingerprint was queued (odds of a wrong yes: one in 2^64 for each that was)."""
        shards = await self._shards()
        return await shards[home_of_fingerprint(fingerprint, len(shards))].was_seen(fingerprint)

    async def status(self, hosts: int = 100) -> JobStatus | None:
        """What Redis has of the job, with up to so many hosts, the fullest first; None where it does not know it."""
        found = await self._each(lambda shard: shard.status(hosts))
        known = [status for status in found if status is not None]
        if len(known) <= 1:
            return known[0] if known else None
        return _one_status(known, hosts)


def _one_holding(parts: list[Holding]) -> Holding:
    until = [part.until for part in parts if part.until is not None]
    oldest = min(part.since for part in parts)
    return Holding(parts[0].worker, sum(part.leases for part in parts), oldest, min(until, default=None))


def _one_status(parts: list[JobStatus], hosts: int) -> JobStatus:
    limits = [part.limit for part in parts if part.limit is not None]
    return JobStatus(
        state=parts[0].state,
        epoch=sum(part.epoch for part in parts),
        limit=sum(limits) if limits else None,
        pending=sum(part.pending for part in parts),
        later=sum(part.later for part in parts),
        leased=sum(part.leased for part in parts),
        admitted=sum(part.admitted for part in parts),
        seen=sum(part.seen for part in parts),
        dead=sum(part.dead for part in parts),
        stats=sum_counts([part.stats for part in parts]),
        hosts=_one_list([host for part in parts for host in part.hosts], hosts),
        redis_bytes=sum(part.redis_bytes for part in parts),
    )


def _one_list(parts: list[HostStatus], most: int) -> list[HostStatus]:
    pending: Counter[str] = Counter()
    leased: Counter[str] = Counter()
    for part in parts:
        pending[part.host] += part.pending
        leased[part.host] += part.leased
    hosts = [HostStatus(host, pending[host], leased[host]) for host in pending]
    return heapq.nsmallest(most, hosts, key=lambda status: (-status.pending, -status.leased, status.host))
