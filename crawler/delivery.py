"""When a request is done: when its callback has ended, and whatever came of it is queued or stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.claims import CLAIM, forget
from crawler.scheduler import Scheduler
from pipelines.failures import StorageError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


@dataclass(slots=True)
class Tally:
    """What is still to come of one request."""

    request: Request
    items: int = 0
    callback: bool = True


class Delivery:
    """The outermost spider middleware: counts what each callback yields, and what has become of it.

    A claim whose item could not be stored stays claimed: when this process has ended, another one does it again.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._tallies: dict[str, Tally] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Always on; without claims it does nothing."""
        delivery = cls(crawler)
        for handler, signal in (
            (delivery.item_ended, signals.item_scraped),
            (delivery.item_ended, signals.item_dropped),
            (delivery.item_error, signals.item_error),
            (delivery.spider_error, signals.spider_error),
            (delivery.request_dropped, signals.request_dropped),
        ):
            crawler.signals.connect(handler, signal)
        return delivery

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Count items, and take the claim out of what a callback makes of its own request."""
        claim = response.meta.get(CLAIM)
        tally = Tally(response.request) if claim and response.request else None
        if claim and tally:
            self._tallies[claim] = tally
        try:
            async for output in result:
                if isinstance(output, Request):
                    forget(output)
                elif tally:
                    tally.items += 1
                yield output
        finally:
            if claim and tally:
                tally.callback = False
                self._check(claim, tally)

    def item_ended(self, response: Response | Failure | None) -> None:
        """An item is stored, or was dropped on purpose."""
        claim = response.meta.get(CLAIM) if isinstance(response, Response) else None
        tally = self._tallies.get(claim) if claim else None
        if claim and tally:
            tally.items -= 1
            self._check(claim, tally)

    def item_error(self, response: Response | Failure | None, failure: Failure) -> None:
        """An item failed: by its own fault, or because nothing can be stored here any more."""
        if not isinstance(failure.value, StorageError):
            self.item_ended(response)

    def spider_error(self, response: Response | Failure | None) -> None:
        """A callback raised, perhaps before it had any output."""
        if isinstance(response, Response) and response.request and response.meta.get(CLAIM) not in self._tallies:
            self._finish(response.request)

    def request_dropped(self, request: Request) -> None:
        """A retry or redirect of a claimed request is not queued: it ends here."""
        self._finish(request)

    def _check(self, claim: str, tally: Tally) -> None:
        if tally.items == 0 and not tally.callback:
            self._tallies.pop(claim, None)
            self._finish(tally.request)

    def _finish(self, request: Request) -> None:
        scheduler = self._crawler.engine.scheduler
        if isinstance(scheduler, Scheduler):
            scheduler.finish(request)
