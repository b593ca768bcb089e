"""A key of start URLs: who takes an entry confirms it, or others take it again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import ResponseError

from frontier.start_key import StartKey
from schemas import redis_keys

KEY = "shop:start_urls"
Run = Callable[[Callable[[Redis], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def run(redis_url: str) -> Run:
    """Runs a coroutine with a client."""

    async def with_client(act: Callable[[Redis], Coroutine[Any, Any, None]]) -> None:
        async with Redis.from_url(redis_url) as server:
            await act(server)

    return lambda act: asyncio.run(with_client(act))


async def entries(server: Redis, most: int, confirm_seconds: float = 60) -> list[bytes]:
    stock = await StartKey(server, KEY, confirm_seconds).take(most)
    return [taken.data for taken in stock.taken]


def test_no_more_are_taken_than_were_asked_for(run: Run) -> None:
    async def act(server: Redis) -> None:
        await server.rpush(KEY, *range(5))
        stock = await StartKey(server, KEY).take(3)
        assert [taken.data for taken in stock.taken] == [b"0", b"1", b"2"]
        assert (stock.left, stock.unconfirmed) == (2, 3)
        assert await entries(server, 9) == [b"3", b"4"]

    run(act)


@pytest.mark.parametrize("most", [0, 4])
def test_a_key_that_is_not_there_is_empty(run: Run, most: int) -> None:
    async def act(server: Redis) -> None:
        stock = await StartKey(server, KEY).take(most)
        assert (stock.taken, stock.left, stock.unconfirmed) == ([], 0, 0)

    run(act)


def test_what_is_not_confirmed_in_time_is_taken_again_under_its_number(run: Run) -> None:
    async def act(server: Redis) -> None:
        await server.rpush(KEY, "a b", "later")
        first = await StartKey(server, KEY, confirm_seconds=0).take(1)
        second = await StartKey(server, KEY).take(1)
        assert first.taken == second.taken
        assert [taken.data for taken in second.taken] == [b"a b"]
        assert await entries(server, 9) == [b"later"]

    run(act)


def test_what_is_confirmed_is_gone(run: Run) -> None:
    async def act(server: Redis) -> None:
        await server.sadd(KEY, "one")
        key = StartKey(server, KEY, confirm_seconds=0)
        await key.confirm((await key.take(1)).taken)
        assert await entries(server, 9) == []
        assert await server.keys("*") == []

    run(act)


def test_what_is_set_aside_is_kept_with_its_reason(run: Run) -> None:
    async def act(server: Redis) -> None:
        await server.zadd(KEY, {b"\xff bad": 1})
        key = StartKey(server, KEY)
        (taken,) = (await key.take(1)).taken
        await key.set_aside(taken, "it is bad")
        (aside,) = await server.lrange(f"{KEY}:bad", 0, -1)
        assert json.loads(aside) == {"entry": "\ufffd bad", "reason": "it is bad"}
        assert (await key.take(1)).unconfirmed == 0

    run(act)


def test_a_key_of_another_kind_is_refused(run: Run) -> None:
    async def act(server: Redis) -> None:
        await server.hset(KEY, "a", "b")
        with pytest.raises(ResponseError, match="is a hash; start URLs are a list, a set or a sorted set"):
            await StartKey(server, KEY).take(1)

    run(act)


@pytest.mark.parametrize("key", [KEY, "{tag}:urls", "plain"])
def test_what_was_taken_is_in_the_slot_of_the_key(key: str) -> None:
    assert key_slot(key.encode()) == key_slot(redis_keys.start_urls_taken(key).encode())
