"""Which pages a browser renders: all, none, or those that are empty without one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.exceptions import DownloadFailedError, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.failures import UNRENDERED, cause
from crawler.fetch.browser import LED_TO, RENDERED
from crawler.fetch.chromium import NoBrowserError
from crawler.fetch.gains import Gains
from crawler.fetch.keys import TIER, VERDICT
from crawler.fetch.proxy_demand import carried_alike
from crawler.fetch.render_share import RenderLearner
from crawler.responses import header
from extractors.blocked import is_empty_shell, may_be_shell
from extractors.html import parse
from extractors.rendering import adds
from schemas.site import RENDERS, Render

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from selectolax.lexbor import LexborHTMLParser

logger = logging.getLogger(__name__)

RENDER = "render"
"""``request.meta`` key: auto, always or never, in place of the setting."""
NO_BROWSER = "there is no browser"
NO_GAIN = "a browser has added nothing to pages like it"


class RenderMiddleware:
    """Setting: LONGLINE_RENDER (auto, always, never).

    auto: a page that turns out to be an empty shell is asked for once more, by the browser, and its answer takes the
    place of the first one. Where the browser cannot help, or has added nothing to pages like it, the page stays as it
    was fetched. Where there is no browser, that is said once.
    """

    def __init__(self, crawler: Crawler, default: Render) -> None:
        self._crawler = crawler
        self._default = default
        self._no_browser: NoBrowserError | None = None
        self.gains: Gains = RenderLearner.of(crawler).gains

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Reads LONGLINE_RENDER."""
        mode = crawler.settings.get("LONGLINE_RENDER", "auto")
        if mode not in RENDERS:
            raise NotConfigured(f"LONGLINE_RENDER is {mode}; it takes auto, always or never.")
        return cls(crawler, mode)

    def process_request(self, request: Request) -> None:
        """Have every page rendered, where that is asked for."""
        if self._mode(request) != "always":
            return
        if self._no_browser:
            _keep(request, NO_BROWSER)
        else:
            request.meta[RENDERED] = True

    async def process_response(self, request: Request, response: Response) -> Response:
        """Render an empty shell; note of any page that it was rendered."""
        shell = _shell(response) if self._mode(request) == "auto" and RENDERED not in response.flags else None
        if shell:
            response = await self._rendered(request, response, shell)
        if RENDERED in response.flags:
            request.meta[TIER] = "browser"
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Where there is no browser, fetch the page without one."""
        if not isinstance(exception, NoBrowserError) or self._mode(request) == "never":
            return None
        self._miss(exception)
        again = request.replace(dont_filter=True)
        del again.meta[RENDERED]
        _keep(again, NO_BROWSER)
        return again

    def _mode(self, request: Request) -> str:
        if request.callback is NO_CALLBACK or request.method != "GET":
            return "never"
        mode: str = request.meta.get(RENDER, self._default)
        return mode

    async def _rendered(self, request: Request, response: Response, shell: LexborHTMLParser) -> Response:
        """The browser's answer; the one that there is, where the browser has no better one."""
        if not await self.gains.worth(request):
            _keep(request, NO_GAIN)
            return response
        try:
            rendered = await self._asked_again(request)
            await self.gains.note(request, gained=_adds(shell, rendered))
            return rendered
        except NoBrowserError as error:
            self._miss(error)
            why = NO_BROWSER
        except Exception as error:  # noqa: BLE001 - a download handler or middleware may raise anything
            why = cause(error)
        _keep(request, why)
        return response

    async def _asked_again(self, request: Request) -> Response:
        if self._no_browser:
            raise self._no_browser
        meta = {**request.meta, RENDERED: True, RENDER: "never", "dont_retry": True}
        asked = request.replace(meta=meta, callback=NO_CALLBACK, errback=None, dont_filter=True)
        response = await self._crawler.engine.download_async(asked)
        if RENDERED not in response.flags or response.status != 200:
            raise DownloadFailedError(f"the browser got no page, but status {response.status}")
        # From here on as if the request itself had gone through the browser.
        request.headers = asked.headers
        carried_alike(request, asked)
        request.meta.update({name: asked.meta[name] for name in (LED_TO, VERDICT) if name in asked.meta})
        return response.replace(request=request)

    def _miss(self, error: NoBrowserError) -> None:
        if self._no_browser is None:
            logger.warning("%s. Pages that need a browser are kept as they are fetched.", str(error).rstrip("."))
        self._no_browser = error


def _keep(request: Request, why: str) -> None:
    # For the spider, which counts it.
    request.meta[UNRENDERED] = f"{request.url} is kept as it was fetched: {why}."


def _shell(response: Response) -> LexborHTMLParser | None:
    """The tree of an empty shell; None where the answer is none."""
    kind = header(response, "Content-Type")
    if response.status != 200 or (kind and "html" not in kind.lower()) or not may_be_shell(response.body):
        return None
    tree = parse(response.body, kind)
    return tree if is_empty_shell(tree) else None


def _adds(shell: LexborHTMLParser, rendered: Response) -> bool:
    return adds(shell, parse(rendered.body, header(rendered, "Content-Type")), rendered.url)
