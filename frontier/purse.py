"""The money of a job, of which its workers take before they spend it: together they never spend more than there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis, RedisCluster

from frontier.scripts import Script
from schemas.redis_keys import tier_held, tier_purse

KEPT_SECONDS = 30 * 86_400
HELD_SECONDS = 300
"""What a dead worker has held is let go after so long: longer than an answer takes."""


@dataclass(frozen=True, slots=True)
class Held:
    """What an answer may cost beside what was taken for it."""

    id: str
    amount: int

    @property
    def name(self) -> str:
        """Under which it stands in Redis."""
        return f"{self.id}:{self.amount}"


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody says to a purse, in millionths.

    Args:
        amount: what a request will cost; 0: nothing is taken.
        back: what was taken too much before, and is left; below zero: what it cost more.
        held: what the request may cost beside.
        freed: what was held before for requests that have ended.
    """

    amount: int = 0
    back: int = 0
    held: Held | None = None
    freed: Sequence[Held] = ()


class Purse:
    """Amounts are millionths of whatever currency somebody counts in."""

    def __init__(self, server: Redis | RedisCluster) -> None:
        self._script = Script(server, "purse")
        self._server = server

    async def take(self, job: UUID, budget: int, change: Change) -> bool | None:
        """Take what a request will cost; False where the budget does not allow it, None where that depends on what
        those will cost that are under way.

        Raises:
            RedisUnavailableError: it may have been taken or not.
        """
        granted, _ = await self._run(job, budget, change)
        return None if granted < 0 else bool(granted)

    async def spent(self, job: UUID) -> int:
        """What the job's workers have taken.

        Raises:
            RedisUnavailableError: Redis cannot be used now.
        """
        _, spent = await self._run(job, 0, Change())
        return spent

    async def close(self) -> None:
        """Close the connections."""
        await self._server.aclose()

    async def _run(self, job: UUID, budget: int, change: Change) -> tuple[int, int]:
        beside, name = (change.held.amount, change.held.name) if change.held else (0, "")
        arguments: list[str | int] = [budget, change.amount, beside, change.back, KEPT_SECONDS, HELD_SECONDS, name]
        arguments += [one.name for one in change.freed]
        granted, spent = await self._script.run([tier_purse(job), tier_held(job)], arguments)
        return int(granted), int(spent)
