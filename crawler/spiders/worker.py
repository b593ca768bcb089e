"""Serves every job in the frontier until it is told to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawler.job_spider import JobSpider

if TYPE_CHECKING:
    from crawler.recruits import Recruits


class WorkerSpider(JobSpider):
    """Has no requests of its own: it takes its share of those of the jobs that are alive."""

    name = "worker"
    custom_settings = {"SCHEDULER": "crawler.worker_scheduler.WorkerScheduler", "LONGLINE_SERVES_ALL": True}

    def __init__(self, recruits: Recruits | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.recruits = recruits

    async def start(self) -> AsyncIterator[Any]:
        """Nothing to begin with."""
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request
