"""scrapy-playwright, bounded. Importing this module loads Playwright: import it late.

It gives the browser, its contexts and pages, and all that is not plain: requests with ``meta`` keys or settings of that
package's own. A plain GET is shown in a tab that is used again, through the DevTools protocol alone.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from playwright.async_api import Error as PlaywrightError
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Response

from crawler.fetch.browser import Browser, BrowserLostError, TabLostError
from crawler.fetch.browser_cookies import from_browser, jar_of, to_browser
from crawler.fetch.chromium import HOW_TO_GET_ONE, NoBrowserError
from crawler.fetch.egress import Exit
from crawler.fetch.egress_ways import way_of
from crawler.fetch.launching import FLAGS, kill, launch_options
from crawler.fetch.mended import MendedHandler
from crawler.fetch.page_actions import act
from crawler.fetch.persona import Persona
from crawler.fetch.reading import Reading, read, rest, there
from crawler.fetch.rendered import first_line, is_loss, rendered, rendered_by_scrapy_playwright, without_page
from crawler.fetch.tab import Tab
from crawler.fetch.tabs import Tabs
from crawler.fetch.typed import endpoints_of
from crawler.fetch.visit import Visit
from crawler.fetch.vitals import Vitals
from crawler.fetch.wishes import Wishes, is_plain

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

START_SECONDS = 60.0
OPEN_SECONDS = 30.0
"""How long a browser may take to open a tab."""
ANSWER_SECONDS = 10.0
"""How long it may take to say that it lives."""
CLOSE_SECONDS = 10.0
FAILURES = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError)
"""What a browser can only guess, and its way out knows."""


class Driver(MendedHandler):
    """One Chromium of a crawl's ``browser``, from its start to its end.

    ``due``: another is to take over; ``users``: requests that are in it.
    """

    FLAGGED = frozenset(FLAGS)

    def __init__(self, crawler: Crawler, browser: Browser) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._seconds = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._most_bytes = settings.getint("DOWNLOAD_MAXSIZE")
        self._strict_certificates = settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        self._vitals = Vitals.of(settings)
        self._rests = browser.rests
        self._egress = browser.egress
        self._usual_proxy = self.config.launch_options.get("proxy")
        self._tabs = Tabs(self, browser.open_pages, self.config.max_contexts, self.config.max_pages_per_context)
        self._open: set[Tab] = set()
        self._lost: BrowserLostError | None = None
        self._retiring: asyncio.Task[None] | None = None
        self._closing = False
        self.shows = self.FLAGGED
        self.users = 0
        self.due = False

    @classmethod
    async def start(cls, crawler: Crawler, browser: Browser, path: str | None, loads: frozenset[str]) -> Self:
        """Start the browser at ``path``, or Playwright's own build; ``loads`` as in ``Wishes``.

        Raises:
            NoBrowserError: it does not start.
        """
        driver = cls(crawler, browser)
        ours, theirs = launch_options(path, loads), driver.config.launch_options
        driver.config.launch_options = ours | theirs | {"args": [*ours["args"], *theirs.get("args", ())]}
        if driver._egress:
            # For what is no page's.
            driver.config.launch_options["proxy"] = {"server": (await driver._egress.exit()).server}
        given = driver.config.launch_options["args"]
        driver.shows = frozenset(kind for kind, flag in FLAGS.items() if flag not in given)
        try:
            async with asyncio.timeout(START_SECONDS):
                await driver._launch()
                await driver._maybe_launch_browser()
                if driver.config.cdp_url or driver.config.connect_url:
                    driver.shows = cls.FLAGGED
                else:
                    await driver._vitals.find(driver.browser)
        except (PlaywrightError, TimeoutError) as error:
            await driver.close()
            what = path or "The browser of Playwright"
            why = first_line(error) if isinstance(error, PlaywrightError) else f"no answer within {START_SECONDS:g} s"
            raise NoBrowserError(f"{what} does not start: {why}. {HOW_TO_GET_ONE}") from error
        return driver

    async def render(self, request: Request, wishes: Wishes) -> Response:
        """As ``Browser.download``; ``wishes`` are those of the request.

        Raises:
            TabLostError, BrowserLostError: it may be tried in another one.
        """
        way_out = await self._way_out(request)
        persona = Persona.of(request, strict_certificates=self._strict_certificates, way_out=way_out)
        try:
            return await self._visit(request, wishes, persona)
        except FAILURES as error:
            known = way_out and way_out.trouble(request.url)
            if known:
                raise known from error
            raise

    async def _visit(self, request: Request, wishes: Wishes, persona: Persona) -> Response:
        visit = Visit(request.url, self._most_bytes)
        self._vitals.visits += 1
        plain = is_plain(request) and not (self.abort_request or self.process_request_headers)
        try:
            async with self._tabs.lent(persona, new=not plain) as tab:
                return await self._within(request, tab, visit, partial(self._show if plain else self._leave_to, wishes))
        except TabLostError as error:
            # All tabs go with their browser.
            raise self._lost or error from error
        except PlaywrightError as error:
            if self._lost or is_loss(error):
                raise self._lost or TabLostError("its tab was lost") from error
            return without_page(request, visit, first_line(error), error)
        finally:
            self._look()

    async def _way_out(self, request: Request) -> Exit | None:
        way = way_of(request, endpoints_of(self._crawler, request), self._usual_proxy)
        return await self._egress.exit(way) if self._egress else None

    async def _within(self, request: Request, tab: Tab, visit: Visit, work: Any) -> Response:
        """What ``work`` makes of the request, in the time that it has."""
        seconds = request.meta.get("download_timeout") or self._seconds
        try:
            async with asyncio.timeout(seconds):
                return await tab.unless_gone(work(request, tab, visit))
        except TimeoutError as error:
            tab.lose(TabLostError("it did not answer in time"))
            await self._check()
            raise DownloadTimeoutError(f"Rendering {request.url} took longer than {seconds:g} seconds.") from error

    # A plain GET

    async def _show(self, wishes: Wishes, request: Request, tab: Tab, visit: Visit) -> Response:
        began = time.monotonic()
        await tab.begin(visit, wishes, self.FLAGGED - self.shows)
        jar = jar_of(self._crawler, request)
        if jar and (cookies := to_browser(jar, request.url)):
            await tab.page.context.add_cookies(cookies)
        referer = request.headers.get("Referer")
        trouble = await tab.go(request.url, referer.decode("latin-1") if referer else None)
        if trouble or not visit.status:
            return without_page(request, visit, trouble or "no document came")
        reading = await self._read(request, wishes, tab, visit)
        if jar is not None:
            from_browser(jar, await tab.page.context.cookies(request.url))
        request.meta["download_latency"] = time.monotonic() - began
        if self._egress:
            visit.address = None  # it is that of our own proxy
        return rendered(request, visit, reading, self._most_bytes)

    async def _read(self, request: Request, wishes: Wishes, tab: Tab, visit: Visit) -> Reading:
        quiet = self._rests.needed(request.url)
        if not wishes.wait_for:
            await rest(tab, visit, quiet)
        elif not await there(tab, wishes.wait_for):
            self.stats.inc_value("browser/waited_in_vain")
        await act(tab, visit, wishes.actions, quiet)
        if request.meta.get("playwright_page_methods"):
            await self._apply_methods_alone(tab.page, request)
        reading = await read(tab, self._most_bytes)
        if not wishes.wait_for and not wishes.actions:
            self._rests.note(request.url, reading.gap)
        return reading

    # What is not plain

    async def _leave_to(self, wishes: Wishes, request: Request, tab: Tab, visit: Visit) -> Response:
        await tab.begin(visit, wishes, self.FLAGGED - self.shows)
        # Only the document is waited for here: the rest may never end, and what there is by then counts.
        goto = {"wait_until": "commit"} | request.meta.get("playwright_page_goto_kwargs", {})
        # It is closed with its tab.
        page = {"playwright_page": tab.page, "playwright_include_page": True, "playwright_page_goto_kwargs": goto}
        sent = request.replace(meta={**request.meta, **page})
        response = await self._download_request_with_retry(sent, self._crawler.spider)
        return rendered_by_scrapy_playwright(request, sent, response, visit, self._most_bytes)

    # For ``Tabs``

    async def open_page(self, persona: Persona) -> Tab:
        """A new page in the context of a persona, by scrapy-playwright."""
        meta = {"playwright_context": persona.name, "playwright_context_kwargs": persona.options}
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                page = await self._create_page(Request("data:,", meta=meta), self._crawler.spider)
                # Each would cost as much as it is to load what it counts.
                page.remove_listener("request", self._increment_request_stats)
                page.remove_listener("response", self._increment_response_stats)
                tab = await Tab.of(page, persona)
        except TimeoutError as error:
            self._lose("it opens no tab")
            raise self._lost or error from error
        except PlaywrightError as error:
            await self._check()
            raise (TabLostError("its tab was lost") if is_loss(error) else error) from error
        self._open.add(tab)
        tab.gone.add_done_callback(lambda _: self._open.discard(tab))
        return tab

    async def close_context(self, name: str) -> None:
        """Close a context of scrapy-playwright's."""
        wrapper = self.context_wrappers.get(name)
        if wrapper:
            await wrapper.context.close()

    def doubt(self) -> None:
        """Have another browser take over."""
        self.due = True

    # Its end

    def retire(self) -> None:
        """Have no tab stay open that nobody uses."""
        self.due = True
        if self._retiring is None:
            self._retiring = asyncio.ensure_future(self._tabs.retire())

    def _look(self) -> None:
        """See whether it has grown too old or too large."""
        self.due = self.due or self._vitals.are_over()
        self.stats.max_value("browser/memory_max", self._vitals.memory)

    async def _check(self) -> None:
        """Take a browser that does not answer for lost.

        Raises:
            BrowserLostError: it is.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                session = await self.browser.new_browser_cdp_session()
                await session.send("Browser.getVersion")
                await session.detach()
        except (PlaywrightError, TimeoutError, AttributeError) as error:
            self._lose("it does not answer")
            raise self._lost or error from error

    def _lose(self, why: str) -> None:
        """Nothing is to be hoped from this browser any more."""
        if self._lost:
            return
        self._lost = BrowserLostError(f"the browser is lost: {why}")
        self.due = True
        self.stats.inc_value("browser/lost")
        for tab in list(self._open):
            tab.lose(self._lost)
        if self._vitals.pid:
            kill(self._vitals.pid)

    async def _browser_disconnected_callback(self) -> None:
        """scrapy-playwright would start another one under the requests that are in it; they are to be told."""
        if not self._closing:
            self._lose("it has ended")
        self.context_wrappers.clear()

    async def close(self) -> None:
        """End the browser, by force where it does not let itself be closed."""
        self._closing = True
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._retiring:
                    await self._retiring
                await super().close()
        except (PlaywrightError, TimeoutError):
            if self._vitals.pid:
                kill(self._vitals.pid)
            with suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self.browser_provider.close()
