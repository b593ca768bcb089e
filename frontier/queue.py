"""One job's requests: waiting, and being worked on."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from typing import Any
from uuid import UUID

from redis import Redis

from schemas import redis_keys

_SCRIPTS = files("frontier") / "lua"
_ORDER_BYTES = 8


class Counts(Enum):
    """Whether a request counts towards the pages that its job may fetch."""

    NOT = b"-"
    AS_PAGE = b"P"
    ALREADY = b"A"
    """It becomes a page, and was counted when it was first claimed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that this worker works on. ``counted``: it has a place among the job's pages."""

    id: str
    payload: bytes
    counted: bool


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a job: requests that wait, requests that somebody works on, pages that are counted."""

    waiting: int
    claimed: int
    admitted: int


class RequestQueue:
    """A sorted set of payloads: the highest priority first, and within one priority the oldest.

    Each payload gets a prefix: eight bytes that grow, since Redis orders equal scores by their bytes and would keep two
    equal payloads once, and a byte that says what it counts as.
    """

    def __init__(self, server: Redis, job: UUID, worker: str) -> None:
        self._server: Any = server
        self._requests = redis_keys.job_requests(job)
        self._claims = redis_keys.job_claims(job)
        self._admitted = redis_keys.job_admitted(job)
        self._worker = worker
        self._order = itertools.count(time.time_ns())
        self._numbers = itertools.count(1)
        self._claim = self._server.register_script(_script("claim"))
        self._recover = self._server.register_script(_script("recover"))

    def push(self, payload: bytes, priority: int, counts: Counts = Counts.NOT) -> None:
        """Add one payload."""
        prefix = next(self._order).to_bytes(_ORDER_BYTES, "big") + counts.value
        self._server.zadd(self._requests, {prefix + payload: -priority})

    def claim(self, limit: int | None = None) -> Claim | None:
        """Take the first payload to work on it; None where there is none.

        Args:
            limit: the most pages that the job may fetch; None for all.
        """
        claim = f"{self._worker}|{next(self._numbers)}"
        keys = [self._requests, self._claims, self._admitted]
        entry: bytes | None = self._claim(keys=keys, args=[claim, limit or 0])
        if entry is None:
            return None
        counted = entry[_ORDER_BYTES : _ORDER_BYTES + 1] != Counts.NOT.value
        return Claim(claim, entry[_ORDER_BYTES + 1 :], counted)

    def done(self, claim: str) -> None:
        """Nobody works on the claim's request any more."""
        self._server.hdel(self._claims, claim)

    def give_back(self) -> None:
        """A counted request ended without a page: its place is free."""
        self._server.decr(self._admitted)

    def rest(self) -> Rest:
        """What is left, at one moment."""
        with self._server.pipeline(transaction=True) as pipe:
            waiting, claimed, admitted = pipe.zcard(self._requests).hlen(self._claims).get(self._admitted).execute()
        return Rest(waiting, claimed, int(admitted or 0))

    def recover(self, alive: Iterable[str]) -> int:
        """Put back what workers that are not alive had claimed; returns how many requests came back."""
        return int(self._recover(keys=[self._requests, self._claims], args=list(alive)))

    def __len__(self) -> int:
        return int(self._server.zcard(self._requests))

    def clear(self) -> None:
        """Drop every payload, claim and count."""
        self._server.delete(self._requests, self._claims, self._admitted)


def _script(name: str) -> str:
    return (_SCRIPTS / f"{name}.lua").read_text(encoding="utf-8")
