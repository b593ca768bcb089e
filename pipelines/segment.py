"""One WARC file that is being filled, in memory, and what of it can be referred to."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from pipelines import cdxj, warc
from pipelines.failures import StorageError
from pipelines.warc import Original
from schemas.page import ArchivePointer, Page

Key = tuple[UUID, bytes]
"""A job, and the digest of a body. Not a site: what an earlier job has archived may be erased by now."""


class Segment:
    """Records of pages. The first one, which names their jobs and sites, is made when the segment is sealed."""

    def __init__(self, name: str, uri: str, software: str) -> None:
        self.name = name
        self.uri = uri
        self.body_bytes = 0
        self.originals: dict[Key, Original] = {}
        """The bodies that this segment itself has."""
        self._filename = name.rpartition("/")[2]
        self._software = software
        self._records = bytearray()
        self._lines: list[cdxj.Line] = []
        self._jobs: dict[tuple[str, str], None] = {}
        self._own: list[ArchivePointer] = []
        self._waiting: list[tuple[asyncio.Future[ArchivePointer], ArchivePointer]] = []

    def add(self, page: Page, original: Original | None = None) -> asyncio.Future[ArchivePointer]:
        """Append a page's records; the future has the address of its bytes once the segment is durable.

        Args:
            original: whose record has the same body: then the page's own has none, and its address is that one's.
        """
        record, request = warc.records(page, original)
        own = ArchivePointer(self.uri, len(self._records), len(record))
        self._own.append(own)
        self._jobs[page.site, str(page.job_id)] = None
        self._lines.append(_line(page, own, self._filename, is_revisit=bool(original)))
        self._records += record
        self._records += request
        # Whole pages, also of those that are archived already: Scrapy waits until so many of them are stored.
        self.body_bytes += len(page.body)
        page.archived_bytes = len(record)
        if not original and not page.unchanged:
            self.originals.setdefault((page.job_id, page.body_sha256), warc.original_of(page, own))
        future: asyncio.Future[ArchivePointer] = asyncio.get_running_loop().create_future()
        self._waiting.append((future, original.pointer if original else own))
        return future

    def seal(self) -> bytes:
        """The whole file. From here on, nothing is added, and the addresses are those in the file."""
        first = warc.warcinfo(self._filename, self._software, self._jobs)
        for pointer in self._own:
            pointer.offset += len(first)
        self._lines = [replace(line, offset=line.offset + len(first)) for line in self._lines]
        return first + self._records

    def index(self) -> bytes:
        """What stands beside it, once it is sealed."""
        return cdxj.index(self._lines)

    def succeed(self) -> None:
        """Give each page its address."""
        for future, pointer in self._waiting:
            if not future.done():
                future.set_result(pointer)

    def fail(self, error: StorageError) -> None:
        """Give each page without an address the reason why it is not archived."""
        for future, _ in self._waiting:
            if not future.done():
                future.set_exception(error)
                future.exception()  # its page may have failed elsewhere: then nobody asks


class Originals:
    """Bodies that were archived by this process, and are durable. Those that are not asked for are forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Key, Original] = OrderedDict()

    def get(self, key: Key) -> Original | None:
        """Whose record has a body."""
        if key not in self._known:
            return None
        self._known.move_to_end(key)
        return self._known[key]

    def add(self, originals: Mapping[Key, Original]) -> None:
        """Remember those of a segment that is durable."""
        self._known.update(originals)
        while len(self._known) > self._most:
            self._known.popitem(last=False)


def _line(page: Page, own: ArchivePointer, filename: str, *, is_revisit: bool) -> cdxj.Line:
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    return cdxj.Line(
        key=cdxj.surt(page.url),
        timestamp=warc.date(page.fetched_at, "%Y%m%d%H%M%S"),
        url=warc.escaped(page.url),
        mime=cdxj.REVISIT if is_revisit or page.unchanged else cdxj.media_type(content_type),
        status="304" if page.unchanged else str(page.status),
        digest=warc.digest(page.unchanged.body_sha256 if page.unchanged else page.body_sha256),
        length=own.length,
        offset=own.offset,
        filename=filename,
        site=page.site,
        job=str(page.job_id),
    )
