"""One job in this process: from its row in the database to its summary and exit status."""

from __future__ import annotations

import gc
import logging
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from scrapy.crawler import Crawler, CrawlerProcessBase

from crawler import stop_signals, summary
from crawler.arguments import SiteArguments
from crawler.extensions.outcome import Outcome
from crawler.jobs import StoredSite, end_job, find_site, start_job, stored_stats
from crawler.services import Services
from crawler.site_lock import SiteLock
from crawler.spiders.site import SiteSpider
from crawler.verdict import Events, Verdict, judge
from frontier import registry
from frontier.connection import connect
from pipelines import database
from pipelines.database import Row
from pipelines.export import export_job
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
            job, lock = begin(connection, services, find_site(connection, arguments), arguments)
        return cls(job, services, lock, console(quiet=quiet))

    def crawl(self, process: CrawlerProcessBase) -> int:
        """Crawl to the end, and say how it went.

        Returns:
            0 where the job was completed, else 1.
        """
        began = time.monotonic()
        spare_the_collector()
        process.settings.update(self._settings(), priority="cmdline")
        crawler = self._schedule(process)
        try:
            process.start()
        finally:
            # Whatever stopped the loop: the job's row tells the truth.
            verdict, stats, events = self._judge(crawler, began=not process.bootstrap_failed)
            self._end(verdict)
            if not process.settings.getbool("SCHEDULER_PERSIST"):
                registry.forget(connect(self.services.redis_url), self.job.id)
            self.lock.release()
        gc.freeze()
        self._tell(crawler, summary.Report(self.job, stats, verdict, events, time.monotonic() - began))
        self._results(crawler, stats)
        return 0 if verdict.state == JobState.COMPLETED else 1

    def _schedule(self, process: CrawlerProcessBase) -> Crawler:
        """Have the spider run as soon as the process starts."""
        stop_signals.hold()
        crawler = process.create_crawler(SiteSpider)
        process.crawl(crawler, job=self.job)
        return crawler

    def _tell(self, crawler: Crawler, report: summary.Report) -> None:
        summary.show(self.console, report)
        line, failed = summary.sentence(report), report.verdict.state != JobState.COMPLETED
        if self.console.quiet and failed:
            print(line, file=sys.stderr)
        if crawler.settings["LOG_FILE"]:
            logger.log(logging.ERROR if failed else logging.INFO, line)

    def _settings(self) -> dict[str, Any]:
        """What the environment and the site's config say, in the words of the components."""
        config = self.job.config
        settings: dict[str, Any] = self.services.settings() | {
            "LONGLINE_JOB_ID": str(self.job.id),
            "LONGLINE_MAX_PAGES": config.max_pages,
            "ROBOTSTXT_OBEY": config.obey_robots,
            "DOWNLOAD_DELAY": config.delay,
            "CONCURRENT_REQUESTS_PER_DOMAIN": config.concurrency,
        }
        return settings | ({"USER_AGENT": config.user_agent} if config.user_agent else {})

    def _judge(self, crawler: Crawler, *, began: bool) -> tuple[Verdict, JobStats, Events]:
        with database.connect(self.services.database_url) as connection:
            stats = stored_stats(connection, self.job.id)
        if not began:
            return Verdict(JobState.FAILED, "The crawl could not start; the log says why."), stats, Events()
        outcome = crawler.get_extension(Outcome)
        events = outcome.events if outcome else Events()
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
        if stats.pages or stats.records:
            summary.where(self.console, self.job, self.services, records=bool(stats.records))


def begin(
    connection: psycopg.Connection[Row], services: Services, site: StoredSite, arguments: SiteArguments
) -> tuple[Job, SiteLock]:
    """A running job, alone on its site until the lock is released.

    Raises:
        ArgumentError, SiteBusyError: as ``JobRun.start``.
    """
    lock = SiteLock.take(services.database_url, site.id, site.slug)
    try:
        return start_job(connection, site, arguments), lock
    except BaseException:
        lock.release()
        raise


def console(*, quiet: bool) -> Console:
    """Where the summary goes."""
    return Console(highlight=False, soft_wrap=True, quiet=quiet)


def spare_the_collector() -> None:
    """Have Python look for cycles less often: a crawl makes many objects and few cycles, and what is loaded stays."""
    gc.set_threshold(50_000, 20, 100)
    gc.freeze()
