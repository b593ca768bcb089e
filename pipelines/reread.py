"""One segment of the archive once more: its pages through the stages that they passed when they were fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from pipelines.database import connect_for_rows
from pipelines.extract import ExtractPipeline
from pipelines.failures import ArchiveAwayError, ArchiveError
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.outage import Outage
from pipelines.stored_pages import Reading, StoredPage, blocks, members, page_of, stored_pages
from pipelines.validate import ValidatePipeline
from schemas.environment import OUTAGE_SECONDS
from schemas.page import Page


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows and bytes are, and how long they are waited for."""

    database_url: str
    archive: ArchiveLocation
    outage_seconds: float = OUTAGE_SECONDS


@dataclass(slots=True)
class Unread:
    """Pages whose bytes the archive does not give: how many, and what was said of the first."""

    count: int = 0
    first: str = ""

    def add(self, capture: StoredPage, error: Exception) -> None:
        """Count one."""
        self.count += 1
        self.first = self.first or f"{capture.url}: {error}"


Taken = Callable[[list[tuple[StoredPage, Page]]], Awaitable[None]]
"""Is handed pages that were read and checked, some at a time."""


@dataclass(slots=True)
class Reread:
    """Reads pages of one site again, and hands them on."""

    place: Place
    reading: Reading
    unread: Unread = field(default_factory=Unread)

    async def segment(self, uri: str, page_ids: list[int], taken: Taken) -> None:
        """Read the pages whose bytes are in a segment, in its order; ``taken`` gets up to a hundred at a time.

        Raises:
            psycopg.Error: PostgreSQL does not say where they are.
            OutageError: the archive stayed away for too long.
        """
        archive = Archive(self.place.archive)
        async with await connect_for_rows(self.place.database_url) as connection:
            async for found in stored_pages(connection, uri, page_ids):
                pages: list[tuple[StoredPage, Page]] = []
                for block in blocks(found):
                    pages += [pair async for pair in self._block(archive, block)]
                await taken(pages)

    async def _block(self, archive: Archive, block: list[StoredPage]) -> AsyncIterator[tuple[StoredPage, Page]]:
        try:
            read = await self._patiently(archive, block)
        except ArchiveError as error:
            if len(block) == 1:
                self.unread.add(block[0], error)
                return
            # One that is not there must not cost the others.
            for capture in block:
                async for pair in self._block(archive, [capture]):
                    yield pair
            return
        for capture, member in read:
            page = await self._page(capture, member)
            if page:
                yield capture, page

    async def _patiently(self, archive: Archive, block: list[StoredPage]) -> list[tuple[StoredPage, bytes]]:
        outage = Outage("The archive", self.place.outage_seconds)
        while True:
            try:
                return await members(archive, block)
            except ArchiveAwayError as error:
                await asyncio.sleep(outage.failed(str(error)))

    async def _page(self, capture: StoredPage, member: bytes) -> Page | None:
        try:
            page = page_of(capture, member, self.reading)
        except ArchiveError as error:
            self.unread.add(capture, error)
            return None
        return _checked.process_item(await _read.process_item(page))  # type: ignore[no-any-return]


_read, _checked = ExtractPipeline(), ValidatePipeline()
