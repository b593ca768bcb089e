"""What ``scrapy frontier`` does to a job: in Redis, where its workers hear of it, and in its row."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from redis.asyncio import Redis, RedisCluster

from crawler import again_job
from crawler.jobs import end_job
from crawler.verdict import Verdict
from crawler.why_known import Connection, KnownJob
from crawler.why_payload import mark_of, read_payload
from frontier.control import JobControl
from frontier.hold import BeingFinishedError, Hold
from frontier.jobs import Jobs, serves_all
from frontier.model import Batch, JobCommand
from frontier.shards import Frontier, find_frontier
from pipelines.database import connect_async as connect_database
from pipelines.dead import exhumed
from schemas.addresses import url_key
from schemas.job import JobState, JobStats
from schemas.queued import DeadRequest

_STATE = "UPDATE job SET state = %s WHERE id = %s AND state IN ('running', 'paused')"
CANCELLED = "Stopped on request; nobody worked on it."


class NotAliveError(LookupError):
    """Redis does not have the job: nothing can be told to it."""

    def __init__(self, job: KnownJob) -> None:
        why = f"it is {job.state.value}" if job.ended else "its processes have died, or it ends or begins just now"
        super().__init__(f"The job {job.id} is not alive: {why}.")


class CancelledJobError(LookupError):
    """The job takes nothing more."""

    def __init__(self, job: KnownJob) -> None:
        super().__init__(f"The job {job.id} is cancelled, and takes nothing more.")


class Deeds:
    """One job, to be steered.

    Every method raises NotAliveError where Redis does not have it, and RedisUnavailableError.
    """

    def __init__(self, server: Redis | RedisCluster, connection: Connection, job: KnownJob) -> None:
        self._server = server
        self._connection = connection
        self._job = job
        self._control = JobControl(server, job.id)

    async def _tell(self, state: JobCommand) -> None:
        told = await self._control.set_state(state)
        if told is JobCommand.GONE:
            raise NotAliveError(self._job)
        if told is not state:
            raise CancelledJobError(self._job)

    async def pause(self) -> str:
        """Hand nothing out until it is resumed."""
        await self._tell(JobCommand.PAUSED)
        self._connection.execute(_STATE, [JobState.PAUSED, self._job.id])
        return "is paused: what is under way ends, and nothing more is begun."

    async def resume(self) -> str:
        """Go on."""
        await self._tell(JobCommand.RUNNING)
        self._connection.execute(_STATE, [JobState.RUNNING, self._job.id])
        return "goes on."

    async def cancel(self) -> str:
        """End it: its workers do, when what is under way has ended; where there are none, it is done here."""
        # One that reads the archive is not in Redis: whoever reads for it looks at its row.
        if again_job.stop(self._connection, self._job.id):
            return "is cancelled: the segments that are being read are the last."
        await self._tell(JobCommand.CANCELLED)
        # A worker that lives may join at any time, and ends the job as well as those that work on it.
        alive, members = set(await Jobs(self._server).alive()), await self._control.members()
        if any(name in members or serves_all(name) for name in alive):
            return "is cancelled: it ends when what is under way has ended."
        await self._end()
        return "is cancelled; nobody worked on it."

    async def _end(self) -> None:
        status = await self._control.status(hosts=0)
        stats = JobStats.from_counts(status.stats, await self._control.failures()) if status else self._job.stats
        end_job(self._connection, self._job.id, Verdict(JobState.CANCELLED, CANCELLED), stats)
        await Jobs(self._server).forget(self._job.id)

    async def prioritise(self, host: str, rank: int) -> str:
        """Prefer a host."""
        waiting = await self._control.prioritise(host, rank)
        if waiting is None:
            raise NotAliveError(self._job)
        order = "before others" if rank > 0 else "after others" if rank < 0 else "as all others"
        return f"asks {host} {order}; {waiting:,} of its requests wait."

    # The dead

    async def revive(self, database_url: str, urls: Sequence[str]) -> int:
        """Queue the dead again: those of some URLs, or all. Returns how many.

        Raises:
            BeingFinishedError: somebody ends the job just now.
            CancelledJobError: it would drop them.
            psycopg.Error: the tables cannot be read.
        """
        async with self._held() as hold:
            status = await self._control.status(hosts=0)
            if status and status.state is JobCommand.CANCELLED:
                raise CancelledJobError(self._job)
            dead = await self._control.dead(_asked_for(urls))
            revived = await self._control.revive(dead)
            digests = {_digest(payload) for payload in dead.values()}
            return revived + await self._revive_rows(database_url, urls, digests, hold)

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[Hold]:
        """Within, nobody ends the job: what is queued while it is forgotten would be lost."""
        hold = Hold(self._server, self._job.id)
        if not await hold.take():
            raise NotAliveError(self._job)
        try:
            yield hold
        finally:
            await hold.release()

    async def _revive_rows(self, database_url: str, urls: Sequence[str], revived: set[bytes], hold: Hold) -> int:
        """Take the rows of the dead away, and queue those that Redis no longer had among its dead."""
        frontier = await find_frontier(self._server, self._job.id, f"revive-{secrets.token_hex(4)}")
        queued = step = 0
        async with await connect_database(database_url) as connection:
            while True:
                async with exhumed(connection, self._job.id, urls or None) as requests:
                    lost = [one for one in requests if one.payload and _digest(one.payload) not in revived]
                    step += 1
                    await hold.take()
                    queued += await self._queue(frontier, Batch(f"revive:{step}"), lost)
                if not requests:
                    return queued

    async def _queue(self, frontier: Frontier, batch: Batch, requests: list[DeadRequest]) -> int:
        for request in requests:
            queued = read_payload(request.payload or b"")
            if queued is None:
                # Its row stays: a newer version may read it.
                raise UnreadableRequestError(request.url)
            batch.entries.append(queued.entry(request.payload or b"", own=self._job.own))
        if batch.entries:
            answer = await frontier.exchange(batch)
            if answer.state is JobCommand.GONE:
                raise NotAliveError(self._job)
        return len(batch.entries)


class UnreadableRequestError(ValueError):
    """A request was written by another version."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} cannot be queued again: another version of Longline has written its request.")


def _asked_for(urls: Sequence[str]) -> Callable[[bytes], bool]:
    """Whether a payload is of one of the URLs, if there are any."""
    keys = {url_key(url) for url in urls}

    def asked(payload: bytes) -> bool:
        queued = read_payload(payload)
        if queued:
            return not keys or url_key(queued.url) in keys
        return not keys or any(key.endswith(f"/?{mark_of(payload)}") for key in keys)

    return asked


def _digest(payload: bytes) -> bytes:
    """In the place of the payload, of which there may be many."""
    return hashlib.blake2b(payload, digest_size=16).digest()


REFUSALS: tuple[type[Exception], ...] = (NotAliveError, BeingFinishedError, CancelledJobError, UnreadableRequestError)
"""What a command says as it is."""
