"""Shares what is known of proxies with other workers, through Redis, beside the crawl: no request waits for it."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from redis.exceptions import RedisError

from crawler.fetch.proxy_pool import ProxyPool
from frontier.connection import RedisUnavailableError
from frontier.proxy_health import ITSELF, ProxyHealth

logger = logging.getLogger(__name__)

SECONDS = 1.0
"""Between two exchanges."""
COUNTS_SECONDS = 5.0
"""What was counted is told so often; rests are told with the next exchange."""
AGAIN_SECONDS = 60.0
"""After so long a host that is asked for is read again as a whole."""
FIRST_LOOK = 1.0
"""For so long the first request for a host may wait for what is known of its proxies."""
MOST_HOSTS = 20
"""Hosts that one exchange reads as a whole."""
MOST_DUE = 200


class ProxyShare:
    """Of a pool: while other workers are heard, they agree who tries a proxy whose rest is over."""

    def __init__(self, pool: ProxyPool, health: ProxyHealth) -> None:
        self._pool = pool
        self._records = pool.records
        self._health = health
        self._called = asyncio.Event()
        self._read: dict[str, float] = {}
        self._wanted: dict[str, asyncio.Event] = {ITSELF: asyncio.Event()}
        self._first = self._wanted[ITSELF]
        self._looks: dict[str, asyncio.Event] = {}
        self._counts_at = 0.0
        self.heard: bool | None = None
        """Whether Redis answered when it was asked last."""

    async def run(self) -> None:
        """Exchange until cancelled."""
        while True:
            self._called.clear()
            await self.exchange()
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS):
                    await self._called.wait()

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
        except (RedisUnavailableError, RedisError) as error:
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

    def _away(self, reason: str) -> None:
        if self.heard is not False:
            logger.warning("What is learned of proxies stays with this process for now: %s", reason)
        self.heard = self._pool.shared = False

    def _there(self) -> None:
        if self.heard is False:
            logger.info("What is learned of proxies is shared with other workers again.")
            # Events may have been missed.
            self._read.clear()
            self._wanted.setdefault(ITSELF, asyncio.Event())
        self.heard = self._pool.shared = True

    async def close(self) -> None:
        """Tell what was not told, if Redis hears it."""
        self._counts_at = 0.0
        if self.heard:
            await self.exchange()
        await self._health.close()
