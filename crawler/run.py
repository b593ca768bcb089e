"""One job in this process: from its row in the database to its summary and exit status."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from scrapy.crawler import Crawler, CrawlerProcessBase

from crawler import summary
from crawler.arguments import SiteArguments
from crawler.extensions.outcome import Outcome
from crawler.jobs import end_job, find_site, start_job
from crawler.services import Services
from crawler.site_lock import SiteLock
from crawler.spiders.site import SiteSpider
from crawler.verdict import Events, Verdict, judge
from pipelines import database
from pipelines.export import export_job
from pipelines.store import StorePipeline
from schemas.job import Job, JobState, JobStats

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class JobRun:
    """A job that was started, with the servers that it uses. Quiet: it says nothing but why it failed."""

    job: Job
    services: Services
    lock: SiteLock
    console: Console

    @classmethod
    def start(cls, arguments: SiteArguments, services: Services, *, quiet: bool = False) -> JobRun:
        """Make the job, alone on its site until ``crawl`` has ended.

        Raises:
            ArgumentError: there is no such site.
            SiteBusyError: the site is being crawled.
        """
        with database.connect(services.database_url) as connection:
            site = find_site(connection, arguments)
            lock = SiteLock.take(services.database_url, site.id, site.slug)
            try:
                job = start_job(connection, site, arguments)
            except BaseException:
                lock.release()
                raise
        return cls(job, services, lock, Console(highlight=False, soft_wrap=True, quiet=quiet))

    def crawl(self, process: CrawlerProcessBase) -> int:
        """Crawl to the end, and say how it went.

        Returns:
            0 where the job was completed, else 1.
        """
        began = time.monotonic()
        process.settings.update(self._settings(), priority="cmdline")
        crawler = process.create_crawler(SiteSpider)
        process.crawl(crawler, job=self.job)
        try:
            process.start()
        finally:
            # Whatever stopped the loop: the job's row tells the truth.
            verdict, stats, events = self._judge(crawler)
            self._end(verdict)
            self.lock.release()
        self._tell(crawler, summary.Report(self.job, stats, verdict, events, time.monotonic() - began))
        self._results(crawler, stats)
        return 0 if verdict.state == JobState.COMPLETED else 1

    def _tell(self, crawler: Crawler, report: summary.Report) -> None:
        summary.show(self.console, report)
        line, failed = summary.sentence(report), report.verdict.state != JobState.COMPLETED
        if self.console.quiet and failed:
            print(line, file=sys.stderr)
        if crawler.settings["LOG_FILE"]:
            logger.log(logging.ERROR if failed else logging.INFO, line)

    def _settings(self) -> dict[str, Any]:
        """What the environment and the site's config say, in the words of the components."""
        config, archive = self.job.config, self.services.archive
        settings: dict[str, Any] = {
            "LONGLINE_JOB_ID": str(self.job.id),
            "LONGLINE_ARCHIVE_URL": archive.url,
            "LONGLINE_ARCHIVE_ENDPOINT": archive.endpoint,
            "LONGLINE_ARCHIVE_REGION": archive.region,
            "LONGLINE_MAX_PAGES": config.max_pages,
            "DATABASE_URL": self.services.database_url,
            "REDIS_URL": self.services.redis_url,
            "ROBOTSTXT_OBEY": config.obey_robots,
            "DOWNLOAD_DELAY": config.delay,
            "CONCURRENT_REQUESTS_PER_DOMAIN": config.concurrency,
        }
        return settings | ({"USER_AGENT": config.user_agent} if config.user_agent else {})

    def _judge(self, crawler: Crawler) -> tuple[Verdict, JobStats, Events]:
        if crawler.spider is None or crawler._engine is None:  # noqa: SLF001 - None until the crawl has begun
            return Verdict(JobState.FAILED, "The crawl could not start; the log says why."), JobStats(), Events()
        outcome, store = crawler.get_extension(Outcome), crawler.get_item_pipeline(StorePipeline)
        events = outcome.events if outcome else Events()
        stats = store.stats if store else JobStats()
        return judge(self.job.config, stats, events), stats, events

    def _end(self, verdict: Verdict) -> None:
        with database.connect(self.services.database_url) as connection:
            end_job(connection, self.job.id, verdict)

    def _results(self, crawler: Crawler, stats: JobStats) -> None:
        if self.job.config.dry_run:
            summary.show_seeds(self.console, getattr(crawler.spider, "seeds", []))
            return
        if self.job.config.output:
            with database.connect(self.services.database_url) as connection:
                export_job(connection, self.job.id, Path(self.job.config.output))
        if stats.pages:
            summary.where(self.console, self.job, self.services)
