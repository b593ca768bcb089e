"""Shares what is known of proxies with other workers, through Redis, beside the crawl: no request waits for it."""

from __future__ import annotations

import asyncio
import time

from crawler.fetch.proxy_pool import ProxyPool
from crawler.fetch.sharing import AGAIN_SECONDS, COUNTS_SECONDS, MOST_HOSTS, NOT_SHARED, Share
from frontier.proxy_health import ITSELF, ProxyHealth

FIRST_LOOK = 3.0
"""For so long the first request for a host may wait for what is known of its proxies."""
MOST_DUE = 200


class ProxyShare(Share):
    """Of a pool: while other workers are heard, they agree who tries a proxy whose rest is over."""

    def __init__(self, pool: ProxyPool, health: ProxyHealth) -> None:
        super().__init__("proxies", pool, health)
        self._records = pool.records
        self._health = health
        self._read: dict[str, float] = {}
        self._wanted: dict[str, asyncio.Event] = {ITSELF: asyncio.Event()}
        self._first = self._wanted[ITSELF]
        self._looks: dict[str, asyncio.Event] = {}

    async def look_up(self, host: str) -> None:
        """Have what others know of a host, if that is there soon; only where nothing is known yet, it is waited for."""
        if host in self._looks:
            await self._looks[host].wait()
            return
        at = self._read.get(host)
        if self.heard is False or (at is not None and at > time.monotonic() - AGAIN_SECONDS):
            return
        self._records.host(host)
        known = self._wanted.setdefault(host, asyncio.Event())
        self._read[host] = time.monotonic()
        if at is None:
            await self._look(host, known)

    async def _look(self, host: str, known: asyncio.Event) -> None:
        over = self._looks[host] = asyncio.Event()
        self._called.set()
        try:
            async with asyncio.timeout(FIRST_LOOK):
                await asyncio.gather(known.wait(), self._first.wait())
        except TimeoutError:
            return
        finally:
            over.set()
            del self._looks[host]

    async def exchange(self) -> None:
        """One exchange; while Redis is away, nothing is lost that was to be told."""
        now = time.monotonic()
        counts = now - self._counts_at >= COUNTS_SECONDS
        news = self._records.news(counts=counts)
        hosts = list(self._wanted)[:MOST_HOSTS]
        try:
            answer = await self._health.exchange(news, hosts, self._records.due()[:MOST_DUE])
        except NOT_SHARED as error:
            self._records.untold(news)
            self._away(str(error))
            return
        if counts:
            self._counts_at = now
        self._records.learn(answer)
        self._there()
        self._arrived(hosts, now)

    def _arrived(self, hosts: list[str], now: float) -> None:
        for host in hosts:
            self._wanted.pop(host).set()
            self._read[host] = now
        if len(self._read) > 2 * len(self._records.hosts()) + MOST_HOSTS:
            self._read = {host: at for host, at in self._read.items() if at > now - AGAIN_SECONDS}

    def _there(self) -> None:
        if self.heard is False:
            # Events may have been missed.
            self._read.clear()
            self._wanted.setdefault(ITSELF, asyncio.Event())
        super()._there()
