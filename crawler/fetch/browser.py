"""The crawl's browser: nothing of it is loaded before a page needs it.

A request with ``meta["playwright"]`` goes through it, as scrapy-playwright has it; that package's other keys and its
settings hold as well.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response

from crawler.fetch import chromium
from crawler.fetch.chromium import NoBrowserError
from crawler.fetch.guard import Guard
from crawler.fetch.render_share import RenderLearner
from crawler.fetch.wishes import Wishes

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.fetch.driver import Driver
    from crawler.fetch.egress import Egress

logger = logging.getLogger(__name__)

RENDERED = "playwright"
"""The flag of a response whose body is what a browser made of the page; also the ``meta`` key that asks for it."""
LED_TO = "browser_led_to"
"""``request.meta`` key: where scripts wanted to send the browser, which stayed."""
BROWSER_TRIES = 5
"""So many browsers may be lost over one page."""
IDLE_SECONDS = 120.0
"""A browser that nobody has used for so long is closed; the next page starts another."""

_browsers: dict[Crawler, Browser] = {}


class NotAPageError(RuntimeError):
    """The URL answers with something that a browser would save, not show: it is to be fetched without one."""


class TabLostError(RuntimeError):
    """The page's tab crashed or was closed. No failure that a retry of the request mends: it has been tried again."""


class BrowserLostError(RuntimeError):
    """The browser has ended, or does not answer. The text begins with "it"."""


class OpenPages:
    """How many pages are open, over all contexts and browsers; ``peak``: how many there were at the most."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self.count = 0
        self.peak = 0

    async def enter(self, make_room: Callable[[], Awaitable[bool]]) -> None:
        """Return when one more page may be opened; ``make_room`` closes one that nobody uses, where there is one."""
        while self._free.locked() and await make_room():
            pass
        await self._free.acquire()
        self.count += 1
        self.peak = max(self.peak, self.count)

    def leave(self) -> None:
        """A page is closed."""
        self.count -= 1
        self._free.release()


class Browser:
    """One Chromium for a crawl, shared by the download handlers of http and https, and replaced now and then.

    Settings: LONGLINE_BROWSER_PAGES, the most pages that are open at one time; LONGLINE_BROWSER_RECYCLE_PAGES and
    LONGLINE_BROWSER_RECYCLE_MB, after how many pages, or with how much memory, another browser takes over;
    LONGLINE_BROWSER_QUIET, for how long a page is silent that is finished, at the most.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        pages = settings.getint("LONGLINE_BROWSER_PAGES", 4)
        self._places = asyncio.Semaphore(pages)
        self.open_pages = OpenPages(pages)
        self.rests = RenderLearner.of(crawler).rests
        self._tab_tries = 1 + settings.getint("RETRY_TIMES")
        self._loads: frozenset[str] = Wishes.of(settings, {}).loads
        self.egress = self._way_out()
        self._starting: asyncio.Task[Driver] | None = None
        self._drivers: set[Driver] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._idle: asyncio.TimerHandle | None = None

    def _way_out(self) -> Egress | None:
        """None where everything is allowed, or where the browser is another machine's, whose network that is."""
        settings = self._crawler.settings
        distant = settings["PLAYWRIGHT_CDP_URL"] or settings["PLAYWRIGHT_CONNECT_URL"]
        guard = Guard.of(self._crawler)
        if guard.allows_all or distant:
            return None
        from crawler.fetch.egress import Egress  # noqa: PLC0415 - of no use to a crawl of plain pages

        return Egress(guard)

    @classmethod
    def of(cls, crawler: Crawler) -> Browser:
        """The crawl's browser, which need not have been started yet."""
        return _browsers.get(crawler) or _browsers.setdefault(crawler, cls(crawler))

    @classmethod
    async def close_of(cls, crawler: Crawler) -> None:
        """Stop the crawl's browser, if it has one."""
        browser = _browsers.get(crawler)
        if browser:
            await browser.close()

    async def download(self, request: Request) -> Response:
        """The page as it is once its scripts have run; a redirect is an answer, and is not followed.

        Where the tab or the browser is lost over it, it is tried again, in another one.

        Raises:
            NoBrowserError: there is none, or it does not start.
            NotAPageError: the document is not HTML.
            TabLostError, BrowserLostError: each time.
            DownloadFailedError, DownloadTimeoutError, …: as the HTTP handler raises them.
        """
        async with self._places:
            tabs = browsers = 0
            while True:
                try:
                    return await self._render(request)
                except TabLostError:
                    tabs += 1
                    self._count("browser/tabs_lost")
                    if tabs >= self._tab_tries:
                        raise
                except BrowserLostError:
                    browsers += 1
                    if browsers >= BROWSER_TRIES:
                        raise

    async def _render(self, request: Request) -> Response:
        wishes = Wishes.of(self._crawler.settings, request.meta)
        driver = await self._driver(wishes)
        driver.users += 1
        try:
            return await driver.render(request, wishes)
        finally:
            driver.users -= 1
            self._look_after(driver)

    async def _driver(self, wishes: Wishes) -> Driver:
        """The browser of the moment, which loads what is wished for."""
        while True:
            if self._starting is None:
                self._starting = asyncio.ensure_future(self._start())
            starting = self._starting
            driver = await asyncio.shield(starting)
            if not driver.due and driver.shows >= wishes.loads & driver.FLAGGED:
                return driver
            self._loads |= wishes.loads
            # Another one that waited may have replaced it already.
            if self._starting is starting:
                self._starting = None
                self._look_after(driver, done=True)

    def _look_after(self, driver: Driver, *, done: bool = False) -> None:
        """Have a browser that is due replaced, and close it when nobody uses it."""
        if self._idle:
            self._idle.cancel()
        if not (done or driver.due):
            self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._rest)
            return
        if self._starting and self._starting.done() and self._starting.result() is driver:
            self._starting = None
        driver.retire()
        if not driver.users and driver in self._drivers:
            self._drivers.discard(driver)
            task = asyncio.ensure_future(driver.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def _rest(self) -> None:
        for driver in list(self._drivers):
            if not driver.users:
                self._look_after(driver, done=True)

    async def _start(self) -> Driver:
        settings = self._crawler.settings
        given = settings["PLAYWRIGHT_CDP_URL"] or settings["PLAYWRIGHT_CONNECT_URL"]
        path = settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS").get("executable_path")
        if not given and not path:
            path = (await chromium.find_or_install()).path
        # A third of a second, which a crawl of plain pages need not spend.
        from crawler.fetch.driver import Driver  # noqa: PLC0415

        driver = await Driver.start(self._crawler, self, path, self._loads)
        self._drivers.add(driver)
        return driver

    def _count(self, name: str, by: int = 1) -> None:
        if self._crawler.stats and by:
            self._crawler.stats.inc_value(name, by)

    async def close(self) -> None:
        """Stop the browser, if it was started."""
        _browsers.pop(self._crawler, None)
        if self._idle:
            self._idle.cancel()
        starting, self._starting = self._starting, None
        if starting:
            with suppress(NoBrowserError):
                await starting
        for driver in self._drivers:
            self._closing.add(asyncio.ensure_future(driver.close()))
        self._drivers.clear()
        if self._closing:
            await asyncio.gather(*self._closing)
        if self.egress:
            self._count("browser/refused", self.egress.refused)
            await self.egress.close()
        if self._crawler.stats and self.open_pages.peak:
            self._crawler.stats.max_value("browser/pages_open_max", self.open_pages.peak)
