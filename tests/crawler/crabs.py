"""Small spiders that note what they see, for tests of what carries them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

from scrapy import Request, Spider
from scrapy.core.engine import ExecutionEngine
from scrapy.http import Response
from twisted.python.failure import Failure

# Scrapy looks into its queue once in five seconds, come what may: whoever forgets to wake it is found out.
ExecutionEngine._SLOT_HEARTBEAT_INTERVAL = 3600.0


class Crab(Spider):
    """Asks for ``start``, and from its page for ``then``: dicts with what ``Request`` takes. Follows no link.

    It notes for each answer ``[URL, status]``, and for each failure ``[URL, its class, its text]``.
    """

    name = "crab"

    def __init__(self, start: list[dict[str, Any]], then: list[dict[str, Any]] | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.first = start
        self.then = then or []
        self.notes: list[Any] = []

    async def start(self) -> AsyncIterator[Request]:
        for number, wanted in enumerate(self.first):
            yield self.request(wanted, leads=number == 0)

    def request(self, wanted: dict[str, Any], *, leads: bool = False) -> Request:
        callback = self.lead if leads else self.note
        return Request(callback=callback, errback=self.failed, **wanted)

    def lead(self, response: Response) -> Iterator[Request]:
        self.note(response)
        for wanted in self.then:
            yield self.request(wanted)

    def note(self, response: Response) -> None:
        self.notes.append([response.url, response.status])

    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        self.notes.append([request.url, type(failure.value).__name__, str(failure.value)])


class Calendar(Crab):
    """Follows a calendar that has no end; each of its days counts as a page."""

    def lead(self, response: Response) -> Iterator[Request]:
        self.note(response)
        for link in response.css("a::attr(href)").getall():
            yield response.follow(link, self.lead, errback=self.failed, meta={"counts_as_page": True})


class Careless(Crab):
    """Wants a callback that cannot be written down, and then one more page."""

    def lead(self, response: Response) -> Iterator[Request]:
        yield Request(response.urljoin("/about"), callback=partial(self.note))
        yield self.request({"url": response.urljoin("/contact")})
