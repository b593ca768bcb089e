"""``scrapy crawl archive``: jobs that extract again what is in the archive, from their start to their summary."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, TypeVar
from uuid import UUID

import orjson
from rich.console import Console

from crawler import again_job, again_summary
from crawler.again_arguments import AgainArguments
from crawler.again_work import compare_segment, read_segment
from crawler.jobs import StoredSite
from crawler.services import Services
from crawler.site_lock import AGAIN, SiteLock
from pipelines import database
from pipelines.difference import Difference
from pipelines.reread import Place
from schemas.environment import OUTAGE_SECONDS
from schemas.job import JobState

logger = logging.getLogger(__name__)

HERE = "crawl archive"
"""By which this command's segments are claimed: only one works at a job."""
POLL_SECONDS = 0.5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """``send`` hands the segments of a job to workers elsewhere; silent for so long, they have lost some."""

    send: Callable[[UUID, Iterable[str]], None]
    silence_seconds: float


@dataclass(slots=True)
class AgainRun:
    """What was asked for, of all sites that it concerns. Quiet: it says nothing but why a job failed."""

    asked: AgainArguments
    services: Services
    console: Console
    celery: Elsewhere | None = None
    as_json: bool = False
    log_level: str = "WARNING"

    @property
    def place(self) -> Place:
        """Where rows and bytes are."""
        outage = self.services.times.get("LONGLINE_OUTAGE_SECONDS", OUTAGE_SECONDS)
        return Place(self.services.database_url, self.services.archive, outage)

    def run(self) -> int:
        """Read everything again, and say how it went.

        Returns:
            0 where each job was completed, else 1.

        Raises:
            ArgumentError: there is no such job or site.
            SiteBusyError: the archive of a site is being read already.
        """
        with database.connect(self.services.database_url) as connection:
            sites = again_job.sites(connection, self.asked)
        if not sites and not self.as_json:
            self.console.print("There are no such pages.")
            return 0
        with _ends_in_order(), self._workers() as workers:
            if self.asked.dry_run:
                return self._compare(sites, workers)
            return max((self._job(site, workers) for site in sites), default=0)

    def _job(self, site: StoredSite, workers: Executor | None) -> int:
        lock = SiteLock.take(self.services.database_url, site.id, site.slug, AGAIN)
        with ExitStack() as stack:
            stack.callback(lock.release)
            connection = stack.enter_context(database.connect(self.services.database_url))
            left = None if self.asked.job_id else again_job.left(connection, site, self.asked)
            job = left or again_job.start(connection, site, self.asked)
            segments, done = again_job.progress(connection, job)
            if left:
                self.console.print(f"Going on with job {job}: {done:,} of {segments:,} segments are done.")
            try:
                self._read(connection, job, workers)
            except KeyboardInterrupt:
                again_job.stop(connection, job)
            return self._tell(connection, job, site, segments)

    def _read(self, connection: Any, job: UUID, workers: Executor | None) -> None:
        if self.celery:
            self._send(job)
            self._await(connection, job)
            return
        with database.connect(self.services.database_url) as reading:
            calls = (partial(read_segment, self.place, job, uri, HERE) for uri in again_job.todo(reading, job))
            for _ in _results(workers, calls):
                pass
        again_job.end(connection, self.services.database_url, job)

    def _await(self, connection: Any, job: UUID) -> None:
        """Until others have read all. A broker may lose what a worker was just being handed: it is sent once more."""
        assert self.celery
        known, since = again_job.activity(connection, job), time.monotonic()
        while again_job.state(connection, job) == JobState.RUNNING:
            time.sleep(POLL_SECONDS)
            if time.monotonic() - since < self.celery.silence_seconds:
                continue
            now = again_job.activity(connection, job)
            if now == known and not again_job.end(connection, self.services.database_url, job):
                self._send(job)
            known, since = now, time.monotonic()

    def _send(self, job: UUID) -> None:
        assert self.celery
        with database.connect(self.services.database_url) as reading:
            self.celery.send(job, again_job.todo(reading, job))

    def _tell(self, connection: Any, job: UUID, site: StoredSite, segments: int) -> int:
        report = again_summary.report(connection, job, site.slug, segments)
        again_summary.show(self.console, report)
        completed = report.state == JobState.COMPLETED
        line = again_summary.sentence(report)
        if self.console.quiet and not completed:
            print(line, file=sys.stderr)
        logger.log(logging.INFO if completed else logging.ERROR, line)
        return 0 if completed else 1

    def _compare(self, sites: list[StoredSite], workers: Executor | None) -> int:
        difference, unread = Difference(), 0
        for site in sites:
            reading = again_job.reading(site, self.asked.extract)
            with database.connect(self.services.database_url) as connection:
                portions = again_job.portions(connection, site, self.asked)
                calls = (partial(compare_segment, self.place, reading, one, self.as_json) for one in portions)
                for found, unreadable in _results(workers, calls):
                    for line in found.lines:
                        _write({"site": site.slug, **line})
                    difference.merge(found)
                    unread += unreadable.count
                    if unreadable.count:
                        difference.count("page: unreadable", unreadable.first, unreadable.count)
        if self.as_json:
            _write(difference.as_dict())
        else:
            again_summary.show_difference(self.console, difference)
        return 1 if unread else 0

    @contextmanager
    def _workers(self) -> Iterator[Executor | None]:
        """Processes that read segments; None where this one does it."""
        if self.asked.processes == 1 or self.celery:
            yield None
            return
        method = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            self.asked.processes, method, initializer=_begin, initargs=(self.log_level,)
        ) as workers:
            try:
                yield workers
            except BaseException:
                workers.shutdown(cancel_futures=True)
                raise


def _results(workers: Executor | None, calls: Iterable[Callable[[], T]]) -> Iterator[T]:
    """What calls return, as it comes; few are under way at a time, and all of them end where this ends."""
    if workers is None:
        for call in calls:
            yield call()
        return
    under_way: set[Future[T]] = set()
    most = 2 * getattr(workers, "_max_workers", 1)
    try:
        for call in calls:
            under_way.add(workers.submit(call))
            while len(under_way) >= most:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in done)
        yield from (one.result() for one in under_way)
    finally:
        for one in under_way:
            one.cancel()
        wait(under_way)


@contextmanager
def _ends_in_order() -> Iterator[None]:
    """Being told to stop is the same as Ctrl-C: a segment that is being read is read to its end by other processes."""

    def stop(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _begin(level: str) -> None:
    """A process that reads segments ends when it is told to by the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.basicConfig(level=level, format="%(asctime)s [%(name)s] %(levelname)s: %(message)s")


def _write(value: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, default=str, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()
