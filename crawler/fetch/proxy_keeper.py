"""What goes on beside a crawl through proxies: their list is renewed, and what is learned of them is shared."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from scrapy import signals

from crawler.fetch.proxy_list import ProxyList, ProxyListError
from crawler.fetch.proxy_pool import ProxyPool
from crawler.fetch.proxy_share import ProxyShare
from frontier.connection import connect_async
from frontier.proxy_health import ProxyHealth

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Between two looks at the file of proxies."""
TIMEOUT_SECONDS = 2.0
"""For Redis; nothing waits for it."""


class ProxyKeeper:
    """Begins with the crawl, and ends with it."""

    def __init__(self, pool: ProxyPool, proxies: ProxyList, share: ProxyShare | None) -> None:
        self.share = share
        self._pool = pool
        self._list = proxies
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def of(cls, crawler: Crawler, pool: ProxyPool, proxies: ProxyList) -> ProxyKeeper:
        """Reads REDIS_URL; without it, what is learned stays with this process."""
        url = crawler.settings["REDIS_URL"]
        health = ProxyHealth(connect_async(url, timeout_seconds=TIMEOUT_SECONDS)) if url else None
        keeper = cls(pool, proxies, ProxyShare(pool, health) if health else None)
        crawler.signals.connect(keeper.begin, signals.engine_started)
        crawler.signals.connect(keeper.end, signals.spider_closed)
        return keeper

    def begin(self) -> None:
        """Work from now on."""
        if not self._list.is_fixed:
            self._do(self._renew())
        if self.share:
            self._do(self.share.run())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    async def end(self) -> None:
        """Stop, and tell what was not told."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self.share:
            await self.share.close()

    async def _renew(self) -> None:
        while True:
            try:
                if await self._list.renew():
                    self._pool.replace(self._list.proxies)
                    logger.info("LONGLINE_PROXIES was read again: %d proxies.", len(self._pool))
            except ProxyListError as error:
                logger.warning(
                    "%s %s", error, "The proxies stay as they were." if len(self._pool) else "It is asked again."
                )
            await asyncio.sleep(LOOK_SECONDS)
