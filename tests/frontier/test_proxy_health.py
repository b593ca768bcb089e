"""What workers know of proxies, in Redis: told once, known to all, kept over restarts, and without a password."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import redis

from frontier import proxy_health
from frontier.connection import RedisUnavailableError, connect_async
from frontier.proxy_health import ITSELF, Answer, Counts, News, ProxyHealth
from schemas.proxies import read_proxy
from schemas.redis_keys import PROXY_EVENTS, PROXY_HEALTH

HOST = "shop.example:8080"
P, Q = (read_proxy(f"http://anna:hunter2@{name}:3128").id for name in "pq")


@pytest.fixture
def workers(redis_url: str) -> Callable[[Callable[[ProxyHealth, ProxyHealth], Awaitable[Any]]], Any]:
    """Runs a conversation of two workers with one Redis."""

    def run(talk: Callable[[ProxyHealth, ProxyHealth], Awaitable[Any]]) -> Any:
        async def within() -> Any:
            one, two = (ProxyHealth(connect_async(redis_url)) for _ in range(2))
            try:
                await two.exchange()
                return await talk(one, two)
            finally:
                await one.close()
                await two.close()

        return asyncio.run(within())

    return run


Workers = Callable[[Callable[[ProxyHealth, ProxyHealth], Awaitable[Any]]], Any]


def test_a_rest_that_one_gives_the_other_hears_of_with_its_next_exchange(workers: Workers) -> None:
    async def talk(one: ProxyHealth, two: ProxyHealth) -> list[Answer]:
        await one.exchange(
            [News((HOST, P), Counts(answers=1, bans=1), rest=60, left=58), News((ITSELF, Q), rest=20, left=20)]
        )
        return [await two.exchange(), await two.exchange()]

    first, second = workers(talk)

    assert first.known.keys() == {(HOST, P), (ITSELF, Q)}
    assert first.known[HOST, P].rest == 60
    assert 0 < first.known[HOST, P].left <= 58
    assert first.known[HOST, P].counts == Counts(answers=1, bans=1)
    assert second == Answer()


def test_who_starts_later_asks_for_a_host_and_has_all_of_it(workers: Workers, redis_url: str) -> None:
    async def talk(one: ProxyHealth, two: ProxyHealth) -> Answer:
        await one.exchange([News((HOST, P), Counts(4, 3, 0, 0.6)), News((HOST, Q), rest=60, left=60)])
        await one.exchange([News((HOST, P), Counts(1, 1, 0, 0.2)), News(("other.example", P), rest=60, left=60)])
        later = ProxyHealth(connect_async(redis_url))
        try:
            return await later.exchange(hosts=[HOST, ITSELF])
        finally:
            await later.close()

    answer = workers(talk)

    assert answer.known.keys() == {(HOST, P), (HOST, Q)}
    counts = answer.known[HOST, P].counts
    assert (round(counts.answers, 2), round(counts.good, 2), round(counts.seconds, 2)) == (5, 4, 0.8)
    assert answer.known[HOST, Q].rest == 60


def test_the_end_of_a_rest_is_told_too(workers: Workers) -> None:
    async def talk(one: ProxyHealth, two: ProxyHealth) -> Answer:
        await one.exchange([News((HOST, P), rest=60, left=60)])
        await one.exchange([News((HOST, P), rest=0)])
        return await two.exchange()

    assert workers(talk).known[HOST, P].rest == 0


def test_of_two_rests_the_one_that_ends_later_counts(workers: Workers) -> None:
    async def talk(one: ProxyHealth, two: ProxyHealth) -> Answer:
        await one.exchange([News((HOST, P), rest=60, left=60)])
        await two.exchange([News((HOST, P), rest=20, left=20)])
        return await one.exchange(hosts=[HOST])

    assert workers(talk).known[HOST, P].rest == 60


def test_only_one_worker_may_try_a_proxy_whose_rest_is_over(workers: Workers) -> None:
    async def talk(one: ProxyHealth, two: ProxyHealth) -> list[frozenset[Any]]:
        await one.exchange([News((HOST, P), rest=60, left=0), News((HOST, Q), rest=60, left=60)])
        due = [(HOST, P), (HOST, Q)]
        asked = [await worker.exchange(due=due) for worker in (two, one, two)]
        await one.exchange([News((HOST, P), rest=60, left=0)])
        return [answer.allowed for answer in (*asked, await one.exchange(due=due))]

    nobody: frozenset[Any] = frozenset()
    assert workers(talk) == [frozenset([(HOST, P)]), nobody, nobody, frozenset([(HOST, P)])]


def test_averages_forget(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_health, "MOST_ANSWERS", 10.0)

    async def talk(one: ProxyHealth, two: ProxyHealth) -> Answer:
        await one.exchange([News((HOST, P), Counts(answers=1000, good=0))])
        await one.exchange([News((HOST, P), Counts(answers=10, good=10))])
        return await one.exchange(hosts=[HOST])

    counts = workers(talk).known[HOST, P].counts
    assert round(counts.answers) == 10
    assert round(counts.good) == 5


def test_proxies_that_are_gone_from_the_list_go_from_redis(
    workers: Workers, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy_health, "KEPT_SECONDS", 1)

    async def talk(one: ProxyHealth, two: ProxyHealth) -> int:
        for number in range(100):
            await one.exchange([News((HOST, f"gone-{number}"), Counts(answers=1))])
        server = redis.Redis.from_url(redis_url)
        with server:
            for _ in range(60):
                await asyncio.sleep(0.1)
                await one.exchange([News((HOST, P), Counts(answers=1))])
                if server.hlen(PROXY_HEALTH + HOST) < 50:
                    break
            return int(server.hlen(PROXY_HEALTH + HOST))

    assert workers(talk) < 50


def test_keys_go_by_themselves_and_have_no_password(workers: Workers, redis_url: str) -> None:
    async def talk(one: ProxyHealth, two: ProxyHealth) -> None:
        await one.exchange([News((HOST, P), rest=60, left=60)])

    workers(talk)

    with redis.Redis.from_url(redis_url) as server:
        keys = {key.decode() for key in server.scan_iter()}
        assert keys == {PROXY_EVENTS, PROXY_HEALTH + HOST}
        assert all(0 < server.ttl(key) <= proxy_health.KEPT_SECONDS for key in keys)
        told = b"".join(server.dump(key) or b"" for key in keys)
    for word in (b"hunter2", b"anna", b"3128"):
        assert word not in told
    assert len({read_proxy(f"http://anna:{word}@p:3128").id for word in ("a", "b", "c")}) == 3


def test_without_redis_it_says_so() -> None:
    async def ask() -> None:
        health = ProxyHealth(connect_async("redis://127.0.0.1:1/0"))
        try:
            await health.exchange()
        finally:
            await health.close()

    with pytest.raises(RedisUnavailableError):
        asyncio.run(ask())
