"""One shard of a job, as ``frontier.control`` asks and steers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.asyncio import Redis, RedisCluster

from frontier.connection import not_now
from frontier.inspection import Holding, HostStatus, Place, dead_tokens, failures, find, holdings, hosts_of, memory_of
from frontier.model import JobCommand
from frontier.scripts import Script
from schemas import redis_keys

_STEP = 100


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What Redis has of a job. ``limit``: None for all pages; ``redis_bytes``: by samples of its keys."""

    state: JobCommand
    epoch: int
    limit: int | None
    pending: int
    later: int
    leased: int
    admitted: int
    seen: int
    dead: int
    stats: dict[str, int]
    hosts: list[HostStatus]
    redis_bytes: int


class ShardControl:
    """One shard of a job. Every method raises RedisUnavailableError where Redis cannot be used now."""

    def __init__(self, server: Redis | RedisCluster, job: UUID, shard: int = 0) -> None:
        self._server: Any = server
        self._job = job
        self._shard = shard
        self._control = Script(server, "job", "seen", "queue", "control")

    def _key(self, name: str) -> str:
        return redis_keys.job_key(self._job, name, self._shard)

    async def _tell(self, *words: str | bytes | int) -> Any:
        return await self._control.run([self._key("meta")], words)

    async def set_state(self, state: JobCommand) -> JobCommand:
        """Let the job's workers run, pause or cancel it; a cancelled one stays so.

        Returns:
            The state that it is in now; GONE where Redis does not know the job.

        Raises:
            ValueError: the state is GONE.
        """
        if state is JobCommand.GONE:
            raise ValueError("A job cannot be told to be gone. Use running, paused or cancelled.")
        told: bytes | None = await self._tell("state", state.value)
        return JobCommand(told.decode()) if told else JobCommand.GONE

    async def prioritise(self, host: str, rank: int) -> int | None:
        """Prefer a host to others: above 0 before those at random, below 0 after them; 0 as all.

        Returns:
            How many of its entries wait; None where Redis does not know the job.
        """
        waiting: int | None = await self._tell("rank", host, rank)
        return waiting

    async def revive(self, tokens: Iterable[bytes] | None = None) -> int:
        """Let dead entries wait again, as if they had never been handed out: those of the tokens, or all.

        Returns:
            How many there were.
        """
        if tokens is None:
            with not_now():
                tokens = await self._server.hkeys(self._key("dead"))
        asked, revived = list(tokens), 0
        for at in range(0, len(asked), _STEP):
            revived += await self._tell("revive", *asked[at : at + _STEP]) or 0
        return revived

    async def dead(self, matches: Callable[[bytes], bool]) -> dict[bytes, bytes]:
        """Tokens of the dead that Redis has and whose payload matches, and the payloads."""
        with not_now():
            return await dead_tokens(self._server, self._key, matches)

    async def members(self) -> set[str]:
        """Workers that have worked on the job, alive or not; each is forgotten an hour after its last word."""
        with not_now():
            names: list[bytes] = await self._server.hkeys(self._key("replies"))
        return {name.decode() for name in names}

    async def holdings(self) -> list[Holding]:
        """What each worker has leased, the most first."""
        with not_now():
            return await holdings(self._server, self._key)

    async def now(self) -> float:
        """The server's clock, which all times here are of: seconds since 1970."""
        with not_now():
            seconds, microseconds = await self._server.time()
        return float(seconds) + float(microseconds) / 1e6

    async def first_due(self) -> float | None:
        """When the first of the later entries may be handed out; None where there is none."""
        with not_now():
            first = await self._server.zrange(self._key("later"), 0, 0, withscores=True)
        return first[0][1] / 1e6 if first else None

    async def failures(self) -> dict[str, tuple[int, str]]:
        """How often each cause, and its first example."""
        with not_now():
            return await failures(self._server, self._key)

    async def find(self, host: str, matches: Callable[[bytes], bool]) -> list[Place]:
        """Where the entries of a host are whose payload matches, at most 20. It reads all of the host's in steps."""
        with not_now():
            return await find(self._server, self._key, host, matches)

    async def was_seen(self, fingerprint: int) -> bool:
        """Whether the fingerprint was queued (odds of a wrong yes: one in 2^64 for each that was)."""
        return bool(await self._tell("seen", fingerprint))

    async def status(self, hosts: int = 100) -> JobStatus | None:
        """What Redis has of the job, with up to so many hosts, the fullest first; None where it does not know it."""
        with not_now():
            meta = await self._server.hgetall(self._key("meta"))
            if not meta:
                return None
            stats = await self._server.hgetall(self._key("stats"))
            counts = {name: int(meta.get(name.encode(), 0)) for name in _COUNTS}
            return JobStatus(
                state=JobCommand(meta[b"state"].decode()),
                limit=int(meta.get(b"limit", 0)) or None,
                later=await self._server.zcard(self._key("later")),
                leased=await self._server.hlen(self._key("leases")),
                stats={name.decode(): int(count) for name, count in stats.items()},
                hosts=await hosts_of(self._server, self._key, hosts),
                redis_bytes=await memory_of(self._server, self._key, counts["pending"], int(meta[b"buckets"])),
                **counts,
            )


_COUNTS = ("epoch", "pending", "admitted", "seen", "dead")
