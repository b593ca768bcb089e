"""By which validators a site can tell whether its pages have changed since they were fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from extractors import EXTRACTOR
from pipelines.database import connect_async
from schemas.page import ArchivePointer

ANSWER_SECONDS = 5.0
"""Whoever waits longer might have fetched the page."""
# A page that a browser has rendered may change though the document that was sent does not.
_KNOWN = """
SELECT url_sha256, etag, last_modified, fetched_at, body_sha256, archive_uri, archive_offset, archive_length,
    (SELECT count(*) FROM posting WHERE posting.page_id = page.id),
    (SELECT count(*) FROM page_text AS t WHERE t.body_sha256 = page.body_sha256 AND t.extractor = %(extractor)s),
    extractor = %(extractor)s AND extracts @> %(extracts)s::text[] AND (etag IS NOT NULL OR last_modified IS NOT NULL)
        AND (%(obeys)s OR NOT 'noindex' = ANY(directives))
FROM page
WHERE site_id = %(site)s AND url_sha256 = ANY(%(urls)s) AND status = 200 AND tier <> 'browser'
"""
_OLDER = "SELECT EXISTS(SELECT FROM page WHERE site_id = %s AND job_id <> %s)"


@dataclass(frozen=True, slots=True)
class Known:
    """A page that was stored before. ``serves``: it need not be fetched again if its site says that it is as it was."""

    etag: str | None
    last_modified: str | None
    fetched_at: datetime
    body_sha256: bytes
    pointer: ArchivePointer
    postings: int
    texts: int
    serves: bool = True


class Validators:
    """Reads the table ``page`` on a connection of its own, many pages at a time.

    Each method raises ``psycopg.Error`` where PostgreSQL does not answer.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def has_older(self, site: int, job: UUID) -> bool:
        """Whether another job has left pages of a site."""
        return bool((await self._rows(_OLDER, [site, job]))[0][0])

    async def known(
        self, site: int, urls: Iterable[bytes], extracts: Iterable[str], *, obeys: bool
    ) -> dict[bytes, Known]:
        """Those of a site's pages, by the digests of their URLs. One serves if this version has made its extracts.

        ``obeys``: pages that said ``noindex`` need not have been read.
        """
        values = {"site": site, "urls": list(urls), "extracts": list(extracts), "extractor": EXTRACTOR, "obeys": obeys}
        rows = await self._rows(_KNOWN, values)
        return {
            bytes(url): Known(etag, modified, fetched_at, bytes(body), ArchivePointer(uri, at, length), *rest)
            for url, etag, modified, fetched_at, body, uri, at, length, *rest in rows
        }

    async def _rows(self, query: str, values: Any) -> list[tuple[Any, ...]]:
        # A query that is cancelled waits for the server, which may not be there to hear of it.
        task = asyncio.ensure_future(self._ask(query, values))
        await asyncio.wait([task], timeout=ANSWER_SECONDS)
        if task.done():
            return task.result()
        self._connection = None
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        raise psycopg.OperationalError(f"no answer for {ANSWER_SECONDS:.0f} s")

    async def _ask(self, query: str, values: Any) -> list[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = await connect_async(self._url)
        connection = self._connection
        cursor = await connection.execute(query.encode(), values)
        rows = await cursor.fetchall()
        if self._connection is not connection:
            await connection.close()
        return rows

    async def close(self) -> None:
        """Close the connection."""
        if self._connection:
            await self._connection.close()
