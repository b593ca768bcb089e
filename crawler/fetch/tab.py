"""A page of the browser that is used for one visit after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from crawler.fetch.browser import TabLostError
from crawler.fetch.egress import USER, Exit
from crawler.fetch.persona import Persona
from crawler.fetch.visit import Visit
from crawler.fetch.wishes import Wishes

CLOSE_SECONDS = 5.0
T = TypeVar("T")
_DOCUMENTS = [{"resourceType": "Document", "requestStage": stage} for stage in ("Request", "Response")]
_WORLD = "longline"


class Tab:
    """``gone`` ends with an error when the page is lost."""

    def __init__(self, page: Page, session: CDPSession, frame: str, way_out: Exit | None = None) -> None:
        self.page = page
        self._way_out = way_out
        self._session = session
        self._frame = frame
        self._world: int | None = None
        self._wishes: Wishes | None = None
        self._visit: Visit | None = None
        self.visits = 0
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone.add_done_callback(lambda gone: gone.cancelled() or gone.exception())
        page.on("popup", _close)
        page.on("crash", lambda _: self.lose(TabLostError("its tab crashed")))
        page.on("close", lambda _: self.lose(TabLostError("its tab was closed")))
        for name, heard in self._ears().items():
            session.on(name, heard)

    @classmethod
    async def of(cls, page: Page, persona: Persona) -> Tab:
        """Make a new page ready for visits."""
        session = await page.context.new_cdp_session(page)
        frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        tab = cls(page, session, frame, persona.way_out)
        await session.send("Network.enable")
        await session.send("Emulation.setUserAgentOverride", persona.agent)
        return tab

    def _ears(self) -> dict[str, Any]:
        return {
            "Fetch.requestPaused": self._paused,
            "Fetch.authRequired": self._challenged,
            "Network.requestWillBeSent": self._telling(Visit.requested),
            "Network.requestWillBeSentExtraInfo": self._telling(Visit.sent_with),
            "Network.responseReceived": self._telling(Visit.responded),
            "Network.loadingFinished": self._telling(Visit.finished),
            "Network.loadingFailed": self._telling(Visit.finished),
        }

    def _telling(self, what: Callable[[Visit, dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
        def tell(event: dict[str, Any]) -> None:
            if self._visit:
                what(self._visit, event)

        return tell

    @property
    def is_lost(self) -> bool:
        """Whether it is of no use any more."""
        return self.gone.done() or self.page.is_closed()

    def lose(self, error: Exception) -> None:
        """End what goes on here with this error."""
        if not self.gone.done():
            self.gone.set_exception(error)

    async def begin(self, visit: Visit, wishes: Wishes, flagged: frozenset[str]) -> None:
        """From here on, what happens here belongs to this visit. ``flagged`` kinds the browser as a whole loads not."""
        self._visit, self._world = visit, None
        self.visits += 1
        if wishes != self._wishes:
            unwanted = wishes.patterns(flagged)
            auth = self._way_out is not None
            await self.send("Fetch.enable", {"patterns": [*_DOCUMENTS, *unwanted], "handleAuthRequests": auth})
            self._wishes = wishes

    async def go(self, url: str, referer: str | None = None) -> str | None:
        """Show a document: None when it is there, else Chromium's name for the error.

        Raises:
            PlaywrightError: the tab cannot be reached.
        """
        if "#" in url:
            # Else the document that is there may be taken for the one that is asked for.
            await self.send("Page.navigate", {"url": "about:blank"})
        values = {"url": url} | ({"referrer": referer} if referer else {})
        said = await self.send("Page.navigate", values)
        if "errorText" in said:
            return str(said["errorText"])
        # Without a loader it only went to another place of the document that was there already.
        return None if said.get("loaderId") else "no document came"

    async def ask(self, script: str, *, waits: bool = False) -> Any:
        """The value of a JavaScript expression, in a world of its own, which the page's scripts do not see.

        Raises:
            PlaywrightError: the tab cannot be reached, or another document has come meanwhile.
        """
        if self._world is None:
            place = {"frameId": self._frame, "worldName": _WORLD}
            self._world = (await self.send("Page.createIsolatedWorld", place))["executionContextId"]
        values = {"contextId": self._world, "expression": script, "awaitPromise": waits, "returnByValue": True}
        try:
            said = await self.send("Runtime.evaluate", values)
        except PlaywrightError:
            self._world = None
            raise
        if "exceptionDetails" in said:
            raise PlaywrightError(f"A script failed: {said['result'].get('description', 'no reason given')}")
        return said["result"].get("value")

    async def send(self, method: str, values: dict[str, Any] | None = None) -> Any:
        """Speak to the browser about this page."""
        return await self._session.send(method, values or {})

    async def unless_gone(self, work: Awaitable[T]) -> T:
        """The outcome of ``work``, or what the tab was lost of."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait([task, cast("asyncio.Future[Any]", self.gone)], return_when=asyncio.FIRST_COMPLETED)
            if self.gone.done():
                self.gone.result()
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError, PlaywrightError):
                    await task

    async def close(self) -> bool:
        """Close the page: whether it is closed now."""
        if self.page.is_closed():
            return True
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.page.close()
        return self.page.is_closed()

    async def _paused(self, event: dict[str, Any]) -> None:
        method, values = "Fetch.continueRequest", {"requestId": event["requestId"]}
        refusal = self._refusal(event)
        if refusal:
            method, values["errorReason"] = "Fetch.failRequest", refusal
        # The page may have been closed meanwhile.
        with suppress(PlaywrightError):
            await self._session.send(method, values)

    async def _challenged(self, event: dict[str, Any]) -> None:
        """Our own proxy asks for its password, once for each context; what a site asks for is the browser's matter."""
        challenge, said = event["authChallenge"], {"response": "Default"}
        if self._way_out and challenge.get("source") == "Proxy" and challenge["origin"] == self._way_out.server:
            said = {"response": "ProvideCredentials", "username": USER, "password": self._way_out.password}
        with suppress(PlaywrightError):
            await self._session.send(
                "Fetch.continueWithAuth", {"requestId": event["requestId"], "authChallengeResponse": said}
            )

    def _refusal(self, event: dict[str, Any]) -> str | None:
        visit, kind, url = self._visit, event["resourceType"], event["request"]["url"]
        if visit is None or self._wishes is None:
            return "Aborted"
        if kind == "Document" and event["frameId"] == self._frame:
            return visit.refusal(event)
        asked = "responseStatusCode" not in event
        return "BlockedByClient" if asked and self._wishes.refuse(kind, url, visit.url) else None


async def _close(page: Page) -> None:
    # Whatever opens a window closes it with itself.
    with suppress(PlaywrightError):
        await page.close()
