"""Carries batches between a process's lanes and Redis, so that nothing of Scrapy's ever waits for the network."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from crawler.gates import Gate, Gates, call_at
from crawler.lane import POLL_SECONDS, Held, Lane
from crawler.spill import Spill
from frontier.budgets import Budgets
from frontier.connection import RedisUnavailableError
from frontier.job import JobExistsError
from frontier.jobs import Jobs
from frontier.model import Answer, Entry
from pipelines.outage import Outage

logger = logging.getLogger(__name__)

BEAT_SECONDS = 3.0
"""How often a process says that it lives."""
LOOK_SECONDS = 0.25
"""How often a process looks whether there are new jobs, or whether it is to stop."""
JOBS_POLLED = 10
"""Jobs that a process without work asks about at full pace; with more, each in turn."""
LAST_SECONDS = 10.0
"""The most that the last words of a process may take; what was not said is found out by the leases' end."""

Result = TypeVar("Result")
Heard = Callable[[Lane, Answer, list[Held]], Awaitable[None]]


class Courier:
    """One task for all lanes. ``heard`` is told each answer, with the leases that are new.

    Raises, from ``run``:
        OutageError: Redis stayed away for too long.
    """

    def __init__(self, server: Any, worker: str, gates: Gates, heard: Heard, outage_seconds: float) -> None:
        self.lanes: dict[UUID, Lane] = {}
        self.registry = Jobs(server)
        self.granted: Callable[[list[Gate]], None] | None = None
        """Told whose budgets are new."""
        self.before_round: Callable[[], Awaitable[None]] | None = None
        """Called before each round: to find new jobs, or that the process is to stop."""
        self.spill: Spill | None = None
        """Asked before each batch, and told each answer."""
        self._server = server
        self._worker = worker
        self._gates = gates
        self._heard = heard
        self._budgets = Budgets(server, worker)
        self._outage = Outage("Redis", outage_seconds)
        self._called = asyncio.Event()
        self._resting_until = 0.0
        self._beaten = 0.0
        self._stopped = False
        self._talking = asyncio.Lock()

    def call(self, lane: Lane) -> None:
        """A lane may have something to be carried, sooner than was thought."""
        if lane.due_at(hungry=self._gates.hungry(lane)) < self._resting_until:
            self._called.set()

    async def announce(self, lane: Lane, limit: int | None, first: Entry, *, alone: bool = False) -> None:
        """Make a job, unless it is there already, and invite workers to it; alone: none."""
        lane.hosts = {first.host: 1}
        try:
            await lane.frontier.create([first], limit)
        except JobExistsError:
            logger.info("The job %s goes on where it was.", lane.id)
        if lane.job and lane.job.shared and not alone:
            await self.registry.announce(lane.id, lane.job.encode())

    async def forget(self, lane: Lane) -> None:
        """Remove a job that has ended."""
        await self.insist(lambda: self.registry.forget(lane.id))

    async def insist(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Do something with Redis, and again while that is away."""
        while True:
            try:
                return await act()
            except RedisUnavailableError as error:
                await asyncio.sleep(self._outage.failed(str(error)))

    async def run(self) -> None:
        """Carry until told to stop."""
        while not self._stopped:
            try:
                async with self._talking:
                    await self.round()
            except RedisUnavailableError as error:
                await asyncio.sleep(self._outage.failed(str(error)))
            else:
                self._outage.over()
                await self._rest()

    async def round(self) -> None:
        """Whatever is due now."""
        await self._beat()
        if self.spill:
            await self.spill.look()
        await self._ask_budgets()
        now = time.monotonic()
        for job, lane in list(self.lanes.items()):
            # With many jobs, each is asked more seldom whether there is work; else idle workers would keep Redis busy.
            lane.poll_seconds = POLL_SECONDS * max(1.0, len(self.lanes) / JOBS_POLLED)
            if not lane.ended and lane.due_at(hungry=self._gates.hungry(lane)) <= now:
                # Each job in its turn: the first to ask gets what room a host has.
                self.lanes[job] = self.lanes.pop(job)
                await self._exchange(lane)

    async def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten >= BEAT_SECONDS:
            await self.registry.beat(self._worker)
            self._beaten = now
        if self.before_round:
            await self.before_round()

    async def _ask_budgets(self) -> None:
        for lane in self.lanes.values():
            if not lane.closing:
                self._gates.knock(lane)
        asks = self._gates.asks(time.monotonic(), list(self.lanes.values()))
        if asks:
            granted = self._gates.granted(await self._budgets.ask(asks), time.monotonic())
            if self.granted:
                self.granted(granted)

    async def _exchange(self, lane: Lane) -> None:
        if self.spill:
            self.spill.before(lane)
        answer = await lane.frontier.exchange(lane.batch(self._gates.wants(lane)))
        held = lane.take(answer)
        if self.spill:
            self.spill.after(lane, answer)
        await self._heard(lane, answer, held)

    async def _rest(self) -> None:
        """Until something is due, or somebody calls."""
        times: list[float | None] = [
            lane.due_at(hungry=self._gates.hungry(lane)) for lane in self.lanes.values() if not lane.ended
        ]
        times += [time.monotonic() + LOOK_SECONDS, self._gates.asks_at()]
        self._resting_until = min(at for at in times if at is not None)
        self._called.clear()
        alarm = call_at(self._resting_until, self._called.set)
        await self._called.wait()
        self._resting_until = 0.0
        alarm.cancel()

    async def close(self) -> bool:
        """Say what is left to be said, let go of all hosts, and be gone. What could not be said ends with its lease.

        Returns:
            Whether Redis heard it.
        """
        self._stopped = True
        self._called.set()
        try:
            async with asyncio.timeout(LAST_SECONDS):
                await self._last_words()
        except (TimeoutError, RedisUnavailableError) as error:
            logger.warning("Redis could not be told that this worker stops (%s): its leases will run out.", error)
            return False
        return True

    async def _last_words(self) -> None:
        async with self._talking:
            if self.spill:
                await self.spill.settle()
            for lane in self.lanes.values():
                while not lane.ended and not lane.silent:
                    await lane.frontier.settle()
                    lane.take(await lane.frontier.exchange(lane.batch({})))
                    # The answer to what was asked for before.
                    lane.give_up()
            releases = self._gates.releases()
            if releases:
                await self._budgets.ask(releases)
            await self.registry.leave(self._worker)
