"""A job is held, so that nobody ends it while it is given more to do."""

from __future__ import annotations

import secrets
from uuid import UUID

from redis.asyncio import Redis, RedisCluster

from frontier.scripts import Script
from schemas import redis_keys

SECONDS = 30.0
"""Who holds a job and dies keeps it from its end for no longer."""


class BeingFinishedError(RuntimeError):
    """Somebody ends the job at this moment, or holds it, too."""

    def __init__(self, job: UUID) -> None:
        super().__init__(
            f"The job {job} is being finished, or somebody else gives it its dead back. Try again in a moment; where "
            "it has ended, crawl again."
        )


class Hold:
    """Of one job. Every method raises RedisUnavailableError where Redis cannot be used now."""

    def __init__(self, server: Redis | RedisCluster, job: UUID) -> None:
        self._job = job
        self._holder = f"hold-{secrets.token_hex(8)}"
        self._control = Script(server, "job", "seen", "queue", "control")

    async def take(self) -> bool:
        """Hold the job for ``SECONDS`` from now on; again and again, if need be. False: Redis does not know it.

        Raises:
            BeingFinishedError: somebody else ends it, or holds it.
        """
        held = await self._hold(SECONDS)
        if held == 0:
            raise BeingFinishedError(self._job)
        return held is not None

    async def release(self) -> None:
        """Whoever finds the job to be over may end it."""
        await self._hold(0)

    async def _hold(self, seconds: float) -> int | None:
        words: list[str | bytes | int] = ["hold", self._holder, int(seconds * 1e6)]
        held: int | None = await self._control.run([redis_keys.job_meta(self._job)], words)
        return held
