"""Stage 4: rows into PostgreSQL, once the page's bytes are in the archive.

Pages with what was read from them; items of people's own spiders, as ``pipelines/records.py`` says.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from scrapy.exceptions import NotConfigured

from pipelines.cleaning import Cleaner
from pipelines.failures import ArchiveError, NoJobError, RejectedItemError, SetAsideError, StoppedError
from pipelines.items import as_page
from pipelines.outage import Outage
from pipelines.processor import note_cleaned, page_of_item
from pipelines.records import Keys, read
from pipelines.sieve import reasons
from pipelines.writer import Writer
from schemas.environment import OUTAGE_SECONDS
from schemas.job import JobStats
from schemas.page import OwnItem, Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CUT_OFF = "It was cut off before it was stored."


class StorePipeline:
    """Upserts a page with its records, or an item; ``process_item`` ends when they are committed.

    Items are counted in ``job``; ``keys`` says what makes the key of each.
    """

    for_pages = True

    def __init__(self, writer: Writer, job: UUID | None = None, keys: Keys | None = None) -> None:
        self._writer = writer
        self._job = job
        self._keys = keys or Keys()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Settings: DATABASE_URL; LONGLINE_JOB_ID, where the spider yields items; LONGLINE_OUTAGE_SECONDS.

        From the spider: ``keys``.
        """
        settings = crawler.settings
        if not settings["DATABASE_URL"]:
            raise NotConfigured("DATABASE_URL is not set.")
        job = UUID(settings["LONGLINE_JOB_ID"]) if settings["LONGLINE_JOB_ID"] else None
        writer = Writer(settings["DATABASE_URL"], settings.getfloat("LONGLINE_OUTAGE_SECONDS", OUTAGE_SECONDS))
        return cls(writer, job, Keys.declared(getattr(crawler.spider, "keys", None)))

    @property
    def stats(self) -> JobStats:
        """What this process has committed."""
        return self._writer.stats

    @property
    def outage(self) -> Outage:
        """Whether PostgreSQL is away, and how long it is waited for."""
        return self._writer.outage

    async def process_item(self, item: Any) -> Any:
        """Store a page, or an item.

        Raises:
            ArchiveError: the page's bytes are not in the archive, so that it gets no row.
            DatabaseError: PostgreSQL did not take it.
            SetAsideError: the item did not pass, and was set aside with its reasons.
            RejectedItemError: the item did not pass, and came from no page that it could be set aside with.
            StoppedError: it was cut off.
        """
        try:
            return await self._stored(item)
        except asyncio.CancelledError as error:
            raise StoppedError(CUT_OFF) from error

    async def _stored(self, item: Any) -> Any:
        page = as_page(item)
        if page is None:
            await self._item(item)
            return item
        try:
            await self._page(page)
        except BaseException as error:
            settle(page, error)
            raise
        settle(page)
        return page

    async def _page(self, page: Page) -> None:
        if page.archived is None:
            raise ArchiveError(f"{page.url} did not pass the archive. Put ArchivePipeline before StorePipeline.")
        await self._writer.write(page, await page.archived)

    async def _item(self, item: Any) -> None:
        page = page_of_item()
        if page and page.stored:
            await asyncio.shield(page.stored)
        own = self._read(item, page)
        if own.problems and not page:
            raise RejectedItemError(
                f"An item of kind {own.kind} did not pass, and came from no page: {reasons(own.problems)}."
            )
        await self._writer.write_item(own)
        if own.problems:
            # The summary counts it, and the table rejected_record tells it.
            raise SetAsideError(f"{own.kind}: {reasons(own.problems)}", log_level="INFO")

    def _read(self, item: Any, page: Page | None) -> OwnItem:
        cleaner = Cleaner()
        kind, key, data, problems = read(item, self._keys, cleaner)
        note_cleaned(cleaner.count)
        if page:
            delivery, seen = page.fence[1], page.fetched_at
            own = OwnItem(kind, key, data, problems, page.job_id, delivery, page.url, seen, leased=page.leased)
            return replace(own, cleaned=cleaner.count)
        if self._job is None:
            raise NoJobError("LONGLINE_JOB_ID is not set: a record belongs to a job. Name one of the table job.")
        return OwnItem(kind, key, data, problems, self._job, 1, None, datetime.now(UTC), cleaned=cleaner.count)

    async def close_spider(self) -> None:
        """Close the connection."""
        await self._writer.close()


def settle(page: Page, error: BaseException | None = None) -> None:
    """Let go on what waits for the page to be stored, or tell it why the page was not."""
    if page.stored is None or page.stored.done():
        return
    if error is None:
        page.stored.set_result(None)
    else:
        page.stored.set_exception(StoppedError(CUT_OFF) if isinstance(error, asyncio.CancelledError) else error)
        page.stored.exception()  # nothing need wait for it
