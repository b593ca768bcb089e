"""What workers know of tiers, in Redis, and the money of a job that they spend together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
import redis

from frontier import tiers
from frontier.codec import dumps, loads
from frontier.connection import connect_async
from frontier.purse import Change, Held, Purse
from frontier.tiers import MOST_ANSWERS, WHOLE, Answer, Key, News, TierPolicies
from schemas.redis_keys import TIER_POLICY

PROBE = 1000.0
HOST = "shop.example:8080"
JOBS, LISTS = (HOST, "/jobs/*"), (HOST, "/lists/*")
Workers = Callable[[Callable[[TierPolicies, TierPolicies], Awaitable[Any]]], Any]


@pytest.fixture
def workers(redis_url: str) -> Workers:
    """Runs a conversation of two workers with one Redis; a cheaper tier is tried after ``PROBE`` seconds."""

    def run(talk: Callable[[TierPolicies, TierPolicies], Awaitable[Any]]) -> Any:
        async def within() -> Any:
            one, two = (TierPolicies(connect_async(redis_url), probe_seconds=PROBE) for _ in range(2))
            try:
                return await talk(one, two)
            finally:
                await one.close()
                await two.close()

        return asyncio.run(within())

    return run


def test_what_one_has_learned_the_other_hears_once_and_who_starts_later_hears_all(workers: Workers) -> None:
    async def talk(one: TierPolicies, two: TierPolicies) -> list[Answer]:
        await one.exchange([News(JOBS, "direct", 2, 0), News(JOBS, "proxy", 1, 1), News((HOST, WHOLE), "direct", 2, 0)])
        first = await two.exchange(hosts=[HOST])
        await one.exchange([News(LISTS, "direct", 1, 1), News((HOST, WHOLE), "direct", 1, 1)])
        return [first, await two.exchange(hosts=[HOST]), await two.exchange(hosts=["other.example"])]

    first, second, other = workers(talk)

    assert first.known[JOBS].tiers == {"direct": (2, 0), "proxy": (1, 1)}
    assert second.known.keys() == {LISTS, (HOST, WHOLE)}
    assert second.known[HOST, WHOLE].tiers == {"direct": (3, 1)}
    assert other == Answer()


def test_a_cheaper_tier_is_tried_by_one_worker_and_later_each_time(workers: Workers, redis_url: str) -> None:
    async def talk(one: TierPolicies, two: TierPolicies) -> list[Answer]:
        await one.exchange([News(JOBS, "direct", 1, 0)])
        early = await one.exchange(due=[JOBS])
        has_come_due(redis_url, JOBS)
        return [early, await one.exchange(due=[JOBS]), await two.exchange(due=[JOBS])]

    early, first, second = workers(talk)

    assert early.allowed == second.allowed == frozenset()
    assert first.allowed == {JOBS}
    assert PROBE < (second.known[JOBS].probe_in or 0) <= 2 * PROBE


def has_come_due(redis_url: str, key: Key) -> None:
    """As if it had waited for long enough."""
    with redis.Redis.from_url(redis_url) as server:
        host, template = f"{TIER_POLICY}{key[0]}", key[1]
        packed: Any = server.hget(host, template)
        at, _, wait, known = loads(packed)
        server.hset(host, template, dumps([at, 1, wait, known]))


def test_a_trial_that_went_well_begins_anew(workers: Workers) -> None:
    async def talk(one: TierPolicies, two: TierPolicies) -> Answer:
        await one.exchange([News(JOBS, "direct", 15, 0)])
        await one.exchange([News(JOBS, "direct", 1, 1, anew=True)])
        return await two.exchange(hosts=[HOST], due=[JOBS])

    known = workers(talk).known[JOBS]

    assert (known.tiers, known.probe_in) == ({"direct": (1, 1)}, None)


def test_averages_move_and_nothing_stays_for_ever(
    workers: Workers, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiers, "MOST_TEMPLATES", 10)

    async def talk(one: TierPolicies, two: TierPolicies) -> Answer:
        for number in range(30):
            key = (HOST, f"/{number}/*")
            await one.exchange([News(key, "direct", 40, 10), News((HOST, WHOLE), "direct", 40, 10)])
        return await two.exchange(hosts=[HOST])

    known = workers(talk).known

    assert known[HOST, WHOLE].tiers == {"direct": (MOST_ANSWERS, pytest.approx(MOST_ANSWERS / 4))}
    assert len(known) == 10
    assert (HOST, "/29/*") in known
    with redis.Redis.from_url(redis_url) as client:
        assert 0 < client.ttl(f"{TIER_POLICY}{HOST}") <= tiers.KEPT_SECONDS


def test_workers_never_take_more_than_the_job_has(redis_url: str) -> None:
    async def spend() -> tuple[list[bool | None], int]:
        servers = [connect_async(redis_url) for _ in range(4)]
        job = uuid4()
        try:
            taken = await asyncio.gather(*(Purse(server).take(job, 100, Change(7)) for server in servers * 10))
            spent = await Purse(servers[0]).spent(job)
            assert not await Purse(servers[0]).take(job, 100, Change(7))
            assert await Purse(servers[0]).take(job, 100, Change(7, back=6))
        finally:
            for server in servers:
                await server.aclose()
        return taken, spent

    taken, spent = asyncio.run(spend())

    assert (taken.count(True), spent) == (14, 98)


def test_what_answers_may_cost_at_the_most_is_held_until_they_have_come(redis_url: str) -> None:
    async def spend() -> list[bool | None]:
        server, job = connect_async(redis_url), uuid4()
        purse, held = Purse(server), [Held(str(number), 40) for number in range(4)]
        try:
            return [
                await purse.take(job, 100, Change(1, held=held[0])),
                await purse.take(job, 100, Change(1, held=held[1])),
                await purse.take(job, 100, Change(1, held=held[2])),  # 2 spent, and 80 may be: no 41 are left
                await purse.take(job, 100, Change(1, -39, held=held[2], freed=held[:1])),  # 41 spent, and 40 may be
                await purse.take(job, 100, Change(1, held=held[2], freed=held[1:2])),
                await purse.take(job, 100, Change(1, -39, held=held[3], freed=held[2:3])),  # 81 spent: one goes alone
                await purse.take(job, 100, Change(1, held=held[0])),
                await purse.take(job, 100, Change(1, -30, freed=held[3:])),  # overrun, by it alone
            ]
        finally:
            await server.aclose()

    assert asyncio.run(spend()) == [True, True, None, None, True, True, None, False]
