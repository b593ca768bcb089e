"""Notes what a job's verdict rests on, and stops a job whose pages cannot be kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from scrapy import Spider, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.fetch.unfetched import failures_of
from crawler.pages import PageMiddleware
from crawler.verdict import Events
from pipelines.failures import StorageError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Outcome:
    """``events`` holds what happened, from the start of the crawl to its end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._closing: asyncio.Task[None] | None = None
        self.events = Events()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Always on; no settings."""
        outcome = cls(crawler)
        crawler.signals.connect(outcome.item_error, signals.item_error)
        crawler.signals.connect(outcome.spider_error, signals.spider_error)
        crawler.signals.connect(outcome.spider_closed, signals.spider_closed)
        return outcome

    def item_error(self, item: Any, failure: Failure) -> None:
        """A page could not be processed; where the archive or the database is to blame, none of them can."""
        error = failure.value
        if not isinstance(error, StorageError):
            url = getattr(item, "url", type(item).__name__)
            self.events.unprocessed.add(type(error).__name__, f"{url}: {error}")
        elif self.events.storage_problem is None:
            self.events.storage_problem = str(error)
            self._closing = asyncio.create_task(self._crawler.engine.close_spider_async(reason="storage"))

    def spider_error(self, failure: Failure, response: Response | None) -> None:
        """A callback raised."""
        where = response.url if response is not None else "start"
        self.events.unprocessed.add(type(failure.value).__name__, f"{where}: {failure.getErrorMessage()}")

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """The end."""
        self.events.reason = reason
        self.events.unfetched = failures_of(self._crawler, spider)
        own = self._crawler.get_spider_middleware(PageMiddleware)
        self.events.answered = own.good if own else 0
