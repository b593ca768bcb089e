"""One job in this process: from its row in the database to its summary and exit status."""

from __future__ import annotations

import gc
import logging
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from rich.console import Console
from scrapy.crawler import Crawler, CrawlerProcessBase

from crawler import stop_signals, summary
from crawler.arguments import ArgumentError, SiteArguments
from crawler.aside import run_aside
from crawler.extensions.outcome import Outcome
from crawler.fetch.guard import Guard
from crawler.fetch.impersonation import check_installed
from crawler.jobs import StoredSite, end_job, ending, find_site, start_job, stored_stats
from crawler.orphans import settle
from crawler.services import Services, check_room
from crawler.site_lock import SiteLock
from crawler.spiders.site import SiteSpider
from crawler.verdict import Events, Verdict, events_of, judge
from frontier.connection import connect_async
from frontier.jobs import Jobs
from pipelines import database
from pipelines.database import Row
from pipelines.export import export_job
from pipelines.outage import Outage
from schemas.environment import OUTAGE_SECONDS
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
    def start(cls, arguments: SiteArguments, services: Services, guard: Guard, *, quiet: bool = False) -> JobRun:
        """Make the job, alone on its site until ``crawl`` has ended.

        Raises:
            ArgumentError: there is no such site.
            PrivateAddressError: it starts on a private address, and nobody typed it.
            SiteBusyError: the site is being crawled.
        """
        with database.connect(services.database_url) as connection:
            site = find_site(connection, arguments)
            url, by_hand = arguments.url or site.config.url, bool(arguments.url) and arguments.typed
            typed = run_aside(guard.start(url, typed=by_hand))
            job, lock = begin(connection, services, site, arguments, typed)
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
            report = self._judge(crawler, began=not process.bootstrap_failed)
            if not process.settings.getbool("SCHEDULER_PERSIST"):
                run_aside(forget(self.services.redis_url, self.job.id))
            self.lock.release()
        gc.freeze()
        self._tell(crawler, replace(report, seconds=time.monotonic() - began))
        self._results(crawler, report.stats)
        return 0 if report.verdict.state == JobState.COMPLETED else 1

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

    def _judge(self, crawler: Crawler, *, began: bool) -> summary.Report:
        """How the job ended: as its row says; where this process was stopped before that, it ends the job here."""
        with self._connected() as connection:
            ended = ending(connection, self.job.id)
            if ended is None:
                verdict, stats, events = self._own_verdict(crawler, connection, began=began)
                end_job(connection, self.job.id, verdict, stats)
            else:
                verdict, stats = ended
                events = events_of(stats, "finished")
            self._named(connection, crawler)
        return summary.Report(self.job, stats, verdict, events, 0.0)

    def _connected(self) -> psycopg.Connection[Row]:
        """A connection to PostgreSQL, which may be away just now.

        Raises:
            OutageError: it stayed away for too long.
        """
        outage = Outage("PostgreSQL", self.services.times.get("LONGLINE_OUTAGE_SECONDS", OUTAGE_SECONDS))
        while True:
            try:
                return database.connect(self.services.database_url)
            except database.DatabaseUnavailableError as error:
                time.sleep(outage.failed(str(error)))

    def _own_verdict(
        self, crawler: Crawler, connection: psycopg.Connection[Row], *, began: bool
    ) -> tuple[Verdict, JobStats, Events]:
        outcome = crawler.get_extension(Outcome) if began else None
        stats = (outcome and outcome.stats) or stored_stats(connection, self.job.id)
        if not began:
            return Verdict(JobState.FAILED, "The crawl could not start; the log says why."), stats, Events()
        events = outcome.events if outcome else Events()
        return judge(self.job.config, stats, events), stats, events

    def _named(self, connection: psycopg.Connection[Row], crawler: Crawler) -> None:
        """For jobs of which it is known only now where they started."""

    def _results(self, crawler: Crawler, stats: JobStats) -> None:
        if self.job.config.dry_run:
            summary.show_seeds(self.console, getattr(crawler.spider, "found", []))
            return
        if self.job.config.output:
            with database.connect(self.services.database_url) as connection:
                export_job(connection, self.job.id, Path(self.job.config.output))
        if stats.pages or stats.records:
            summary.where(self.console, self.job, self.services, records=bool(stats.records))


def begin(
    connection: psycopg.Connection[Row],
    services: Services,
    site: StoredSite,
    arguments: SiteArguments,
    typed: frozenset[str] = frozenset(),
) -> tuple[Job, SiteLock]:
    """A running job, alone on its site until the lock is released; ``typed``: as the job's own.

    Raises:
        ArgumentError, SiteBusyError: as ``JobRun.start``; or the site demands a proxy, and there is none.
        NotInstalledError: the site asks for impersonation, and its package is not there.
        NotReadyError: Redis is full.
    """
    if site.config.proxy == "required" and not services.proxies:
        raise ArgumentError(
            f"The site {site.slug} demands a proxy (proxy: required), and there is none. Set LONGLINE_PROXIES."
        )
    if site.config.impersonate == "auto":
        check_installed(f"The site {site.slug} asks for")
    lock = SiteLock.take(services.database_url, site.id, site.slug)
    try:
        settle(connection, services.redis_url, site.id)
        check_room(services.redis_url)
        return start_job(connection, site, arguments, typed), lock
    except BaseException:
        lock.release()
        raise


async def forget(redis_url: str, job: UUID) -> None:
    """Withdraw a job and remove its keys: for one that was stopped before that could be done in good order."""
    server = connect_async(redis_url)
    try:
        await Jobs(server).forget(job)
    finally:
        await server.aclose()


def console(*, quiet: bool) -> Console:
    """Where the summary goes."""
    return Console(highlight=False, soft_wrap=True, quiet=quiet)


def spare_the_collector() -> None:
    """Have Python look for cycles less often: a crawl makes many objects and few cycles, and what is loaded stays."""
    gc.set_threshold(50_000, 20, 100)
    gc.freeze()
