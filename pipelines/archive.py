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

from pipelines.cdxj import index_name
from pipelines.failures import ArchiveAwayError, ArchiveError, StoppedError
from pipelines.items import as_page
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.outage import Outage, OutageError
from pipelines.segment import Originals, Segment
from pipelines.warc import HEAD_BYTES, Original, read_original
from schemas.environment import OUTAGE_SECONDS
from schemas.page import Archived, Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

SEGMENT_SECONDS = 15.0
"""A segment is uploaded at this age at the latest, so that rows do not wait for ever on a slow site."""
WORTH_BYTES = 1_000
"""A record that refers to a body takes as much room as a smaller one."""
REMEMBERED = 50_000
"""So many bodies that were archived are known, so that pages with the same one refer to them: some 20 MB."""


class ArchivePipeline:
    """Fills one segment at a time; uploads it when it is large or old, or when no more pages are coming.

    A page goes on to the next stage at once; ``page.archived`` is done when its segment is durable. A body that is
    archived already, for the page's own row or for another page of the job, is referred to and not kept again: by
    records of the same segment, or by those of later ones once it is durable.
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
        self._originals = Originals(REMEMBERED)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Settings: LONGLINE_ARCHIVE_URL and its family, LONGLINE_BUDGET_BYTES, LONGLINE_OUTAGE_SECONDS."""
        settings = crawler.settings
        if not settings["LONGLINE_ARCHIVE_URL"]:
            raise NotConfigured("LONGLINE_ARCHIVE_URL is not set.")
        pipeline = cls(
            Archive(ArchiveLocation.of(settings)),
            software=settings["USER_AGENT"],
            # A segment fills while another is on its way, and other pages are extracted: a third of the budget each.
            segment_bytes=settings.getint("LONGLINE_BUDGET_BYTES", 64_000_000) // 3,
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
        original = await self._original(page)
        segment = self._open or self._new_segment()
        page.archived = segment.add(page, original)
        if segment.body_bytes >= self._segment_bytes or not self._more_to_come():
            self.upload()
        return page

    async def _original(self, page: Page) -> Original | None:
        """Whose record has the body of a page already."""
        if page.unchanged or page.body_bytes < WORTH_BYTES:
            return None
        key = (page.job_id, page.body_sha256)
        found = (self._open and self._open.originals.get(key)) or self._originals.get(key)
        if found or page.known is None or page.known.body_sha256 != page.body_sha256:
            return found
        return await self._verified(page.known)

    async def _verified(self, known: Archived) -> Original | None:
        """What a row points at, where that is still there: it may have been erased since the row was read."""
        where = known.pointer
        try:
            start = await self._archive.read_async(where.uri, where.offset, min(where.length, HEAD_BYTES))
        except ArchiveError as error:
            logger.info("A body is archived once more, for its record is gone: %s", error)
            return None
        return read_original(start, where, known.body_sha256)

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
            await self._patiently(segment.name, segment.seal())
        except ArchiveError as error:
            logger.info("%s", error)
            segment.fail(error)
        except Exception as error:
            logger.exception("%s could not be uploaded.", segment.uri)
            segment.fail(ArchiveError(f"The archive refused {segment.uri}: {type(error).__name__}: {error}."))
        else:
            segment.succeed()
            self._originals.add(segment.originals)
            await self._put_index(segment)

    async def _put_index(self, segment: Segment) -> None:
        """Beside its segment. Nobody waits for it: where it is missing, it can be made of the segment."""
        try:
            await self._archive.put(index_name(segment.name), segment.index())
        except ArchiveError as error:
            logger.info("%s has no index beside it: %s", segment.uri, error)

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
