"""Jobs of people's own spiders, as a worker joins them: each by a crawler of its own, beside that of the sites."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

from scrapy.crawler import Crawler, CrawlerProcessBase
from scrapy.spiderloader import get_spider_loader

from crawler.own_run import DEFAULTS, own_settings
from crawler.services import Services
from schemas.job import Job

logger = logging.getLogger(__name__)


class Recruits:
    """Crawlers of spiders that this project has, with the arguments and settings of their jobs."""

    def __init__(self, process: CrawlerProcessBase, services: Services) -> None:
        self._process = process
        self._services = services
        self._spiders = get_spider_loader(process.settings)
        self._running: dict[UUID, asyncio.Future[Any]] = {}
        self._unknown: set[str] = set()

    def join(self, job: Job) -> None:
        """Work on a job, unless this process does so already, or does not have the spider."""
        if job.id in self._running:
            return
        if job.spider not in self._spiders.list():
            self._cannot(job)
            return
        crawler = self._crawler(job)
        crawling = asyncio.ensure_future(_awaited(self._process.crawl(crawler, **job.arguments)))
        self._running[job.id] = crawling
        # A job that was closed here is not over elsewhere: it may be joined again.
        crawling.add_done_callback(lambda _: self._running.pop(job.id, None))

    def _crawler(self, job: Job) -> Crawler:
        settings = self._process.settings.copy()
        settings.update(DEFAULTS, priority="project")
        settings.update(own_settings(job, self._services) | {"LONGLINE_JOINS_JOB": True}, priority="cmdline")
        return Crawler(self._spiders.load(job.spider), settings)

    def _cannot(self, job: Job) -> None:
        if job.spider not in self._unknown:
            self._unknown.add(job.spider)
            logger.warning("Jobs of the spider %s are left to other workers: this project has none.", job.spider)


async def _awaited(awaitable: Any) -> None:
    await awaitable
