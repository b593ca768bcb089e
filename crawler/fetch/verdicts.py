"""Who wants to hear what answers turned out to be, as proxies and tiers do."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.http import Response

from crawler.fetch.keys import VERDICT
from schemas.verdicts import Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

Listener = Callable[[Request, Response, Verdict], Request | Awaitable[Request | None] | None]
"""Hears of each answer that was judged, pages too. A request that it returns is sent in the place of the answer."""


class Verdicts:
    """The listeners of a crawl, in the order in which they are asked."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._last: list[Listener] = []

    @classmethod
    def of(cls, crawler: Crawler) -> Verdicts:
        """Those of this crawl."""
        return _verdicts.setdefault(crawler, cls())

    def listen(self, listener: Listener, *, last: bool = False) -> None:
        """Tell ``listener`` of each answer from now on. Of an answer that it sends elsewhere, it bounds how often.

        ``last``: it is told only of those that no other sends elsewhere, as tiers are, where another proxy may do.
        """
        (self._last if last else self._listeners).append(listener)

    async def tell(self, request: Request, response: Response, verdict: Verdict) -> Request | None:
        """Tell all; the first request that one of them wants sent instead."""
        wanted = None
        for listener in self._listeners:
            found = await _told(listener, request, response, verdict)
            wanted = wanted or found
        for listener in self._last:
            wanted = wanted or await _told(listener, request, response, verdict)
        return wanted


async def _told(listener: Listener, request: Request, response: Response, verdict: Verdict) -> Request | None:
    answer = listener(request, response, verdict)
    return await answer if inspect.isawaitable(answer) else answer


_verdicts: WeakKeyDictionary[Crawler, Verdicts] = WeakKeyDictionary()


def verdict_of(request: Request) -> Verdict | None:
    """What the answer to a request turned out to be; None where it was not judged."""
    return Verdict.decode(request.meta.get(VERDICT))
