"""Budgets on real servers: one by itself, a cluster, a full one, a replica, none at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from redis.asyncio import Redis, RedisCluster
from redis.exceptions import OutOfMemoryError, ResponseError

from frontier.budgets import Ask, Budgets, Grant
from frontier.connection import RedisUnavailableError
from schemas import redis_keys
from tests.support.budget_workers import HOST, SECONDS, Loop, Workers, open_loop
from tests.support.cluster import clustered_valkey
from tests.support.nginx import free_port
from tests.support.valkey import PASSWORD, valkey

KEY = redis_keys.host_budget(HOST)


@pytest.fixture
def loop(redis_url: str) -> Iterator[Loop]:
    with open_loop(redis_url) as opened:
        yield opened


@pytest.fixture
def workers(loop: Loop) -> Workers:
    return loop.workers()


@pytest.fixture
def own_loop(tmp_path: Path) -> Iterator[Loop]:
    """With a Valkey of the test's own."""
    with valkey(tmp_path) as port, open_loop(url_of(port)) as opened:
        yield opened


def url_of(port: int) -> str:
    return f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/0"


def test_grants_come_in_the_order_of_asks_of_many_hosts(workers: Workers) -> None:
    asks = [Ask(f"{number}.example", 0.0, number) for number in range(1, 40)]

    grants = workers.send("a", *asks)

    assert [(grant.host, grant.share) for grant in grants] == [(ask.host, ask.concurrency) for ask in asks]
    assert workers.send("a") == []


def test_the_server_s_clock_ends_shares_and_then_the_key(loop: Loop) -> None:
    async def hand_over() -> Grant:
        first, second = (Budgets(loop.server, name, seconds=0.2) for name in "ab")
        assert (await first.ask([Ask(HOST, 0.1, 1)]))[0].share == 1
        while True:
            [grant] = await second.ask([Ask(HOST, 0.1, 1)])
            if grant.share:
                return grant
            await asyncio.sleep(grant.seconds)

    grant = loop.run(asyncio.wait_for(hand_over(), 120))
    assert 0 <= grant.start_in <= 0.1
    assert loop.run(loop.server.pttl(KEY)) <= 310


def test_the_key_stays_as_long_as_the_distance_matters(loop: Loop, workers: Workers) -> None:
    workers.ask("a", delay=3 * SECONDS)

    # A death counts from the end of the share.
    assert loop.run(loop.server.ttl(KEY)) > 3.5 * SECONDS


def test_a_server_that_forgot_the_script_is_taught_again(loop: Loop, workers: Workers) -> None:
    workers.ask("a")
    loop.run(loop.server.script_flush())

    assert workers.ask("a").share == 4


def test_a_full_server_still_grants(own_loop: Loop) -> None:
    own_loop.run(own_loop.server.config_set("maxmemory", 1))
    with pytest.raises(OutOfMemoryError):
        own_loop.run(own_loop.server.set("a", "b"))

    assert own_loop.workers().ask("a").share == 4


def test_nobody_who_listens_is_one_clear_error() -> None:
    async def ask() -> None:
        async with Redis(host="127.0.0.1", port=free_port()) as server:
            await Budgets(server, "a").ask([Ask(HOST, 0.0, 1)])

    with pytest.raises(RedisUnavailableError, match=r"^Redis cannot be used now \(.*\)\. Wait"):
        asyncio.run(ask())


def test_a_replica_that_takes_no_writes_is_one_clear_error(own_loop: Loop) -> None:
    own_loop.run(own_loop.server.replicaof("127.0.0.1", free_port()))

    with pytest.raises(RedisUnavailableError, match=r"^Redis cannot be used now \(.*\)\. Wait"):
        own_loop.workers().ask("a")


def test_hosts_in_many_slots_of_a_cluster_are_asked_for_at_once(tmp_path: Path) -> None:
    async def ask(url: str) -> list[Grant]:
        async with RedisCluster.from_url(url) as cluster:
            return await Budgets(cluster, "a").ask([Ask(f"{number}.example", 0.0, 3) for number in range(20)])

    with clustered_valkey(tmp_path) as url:
        assert [grant.share for grant in asyncio.run(ask(url))] == [3] * 20


def test_a_key_that_is_not_ours_is_not_taken_for_a_server_that_is_away(loop: Loop, workers: Workers) -> None:
    loop.run(loop.server.sadd(KEY, "x"))

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        workers.ask("a")


@pytest.mark.parametrize(
    "wrong", [{"concurrency": 0}, {"delay": -1.0}, {"penalty": float("inf")}, {"sent_ago": float("nan")}]
)
def test_an_ask_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^example\.com: .*\."):
        Ask(**{"host": HOST, "delay": 1.0, "concurrency": 1, **wrong})
