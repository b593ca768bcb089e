"""What becomes of jobs, as Redis tells it: what is new, what is dead, that one is over, or lost."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from crawler.courier import Courier
from crawler.gates import Gates
from crawler.job_ends import JobEnds
from crawler.lane import Held, Lane
from crawler.spill import Spill
from crawler.verdict import Verdict
from frontier.memory import EvictingRedisError
from frontier.model import Answer, JobCommand
from pipelines.outage import OutageError
from schemas.job import JobState, JobStats

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CHECKED = "it is looked whether some of it waits in PostgreSQL"

logger = logging.getLogger(__name__)


class JobWatch:
    """Hears each answer.

    Args:
        begin: called with the lease of a job's beginning: this process is to start the job.
        wake: called when there may be requests that can go out.
        closed: called when a job has ended, here or elsewhere.
        persist: jobs that are over stay in Redis.
    """

    def __init__(self, crawler: Crawler, gates: Gates, ends: JobEnds, *, persist: bool) -> None:
        self._crawler = crawler
        self._gates = gates
        self._ends = ends
        self._persist = persist
        self._tasks: set[asyncio.Task[None]] = set()
        self.problem: str | None = None
        """Why this process cannot go on."""
        self.courier: Courier
        self.spill: Spill
        self.begin: Callable[[Lane, Held], None]
        self.wake: Callable[[], None]
        self.closed: Callable[[Lane], None]

    async def heard(self, lane: Lane, answer: Answer, new: list[Held]) -> None:
        """Leases, and what is to become of the job."""
        if lane.started_over:
            self._start_over(lane)
        for held in new:
            if lane.queue.is_seed(held.lease):
                self.begin(lane, held)
            else:
                self._gates.add(held)
        if not lane.ended:
            self._state(lane, answer)
        self._ends.note(lane, answer)
        self.wake()

    def _start_over(self, lane: Lane) -> None:
        """Redis was restarted, and may have lost what it knew: nothing is taken for known any more."""
        lane.started_over = False
        self._gates.drop(lane)
        start_over = getattr(self._crawler.spider, "start_over", None)
        if start_over:
            start_over(lane.id)
        self.spawn(self.check(lane))

    async def check(self, lane: Lane) -> None:
        """A job that has ended may be in Redis again, where that has lost that it was removed."""
        if await self._ends.has_ended(lane) and not lane.ended:
            lane.ended = True
            self._gates.drop(lane)
            await self.courier.forget(lane)
            self._closed(lane)

    def _state(self, lane: Lane, answer: Answer) -> None:
        if answer.state == JobCommand.GONE:
            self._end(lane, self._gone(lane))
        elif answer.dead:
            self._bury(lane, answer)
        elif answer.over:
            self._may_be_over(lane, answer)
        elif answer.state == JobCommand.CANCELLED and not lane.cancelled:
            lane.cancel()

    def _end(self, lane: Lane, last: Coroutine[Any, Any, None]) -> None:
        lane.ended = True
        self._gates.drop(lane)
        self.spawn(last)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine beside the crawl."""
        task = asyncio.get_running_loop().create_task(self._told(coroutine))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _told(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except (OutageError, EvictingRedisError) as error:
            await self.fail(str(error))
        except Exception as error:
            logger.exception("The frontier failed.")
            await self.fail(f"The frontier failed: {type(error).__name__}: {error}.")

    async def fail(self, problem: str) -> None:
        """This process cannot go on."""
        if self.problem is None:
            self.problem = problem
            self.close_spider("storage")

    def close_spider(self, reason: str) -> None:
        """Close the crawl, from within; nothing of ours waits for that, since it waits for us."""
        if not self._crawler.crawling:
            return
        task = asyncio.get_running_loop().create_task(self._crawler.engine.close_spider_async(reason=reason))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _bury(self, lane: Lane, answer: Answer) -> None:
        if not lane.burying:
            lane.burying = True
            self.spawn(self._bury_dead(lane, answer))

    async def _bury_dead(self, lane: Lane, answer: Answer) -> None:
        await self._ends.bury(lane, answer.dead)
        lane.burying = False
        self.courier.call(lane)

    def _may_be_over(self, lane: Lane, answer: Answer) -> None:
        full = lane.job is not None and answer.admitted >= (lane.job.config.max_pages or sys.maxsize)
        if lane.cancelled or full:
            self._end(lane, self._over(lane, answer))
        elif CHECKED not in lane.kept_open:
            lane.kept_open.add(CHECKED)
            self.spawn(self._check_left(lane, answer))

    async def _check_left(self, lane: Lane, answer: Answer) -> None:
        """Redis has none of the job's requests, and nobody works on any; but some may wait in PostgreSQL."""
        left = await self.spill.left(lane)
        if left or lane.frontier.epoch != answer.epoch:
            await self.courier.insist(lane.frontier.keep)
            self.spill.note_left(lane)
            lane.kept_open.discard(CHECKED)
            self.courier.call(lane)
        elif not lane.ended:
            self._end(lane, self._over(lane, answer))

    async def _over(self, lane: Lane, answer: Answer) -> None:
        await self.courier.insist(lambda: self._ends.finish(lane, answer))
        await (self.courier.insist(lane.frontier.keep) if self._persist else self.courier.forget(lane))
        self._closed(lane)

    def give_up(self, lane: Lane, why: str) -> None:
        """End a job as failed, for all workers: it cannot go on."""
        if not lane.ended:
            logger.error(why)
            self._end(lane, self._given_up(lane, why))

    async def _given_up(self, lane: Lane, why: str) -> None:
        stats = JobStats.from_counts(lane.answer.stats, await lane.frontier.failures()) if lane.answer else None
        if lane.job:
            job = lane.job
            await self.courier.insist(lambda: self._ends.end(job, Verdict(JobState.FAILED, why), stats))
        await self.courier.forget(lane)
        self._closed(lane)

    async def _gone(self, lane: Lane) -> None:
        lost = await self._ends.lost(lane)
        if lost:
            logger.error(lost)
            self.problem = lost
        elif await self._ends.has_ended(lane):
            # Whoever ended it may have died before all of it was removed.
            await self.courier.forget(lane)
        self._closed(lane)

    def _closed(self, lane: Lane) -> None:
        lane.closed = True
        lane.seeded.set()
        self.closed(lane)
