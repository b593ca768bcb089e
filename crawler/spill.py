"""Where links go while Redis is nearly full: to PostgreSQL, and back as there is room.

The order keeps them: what a page led to is committed there before the page's end is said to Redis; and a row goes only
when Redis has had the link for so long that it is on its disk.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from crawler.lane import Lane
from crawler.patient import Connection, PatientConnection
from frontier import memory
from frontier.memory import EvictingRedisError, Memory
from frontier.model import Answer, Entry
from pipelines import spill
from schemas.queued import WaitingRequest

logger = logging.getLogger(__name__)

FULL, ROOM = 0.9, 0.8
"""Links go to PostgreSQL from the first share of ``maxmemory`` on, and come back below the second."""
LOOK_SECONDS, SHORT_LOOK_SECONDS = 5.0, 1.0
"""How often Redis is asked how full it is; the second where it is nearly so."""
NEAR = 400
"""Requests that a job has in Redis also while that is full: what is crawled next never waits in PostgreSQL."""
MOST = 1000
"""Requests that come back at one time."""
ON_DISK_SECONDS = 2.0
"""Redis writes its file to the disk every second; an epoch that lasts for longer shows that it did."""
BRINGS_BACK = "requests come back from PostgreSQL"


class ForgottenError(RuntimeError):
    """Redis was restarted, or lost the job, before it had on its disk what came back: it stays in PostgreSQL."""


class Spill:
    """For all jobs of a process.

    Args:
        url: PostgreSQL's; None, as in a stock project: links stay in Redis, however full it is.
        spawn: runs a coroutine beside the crawl.
        call: tells the courier that a job has something to say.
    """

    def __init__(
        self,
        server: Any,
        url: str | None,
        outage_seconds: float,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        call: Callable[[Lane], None],
    ) -> None:
        self.full = False
        self._server = server
        self._connect = partial(PatientConnection, url, outage_seconds) if url else None
        self._database = self._connect() if self._connect else None
        self._spawn = spawn
        self._call = call
        self._look_at = 0.0
        self._looked = False
        self._spilling: set[asyncio.Task[None]] = set()
        self._bringing: dict[UUID, asyncio.Task[None]] = {}
        self._returning: set[UUID] = set()
        self._lanes: dict[UUID, Lane] = {}
        self._bring_at: dict[UUID, float] = {}
        self._answered = asyncio.Event()
        """Set, and made anew, at each answer."""

    # What the courier says

    async def look(self) -> None:
        """See now and then how full Redis is.

        Raises:
            EvictingRedisError: it would drop requests; found out when the process begins.
            RedisUnavailableError: it does not say.
        """
        now = time.monotonic()
        if now < self._look_at:
            return
        found = await memory.read(self._server)
        self._look_at = now + (LOOK_SECONDS if found.share < ROOM - 0.1 else SHORT_LOOK_SECONDS)
        if found.problem and not self._looked:
            raise EvictingRedisError(f"Redis {found.problem}")
        self._looked = True
        self._note(found)

    def _note(self, found: Memory) -> None:
        if not self.full and found.share >= FULL:
            self.full = True
            where = "wait in PostgreSQL" if self._database else "still go there: DATABASE_URL is not set"
            logger.warning("Redis is %.0f %% full: new links %s. Give it more room.", 100 * found.share, where)
        elif self.full and found.share < ROOM:
            self.full = False
            logger.warning("Redis has room again (%.0f %% full): what waited elsewhere comes back.", 100 * found.share)

    def before(self, lane: Lane) -> None:
        """A batch is to go: where there is no room for its links, it waits until they are in PostgreSQL."""
        # What comes back must not leave again with the same batch.
        busy = lane.holds_back or lane.closing or lane.id in self._returning
        if busy or not self.full or not self._knows(lane) or lane.answer is None or lane.answer.pending < NEAR:
            return
        links = lane.hold_back()
        if links:
            task = self._spawn(self._spill(lane, links))
            self._spilling.add(task)
            task.add_done_callback(self._spilling.discard)

    async def _spill(self, lane: Lane, links: list[Entry]) -> None:
        try:
            waiting = [_waiting(link) for link in links]
            await self._do(lambda connection: spill.spill(connection, lane.id, waiting))
            self.note_left(lane)
            links = []
        finally:
            # Where they are not in PostgreSQL, they go before the end of their page all the same.
            lane.go_on(links)
            self._call(lane)

    def after(self, lane: Lane, answer: Answer) -> None:
        """An answer has come: there may be room for some of what waits."""
        self._answered.set()
        self._answered = asyncio.Event()
        waits = self._lanes.get(lane.id) is lane and lane.id not in self._bringing and not lane.holds_back
        if not waits or lane.closing or lane.ended or lane.cancelled or time.monotonic() < self._bring_at[lane.id]:
            return
        if not self.full or answer.pending < NEAR // 2:
            lane.kept_open.add(BRINGS_BACK)
            self._bringing[lane.id] = self._spawn(self._bring_back(lane))

    # What waits, and comes back

    async def left(self, lane: Lane) -> int:
        """How many of a job's requests wait in PostgreSQL."""
        return await self._do(lambda connection: spill.left(connection, lane.id)) if self._knows(lane) else 0

    def note_left(self, lane: Lane) -> None:
        """Some of a job's requests wait in PostgreSQL, or may."""
        if self._knows(lane):
            self._lanes[lane.id] = lane
            self._bring_at.setdefault(lane.id, 0.0)

    async def _bring_back(self, lane: Lane) -> None:
        assert self._connect
        # Of its own: rows are locked for seconds, and nothing else should have to wait for that.
        database = self._connect()
        try:
            brought = await database.do(lambda connection: self._take(connection, lane))
            if not brought and not await self.left(lane):
                self._forget(lane)
            elif not brought:
                # Others are at it.
                self._bring_at[lane.id] = time.monotonic() + SHORT_LOOK_SECONDS
        except ForgottenError as error:
            logger.info(str(error))
        finally:
            await database.close()
            del self._bringing[lane.id]
            self._returning.discard(lane.id)
            lane.kept_open.discard(BRINGS_BACK)
            if lane.ended:
                self._forget(lane)

    def _forget(self, lane: Lane) -> None:
        self._lanes.pop(lane.id, None)
        self._bring_at.pop(lane.id, None)

    async def _take(self, connection: Connection, lane: Lane) -> int:
        async with spill.take(connection, lane.id, NEAR if self.full else MOST) as waiting:
            if waiting:
                self._returning.add(lane.id)
                lane.bring_back([_entry(request) for request in waiting])
                self._call(lane)
                await self._on_disk(lane)
        return len(waiting)

    async def _on_disk(self, lane: Lane) -> None:
        epoch = lane.frontier.epoch
        # The first answer may be to what was said before, and so may the one after the time has passed.
        await self._answers(lane, 2)
        self._returning.discard(lane.id)
        until = time.monotonic() + ON_DISK_SECONDS
        while time.monotonic() < until:
            await self._answers(lane, 1)
        await self._answers(lane, 2)
        if lane.frontier.epoch != epoch:
            raise ForgottenError(f"Redis was restarted: what came back to {lane.id} comes back once more.")

    async def _answers(self, lane: Lane, count: int) -> None:
        for _ in range(count):
            before = lane.answer
            while lane.answer is before:
                if lane.ended:
                    raise ForgottenError(f"The job {lane.id} has ended before all that waited came back.")
                with suppress(TimeoutError):
                    async with asyncio.timeout(SHORT_LOOK_SECONDS):
                        await self._answered.wait()

    def _knows(self, lane: Lane) -> bool:
        return self._database is not None and lane.job is not None

    async def _do(self, act: Callable[[Connection], Awaitable[int]]) -> int:
        assert self._database
        return await self._database.do(act)

    async def settle(self) -> None:
        """The process ends: what is on its way to PostgreSQL gets there, what comes back stays there."""
        for task in self._bringing.values():
            task.cancel()
        tasks = {*self._spilling, *self._bringing.values()}
        if tasks:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Let go of PostgreSQL."""
        if self._database:
            await self._database.close()


def _waiting(entry: Entry) -> WaitingRequest:
    return WaitingRequest(entry.payload, entry.host, entry.priority, entry.fingerprint, entry.page)


def _entry(waiting: WaitingRequest) -> Entry:
    return Entry(waiting.payload, waiting.host, waiting.priority, waiting.fingerprint, waiting.page)
