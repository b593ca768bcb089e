"""What workers know of rendered pages, in Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import redis

from frontier import rendering
from frontier.connection import connect_async
from frontier.rendering import Key, RenderBook, Rendered, RenderNews
from schemas.redis_keys import RENDERING

HOST = "shop.example:8080"
JOBS, LISTS = (HOST, "/jobs/*"), (HOST, "/lists/*")
Workers = Callable[[Callable[[RenderBook, RenderBook], Awaitable[Any]]], Any]


@pytest.fixture
def workers(redis_url: str) -> Workers:
    """Runs a conversation of two workers with one Redis."""

    def run(talk: Callable[[RenderBook, RenderBook], Awaitable[Any]]) -> Any:
        async def within() -> Any:
            one, two = (RenderBook(connect_async(redis_url)) for _ in range(2))
            try:
                return await talk(one, two)
            finally:
                await one.close()
                await two.close()

        return asyncio.run(within())

    return run


def test_what_one_has_seen_the_other_hears_once(workers: Workers) -> None:
    async def talk(one: RenderBook, two: RenderBook) -> list[dict[Key, Rendered]]:
        await one.exchange({JOBS: RenderNews(misses=2, pages=3, gap=0.25), LISTS: RenderNews(misses=1)})
        first = await two.exchange({}, [HOST])
        await one.exchange({LISTS: RenderNews(misses=1)})
        return [first, await two.exchange({}, [HOST]), await two.exchange({}, ["other.example"])]

    first, second, other = workers(talk)

    assert first == {JOBS: Rendered(2, 3, 0.25), LISTS: Rendered(1, 0, 0.0)}
    assert second == {LISTS: Rendered(2, 0, 0.0)}
    assert other == {}


def test_counts_add_up_until_something_is_gained_and_the_longest_rest_stays(workers: Workers) -> None:
    async def talk(one: RenderBook, two: RenderBook) -> list[Rendered]:
        await one.exchange({JOBS: RenderNews(misses=2, pages=1, gap=0.4)})
        summed = await two.exchange({JOBS: RenderNews(misses=5, pages=2, gap=0.1)}, [HOST])
        gained = await one.exchange({JOBS: RenderNews(gained=True, misses=1)}, [HOST])
        return [summed[JOBS], gained[JOBS]]

    assert workers(talk) == [Rendered(7, 3, 0.4), Rendered(1, 3, 0.4)]


def test_a_host_has_so_many_templates_and_is_forgotten_in_time(
    workers: Workers, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "MOST_TEMPLATES", 10)

    async def talk(one: RenderBook, _: RenderBook) -> None:
        for number in range(30):
            await one.exchange({(HOST, f"/{number}/*"): RenderNews(misses=1)})

    workers(talk)

    with redis.Redis.from_url(redis_url) as client:
        assert client.hlen(f"{RENDERING}{HOST}") == 10
        assert client.hexists(f"{RENDERING}{HOST}", "")
        assert 0 < client.ttl(f"{RENDERING}{HOST}") <= rendering.KEPT_SECONDS
