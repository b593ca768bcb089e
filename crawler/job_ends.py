"""What becomes of jobs in PostgreSQL, written from within a crawl: their counts, their dead, their end."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from crawler.completeness import whole_crawl
from crawler.grouping import Grouping
from crawler.jobs import ENDS
from crawler.lane import Lane
from crawler.patient import Connection, PatientConnection, Result
from crawler.queues import UnknownPayloadError
from crawler.verdict import Verdict, judge_job
from crawler.why_payload import name_of_unreadable
from frontier.model import Answer, Dead, JobCommand, Lease
from pipelines import rows
from pipelines.absence import sweep
from pipelines.dead import bury
from pipelines.spill import discard
from schemas.job import Job, JobState, JobStats
from schemas.listing import WholeCrawl
from schemas.queued import DeadRequest

logger = logging.getLogger(__name__)

SAVE_SECONDS = 2.0
"""How often a job's counts are written to its row."""
LOST = "Redis has lost the job's requests. See that it keeps its data (appendonly yes), and crawl again."

_STATE = "SELECT state FROM job WHERE id = %s"
_END = """
UPDATE job SET state = %(state)s, error = %(error)s, completed_at = now(), stats = coalesce(%(stats)s::jsonb, stats)
WHERE id = %(id)s AND state IN ('pending', 'running', 'paused', 'finishing')
"""
# Of two workers that write at one time, the one that knows less must not have the last word.
_SAVE = """
UPDATE job SET stats = %(stats)s
WHERE id = %(id)s AND state IN ('running', 'paused') AND coalesce((stats->>'pages')::bigint, 0) <= %(pages)s
"""


class JobEnds:
    """One connection, made when it is needed. What is to be written waits while PostgreSQL is away.

    Without a URL, as where the scheduler is alone in a stock project, nothing is written.
    """

    def __init__(self, url: str | None, outage_seconds: float) -> None:
        self._database = PatientConnection(url, outage_seconds) if url else None
        self._grouping = Grouping(url) if url else None
        self._saved = 0.0
        self._saving: asyncio.Task[None] | None = None

    def note(self, lane: Lane, answer: Answer) -> None:
        """Write a job's counts to its row, now and then."""
        now = time.monotonic()
        idle = self._saving is None or self._saving.done()
        due = idle and now - self._saved >= SAVE_SECONDS and not lane.ended
        if self._database and lane.job and due and answer.stats:
            self._saved = now
            self._saving = asyncio.get_running_loop().create_task(self._save(lane.id, answer.stats))

    async def _save(self, job: UUID, counts: dict[str, int]) -> None:
        stats = JobStats.from_counts(counts)
        values = {"id": job, "stats": rows.json(asdict(stats)), "pages": stats.pages}
        await self._do(lambda connection: connection.execute(_SAVE, values))

    async def bury(self, lane: Lane, dead: list[Dead]) -> None:
        """Keep what nobody will try again in ``dead_request``."""
        if self._database and lane.job:
            requests = [_dead_request(lane, one) for one in dead]
            await self._do(lambda connection: bury(connection, lane.id, requests))
        lane.bury(dead)

    async def finish(self, lane: Lane, answer: Answer) -> Verdict | None:
        """The job is over: judge it, and write that down; None where it has no row."""
        if not self._database or lane.job is None:
            return None
        failures = await lane.frontier.failures()
        stats = JobStats.from_counts(answer.stats, failures)
        # The answer that says so may be the last one, too.
        cancelled = lane.cancelled or answer.state is JobCommand.CANCELLED
        verdict = judge_job(lane.job.config, stats, cancelled=cancelled)
        full = answer.admitted >= (lane.job.config.max_pages or sys.maxsize)
        await self.end(lane.job, verdict, stats, whole_crawl(lane.job, stats, full=full))
        if self._grouping and stats.postings:
            self._grouping.begin(lane.id)
        return verdict

    async def lost(self, lane: Lane) -> str | None:
        """Redis knows nothing of the job: why, if that is not because it has ended."""
        if not self._database or lane.job is None or await self.has_ended(lane):
            return None
        await self.end(lane.job, Verdict(JobState.FAILED, LOST), None)
        return LOST

    async def has_ended(self, lane: Lane) -> bool:
        """Whether the job's row says that it is over, or is gone: somebody deleted the job, or its site."""
        return bool(self._database and lane.job) and await self._state(lane.id) in {None, *ENDS}

    async def end(self, job: Job, verdict: Verdict, stats: JobStats | None, crawl: WholeCrawl | None = None) -> None:
        """Write down how a job ended, and what its listings prove; the first who does so is believed."""
        values = {"id": job.id, "state": verdict.state, "error": verdict.error}
        values["stats"] = rows.json(asdict(stats)) if stats else None
        await self._do(lambda connection: _end(connection, job, values, crawl))
        await self._do(lambda connection: discard(connection, job.id))

    async def _state(self, job: UUID) -> JobState | None:
        async def ask(connection: Connection) -> JobState | None:
            row = await (await connection.execute(_STATE, [job])).fetchone()
            return JobState(row[0]) if row else None

        return await self._do(ask)

    async def _do(self, act: Callable[[Connection], Awaitable[Result]]) -> Result:
        assert self._database
        return await self._database.do(act)

    async def close(self, *, hurried: bool = False) -> None:
        """Close the connection, when what is being written is written; hurried: postings are not all grouped."""
        if self._grouping:
            await self._grouping.close(hurried=hurried)
        if self._saving and not self._saving.done():
            await asyncio.wait([self._saving], timeout=SAVE_SECONDS)
            self._saving.cancel()
        if self._database:
            await self._database.close()


async def _end(connection: Connection, job: Job, values: dict[str, Any], crawl: WholeCrawl | None) -> None:
    async with connection.transaction():
        ended = await connection.execute(_END, values)
        if ended.rowcount and values["state"] is JobState.COMPLETED:
            await sweep(connection, job, crawl)


def _dead_request(lane: Lane, dead: Dead) -> DeadRequest:
    lease = Lease(0, dead.payload, dead.host, 0, admitted=False, deliveries=dead.attempts)
    try:
        url = lane.queue.request(lease).url
    except UnknownPayloadError:
        url = name_of_unreadable(dead.host, dead.payload)
    return DeadRequest(url, dead.causes[-1] if dead.causes else "", dead.attempts, dead.causes, dead.payload)
