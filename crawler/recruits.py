"""Jobs of people's own spiders, as a worker joins them: each by a crawler of its own, beside that of the sites."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from scrapy.crawler import Crawler, CrawlerProcessBase
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.spiderloader import get_spider_loader

from crawler.own_run import DEFAULTS, own_settings
from crawler.services import Services
from schemas.job import Job

logger = logging.getLogger(__name__)

MAY_COME_BACK = frozenset({"finished", "storage"})
"""Why a crawl was closed whose job this process may join again, if it is not over elsewhere."""


class Recruits:
    """Crawlers of spiders that this project has, with the arguments and settings of their jobs."""

    def __init__(self, process: CrawlerProcessBase, services: Services) -> None:
        self._process = process
        self._services = services
        self._spiders = get_spider_loader(process.settings)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._left: set[UUID] = set()
        self._unknown: set[str] = set()

    def join(self, job: Job) -> None:
        """Work on a job, unless this process does so already, or has left it for good, or does not have the spider."""
        if job.id in self._running or job.id in self._left:
            return
        if job.spider in self._spiders.list():
            self._running[job.id] = asyncio.get_running_loop().create_task(self._crawl(job))
        elif job.spider not in self._unknown:
            self._unknown.add(job.spider)
            logger.warning("Jobs of the spider %s are left to other workers: this project has none.", job.spider)

    async def _crawl(self, job: Job) -> None:
        try:
            crawler = self._crawler(job)
            await self._process.crawl(crawler, **job.arguments)
            if not crawler.stats or crawler.stats.get_value("finish_reason") not in MAY_COME_BACK:
                self._left.add(job.id)
        except Exception:  # whatever a spider of somebody's own does, the worker serves its other jobs
            logger.exception("The spider %s could not start: its job %s is left to others.", job.spider, job.id)
            self._left.add(job.id)
            # Scrapy means by it that the whole process is of no use.
            self._process.bootstrap_failed = False
        finally:
            del self._running[job.id]

    def _crawler(self, job: Job) -> Crawler:
        settings = self._process.settings.copy()
        own = own_settings(job, self._services) | {"LONGLINE_JOINS_JOB": True}
        # A little above what they belong to: Scrapy merges the process's own settings into these once more.
        settings.update(DEFAULTS, priority=SETTINGS_PRIORITIES["project"] + 1)
        settings.update(own, priority=SETTINGS_PRIORITIES["cmdline"] + 1)
        return Crawler(self._spiders.load(job.spider), settings)
