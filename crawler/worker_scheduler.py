"""The scheduler of a process that serves whatever jobs there are."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, cast
from uuid import UUID

from pydantic import ValidationError
from scrapy import Request

from crawler.courier import LOOK_SECONDS
from crawler.failures import Failures
from crawler.fetch.impersonation import is_installed
from crawler.fetch.proxy_demand import has_proxies
from crawler.lane import Held, Lane
from crawler.scheduler import Scheduler
from schemas.job import Job

if TYPE_CHECKING:
    from crawler.spiders.worker import WorkerSpider

logger = logging.getLogger(__name__)


class WorkerScheduler(Scheduler):
    """Joins jobs as they are announced, and leaves them as they end. Never idle: it waits for the next."""

    async def open_lanes(self) -> None:
        """Join the jobs that are alive; look for more all the time."""
        self._left: set[UUID] = set()
        self._looked = -LOOK_SECONDS
        self.courier.before_round = self.look

    async def look(self) -> None:
        """Take up jobs that are new, and let go of those that have ended."""
        now = time.monotonic()
        if not self.crawler.crawling or now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        announced = await self.courier.registry.jobs()
        for job, description in announced.items():
            if job not in self.lanes and job not in self._left:
                self._read(job, description)

    def _read(self, job_id: UUID, description: bytes) -> None:
        try:
            job = Job.decode(description)
        except ValidationError as error:
            # Of another version, perhaps; whoever can read it serves it.
            self._left.add(job_id)
            logger.error("Job %s cannot be read, and is left to other workers: %s", job_id, error)
            return
        self._join(job)

    def _join(self, job: Job) -> None:
        if job.config.proxy == "required" and not has_proxies(self.crawler.settings):
            self._left.add(job.id)
            logger.warning("Job %s demands a proxy, and is left to others: LONGLINE_PROXIES is not set.", job.id)
            return
        if job.config.impersonate == "auto" and not is_installed():
            self._left.add(job.id)
            logger.warning("Job %s asks for impersonation, and is left to others: curl_cffi is not installed.", job.id)
            return
        spider = cast("WorkerSpider", self.spider)
        if job.spider != "site":
            if spider.recruits:
                spider.recruits.join(job)
            return
        lane = self.open_lane(job.id, job, self.politeness.of_job(job))
        spider.join(job, Failures(tell=lane.fail))
        self.watch.spawn(self.watch.check(lane))

    async def seeding(self) -> Request | None:
        """Nothing of Scrapy's own to begin with."""
        return None

    def begin(self, lane: Lane, held: Held) -> None:
        """This process starts the job."""
        self.beginning.beside(lane, held)

    def closed(self, lane: Lane) -> None:
        """The job has ended; others may come."""
        cast("WorkerSpider", self.spider).leave(lane.id)
        self.lanes.pop(lane.id, None)
        if self.problem:
            self.watch.problem = None  # it was that job's alone

    def fetched(self) -> int:
        """None but its own: with jobs that end, what they have would become less."""
        return 0

    def has_pending_requests(self) -> bool:
        """There may be more at any moment."""
        return True

    async def leave(self) -> None:
        """The jobs go on without this worker."""
