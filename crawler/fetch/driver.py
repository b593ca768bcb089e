"""scrapy-playwright, bounded. Importing this module loads Playwright: import it late."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawler.fetch.browser import LED_TO, RENDERED, NotAPageError
from crawler.fetch.chromium import HOW_TO_GET_ONE, NoBrowserError
from crawler.fetch.visit import Visit
from schemas.proxies import credentials

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SETTLE_SECONDS = 10.0
"""How long a page may take, after its document has come, until its scripts ask for nothing more."""
CLOSE_SECONDS = 10.0
KEPT_CONTEXTS = 4
"""Contexts (one for each proxy, each with its own cookies and cache) that are kept while nobody uses them."""
_CAUSES = {
    "ERR_NAME_NOT_RESOLVED": CannotResolveHostError,
    "ERR_CONNECTION_REFUSED": DownloadConnectionRefusedError,
    "ERR_ADDRESS_UNREACHABLE": DownloadConnectionRefusedError,
    "ERR_PROXY_CONNECTION_FAILED": DownloadConnectionRefusedError,
    "ERR_CONNECTION_TIMED_OUT": DownloadTimeoutError,
}


class Driver(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc] # scrapy-playwright has no types
    """Renders at most PLAYWRIGHT_MAX_PAGES_PER_CONTEXT pages at a time, each within DOWNLOAD_TIMEOUT seconds."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._seconds = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._most_bytes = settings.getint("DOWNLOAD_MAXSIZE")
        self._strict_certificates = settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        self._places = asyncio.Semaphore(self.config.max_pages_per_context)
        self._users: Counter[str] = Counter()
        # What it warns of it raises as well, and then it is counted and named once.
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)

    @classmethod
    async def start(cls, crawler: Crawler, path: str | None) -> Self:
        """Start the browser at ``path``, or Playwright's own build.

        Raises:
            NoBrowserError: it does not start.
        """
        driver = cls(crawler)
        driver.config.launch_options = launch_options(path) | driver.config.launch_options
        try:
            await driver._launch()
            await driver._maybe_launch_browser()
        except PlaywrightError as error:
            await driver.close()
            what = path or "The browser of Playwright"
            raise NoBrowserError(f"{what} does not start: {_first_line(error)}. {HOW_TO_GET_ONE}") from error
        return driver

    async def render(self, request: Request) -> Response:
        """As ``Browser.download``."""
        visit = Visit(request.url)
        seconds = request.meta.get("download_timeout") or self._seconds
        try:
            async with self._places, self._context(request) as meta, self._closing(visit), asyncio.timeout(seconds):
                sent = request.replace(meta={**request.meta, **meta, **_meta(request, visit)})
                response = await self._download_request(sent)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"Rendering {request.url} took longer than {seconds} seconds.") from error
        except PlaywrightError as error:
            return _without_page(request, visit, error)
        return self._answer(request, sent, response, visit)

    def _answer(self, request: Request, sent: Request, response: Response, visit: Visit) -> Response:
        body = response.body.decode(getattr(response, "encoding", "utf-8")).encode()
        if self._most_bytes and len(body) > self._most_bytes:
            raise DownloadCancelledError(f"{request.url} is larger than {self._most_bytes:,} bytes once it is rendered")
        request.headers = sent.headers
        if visit.led_to or response.url.partition("#")[0] != request.url.partition("#")[0]:
            request.meta[LED_TO] = visit.led_to or response.url
        return response.replace(url=request.url, headers=_headers(response.headers), body=body, request=request)

    @asynccontextmanager
    async def _context(self, request: Request) -> AsyncIterator[dict[str, Any]]:
        """scrapy-playwright's keys for the browser context of the request's proxy; it may go when nobody is in it."""
        proxy = proxy_of(request)
        own = blake2b(repr(proxy).encode(), digest_size=8).hexdigest() if proxy else "direct"
        name = request.meta.get("playwright_context", own)
        options = {"service_workers": "block", "ignore_https_errors": not self._strict_certificates}
        kwargs = options | ({"proxy": proxy} if proxy else {}) | request.meta.get("playwright_context_kwargs", {})
        self._users[name] += 1
        try:
            yield {"playwright_context": name, "playwright_context_kwargs": kwargs}
        finally:
            self._users[name] -= 1
            await self._leave(name)

    async def _leave(self, name: str) -> None:
        wrapper = self.context_wrappers.get(name)
        if wrapper and not self._users[name] and len(self.context_wrappers) > KEPT_CONTEXTS:
            del self._users[name]
            with suppress(PlaywrightError):
                await wrapper.context.close()

    @asynccontextmanager
    async def _closing(self, visit: Visit) -> AsyncIterator[None]:
        """Close the page however the block ends: scrapy-playwright does not where its time is up."""
        try:
            yield
        finally:
            if visit.page and not visit.page.is_closed():
                with suppress(PlaywrightError, TimeoutError):
                    async with asyncio.timeout(CLOSE_SECONDS):
                        await visit.page.close()

    async def _apply_page_methods(self, page: Page, request: Request, spider: Spider) -> None:
        """Wait until the page is at rest, or long enough; then do what the request asks for."""
        with suppress(PlaywrightTimeoutError):
            await page.wait_for_load_state("networkidle", timeout=SETTLE_SECONDS * 1000)
        await super()._apply_page_methods(page, request, spider)


