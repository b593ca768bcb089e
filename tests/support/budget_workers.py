"""Workers that share hosts, by a clock that a test sets, and a check of what they were granted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any

from redis.asyncio import Redis

from frontier.budgets import Ask, Budgets, Grant

HOST = "example.com"
SECONDS = 100.0
"""A share lasts so long by the test's clock; long enough that no key goes by the server's meanwhile."""
RENEWAL = SECONDS / 2.5
EXCLUSIVE = 0.05
START = 1_800_000_000.0


class Workers:
    """Asks for a host by worker; ``now`` is everybody's clock, and ``held`` what the last grants allow."""

    def __init__(self, runner: asyncio.Runner, server: Redis, host: str = HOST) -> None:
        self.now = START
        self.held: dict[str, tuple[Grant, float]] = {}
        self.asked: dict[str, tuple[Ask, float]] = {}
        self._runner = runner
        self._server = server
        self._host = host

    def ask(self, worker: str, delay: float = 0.0, concurrency: int = 4, **more: Any) -> Grant:
        """One ask, and its grant, which is checked against all that are held."""
        ask = Ask(self._host, delay, concurrency, **more)
        grant = self.send(worker, ask)[0]
        self._note(worker, ask, grant)
        if grant.share:
            self._check(grant)
        return grant

    def send(self, worker: str, *asks: Ask) -> list[Grant]:
        """Some asks at once."""
        return self._runner.run(Budgets(self._server, worker, SECONDS, clock=lambda: self.now).ask(list(asks)))

    def holders(self) -> list[Grant]:
        """The grants that last still."""
        return [grant for grant, till in self.held.values() if grant.share and till > self.now]

    def _note(self, worker: str, ask: Ask, grant: Grant) -> None:
        self.held[worker] = grant, self.now + SECONDS
        self.asked[worker] = ask, self.now + SECONDS
        if ask.release:
            del self.held[worker], self.asked[worker]

    def _check(self, grant: Grant) -> None:
        """Whoever gets a share gets it within the strictest terms of those that ask."""
        asks = [ask for ask, till in self.asked.values() if till > self.now]
        holders = self.holders()
        delay = max(ask.delay for ask in asks) + max(ask.penalty for ask in asks)
        assert sum(held.share for held in holders) <= min(ask.concurrency for ask in asks)
        assert grant.delay >= delay - 1e-6
        if delay >= EXCLUSIVE:
            assert holders == [grant]
        elif delay:
            # Delays come as whole microseconds.
            assert sum(1 / held.delay for held in holders if held.delay) <= 1.01 / delay
            assert all(held.delay for held in holders)


class Loop:
    """An event loop with a client of Valkey, for tests that are not coroutines."""

    def __init__(self, runner: asyncio.Runner, server: Redis) -> None:
        self.runner = runner
        self.server = server

    def workers(self, host: str = HOST) -> Workers:
        """Workers who share ``host``."""
        return Workers(self.runner, self.server, host)

    def run(self, awaited: Awaitable[Any]) -> Any:
        """Its result."""
        return self.runner.run(_result(awaited))


@contextmanager
def open_loop(url: str) -> Iterator[Loop]:
    """A loop and a client that are closed at the end."""
    with asyncio.Runner() as runner:
        server = Redis.from_url(url)
        try:
            yield Loop(runner, server)
        finally:
            runner.run(server.aclose())


async def _result(awaited: Awaitable[Any]) -> Any:
    """redis-py's commands are awaitable, and no coroutines to a type checker."""
    return await awaited
