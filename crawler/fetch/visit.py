"""One document in a tab: what its main frame may load, and what became of it. No Playwright."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urldefrag

from scrapy.http import Headers

from extractors.html import HTML_TYPES

NO_DOCUMENT = frozenset({204, 205, 304})
"""Answers that have no document: the browser stays where it was."""
LASTING = frozenset({"EventSource", "WebSocket", "Ping", "Media", "Prefetch", "CSPViolationReport"})
"""Requests that may stay open for ever, or that change nothing on the page."""


class Visit:
    """The main frame shows the document that was asked for, and no other.

    A redirect and a document that is not HTML end the visit; scripts that send the browser elsewhere are not obeyed.
    So each URL is asked for once, by itself, where robots.txt and the site's boundary allow it.
    """

    def __init__(self, url: str, most_bytes: int = 0) -> None:
        self.url = url
        self._most_bytes = most_bytes
        self._arrived = False
        self._document = ""
        self.status = 0
        self.headers = Headers()
        """Of the document, when it has come."""
        self.sent: dict[str, str] = {}
        """The headers that the browser sent for it."""
        self.address: str | None = None
        self.answer: tuple[int, Headers] | None = None
        """Status and headers of a redirect, or of an error, which need not have a page."""
        self.is_page = True
        self.is_too_large = False
        self.led_to: str | None = None
        self.traffic = Traffic()

    # What the main frame asks for

    def refusal(self, event: dict[str, Any]) -> str | None:
        """Why the main frame may not load this document, in the protocol's words; "Aborted" leaves it as it is."""
        if "responseStatusCode" in event:
            return self._answer(event["responseStatusCode"], event.get("responseHeaders", []))
        url = urldefrag(event["request"]["url"]).url
        if "responseErrorReason" in event:
            return None
        if not self._arrived or url == urldefrag(self.url).url:
            self._document = event.get("networkId", "")
            return None
        self.led_to = url
        return "Aborted"

    def _answer(self, status: int, pairs: list[dict[str, str]]) -> str | None:
        headers = Headers([(pair["name"], line) for pair in pairs for line in pair["value"].split("\n")])
        if status >= 300 or status in NO_DOCUMENT:
            self.answer = status, headers
        if self.answer and status < 400:
            return "BlockedByClient"
        kind = (headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
        saved = (headers.get("Content-Disposition") or b"").lower().startswith(b"attachment")
        length = (headers.get("Content-Length") or b"").decode("latin-1")
        self.is_page = not saved and (not kind or kind in HTML_TYPES)
        self.is_too_large = bool(self._most_bytes) and length.isdecimal() and int(length) > self._most_bytes
        if not self.is_page or self.is_too_large:
            return "BlockedByClient"
        self._arrived, self.status, self.headers = True, status, headers
        return None

    # What the page asks for

    def requested(self, event: dict[str, Any]) -> None:
        """For ``Network.requestWillBeSent``."""
        if event.get("type") not in LASTING:
            self.traffic.begin(event["requestId"])

    def sent_with(self, event: dict[str, Any]) -> None:
        """For ``Network.requestWillBeSentExtraInfo``."""
        if event["requestId"] == self._document:
            self.sent = {name: value for name, value in event["headers"].items() if not name.startswith(":")}

    def responded(self, event: dict[str, Any]) -> None:
        """For ``Network.responseReceived``."""
        if event["requestId"] == self._document:
            self.address = event["response"].get("remoteIPAddress")

    def finished(self, event: dict[str, Any]) -> None:
        """For ``Network.loadingFinished`` and ``loadingFailed``."""
        self.traffic.end(event["requestId"])


class Traffic:
    """What a page is asking for, and since when it asks for nothing."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self._changed = asyncio.Event()
        self._last = asyncio.get_running_loop().time()

    def begin(self, number: str) -> None:
        """A request begins."""
        self._open.add(number)
        self._note()

    def end(self, number: str) -> None:
        """A request has ended, however."""
        if number in self._open:
            self._open.remove(number)
            self._note()

    def expect(self) -> None:
        """Something may begin now, without a request so far."""
        self._note()

    def _note(self) -> None:
        self._last = asyncio.get_running_loop().time()
        self._changed.set()

    async def silence(self, seconds: float) -> None:
        """Return when nothing was asked for, and nothing was under way, for so long."""
        loop = asyncio.get_running_loop()
        while True:
            self._changed.clear()
            rest = None if self._open else self._last + seconds - loop.time()
            if rest is not None and rest <= 0:
                return
            try:
                async with asyncio.timeout(rest):
                    await self._changed.wait()
            except TimeoutError:
                continue
