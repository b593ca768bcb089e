"""How hosts are asked now, as their budgets say: read, and left as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis, RedisCluster

from frontier.codec import loads
from frontier.connection import not_now
from schemas.redis_keys import host_budget


@dataclass(frozen=True, slots=True)
class HostView:
    """A host over all jobs.

    Args:
        delay: seconds between two requests to it, the penalty included.
        penalty: seconds that its answers have added to the delay: 429, 503, Retry-After.
        concurrency: requests at once, the least that its jobs allow.
        holders: workers that may ask it now.
        waiting: workers that wait for their turn.
    """

    host: str
    delay: float
    penalty: float
    concurrency: int
    holders: tuple[str, ...]
    waiting: tuple[str, ...]


async def host_views(server: Redis | RedisCluster, hosts: Collection[str]) -> dict[str, HostView]:
    """Those of the hosts that somebody wants to ask, or was put off by.

    Raises:
        RedisUnavailableError: Redis cannot be used now.
    """
    with not_now():
        seconds, microseconds = await server.time()
        async with server.pipeline(transaction=False) as pipe:
            for host in hosts:
                pipe.get(host_budget(host))
            budgets = await pipe.execute() if hosts else []
    now = float(seconds) + float(microseconds) / 1e6
    views = (_view(host, loads(packed), now) for host, packed in zip(hosts, budgets, strict=True) if packed)
    return {view.host: view for view in views if view}


def _view(host: str, budget: dict[str, Any], now: float) -> HostView | None:
    """As ``lua/budget.lua`` would see it at this time; None where nobody has a say any more."""
    # An empty table is an empty array in Lua.
    workers = {name: one for name, one in dict(budget["workers"] or {}).items() if one["till"] > now}
    left = budget["penalty"] if budget["penalty_till"] > now else 0.0
    if not workers and not left:
        return None
    penalty = max([left, *(one["penalty"] for one in workers.values())])
    return HostView(
        host=host,
        delay=max([0.0, *(one["delay"] for one in workers.values())]) + penalty,
        penalty=penalty,
        concurrency=int(min((one["concurrency"] for one in workers.values()), default=1)),
        holders=tuple(sorted(name for name, one in workers.items() if one["share"] > 0)),
        waiting=tuple(sorted(name for name, one in workers.items() if one["share"] <= 0)),
    )
