"""What a browser adds to pages of a host, and how they rest while it makes them, for all workers and jobs.

Pages are known by their template, a form of URLs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis, RedisCluster

from frontier.codec import dumps, loads
from frontier.scripts import Script
from schemas.redis_keys import RENDERING

MOST_TEMPLATES = 500
"""Of a host."""
KEPT_SECONDS = 7 * 86_400
"""A host of which nobody has said anything for so long is forgotten."""

Key = tuple[str, str]
"""A host (its name, with a port), and a template."""


@dataclass(frozen=True, slots=True)
class RenderNews:
    """What became of pages since it was told last.

    Args:
        gained: the browser has added something to one.
        misses: pages in a row since then to which it added nothing.
        pages: whose rests were measured.
        gap: the longest of those, in seconds.
    """

    gained: bool = False
    misses: int = 0
    pages: int = 0
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """What all workers together know of a template, in the words of ``RenderNews``."""

    misses: int
    pages: int
    gap: float


class RenderBook:
    """What workers know, in Redis; one exchange is one step there."""

    def __init__(self, server: Redis | RedisCluster) -> None:
        self._script = Script(server, "room", "rendering")
        self._server = server
        self._read: dict[str, int] = {}

    async def exchange(self, news: Mapping[Key, RenderNews], hosts: Iterable[str] = ()) -> dict[Key, Rendered]:
        """Say what is new, and hear what is new of these hosts since they were asked about last.

        Raises:
            RedisUnavailableError: Redis cannot be used now. What was said may have been heard or not.
        """
        hosts = list(hosts)
        request = {
            "news": [[*key, one.gained, one.misses, one.pages, one.gap] for key, one in news.items()],
            "hosts": [[host, self._read.get(host, 0)] for host in hosts],
            "most_templates": MOST_TEMPLATES,
            "kept": KEPT_SECONDS,
        }
        now, found = loads(await self._script.run([RENDERING], [RENDERING, dumps(request)]))
        self._read |= dict.fromkeys(hosts, now)
        return {(host, template): _rendered(entry) for host, template, entry in found}

    def forget(self, host: str) -> None:
        """Hear all of a host again when it is asked about next."""
        self._read.pop(host, None)

    async def close(self) -> None:
        """Close the connections."""
        await self._server.aclose()


def _rendered(entry: Sequence[float]) -> Rendered:
    _, misses, pages, gap = entry
    return Rendered(int(misses), int(pages), float(gap))
