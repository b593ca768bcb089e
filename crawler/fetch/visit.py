"""One page in the browser: what its main frame may load, and what became of it."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from urllib.parse import urldefrag

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError
from scrapy import Request
from scrapy.http import Headers

HTML_TYPES = ("text/html", "application/xhtml+xml")
_DOCUMENTS = [{"resourceType": "Document", "requestStage": stage} for stage in ("Request", "Response")]
_BRAND = re.compile(r'"([^"]*)";\s*v="([^"]*)"')


class Visit:
    """The main frame shows the document that was asked for, and no other.

    A redirect and a document that is not HTML end the visit; scripts that send the browser elsewhere are not obeyed.
    So each URL is asked for once, by itself, where robots.txt and the site's boundary allow it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._arrived = False
        self._main_frame = ""
        self._session: CDPSession | None = None
        self.page: Page | None = None
        self.answer: tuple[int, Headers] | None = None
        """Status and headers of a redirect, or of an error, which need not have a page."""
        self.is_page = True
        self.led_to: str | None = None

    async def open(self, page: Page, request: Request) -> None:
        """Watch a new page. For scrapy-playwright's ``playwright_page_init_callback``."""
        self.page, self._arrived = page, False
        page.on("popup", _close)
        self._session = session = await page.context.new_cdp_session(page)
        self._main_frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        await session.send("Emulation.setUserAgentOverride", agent(request.headers))
        session.on("Fetch.requestPaused", self._paused)
        await session.send("Fetch.enable", {"patterns": _DOCUMENTS})

    async def _paused(self, event: dict[str, Any]) -> None:
        assert self._session
        method, values = "Fetch.continueRequest", {"requestId": event["requestId"]}
        refusal = self._refusal(event) if event["frameId"] == self._main_frame else None
        if refusal:
            method, values["errorReason"] = "Fetch.failRequest", refusal
        # The page may have been closed meanwhile.
        with suppress(PlaywrightError):
            await self._session.send(method, values)

    def _refusal(self, event: dict[str, Any]) -> str | None:
        """Why the main frame may not load this document, in the protocol's words; "Aborted" leaves it as it is."""
        if "responseStatusCode" in event:
            return self._answer(event["responseStatusCode"], event.get("responseHeaders", []))
        url = urldefrag(event["request"]["url"]).url
        if "responseErrorReason" in event or not self._arrived or url == urldefrag(self._url).url:
            return None
        self.led_to = url
        return "Aborted"

    def _answer(self, status: int, pairs: list[dict[str, str]]) -> str | None:
        headers = Headers([(pair["name"], pair["value"]) for pair in pairs])
        if status >= 300:
            self.answer = status, headers
        if status < 400 and self.answer:
            return "BlockedByClient"
        kind = (headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
        saved = (headers.get("Content-Disposition") or b"").lower().startswith(b"attachment")
        if saved or (kind and kind not in HTML_TYPES):
            self.is_page = False
            return "BlockedByClient"
        self._arrived = True
        return None


async def _close(page: Page) -> None:
    # Whatever opens a window closes it with itself.
    with suppress(PlaywrightError):
        await page.close()


def agent(headers: Headers) -> dict[str, Any]:
    """What the browser calls itself: as the request does, with its client hints, or without any where it has none.

    For ``Emulation.setUserAgentOverride``: it holds for the headers and for what scripts see.
    """
    text = {name.lower(): value for name, value in headers.to_unicode_dict().items()}
    override: dict[str, Any] = {"userAgent": text.get("user-agent", "")}
    if "accept-language" in text:
        # The browser adds the weights itself.
        override["acceptLanguage"] = ",".join(part.partition(";")[0] for part in text["accept-language"].split(","))
    if "sec-ch-ua" in text:
        override["userAgentMetadata"] = {
            "brands": [{"brand": brand, "version": version} for brand, version in _BRAND.findall(text["sec-ch-ua"])],
            "platform": text.get("sec-ch-ua-platform", "").strip('"'),
            "mobile": text.get("sec-ch-ua-mobile") == "?1",
            "platformVersion": "",
            "architecture": "",
            "model": "",
        }
    return override
