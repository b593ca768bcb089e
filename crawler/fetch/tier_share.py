"""Shares what is known of tiers with other workers, through Redis, beside the crawl."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from crawler.fetch.sharing import AGAIN_SECONDS, COUNTS_SECONDS, MOST_HOSTS, NOT_SHARED, Share
from crawler.fetch.tier_policy import TierPolicy
from frontier.tiers import TierPolicies

FIRST_LOOK = 3.0
"""For so long the first request for a host may wait for what is known of it."""
MOST_DUE = 100


class TierShare(Share):
    """Of a policy. It runs from the first request for which somebody climbs."""

    def __init__(self, policy: TierPolicy, policies: TierPolicies) -> None:
        super().__init__("tiers", policy, policies)
        self._policy = policy
        self._policies = policies
        self._hosts: dict[str, float] = {}
        self._whole: dict[str, float] = {}
        self._first: dict[str, asyncio.Event] = {}
        self._task: asyncio.Task[None] | None = None

    async def look_up(self, host: str) -> None:
        """Have what others know of a host, if that is there soon; only the first requests for it wait."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self.run())
        known = host in self._hosts
        self._hosts[host] = time.monotonic()
        if known and host not in self._first:
            return
        first = self._first.setdefault(host, asyncio.Event())
        self._called.set()
        if self.heard is not False:
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_LOOK):
                    await first.wait()

    async def exchange(self) -> None:
        """One exchange; while Redis is away, nothing is lost that was to be told."""
        now = time.monotonic()
        hosts = self._asked(now)
        tells = self._policy.has_bad_news or now - self._counts_at >= COUNTS_SECONDS
        news = self._policy.news() if tells else []
        try:
            answer = await self._policies.exchange(news, hosts, self._policy.due()[:MOST_DUE])
        except NOT_SHARED as error:
            self._policy.untold(news)
            self._away(str(error))
            return
        if tells:
            self._counts_at = now
        self._policy.learn(answer)
        self._there()
        for host in hosts:
            self._first.pop(host, asyncio.Event()).set()

    def _asked(self, now: float) -> list[str]:
        """The hosts to read now: new ones, then those that were asked for lately, in turn."""
        for host in [host for host, at in self._hosts.items() if at < now - AGAIN_SECONDS and host not in self._first]:
            del self._hosts[host]
            self._whole.pop(host, None)
            self._policies.forget(host)
        turns = sorted(self._hosts, key=lambda host: (host not in self._first, self._whole.get(host, 0.0)))
        for host in turns[:MOST_HOSTS]:
            if self._whole.setdefault(host, now) < now - AGAIN_SECONDS:
                # The server's clock may have been set back.
                self._policies.forget(host)
                self._whole[host] = now
        return turns[:MOST_HOSTS]

    async def close(self) -> None:
        """Stop, and tell what was not told, if Redis hears it."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        await super().close()