def _meta(request: Request, visit: Visit) -> dict[str, Any]:
    # Only the document is waited for here: the rest may never end, and what there is by then counts.
    goto = {"wait_until": "commit"} | request.meta.get("playwright_page_goto_kwargs", {})
    return {"playwright_page_init_callback": visit.open, "playwright_page_goto_kwargs": goto}


def launch_options(path: str | None) -> dict[str, Any]:
    """How the browser is started. Its sandbox is on, but for root, under whom it does not work."""
    options: dict[str, Any] = {
        "chromium_sandbox": os.geteuid() != 0,
        "args": ["--disable-gpu", "--disable-background-networking", "--no-pings", "--disable-domain-reliability"],
        # A stop lets what is under way finish, and closes the browser then.
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }
    return options | ({"executable_path": path} if path else {})


def proxy_of(request: Request) -> dict[str, str] | None:
    """The request's proxy as Playwright takes it; None where it goes directly."""
    proxy = request.meta.get("proxy")
    if not proxy:
        return None
    parts = urlsplit(proxy)
    server = {"server": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"}
    header = request.headers.get("Proxy-Authorization")
    if not header:
        return server
    user, password = map(_characters, credentials(header.decode("ascii")))
    return server | {"username": user, "password": password}


def _characters(octets: str) -> str:
    """The text of which these are the octets: the browser will write it in UTF-8."""
    try:
        return octets.encode("latin-1").decode()
    except UnicodeDecodeError:
        return octets


def _without_page(request: Request, visit: Visit, error: PlaywrightError) -> Response:
    """What a visit that brought no page says.

    Raises:
        NotAPageError, DownloadFailedError: or one of its kinds.
    """
    if visit.answer:
        status, headers = visit.answer
        return Response(request.url, status, headers, request=request, flags=[RENDERED])
    if not visit.is_page:
        raise NotAPageError(request.url) from error
    if isinstance(error, PlaywrightTimeoutError):
        raise DownloadTimeoutError(f"{request.url} did not come in time") from error
    text = _first_line(error)
    kind = next((kind for name, kind in _CAUSES.items() if name in text), DownloadFailedError)
    raise kind(text) from error


def _headers(headers: Headers) -> Headers:
    """Those of the document, which came in one string for each name; the body is UTF-8 now, whatever it was."""
    pairs = [
        (name, line)
        for name, values in headers.items()
        for value in values
        for line in value.split(b"\n")
        if name.lower() not in (b"content-type", b"content-length", b"transfer-encoding")
    ]
    kind = (headers.get("Content-Type") or b"text/html").partition(b";")[0]
    return Headers([*pairs, (b"Content-Type", kind + b"; charset=utf-8")])


def _first_line(error: PlaywrightError) -> str:
    return error.message.strip().splitlines()[0].rstrip(".")
