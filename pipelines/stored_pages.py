"""Pages out of the archive: those that rows point at, segment by segment, in few large reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg

from extractors.directives import NOFOLLOW
from pipelines.failures import ArchiveError
from pipelines.object_store import Archive
from pipelines.warc import HEAD_BYTES, escaped, read_http, read_original
from schemas.page import ArchivePointer, Page
from schemas.selectors import PostingSelectors
from schemas.verdicts import Verdict

BLOCK_BYTES = 8 * 1024 * 1024
"""The most that is read at once, but for a single record that is larger."""
GAP_BYTES = 256 * 1024
"""Bytes between two records that are read and thrown away, since another request would take longer."""
BATCH_ROWS = 100

_COLUMNS = (
    "id, url, final_url, status, content_type, fetched_at, last_seen, tier, body_sha256, archive_offset, "
    "archive_length, verdict, fence, job_id, title, description, language, canonical_url, open_graph, extractor, "
    "extracts, directives"
)
_ROWS = f"SELECT {_COLUMNS} FROM page WHERE id = ANY(%s) AND archive_uri = %s ORDER BY archive_offset, id"  # noqa: S608 - names of columns


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A row of ``page``, and where its bytes are."""

    id: int
    pointer: ArchivePointer
    row: dict[str, Any]

    @property
    def url(self) -> str:
        """The page's."""
        url: str = self.row["url"]
        return url


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read from the pages of a site, and by which name they may say ``noindex``; as ``schemas.page``."""

    site_id: int
    site: str
    extract: frozenset[str]
    agent: str
    selectors: PostingSelectors | None = None


async def stored_pages(
    connection: psycopg.AsyncConnection[dict[str, Any]], uri: str, ids: list[int]
) -> AsyncIterator[list[StoredPage]]:
    """Those of the pages whose bytes are in a segment still, as their rows are now, in the order of the segment."""
    for batch in _batches(ids):
        cursor = await connection.execute(_ROWS.encode(), [batch, uri])
        rows = await cursor.fetchall()
        yield [StoredPage(row["id"], _pointer(uri, row), row) for row in rows]


def _pointer(uri: str, row: dict[str, Any]) -> ArchivePointer:
    return ArchivePointer(uri, row["archive_offset"], row["archive_length"])


def _batches(ids: list[int]) -> Iterator[list[int]]:
    left = iter(ids)
    while batch := list(islice(left, BATCH_ROWS)):
        yield batch


def blocks(found: list[StoredPage]) -> Iterator[list[StoredPage]]:
    """Captures that one read gets: neighbours, up to ``BLOCK_BYTES``."""
    block: list[StoredPage] = []
    end = 0
    for capture in found:
        start, stop = capture.pointer.offset, capture.pointer.offset + capture.pointer.length
        if block and (stop - block[0].pointer.offset > BLOCK_BYTES or start - end > GAP_BYTES):
            yield block
            block = []
        block.append(capture)
        end = stop if len(block) == 1 else max(end, stop)
    if block:
        yield block


async def members(archive: Archive, block: list[StoredPage]) -> list[tuple[StoredPage, bytes]]:
    """The record of each capture of a block, by one ranged read.

    Raises:
        ArchiveError: the archive does not give them.
    """
    start = block[0].pointer.offset
    stop = max(capture.pointer.offset + capture.pointer.length for capture in block)
    data = await archive.read_async(block[0].pointer.uri, start, stop - start)
    offsets = [capture.pointer.offset - start for capture in block]
    return [(one, data[at : at + one.pointer.length]) for one, at in zip(block, offsets, strict=True)]


def page_of(capture: StoredPage, member: bytes, reading: Reading) -> Page:
    """The page as a spider yielded it, with what its row says: nothing is judged anew, and a wall is not read.

    Raises:
        ArchiveError: the record is damaged, or has other bytes than the row says.
    """
    row, verdict = capture.row, Verdict.decode(capture.row["verdict"])
    _, headers, body = read_http(member)
    digest = sha256(body).digest()
    if digest != bytes(row["body_sha256"]):
        raise ArchiveError(f"{capture.pointer.uri} has other bytes at {capture.pointer.offset} than its row says.")
    original = read_original(member[:HEAD_BYTES], capture.pointer, digest)
    shared = original is not None and original.url != escaped(row["url"])
    job: UUID = row["job_id"]
    fetched: datetime = row["fetched_at"]
    return Page(
        url=row["url"],
        final_url=row["final_url"],
        status=row["status"],
        request_headers=[],
        # A body that several pages have is in the record of one: what was said beside it is not this page's.
        headers=[] if shared else headers,
        body=body,
        content_type=row["content_type"],
        fetched_at=fetched,
        site_id=reading.site_id,
        job_id=job,
        fence=(row["fence"][0], row["fence"][1]),
        site=reading.site,
        extract=frozenset() if verdict and verdict.is_wall else reading.extract,
        tier=row["tier"],
        verdict=verdict,
        leased=True,
        agent=reading.agent,
        directives=_directives(row, shared=shared) if reading.agent else frozenset(),
        body_sha256=digest,
        body_bytes=len(body),
        selectors=reading.selectors,
    )


def _directives(row: dict[str, Any], *, shared: bool) -> frozenset[str]:
    """What is known of a page beside what its bytes say: of its own answer, and of single links, as the spider saw."""
    known = frozenset(row["directives"])
    return known if shared else known & {NOFOLLOW}
