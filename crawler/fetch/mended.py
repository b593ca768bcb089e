"""scrapy-playwright with its faults mended. Importing this module loads Playwright: import it late."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from playwright.async_api import Page
from playwright.async_api import Response as PlaywrightResponse
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request, Spider
from scrapy.exceptions import DownloadFailedError
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawler.fetch.reading import SETTLE_SECONDS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class MendedHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc] # scrapy-playwright has no types
    """Its limits hold after a crash, too, and a visit without an answer is a failure."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if not crawler.settings["PLAYWRIGHT_PROCESS_REQUEST_HEADERS"]:
            # The browser's own headers agree with each other; the request's name and languages are its own, too.
            self.process_request_headers = None
        # What it warns of it raises as well, and then it is counted and named once.
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)

    async def _get_response_and_download(
        self, request: Request, page: Page, spider: Spider
    ) -> tuple[PlaywrightResponse | None, Any]:
        """A visit without an answer has failed; scrapy-playwright would make status 200 of it."""
        response, download = await super()._get_response_and_download(request, page, spider)
        if response is None and not download:
            raise DownloadFailedError(f"the browser got no document for {request.url}")
        return response, download

    async def _apply_page_methods(self, page: Page, request: Request, spider: Spider) -> None:
        """Wait until the page is at rest, or long enough; then do what the request asks for."""
        with suppress(PlaywrightTimeoutError):
            await page.wait_for_load_state("networkidle", timeout=SETTLE_SECONDS * 1000)
        await super()._apply_page_methods(page, request, spider)

    async def _apply_methods_alone(self, page: Page, request: Request) -> None:
        """Do what the request asks for on a page that is at rest."""
        await super()._apply_page_methods(page, request, self._crawler.spider)

    def _make_close_page_callback(self, context_name: str) -> Any:
        """A page that crashes is closed as well: it gives its place in the context back once."""
        release = super()._make_close_page_callback(context_name)
        left = [release]

        def once(*_: Any) -> None:
            if left:
                left.pop()()

        return once
