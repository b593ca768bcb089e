"""What a worker reads of a site's robots.txt, all others know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from frontier.codec import dumps
from frontier.connection import connect_async
from frontier.robots_cache import MAX_BYTES, SECONDS, RobotsAnswer, RobotsCache
from schemas.redis_keys import host_robots

ORIGIN = "https://example.com"
TEXT = "User-agent: *\nDisallow: /privé\n"
T = TypeVar("T")


def run(url: str, work: Callable[[RobotsCache], Awaitable[T]], clock: Callable[[], float] = time.time) -> T:
    """Do something with a cache of one's own, as each worker has one."""

    async def do() -> T:
        cache = RobotsCache(connect_async(url, timeout_seconds=60), clock)
        try:
            return await work(cache)
        finally:
            await cache.close()

    return asyncio.run(do())


def test_what_one_puts_another_gets(redis_url: str) -> None:
    run(redis_url, lambda cache: cache.put(ORIGIN, 200, TEXT), clock=lambda: 7.5)

    assert run(redis_url, lambda cache: cache.get(ORIGIN)) == RobotsAnswer(200, TEXT, 7.5)
    assert run(redis_url, lambda cache: cache.get("http://example.com")) is None
    assert run(redis_url, lambda cache: cache.get("https://example.com:8443")) is None


def test_what_is_older_than_somebody_wants_is_not_got(redis_url: str) -> None:
    run(redis_url, lambda cache: cache.put(ORIGIN, 200, TEXT), clock=lambda: 100.0)

    assert run(redis_url, lambda cache: cache.get(ORIGIN, since=100.0))
    assert run(redis_url, lambda cache: cache.get(ORIGIN, since=100.1)) is None


@pytest.mark.parametrize("seconds", [SECONDS, 60])
def test_it_is_forgotten_in_time(redis_url: str, server: Redis, seconds: int) -> None:
    run(redis_url, lambda cache: cache.put(ORIGIN, 503, "", seconds))

    assert seconds / 2 <= int(server.ttl(host_robots(ORIGIN))) <= seconds


def test_a_huge_text_is_cut_and_packed(redis_url: str, server: Redis) -> None:
    text = "Disallow: /a\n" * MAX_BYTES
    run(redis_url, lambda cache: cache.put(ORIGIN, 200, text))

    kept = run(redis_url, lambda cache: cache.get(ORIGIN))

    assert kept is not None
    assert kept.text == text[:MAX_BYTES]
    assert int(server.strlen(host_robots(ORIGIN))) < MAX_BYTES / 50


@pytest.mark.parametrize(
    "value", [b"", b"200 text", dumps({"status": 200}), dumps({"status": 200, "text": b"x", "fetched_at": 0.0})]
)
def test_what_another_version_wrote_counts_as_nothing(redis_url: str, server: Redis, value: bytes) -> None:
    server.set(host_robots(ORIGIN), value)

    assert run(redis_url, lambda cache: cache.get(ORIGIN)) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.text(), st.integers(0, 999))
def test_any_text_comes_back(redis_url: str, text: str, status: int) -> None:
    async def there_and_back(cache: RobotsCache) -> RobotsAnswer | None:
        await cache.put(ORIGIN, status, text)
        return await cache.get(ORIGIN)

    answer = run(redis_url, there_and_back, clock=lambda: 0.0)

    assert answer == RobotsAnswer(status, text.encode(errors="replace").decode(), 0.0)


def test_a_redis_that_is_away_is_passed_over_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    async def twice(cache: RobotsCache) -> list[RobotsAnswer | None]:
        await cache.put(ORIGIN, 200, TEXT)
        return [await cache.get(ORIGIN), await cache.get(ORIGIN)]

    assert run("redis://127.0.0.1:1/0", twice) == [None, None]
    assert len(caplog.records) == 1
    assert "robots.txt is not shared with other workers" in caplog.text


def test_a_key_of_another_kind_is_passed_over(redis_url: str, server: Redis) -> None:
    server.sadd(host_robots(ORIGIN), "what is this?")

    assert run(redis_url, lambda cache: cache.get(ORIGIN)) is None
