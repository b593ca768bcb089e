"""Unpacks answers, within limits."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from crawler.fetch.decompress import UNPACKERS, BodyTooLargeError, BrokenBodyError, unpack
from crawler.fetch.retry import retried
from crawler.fetch.unfetched import give_up

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

LARGE = 131_072
"""Bytes. What is larger is unpacked in a thread, one at a time, so that nothing else waits for it."""
MEANINGLESS = frozenset({"", "identity", "none", "utf-8"})
"""What servers write where there is no encoding."""


class CompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's, but that a body that is too large is a failure with a cause, and one that is broken is asked for again.

    Settings: COMPRESSION_ENABLED, DOWNLOAD_MAXSIZE (or ``meta["download_maxsize"]``).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._crawler = crawler
        self._thread = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Off where COMPRESSION_ENABLED is false."""
        if not crawler.settings.getbool("COMPRESSION_ENABLED"):
            raise NotConfigured("COMPRESSION_ENABLED is false.")
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response with its body unpacked; the request, where it is to be fetched again.

        Raises:
            BodyTooLargeError: it is larger than DOWNLOAD_MAXSIZE.
            BrokenBodyError: it is broken at the last try, too.
        """
        encodings = _encodings(response)
        if not encodings or request.method == "HEAD":
            return response
        unknown = [name for name in encodings if name not in UNPACKERS]
        if unknown:
            logger.info("%s is packed by %s, which is not known here.", response.url, ", ".join(unknown))
            return response
        try:
            body = await self._unpacked(response.body, encodings, request.meta.get("download_maxsize", self._max_size))
        except BodyTooLargeError as error:
            give_up(self._crawler, request, error)
        except BrokenBodyError as error:
            return await retried(self._crawler, request, error)
        self._count(body)
        return _plain(response, body)

    async def _unpacked(self, body: bytes, encodings: list[str], limit: int) -> bytes:
        if len(body) < LARGE:
            return unpack(body, encodings, limit)
        async with self._thread:
            return await asyncio.to_thread(unpack, body, encodings, limit)

    def _count(self, body: bytes) -> None:
        if self.stats:
            self.stats.inc_value("httpcompression/response_bytes", len(body))
            self.stats.inc_value("httpcompression/response_count")


def _encodings(response: Response) -> list[str]:
    values = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
    return [name for name in (part.strip().lower() for part in values.split(",")) if name not in MEANINGLESS]


def _plain(response: Response, body: bytes) -> Response:
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    more = {"encoding": None} if issubclass(kind, TextResponse) else {}
    return response.replace(cls=kind, headers=headers, body=body, **more)
