"""What tiers cost, what a job may spend on them, and what its requests have spent."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from scrapy import Request

from crawler.fetch.keys import SPENT
from frontier.connection import RedisUnavailableError
from schemas.tiers import FREE, Cost, TierUse

RESERVED = "tier_reserved"
"""``request.meta`` key: what was taken for a request that is on its way, in millionths."""
USUAL_BYTES = 50_000.0
"""Of an answer, until some have come."""
Spent = dict[str, list[int]]
"""By tier: requests that were answered, bytes of the answers, and their cost in millionths."""
PAUSE = 0.5
"""Seconds between two questions to a Redis that is away."""


class Takes(Protocol):
    """A purse: in Redis, or of this process alone."""

    async def take(self, job: UUID, budget: int, amount: int, back: int = 0) -> bool:
        """As ``frontier.purse.Purse.take``."""


class OwnPurse:
    """Of a process that shares its jobs with nobody."""

    def __init__(self) -> None:
        self._spent: Counter[UUID] = Counter()

    async def take(self, job: UUID, budget: int, amount: int, back: int = 0) -> bool:
        """As ``frontier.purse.Purse.take``."""
        self._spent[job] -= back
        if amount <= 0 or self._spent[job] + amount > budget:
            return False
        self._spent[job] += amount
        return True


class Money:
    """Of the jobs of this process. ``outage_seconds``: for which Redis is waited for."""

    def __init__(self, costs: Mapping[str, Cost], purse: Takes, outage_seconds: float) -> None:
        self._costs = costs
        self._purse = purse
        self._outage_seconds = outage_seconds
        self._sizes: dict[str, float] = {}
        self._back: Counter[UUID] = Counter()
        self._budgets: dict[UUID, int] = {}
        self._broke: dict[UUID, int] = {}

    def cost(self, tier: str) -> Cost:
        """What a tier costs."""
        return self._costs.get(tier, FREE)

    def expected(self, tier: str) -> int:
        """What a request by a tier will cost, as far as the sizes of answers tell."""
        return self.cost(tier).of(self._sizes.get(tier, USUAL_BYTES))

    def can_pay(self, job: UUID, tier: str) -> bool:
        """False where the job is known to have too little left for a tier."""
        return self.cost(tier).is_free or self.expected(tier) < self._broke.get(job, 1 << 62)

    async def reserve(self, request: Request, job: UUID, budget: int | None, tier: str) -> bool:
        """Take what a request will cost; False where there is not so much.

        Raises:
            RedisUnavailableError: Redis stayed away, and so nobody knows.
        """
        amount = self.expected(tier)
        if budget is None or not amount:
            return True
        if not self.can_pay(job, tier):
            return False
        back = self._back.pop(job, 0) + request.meta.pop(RESERVED, 0)
        self._budgets[job] = budget
        if await self._take(job, budget, amount, back):
            request.meta[RESERVED] = amount
            return True
        self._broke[job] = min(amount, self._broke.get(job, amount))
        return False

    async def _take(self, job: UUID, budget: int, amount: int, back: int) -> bool:
        until = time.monotonic() + self._outage_seconds
        while True:
            try:
                return await self._purse.take(job, budget, amount, back)
            except RedisUnavailableError:
                # The frontier says that it waits for Redis.
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(PAUSE)

    def release(self, request: Request, job: UUID) -> None:
        """A request cost nothing."""
        self._back[job] += request.meta.pop(RESERVED, 0)

    def spend(self, request: Request, job: UUID, tier: str, body_bytes: int, *, free: bool) -> None:
        """An answer came; ``free``: it costs nothing, since it is none of the site's."""
        spent = 0 if free else self.cost(tier).of(body_bytes)
        reserved = request.meta.pop(RESERVED, None)
        if reserved is not None:
            self._back[job] += reserved - spent
        before = self._sizes.get(tier, float(body_bytes))
        self._sizes[tier] = before + (body_bytes - before) / 10
        note_spent(request, {tier: [1, body_bytes, spent]})

    async def settle(self) -> None:
        """Give back what was taken too much."""
        for job, back in self._back.items():
            if back and job in self._budgets:
                await self._purse.take(job, self._budgets[job], 0, back)
        self._back.clear()


def note_spent(request: Request, spent: Spent) -> None:
    """Have a request count it."""
    if spent:
        add_spent(request.meta.setdefault(SPENT, {}), spent)


def add_spent(account: Spent, spent: Spent) -> None:
    """Add up."""
    for tier, amounts in spent.items():
        use = account.setdefault(tier, [0, 0, 0])
        for place, more in enumerate(amounts):
            use[place] += more


def spent_by(request: Request) -> dict[str, TierUse]:
    """What a request has asked of each tier, with all its tries."""
    spent: Any = request.meta.get(SPENT) or {}
    return {tier: TierUse(*use) for tier, use in spent.items()}
