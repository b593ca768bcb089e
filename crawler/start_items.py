"""Items that a spider begins with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

LOOK_SECONDS = 0.05


class StartItems:
    """Lets a crawl close that waits for them: when one has ended, Scrapy does not look whether it was the last."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._timer: asyncio.TimerHandle | None = None

    def ended(self) -> None:
        """What became of one was signalled; Scrapy counts it as gone a little later."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self._timer = None
        slot = self._crawler.engine.scraper.slot
        if slot is None:
            return
        if slot.itemproc_size:
            self.ended()
        elif slot.closing and not slot.closing.called and slot.is_idle() and self._crawler.spider:
            slot.closing.callback(self._crawler.spider)
