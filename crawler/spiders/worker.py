"""Serves every job in the frontier until it is told to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request

from crawler import stop_signals
from crawler.job_spider import JobSpider


class WorkerSpider(JobSpider):
    """Has no requests of its own: it takes its share of those of the jobs that are alive."""

    name = "worker"
    custom_settings = {"SCHEDULER": "crawler.worker_scheduler.WorkerScheduler"}

    async def start(self) -> AsyncIterator[Any]:
        """Nothing to begin with."""
        stop_signals.release()
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request
