"""Says in Redis what this process waits for, so that ``scrapy why --job`` can name it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.courier import BEAT_SECONDS
from crawler.fetch.browser import RENDERED
from crawler.fetch.proxy import ProxyMiddleware
from crawler.scheduler import Scheduler
from frontier.connection import RedisUnavailableError, connect_async
from frontier.notes import Note, leave_note, take_note_away
from pipelines.archive import ArchivePipeline
from pipelines.outage import Outage
from pipelines.store import StorePipeline

if TYPE_CHECKING:
    from redis.asyncio import Redis, RedisCluster
    from scrapy.crawler import Crawler

TIMEOUT_SECONDS = 2.0


class Notes:
    """Leaves a note each few seconds, from the start of the crawl to its end; only with our scheduler.

    Setting: REDIS_URL.
    """

    def __init__(self, crawler: Crawler, server: Redis | RedisCluster) -> None:
        self._crawler = crawler
        self._server = server
        self._writing: asyncio.Task[None] | None = None
        self._measured = (time.monotonic(), time.process_time())

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Off where REDIS_URL is not set."""
        url = crawler.settings["REDIS_URL"]
        if not url:
            raise NotConfigured("REDIS_URL is not set.")
        notes = cls(crawler, connect_async(url, timeout_seconds=TIMEOUT_SECONDS))
        crawler.signals.connect(notes.engine_started, signals.engine_started)
        crawler.signals.connect(notes.spider_closed, signals.spider_closed)
        return notes

    def engine_started(self) -> None:
        """Begin."""
        scheduler = self._crawler.engine.scheduler
        if isinstance(scheduler, Scheduler):
            self._writing = asyncio.get_running_loop().create_task(self._write(scheduler.wiring.worker))

    async def spider_closed(self) -> None:
        """Stop, and take the note away."""
        if self._writing:
            self._writing.cancel()
            await asyncio.wait([self._writing])
        await self._server.aclose()

    async def _write(self, worker: str) -> None:
        try:
            while True:
                await self._try(leave_note(self._server, worker, self.note()))
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            await self._try(take_note_away(self._server, worker))

    async def _try(self, saying: Any) -> None:
        try:
            await saying
        except RedisUnavailableError:
            # The courier says so, and waits: nothing depends on notes.
            return

    def note(self) -> Note:
        """What there is now."""
        engine: Any = self._crawler.engine
        downloader, slot = engine.downloader, engine.scraper.slot
        proxies = self._crawler.get_downloader_middleware(ProxyMiddleware)
        return Note(
            cpu=self._cpu(),
            downloads=len(downloader.active),
            most_downloads=downloader.total_concurrency,
            rendering=sum(1 for request in downloader.active if request.meta.get(RENDERED)),
            proxyless=proxies.waiting.count if proxies else 0,
            proxies=proxies.waiting.words if proxies else "",
            unstored=slot.active_size if slot else 0,
            most_unstored=slot.max_active_size if slot else 0,
            away={name: outage.seconds for name, outage in self._outages().items() if outage.seconds is not None},
        )

    def _cpu(self) -> float:
        before, self._measured = self._measured, (time.monotonic(), time.process_time())
        wall, used = self._measured[0] - before[0], self._measured[1] - before[1]
        return used / wall if wall > 0 else 0.0

    def _outages(self) -> dict[str, Outage]:
        store = self._crawler.get_item_pipeline(StorePipeline)
        archive = self._crawler.get_item_pipeline(ArchivePipeline)
        found = {"PostgreSQL": store and store.outage, "the archive": archive and archive.outage}
        return {name: outage for name, outage in found.items() if outage}
