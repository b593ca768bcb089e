"""curl's connections, each self's apart from all others'."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import Any

from aiohttp.abc import ResolveResult
from curl_cffi import AsyncCurl, Curl

from crawler.fetch.guard import Guard

MOST_IDLE = 64
"""Selves whose connections stay open when nothing is asked for."""
MOST_HANDLES = 2
"""Of a self, kept for its next requests: each takes 128 kB."""
IDLE_SECONDS = 60.0
KNOWN_SECONDS = 60.0
"""So long a checked address is connected to without asking for it again."""


class _Multi(AsyncCurl):
    """Without the package's own clock, which wakes each of them ten times a second: curl's timers suffice."""

    async def _force_timeout(self) -> None:
        return


class Connections:
    """Those of one self to one host by one way, with the TLS tickets that it has been given there."""

    def __init__(self) -> None:
        self.multi = _Multi()
        self.running = 0
        self.used = time.monotonic()
        self._idle: list[Curl] = []
        self._addresses: list[str] = []
        self._until = 0.0
        self._resolving = asyncio.Lock()

    async def addresses(self, guard: Guard, host: str, port: int, allowed: frozenset[str]) -> list[str]:
        """Where the host is, as :meth:`Guard.resolve` says, for a minute."""
        async with self._resolving:
            if time.monotonic() > self._until:
                found: list[ResolveResult] = await guard.resolve(host, port, allowed)
                self._addresses = [result["host"] for result in found]
                self._until = time.monotonic() + KNOWN_SECONDS
        return self._addresses

    def forget_addresses(self) -> None:
        """They did not answer."""
        self._until = 0.0

    def take(self) -> Curl:
        """A handle without options."""
        self.running += 1
        return self._idle.pop() if self._idle else Curl()

    def give_back(self, curl: Curl) -> None:
        """It is used no longer."""
        self.running -= 1
        self.used = time.monotonic()
        if len(self._idle) >= MOST_HANDLES:
            curl.close()
            return
        curl.clean_handles_and_buffers()
        curl.reset()
        self._idle.append(curl)

    async def close(self) -> None:
        """Close all."""
        for curl in self._idle:
            curl.close()
        await self.multi.close()  # type: ignore[no-untyped-call] # the package's


class Curls:
    """All connections of a crawl.

    Args:
        verify: certificates are checked.
        header_bytes: of one header, of which an answer may have 128.
        bind: the address of ours from which it connects.
    """

    def __init__(self, guard: Guard, *, verify: bool, header_bytes: int, bind: str | None = None) -> None:
        self.guard = guard
        self.verify = verify
        self.header_bytes = header_bytes
        self.bind = bind
        self._connections: OrderedDict[tuple[Any, ...], Connections] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    def connections(self, key: tuple[Any, ...]) -> Connections:
        """Those that go by this name. Others, that nobody has used for long, are closed."""
        if key not in self._connections:
            self._prune()
            self._connections[key] = Connections()
        self._connections.move_to_end(key)
        return self._connections[key]

    def _prune(self) -> None:
        stale = time.monotonic() - IDLE_SECONDS
        many = len(self._connections) - MOST_IDLE
        for place, (key, found) in enumerate(list(self._connections.items())):
            if not found.running and (place < many or found.used < stale):
                task = asyncio.ensure_future(self._connections.pop(key).close())
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close all."""
        while self._connections:
            await self._connections.popitem()[1].close()
        await asyncio.gather(*self._closing)
