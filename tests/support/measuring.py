"""A plain spider that notes what it gets, and at its end what became of the browser's bounds."""

from __future__ import annotations

from typing import Any

from scrapy import Request

from crawler.fetch.browser import Browser
from tests.support.looking import Looking


class Measuring(Looking):
    """Its last note has how many places each context of scrapy-playwright's has left, and how many pages are open."""

    def closed(self, reason: str) -> None:
        browser = Browser.of(self.crawler)
        drivers = browser._drivers
        left = [wrapper.semaphore._value for driver in drivers for wrapper in driver.context_wrappers.values()]
        pages = [len(wrapper.context.pages) for driver in drivers for wrapper in driver.context_wrappers.values()]
        self.notes.append({"url": "", "left": left, "pages": pages, "peak": browser.open_pages.peak})


async def show_first(page: Any, request: Request) -> None:
    """Show the page of a request before it is asked for, without its fragment."""
    await page.goto(request.url.partition("#")[0])
