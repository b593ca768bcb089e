"""Stage 1: raw pages into WARC segments. Nothing is stored that is not archived."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from pipelines import warc
from pipelines.failures import ArchiveAwayError, ArchiveError, StoppedError, StorageError
from pipelines.items import as_page
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.outage import Outage, OutageError
from schemas.environment import OUTAGE_SECONDS
from schemas.page import ArchivePointer, Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

SEGMENT_SECONDS = 15.0
"""A segment is uploaded at this age at the latest, so that rows do not wait for ever on a slow site."""


class Segment:
    """One WARC file that is being filled, in memory."""

    def __init__(self, name: str, uri: str, software: str) -> None:
        self.name = name
        self.uri = uri
        self.data = bytearray(warc.warcinfo(name.rpartition("/")[2], software))
        self.body_bytes = 0
        self.waiting: list[tuple[asyncio.Future[ArchivePointer], ArchivePointer]] = []

    def add(self, page: Page) -> asyncio.Future[ArchivePointer]:
        """Append a page's records; the future has their address once the segment is durable."""
        response, request = warc.revisit(page, page.unchanged) if page.unchanged else warc.exchange(page)
        pointer = ArchivePointer(self.uri, len(self.data), len(response))
        self.data += response
        self.data += request
        # Whole pages, also of those that are archived already: Scrapy waits until so many of them are stored.
        self.body_bytes += len(page.body)
        future: asyncio.Future[ArchivePointer] = asyncio.get_running_loop().create_future()
        self.waiting.append((future, pointer))
        return future

    def succeed(self) -> None:
        """Give each page its address."""
        for future, pointer in self.waiting:
            if not future.done():
                future.set_result(pointer)

    def fail(self, error: StorageError) -> None:
        """Give each page without an address the reason why it is not archived."""
        for future, _ in self.waiting:
            if not future.done():
                future.set_exception(error)
                future.exception()  # its page may have failed elsewhere: then nobody asks


class ArchivePipeline:
    """Fills one segment at a time; uploads it when it is large or old, or when no more pages are coming.

    A page goes on to the next stage at once; ``page.archived`` is done when its segment is durable.
    """

    for_pages = True

    def __init__(
        self,
        archive: Archive,
        *,
        software: str,
        segment_bytes: int,
        more_to_come: Callable[[], bool],
        segment_seconds: float = SEGMENT_SECONDS,
    ) -> None:
        self.outage = Outage("The archive")
        self._archive = archive
        self._software = software
        self._segment_bytes = segment_bytes
        self._segment_seconds = segment_seconds
        self._more_to_come = more_to_come
        self._worker = f"{socket.gethostname().split('.')[0]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._sequence = 0
        self._open: Segment | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._uploads: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Settings: LONGLINE_ARCHIVE_URL, _ENDPOINT, _REGION, LONGLINE_BUDGET_BYTES, LONGLINE_OUTAGE_SECONDS."""
        settings = crawler.settings
        if not settings["LONGLINE_ARCHIVE_URL"]:
            raise NotConfigured("LONGLINE_ARCHIVE_URL is not set.")
        pipeline = cls(
            Archive(ArchiveLocation.of(settings)),
            software=settings["USER_AGENT"],
            # A segment fills while another is on its way, and others are extracted: a quarter of the budget each.
            segment_bytes=settings.getint("LONGLINE_BUDGET_BYTES", 64_000_000) // 4,
            more_to_come=lambda: _more_to_come(crawler),
        )
        pipeline.outage.limit = settings.getfloat("LONGLINE_OUTAGE_SECONDS", OUTAGE_SECONDS)
        crawler.signals.connect(pipeline.scheduler_empty, signals.scheduler_empty)
        return pipeline

    async def process_item(self, item: Any) -> Any:
        """Archive a page; pass anything else on."""
        page = as_page(item)
        if page is None:
            return item
        if page.unchanged is None:
            page.body_bytes = len(page.body)
            page.body_sha256 = hashlib.sha256(page.body).digest()
        segment = self._open or self._new_segment()
        page.archived = segment.add(page)
        if segment.body_bytes >= self._segment_bytes or not self._more_to_come():
            self.upload()
        return page

    def scheduler_empty(self) -> None:
        """The last request of a job may end without a page: nobody else would notice that none are coming."""
        if self._open and not self._more_to_come():
            self.upload()

    def _new_segment(self) -> Segment:
        self._sequence += 1
        name = f"warc/{datetime.now(UTC):%Y/%m/%d}/{self._worker}-{self._sequence:06}.warc.gz"
        self._open = Segment(name, self._archive.uri(name), self._software)
        self._timer = asyncio.get_running_loop().call_later(self._segment_seconds, self.upload)
        return self._open

    def upload(self) -> None:
        """Close the open segment and send it on its way."""
        segment, self._open = self._open, None
        if self._timer:
            self._timer.cancel()
        if segment:
            task = asyncio.create_task(self._put(segment))
            self._uploads.add(task)
            task.add_done_callback(self._uploads.discard)
            # Nobody waits for ever; those who have their address by then hear nothing of it.
            cut_off = StoppedError(f"{segment.uri} was cut off on its way to the archive.")
            task.add_done_callback(lambda _: segment.fail(cut_off))

    async def _put(self, segment: Segment) -> None:
        try:
            await self._patiently(segment.name, bytes(segment.data))
        except ArchiveError as error:
            logger.info("%s", error)
            segment.fail(error)
        except Exception as error:
            logger.exception("%s could not be uploaded.", segment.uri)
            segment.fail(ArchiveError(f"The archive refused {segment.uri}: {type(error).__name__}: {error}."))
        else:
            segment.succeed()

    async def _patiently(self, name: str, data: bytes) -> None:
        """For as long as the archive is away, within limits."""
        while True:
            try:
                await self._archive.put(name, data)
            except ArchiveAwayError as error:
                try:
                    pause = self.outage.failed(str(error))
                except OutageError as given_up:
                    raise ArchiveError(str(given_up)) from error
                await asyncio.sleep(pause)
            else:
                self.outage.over()
                return

    async def close_spider(self) -> None:
        """Wait for what is on its way."""
        self.upload()
        if self._uploads:
            await asyncio.wait(self._uploads)


def _more_to_come(crawler: Crawler) -> bool:
    engine = crawler.engine
    if not crawler.crawling:
        # Stopping: whatever comes now is the last, and nobody wants to wait for it.
        return False
    scheduler: Any = engine.scheduler
    # Ours counts what others work on as pending, too; no page of theirs comes this way.
    waiting = getattr(scheduler, "has_waiting_requests", getattr(scheduler, "has_pending_requests", bool))
    return bool(engine.downloader.active) or bool(waiting())
