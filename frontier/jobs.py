"""Which jobs are alive, and which workers, for the event loop."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from redis.asyncio import Redis, RedisCluster

from frontier.connection import not_now
from frontier.scripts import Script
from frontier.shards import find_frontier
from schemas import redis_keys

SILENCE_SECONDS = 15.0
"""A worker that has not been heard of for so long is dead."""
FORGET_SECONDS = 3600.0


SERVES_ALL = "worker@"
"""How the names of workers begin that serve whatever jobs there are."""


def serves_all(worker: str) -> bool:
    """Whether a worker serves whatever jobs there are; others have one of their own."""
    return worker.startswith(SERVES_ALL)


class Jobs:
    """The jobs that any worker may join and end, and who works.

    Every method raises RedisUnavailableError where Redis cannot be used now, and may be called again.
    """

    def __init__(self, server: Redis | RedisCluster) -> None:
        self._server: Any = server
        self._beat = Script(server, "beat")

    async def announce(self, job: UUID, description: bytes) -> None:
        """Invite workers to a job."""
        with not_now():
            await self._server.hset(redis_keys.JOBS, str(job), description)

    async def withdraw(self, job: UUID) -> None:
        """The job has ended."""
        with not_now():
            await self._server.hdel(redis_keys.JOBS, str(job))

    async def forget(self, job: UUID) -> None:
        """Withdraw a job and drop all that Redis has of it; what is gone already stays gone."""
        await self.withdraw(job)
        await (await find_frontier(self._server, job, "")).remove()

    async def jobs(self) -> dict[UUID, bytes]:
        """The jobs that were announced and not withdrawn, and how each was described."""
        with not_now():
            found: dict[bytes, bytes] = await self._server.hgetall(redis_keys.JOBS)
        return {UUID(job.decode()): description for job, description in found.items()}

    async def beat(self, worker: str) -> None:
        """The worker lives. By the server's clock: those of workers may differ."""
        await self._beat.run([redis_keys.WORKERS], [worker, int(FORGET_SECONDS)])

    async def leave(self, worker: str) -> None:
        """The worker has ended."""
        with not_now():
            await self._server.zrem(redis_keys.WORKERS, worker)

    async def alive(self) -> list[str]:
        """Workers that were heard of in the last ``SILENCE_SECONDS``."""
        with not_now():
            since = await self._now() - SILENCE_SECONDS
            found: list[bytes] = await self._server.zrangebyscore(redis_keys.WORKERS, since, "+inf")
        return [worker.decode() for worker in found]

    async def _now(self) -> float:
        seconds, microseconds = await self._server.time()
        return float(seconds) + float(microseconds) / 1e6
