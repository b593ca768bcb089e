"""The end of a process that was told to stop: what is under way has so long, and then it is given back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from crawler.courier import LOOK_SECONDS, Courier

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class Drain:
    """Scrapy waits for what is under way without end; this does not.

    Args:
        seconds: LONGLINE_DRAIN_SECONDS.
        stop: called at once: gives back what was not begun.
    """

    def __init__(self, crawler: Crawler, courier: Courier, seconds: float, stop: Callable[[], None]) -> None:
        self._crawler = crawler
        self._courier = courier
        self._seconds = seconds
        self._stop = stop

    def watch(self) -> None:
        """See now and then whether the process is to stop; Scrapy tells nobody. It needs no server to see that."""
        if self._crawler.crawling:
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self.watch)
            return
        self._stop()
        asyncio.get_running_loop().call_later(self._seconds, self._give_up)

    def _give_up(self) -> None:
        held = sum(len(lane.held) for lane in self._courier.lanes.values())
        logger.warning("%d requests did not end within %.0f s, and are given back.", held, self._seconds)
        self._last = asyncio.get_running_loop().create_task(self._end())

    async def _end(self) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - it is installed when the crawl starts

        for lane in self._courier.lanes.values():
            lane.give_up()
        await self._courier.close()
        cast("Any", reactor).stop()
