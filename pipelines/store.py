"""Stage 4: rows into PostgreSQL, once the page's bytes are in the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from scrapy.exceptions import NotConfigured

from pipelines.failures import ArchiveError
from pipelines.items import as_page
from pipelines.writer import Writer
from schemas.job import JobStats

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class StorePipeline:
    """Upserts a page with its records; ``process_item`` ends when they are committed."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Settings: DATABASE_URL, LONGLINE_JOB_ID."""
        for name in ("DATABASE_URL", "LONGLINE_JOB_ID"):
            if not crawler.settings[name]:
                raise NotConfigured(f"{name} is not set.")
        return cls(Writer(crawler.settings["DATABASE_URL"], UUID(crawler.settings["LONGLINE_JOB_ID"])))

    @property
    def stats(self) -> JobStats:
        """What this job has committed."""
        return self._writer.stats

    async def process_item(self, item: Any) -> Any:
        """Store a page; pass anything else on.

        Raises:
            ArchiveError: its bytes are not in the archive, so that it gets no row.
            DatabaseError: PostgreSQL did not take it.
        """
        page = as_page(item)
        if page is None:
            return item
        if page.archived is None:
            raise ArchiveError(f"{page.url} did not pass the archive. Put ArchivePipeline before StorePipeline.")
        await self._writer.write(page, await page.archived)
        return page

    async def close_spider(self) -> None:
        """Close the connection."""
        await self._writer.close()
