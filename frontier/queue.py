"""One job's pending requests."""

from __future__ import annotations

import itertools
import time
from typing import Any

from redis import Redis


class RequestQueue:
    """A sorted set of payloads: the highest priority first, and within one priority the oldest.

    Each payload gets a prefix of eight bytes that grows, since Redis orders equal scores by their bytes and would
    keep two equal payloads once.
    """

    def __init__(self, server: Redis, key: str) -> None:
        self._server: Any = server
        self._key = key
        self._order = itertools.count(time.time_ns())

    def push(self, payload: bytes, priority: int) -> None:
        """Add one payload."""
        self._server.zadd(self._key, {next(self._order).to_bytes(8, "big") + payload: -priority})

    def pop(self) -> bytes | None:
        """Take the first payload away, or None where there is none."""
        popped: list[tuple[bytes, float]] = self._server.zpopmin(self._key)
        return popped[0][0][8:] if popped else None

    def __len__(self) -> int:
        return int(self._server.zcard(self._key))

    def clear(self) -> None:
        """Drop every payload."""
        self._server.delete(self._key)
