"""What tiers cost, what a job may spend on them, and what its requests have spent."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Any, Protocol
from uuid import UUID

from scrapy import Request

from crawler.fetch.keys import SPENT
from frontier.connection import RedisUnavailableError
from frontier.purse import Change, Held
from schemas.tiers import FREE, Cost, TierUse

RESERVED = "tier_reserved"
"""``request.meta`` key: what was taken for a request that is on its way, in millionths; the name and the
amount of what is held beside."""
USUAL_BYTES = 50_000.0
"""Of an answer, until some have come."""
Spent = dict[str, list[int]]
"""By tier: requests that were answered, bytes of the answers, and their cost in millionths."""
LARGEST_BYTES = 32 * 1024 * 1024
"""Of an answer, where DOWNLOAD_MAXSIZE sets no bound."""
TURN = 0.2
"""Seconds until one asks again that waits for what others will cost, and until they are told."""
PAUSE = 0.5
"""Seconds between two questions to a Redis that is away."""


class Takes(Protocol):
    """A purse: in Redis, or of this process alone."""

    async def take(self, job: UUID, budget: int, change: Change) -> bool | None:
        """As ``frontier.purse.Purse.take``."""


class OwnPurse:
    """Of a process that shares its jobs with nobody."""

    def __init__(self) -> None:
        self._spent: Counter[UUID] = Counter()
        self._held: defaultdict[UUID, set[Held]] = defaultdict(set)

    async def take(self, job: UUID, budget: int, change: Change) -> bool | None:
        """As ``frontier.purse.Purse.take``."""
        self._spent[job] -= change.back
        others = self._held[job]
        others.difference_update(change.freed)
        wanted = self._spent[job] + change.amount
        if change.amount <= 0 or wanted > budget:
            return False
        if change.held:
            if others and wanted + change.held.amount + sum(one.amount for one in others) > budget:
                return None
            others.add(change.held)
        self._spent[job] = wanted
        return True


class Money:
    """Of the jobs of this process.

    A budget is overrun by one answer at the most, over all workers: what an answer of ``most_bytes`` would cost is held
    until it has come; where not so much is left, such requests go one at a time.

    ``outage_seconds``: for which Redis is waited for.
    """

    def __init__(
        self, costs: Mapping[str, Cost], purse: Takes, outage_seconds: float, most_bytes: int = LARGEST_BYTES
    ) -> None:
        self._costs = costs
        self._purse = purse
        self._outage_seconds = outage_seconds
        self._most_bytes = most_bytes or LARGEST_BYTES
        self._freed: defaultdict[UUID, list[Held]] = defaultdict(list)
        self._telling: set[asyncio.Task[None]] = set()
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
        self.release(request, job)
        self._budgets[job] = budget
        beside = max(0, self.cost(tier).of(self._most_bytes) - amount)
        held = Held(token_hex(8), beside) if beside else None
        while True:
            taken = await self._take(job, budget, amount, held)
            if taken is not None:
                break
            await asyncio.sleep(TURN)
        if taken:
            request.meta[RESERVED] = [amount, held.id if held else "", beside]
            return True
        self._broke[job] = min(amount, self._broke.get(job, amount))
        return False

    async def _take(self, job: UUID, budget: int, amount: int, held: Held | None = None) -> bool | None:
        until = time.monotonic() + self._outage_seconds
        change = Change(amount, self._back.pop(job, 0), held, self._freed.pop(job, []))
        while True:
            try:
                return await self._purse.take(job, budget, change)
            except RedisUnavailableError:
                # The frontier says that it waits for Redis.
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(PAUSE)

    def release(self, request: Request, job: UUID) -> None:
        """A request cost nothing."""
        self._back[job] += self._let_go(request, job)

    def spend(self, request: Request, job: UUID, tier: str, body_bytes: int, *, free: bool) -> None:
        """An answer came; ``free``: it costs nothing, since it is none of the site's."""
        spent = 0 if free else self.cost(tier).of(body_bytes)
        if RESERVED in request.meta:
            self._back[job] += self._let_go(request, job) - spent
        before = self._sizes.get(tier, float(body_bytes))
        self._sizes[tier] = before + (body_bytes - before) / 10
        note_spent(request, {tier: [1, body_bytes, spent]})

    async def settle(self) -> None:
        """Give back what was taken too much."""
        for job, budget in list(self._budgets.items()):
            back, freed = self._back.pop(job, 0), self._freed.pop(job, [])
            if back or freed:
                await self._purse.take(job, budget, Change(0, back, freed=freed))

    async def close(self) -> None:
        """Give it back for the last time.

        Raises:
            RedisUnavailableError: Redis cannot be used now.
        """
        for task in self._telling:
            task.cancel()
        if self._telling:
            await asyncio.wait(self._telling)
        await self.settle()

    def _let_go(self, request: Request, job: UUID) -> int:
        """What was taken for a request. Others may wait for what was held beside: they hear of it soon."""
        amount, name, beside = request.meta.pop(RESERVED, (0, "", 0))
        if name:
            self._freed[job].append(Held(name, beside))
            if not self._telling:
                task = asyncio.get_running_loop().create_task(self._tell())
                self._telling.add(task)
                task.add_done_callback(self._telling.discard)
        return int(amount)

    async def _tell(self) -> None:
        await asyncio.sleep(TURN)
        with suppress(RedisUnavailableError):
            # While it is away nobody takes anything either; what was held is let go by itself.
            await self.settle()


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
