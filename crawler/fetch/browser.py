"""The crawl's browser: nothing of it is loaded before a page needs it.

A request with ``meta["playwright"]`` goes through it, as scrapy-playwright has it; that package's other keys and its
settings hold as well.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response

from crawler.fetch import chromium
from crawler.fetch.chromium import NoBrowserError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.fetch.driver import Driver

RENDERED = "playwright"
"""The flag of a response whose body is what a browser made of the page; also the ``meta`` key that asks for it."""
LED_TO = "browser_led_to"
"""``request.meta`` key: where scripts wanted to send the browser, which stayed."""
DECORATION = frozenset({"image", "media", "font"})

_browsers: dict[Crawler, Browser] = {}


class NotAPageError(RuntimeError):
    """The URL answers with something that a browser would save, not show: it is to be fetched without one."""


class Browser:
    """One Chromium for a crawl, shared by the download handlers of http and https."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._starting: asyncio.Task[Driver] | None = None

    @classmethod
    def of(cls, crawler: Crawler) -> Browser:
        """The crawl's browser, which need not have been started yet."""
        return _browsers.setdefault(crawler, cls(crawler))

    async def download(self, request: Request) -> Response:
        """The page as it is once its scripts have run; a redirect is an answer, and is not followed.

        Raises:
            NoBrowserError: there is none, or it does not start.
            NotAPageError: the document is not HTML.
            DownloadFailedError, DownloadTimeoutError, …: as the HTTP handler raises them.
        """
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        return await (await asyncio.shield(self._starting)).render(request)

    async def _start(self) -> Driver:
        settings = self._crawler.settings
        given = settings["PLAYWRIGHT_CDP_URL"] or settings["PLAYWRIGHT_CONNECT_URL"]
        path = settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS").get("executable_path")
        if not given and not path:
            path = (await chromium.find_or_install()).path
        # A third of a second, which a crawl of plain pages need not spend.
        from crawler.fetch.driver import Driver  # noqa: PLC0415

        return await Driver.start(self._crawler, path)

    async def close(self) -> None:
        """Stop the browser, if it was started."""
        _browsers.pop(self._crawler, None)
        starting, self._starting = self._starting, None
        if starting:
            with suppress(NoBrowserError):
                await (await starting).close()


def is_decoration(request: Any) -> bool:
    """Whether a browser's request is for what changes no text: pictures, films, fonts. (PLAYWRIGHT_ABORT_REQUEST.)"""
    return request.resource_type in DECORATION
