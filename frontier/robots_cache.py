"""robots.txt of each origin, for all workers: read from a site once an hour, not once by each of them."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import RedisError

from frontier.codec import dumps, loads
from schemas.redis_keys import host_robots

logger = logging.getLogger(__name__)

MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: a parser reads at least so much of the text. What comes after it is not kept."""
SECONDS = 3600


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """What a site answered when it was asked for its robots.txt.

    ``status`` is 0 where there was no answer; then ``text`` says why, in a few words. ``fetched_at`` is in seconds of
    ``time.time()``.
    """

    status: int
    text: str
    fetched_at: float


class RobotsCache:
    """A crawl does not depend on it: while Redis cannot be used, nothing is found here, and the log says so once."""

    def __init__(self, server: Redis | RedisCluster, clock: Callable[[], float] = time.time) -> None:
        self._server = server
        self._clock = clock
        self._silent = False

    async def get(self, origin: str, since: float = 0.0) -> RobotsAnswer | None:
        """What ``origin`` (``https://example.com``) answered last, if that was after ``since`` and is not too old."""
        try:
            raw = await self._server.get(host_robots(origin))
        except (RedisError, OSError) as error:
            self._pass_over(error)
            return None
        self._silent = False
        answer = _read(raw) if isinstance(raw, bytes) else None
        return answer if answer is not None and answer.fetched_at >= since else None

    async def put(self, origin: str, status: int, text: str, seconds: float = SECONDS) -> None:
        """Keep an answer that was given just now, for so many seconds."""
        packed = zlib.compress(text.encode(errors="replace")[:MAX_BYTES])
        value = dumps({"status": status, "text": packed, "fetched_at": self._clock()})
        try:
            await self._server.set(host_robots(origin), value, px=round(1000 * seconds))
        except (RedisError, OSError) as error:
            self._pass_over(error)

    async def close(self) -> None:
        """Close the connections."""
        await self._server.aclose()

    def _pass_over(self, error: Exception) -> None:
        if not self._silent:
            logger.warning("robots.txt is not shared with other workers, since Redis cannot be used: %s", error)
        self._silent = True


def _read(raw: bytes) -> RobotsAnswer | None:
    """None for what another version has written."""
    try:
        value = loads(raw)
        text = zlib.decompress(value["text"]).decode(errors="replace")
        return RobotsAnswer(value["status"], text, value["fetched_at"])
    except (ValueError, KeyError, TypeError, zlib.error):
        return None
