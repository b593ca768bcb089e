"""How a job begins: whoever is handed its first entry runs what the job begins with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawler.courier import Courier
from crawler.lane import Held, Lane
from crawler.leases import JOB, LEASE
from frontier.model import Done

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Beginning:
    """Starts jobs in this process.

    Args:
        spawn: runs a coroutine beside the crawl.
    """

    def __init__(
        self, crawler: Crawler, courier: Courier, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._crawler = crawler
        self._courier = courier
        self._spawn = spawn

    def within(self, lane: Lane, held: Held) -> None:
        """This process starts the one job that it works on: the spider's ``start()`` is let go on."""
        if lane.seed is None:
            held.begun = True
            lane.seed = held.lease.number
            lane.seeded.set()
        else:
            # Redis has lost that it was begun, and perhaps what it began with.
            self.beside(lane, held)

    def beside(self, lane: Lane, held: Held) -> None:
        """This process starts one of its jobs, beside Scrapy."""
        held.begun = True
        self._spawn(self._queue(lane, held))

    async def _queue(self, lane: Lane, held: Held) -> None:
        """Queue what a job begins with."""
        spider: Any = self._crawler.spider
        seeds = getattr(spider, "seeds", None)
        async for output in seeds(lane.id) if seeds else spider.start():
            if isinstance(output, Request):
                self._crawler.engine.crawl(output)
        lane.end(Done(held.lease.number))
        self._courier.call(lane)

    async def seed(self, lane: Lane) -> Request | None:
        """Wait for a job's beginning: a request that stands for its lease, or None where others have begun it."""
        await lane.seeded.wait()
        if lane.seed is None:
            return None
        return Request("data:,start", meta={JOB: str(lane.id), LEASE: lane.seed})
