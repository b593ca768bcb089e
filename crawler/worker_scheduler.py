"""The scheduler of a process that serves whatever jobs there are."""

from __future__ import annotations

import logging
from typing import cast
from uuid import UUID

from pydantic import ValidationError

from crawler.failures import SharedFailures
from crawler.job_spider import JobSpider
from crawler.scheduler import POLL_SECONDS, Scheduler
from schemas.job import Job

logger = logging.getLogger(__name__)


class WorkerScheduler(Scheduler):
    """Joins jobs as they are announced, and leaves them as they end. Never idle: it waits for the next."""

    def open_lanes(self) -> None:
        """Join the jobs that are alive; look for more all the time."""
        self._unreadable: set[UUID] = set()
        self.join_jobs()
        self.poll.start(POLL_SECONDS, now=False)

    def join_jobs(self) -> None:
        """Take up jobs that are new, and let go of those that have ended."""
        announced = self.registry.jobs()
        for job, announcement in announced.items():
            if announcement.owned and job not in self.lanes and job not in self._unreadable:
                self._join(job, announcement.description)
        for job, lane in list(self.lanes.items()):
            lane.ended = job not in announced
            lane.paused = not lane.ended and not announced[job].owned
            if lane.ended:
                self._leave(job)

    def _join(self, job_id: UUID, description: bytes) -> None:
        try:
            job = Job.decode(description)
        except ValidationError as error:
            # Of another version, perhaps; whoever can read it serves it.
            self._unreadable.add(job_id)
            logger.error("Job %s cannot be read, and is left to other workers: %s", job_id, error)
            return
        lane = self.open_lane(job.id, job.config.max_pages)
        self._apply(job)
        cast("JobSpider", self.spider).join(job, SharedFailures(lane.failures))

    def _apply(self, job: Job) -> None:
        """How politely the job's host is asked. The slots of Scrapy's downloader go by host name."""
        settings = self.crawler.engine.downloader.per_slot_settings
        host = job.config.url.split("/")[2].rpartition("@")[2].partition(":")[0]
        settings.setdefault(host, {"concurrency": job.config.concurrency, "delay": job.config.delay, "jitter": 0})

    def _leave(self, job: UUID) -> None:
        lane = self.lanes[job]
        if not lane.claims:
            cast("JobSpider", self.spider).leave(job)
            del self.lanes[job]

    def look_for_work(self) -> None:
        """Claim what is there, of jobs old and new."""
        self.join_jobs()
        request = None if self.crawler.engine.needs_backout() else self._claim()
        if request:
            self.ahead.append(request)
            self.crawler.engine.crawl(request)

    def has_pending_requests(self) -> bool:
        """There may be more at any moment."""
        return True

    def leave(self) -> None:
        """The jobs go on without this worker."""
