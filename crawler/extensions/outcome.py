"""Notes what a job's verdict rests on, and stops a job whose pages cannot be kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from scrapy import Spider, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.failures import UNPROCESSED
from crawler.fetch.unfetched import failures_of
from crawler.scheduler import Scheduler
from crawler.verdict import Events
from pipelines.failures import StorageError
from schemas.job import JobStats

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Outcome:
    """``events`` holds what happened, from the start of the crawl to its end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._closing: asyncio.Task[None] | None = None
        self.events = Events()
        self.stats: JobStats | None = None
        """What all workers of the job had done when this process heard of it last."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Always on; no settings."""
        outcome = cls(crawler)
        crawler.signals.connect(outcome.item_error, signals.item_error)
        crawler.signals.connect(outcome.spider_error, signals.spider_error)
        crawler.signals.connect(outcome.spider_closed, signals.spider_closed)
        return outcome

    def item_error(self, item: Any, response: Response | Failure | None, failure: Failure) -> None:
        """A page could not be processed; where the archive or the database is to blame, none of them can."""
        error = failure.value
        if not isinstance(error, StorageError):
            url = getattr(item, "url", type(item).__name__)
            self._unprocessed(response, error, f"{url}: {error}")
        elif self.events.storage_problem is None:
            self.events.storage_problem = str(error)
            self._closing = asyncio.create_task(self._crawler.engine.close_spider_async(reason="storage"))

    def spider_error(self, failure: Failure, response: Response | Failure | None) -> None:
        """A callback raised."""
        where = response.url if isinstance(response, Response) else "start"
        self._unprocessed(response, failure.value, f"{where}: {failure.getErrorMessage()}")

    def _unprocessed(self, response: Response | Failure | None, error: BaseException | None, example: str) -> None:
        """Count it here, and for all workers of its job."""
        self.events.unprocessed.add(type(error).__name__, example)
        scheduler = self._crawler.engine.scheduler
        if isinstance(scheduler, Scheduler):
            request = getattr(response, "request", None)
            lane = scheduler.turns.lane(request) if request else scheduler.turns.first_lane()
            if lane:
                lane.fail(UNPROCESSED + type(error).__name__, example)

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """The end."""
        self.events.reason = reason
        self.events.unfetched = failures_of(self._crawler, spider)
        scheduler = self._crawler.engine.scheduler
        if isinstance(scheduler, Scheduler):
            self.events.storage_problem = self.events.storage_problem or scheduler.problem
            lane = scheduler.turns.first_lane()
            if lane and lane.answer:
                self.stats = JobStats.from_counts(lane.answer.stats, lane.failures)
