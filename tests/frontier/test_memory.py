"""How full Redis is, and whether requests are safe there."""

from __future__ import annotations

import asyncio

import pytest

from frontier.connection import connect_async
from frontier.memory import Memory, read


@pytest.mark.parametrize(
    ("limit", "policy", "share", "safe"),
    [
        (1000, "noeviction", 0.25, True),
        (1000, "allkeys-lru", 0.25, False),
        (1000, "volatile-ttl", 0.25, False),
        (0, "allkeys-lru", 0.0, True),
    ],
)
def test_requests_are_safe_where_nothing_is_dropped(limit: int, policy: str, share: float, safe: bool) -> None:
    memory = Memory.of({"used_memory": 250, "maxmemory": limit, "maxmemory_policy": policy})

    assert memory.share == share
    assert (memory.problem is None) == safe


def test_a_server_that_does_not_say_its_limit_has_none() -> None:
    assert Memory.of({"used_memory": "7"}) == Memory(7, 0, "noeviction")


def test_a_real_server_says_it(redis_url: str) -> None:
    async def ask() -> Memory:
        async with connect_async(redis_url) as server:
            return await read(server)

    memory = asyncio.run(ask())

    assert memory.used > 100_000
    assert (memory.limit, memory.share, memory.problem) == (0, 0.0, None)
