"""How full Redis is, and whether it would drop requests for want of room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import redis
from redis.asyncio import Redis, RedisCluster

from frontier.connection import connect, not_now
from schemas.environment import without_password

KEEPS_ALL = "noeviction"


class EvictingRedisError(RuntimeError):
    """Redis would drop requests for want of room."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What INFO says of it. ``used`` and ``limit`` in bytes; a limit of 0 is none."""

    used: int
    limit: int
    policy: str

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> Self:
        """From the section ``memory`` of INFO. A server that does not say its limit is taken to have none."""
        return cls(int(info["used_memory"]), int(info.get("maxmemory", 0)), info.get("maxmemory_policy", KEEPS_ALL))

    @property
    def share(self) -> float:
        """How full it is: 1.0 at its limit; 0.0 where it has none."""
        return self.used / self.limit if self.limit else 0.0

    @property
    def full(self) -> str | None:
        """Why it takes no new job, and what to do; None: it takes one. What runs goes on."""
        if self.share < 1:
            return None
        sizes = f"{self.used / 1e6:,.1f} of {self.limit / 1e6:,.1f} MB (maxmemory)"
        return f"is full, and takes no new job: {sizes}. Let what runs end, or raise maxmemory."

    @property
    def problem(self) -> str | None:
        """Why a job cannot rely on it, and what to do; None: it can."""
        if not self.limit or self.policy == KEEPS_ALL:
            return None
        return (
            f"drops requests when it is full (maxmemory-policy {self.policy}), and a job would end without them. "
            f"Run: redis-cli CONFIG SET maxmemory-policy {KEEPS_ALL}"
        )


def check(url: str) -> None:
    """See that requests are safe there.

    Raises:
        EvictingRedisError: names the address without its password, and what to do.
        RedisUnavailableError: it does not say.
    """
    with not_now(), connect(url) as client:
        problem = _worst(client.info("memory", **_nodes(client))).problem
    if problem:
        raise EvictingRedisError(f"REDIS_URL: {without_password(url)} {problem}")


async def read(server: Redis | RedisCluster) -> Memory:
    """Ask for it. Of a cluster, it is that of the fullest node.

    Raises:
        RedisUnavailableError: it cannot say it now.
    """
    client: Any = server
    with not_now():
        return _worst(await client.info("memory", **_nodes(client)))


def _nodes(client: Any) -> dict[str, str]:
    """Whom to ask, of a cluster."""
    return {"target_nodes": client.PRIMARIES} if isinstance(client, RedisCluster | redis.RedisCluster) else {}


def _worst(info: Any) -> Memory:
    """What one server said, or that node of a cluster which has the least room."""
    told = [info] if "used_memory" in info else info.values()
    return max(map(Memory.of, told), key=lambda memory: (memory.problem is not None, memory.share))
