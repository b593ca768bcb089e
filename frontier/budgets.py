"""Host budgets: how many requests, and how far apart, over all workers and jobs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import NoScriptError

from frontier.connection import not_now
from schemas import redis_keys

SECONDS = 5.0
"""A share lasts so long without a word."""

_SCRIPT = (files("frontier") / "lua" / "budget.lua").read_text(encoding="utf-8")
_SHA = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Ask:
    """What a worker wants of a host, and what it knows of it.

    Args:
        host: whose budget; hosts on one address may share one.
        delay: seconds between two requests, the most that its jobs ask for.
        concurrency: requests at once, the least that its jobs allow.
        sent_ago: seconds since its last request to the host; None where it sent none.
        release: give the share back. To let others go first, release and ask again at once.
        penalty: seconds that it learned to add to the delay; all workers obey the largest.
        busy: its requests under way. Where its share has become smaller, the others wait until these are fewer, too.

    Raises:
        ValueError: a number is negative or not finite, or the concurrency below 1.
    """

    host: str
    delay: float
    concurrency: int
    sent_ago: float | None = None
    release: bool = False
    penalty: float = 0.0
    busy: int = 0

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError(f"{self.host}: a concurrency of {self.concurrency} was asked for. Ask for 1 or more.")
        for name, value in (("delay", self.delay), ("penalty", self.penalty), ("sent_ago", self.sent_ago or 0.0)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{self.host}: {name} is {value}. Give seconds, 0 or more.")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a worker may do now.

    Args:
        host: as asked for.
        share: requests at once; 0: none, ask again after ``seconds``.
        delay: seconds between two requests of this worker.
        start_in: seconds before its first request, so that it keeps its distance from the last one of others.
        seconds: how long the share lasts, from when the ask was sent. Ask again (each 0.4 of it) to keep it.
    """

    host: str
    share: int
    delay: float
    start_in: float
    seconds: float


class Budgets:
    """The budgets of all hosts, as one worker sees them.

    A host with a delay of 0.05 s or more is held by one worker at a time, until it releases the host or is silent for
    ``seconds``; then the one that has waited longest gets it. On others, those who ask share the concurrency, and take
    turns where it is too small for all. The largest delay and the smallest concurrency of all who ask hold for
    everyone. A smaller share is for new requests: those under way may end, and their places are free only then.
    """

    def __init__(
        self,
        server: Redis | RedisCluster,
        worker: str,
        seconds: float = SECONDS,
        *,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """``clock``: the time in seconds for all workers, instead of the server's."""
        self._server: Any = server
        self._worker = worker
        self._seconds = seconds
        self._clock = clock

    async def ask(self, asks: Sequence[Ask]) -> list[Grant]:
        """Take, renew or release shares: a grant for each ask, in order. Asking twice does no harm.

        Raises:
            RedisUnavailableError: Redis does not answer, or cannot now. Ask again; shares last meanwhile.
        """
        calls = [(redis_keys.host_budget(ask.host), *self._arguments(ask)) for ask in asks]
        with not_now():
            answers = await self._run(calls)
            return [_grant(ask, answer) for ask, answer in zip(asks, answers, strict=True)]

    async def _run(self, calls: list[tuple[Any, ...]]) -> list[Any]:
        answers = await self._send("EVALSHA", _SHA, calls)
        # A server that was started anew has forgotten the script, one of a cluster perhaps.
        unknown = [number for number, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        again = await self._send("EVAL", _SCRIPT, [calls[number] for number in unknown])
        for number, answer in zip(unknown, again, strict=True):
            answers[number] = answer
        return answers

    async def _send(self, command: str, script: str, calls: list[tuple[Any, ...]]) -> list[Any]:
        if not calls:
            return []
        # redis-py's own scripts ask in each pipeline whether they are known, and know no cluster.
        async with self._server.pipeline(transaction=False) as pipe:
            for call in calls:
                pipe.execute_command(command, script, 1, *call)
            answers: list[Any] = await pipe.execute(raise_on_error=False)
        return answers

    def _arguments(self, ask: Ask) -> tuple[str | float, ...]:
        sent_ago = "" if ask.sent_ago is None else ask.sent_ago
        now = "" if self._clock is None else self._clock()
        terms = (self._worker, self._seconds, ask.delay, ask.concurrency)
        return *terms, sent_ago, int(ask.release), ask.penalty, now, ask.busy


def _grant(ask: Ask, answer: Any) -> Grant:
    if isinstance(answer, Exception):
        raise answer
    share, delay, start_in, seconds = answer
    return Grant(ask.host, share, delay / 1e6, start_in / 1e6, seconds / 1e6)
