"""The money of a job, of which its workers take before they spend it: together they never spend more than there is."""

from __future__ import annotations

from uuid import UUID

from redis.asyncio import Redis, RedisCluster

from frontier.scripts import Script
from schemas.redis_keys import tier_purse

KEPT_SECONDS = 30 * 86_400


class Purse:
    """Amounts are millionths of whatever currency somebody counts in."""

    def __init__(self, server: Redis | RedisCluster) -> None:
        self._script = Script(server, "purse")

    async def take(self, job: UUID, budget: int, amount: int, back: int = 0) -> bool:
        """Take what a request will cost; False where the budget does not allow it.

        Args:
            back: what was taken too much before, and is left; below zero: what it cost more.

        Raises:
            RedisUnavailableError: it may have been taken or not.
        """
        granted, _ = await self._run(job, budget, amount, back)
        return bool(granted)

    async def spent(self, job: UUID) -> int:
        """What the job's workers have taken.

        Raises:
            RedisUnavailableError: Redis cannot be used now.
        """
        _, spent = await self._run(job, 0, 0, 0)
        return spent

    async def _run(self, job: UUID, budget: int, amount: int, back: int) -> tuple[int, int]:
        granted, spent = await self._script.run([tier_purse(job)], [budget, amount, back, KEPT_SECONDS])
        return int(granted), int(spent)
