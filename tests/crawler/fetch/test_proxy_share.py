"""Two workers with one Redis: what one learns of a proxy the other knows, and who starts again remembers."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from redis.asyncio import Redis

from crawler.fetch import proxy_share, proxy_standing
from crawler.fetch.proxy_pool import Lease, ProxyPool
from crawler.fetch.proxy_share import ProxyShare
from crawler.fetch.sharing import SECONDS
from frontier.connection import connect_async
from frontier.proxy_health import ProxyHealth
from schemas.proxies import read_proxy
from schemas.redis_keys import PROXY_EVENTS
from tests.support import valkey
from tests.support.valkey import PASSWORD

HOST, ELSEWHERE = "shop.example", "elsewhere.example"
PROXIES = [read_proxy(f"http://anna:hunter2@{name}:3128") for name in "abc"]
A, B, C = (proxy.id for proxy in PROXIES)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the first look may take its time."""
    monkeypatch.setattr(proxy_share, "FIRST_LOOK", 30.0)


class Worker:
    """A pool, and what shares it."""

    def __init__(self, redis_url: str, seconds: float) -> None:
        self.pool = ProxyPool(PROXIES, time.monotonic)
        self.share = ProxyShare(self.pool, ProxyHealth(connect_async(redis_url, timeout_seconds=seconds)))
        self.task = asyncio.get_running_loop().create_task(self.share.run())

    async def lease(self, name: str, host: str = HOST) -> Lease:
        await self.share.look_up(host)
        leases = [self.pool.take(host) for _ in range(20)]
        return next(lease for lease in leases if lease and lease.entry.id == name)

    async def ban(self, name: str, host: str = HOST, at_least: float = 0.0) -> None:
        lease = await self.lease(name, host)
        self.pool.worked(lease)
        self.pool.banned(lease, at_least)

    async def used(self, host: str = HOST) -> set[str]:
        """Proxies that it would use."""
        await self.share.look_up(host)
        return {lease.entry.id for lease in (self.pool.take(host) for _ in range(20)) if lease}

    async def stop(self, *, killed: bool = False) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])
        if killed:
            await self.share._health.close()
        else:
            await self.share.close()


@asynccontextmanager
async def workers(redis_url: str, count: int = 2, seconds: float = 60) -> AsyncIterator[list[Worker]]:
    """``seconds``: for so long Redis may be silent."""
    team = [Worker(redis_url, seconds) for _ in range(count)]
    try:
        yield team
    finally:
        for worker in team:
            await worker.stop()


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 120) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - nobody tells of what happens in Redis, or in time
            await asyncio.sleep(0.1)


def test_what_one_learns_the_other_knows(redis_url: str) -> None:
    async def act() -> None:
        async with workers(redis_url) as (one, two):
            assert await two.used() == {A, B, C}
            await one.ban(B)
            one.pool.failed(await one.lease(A, ELSEWHERE))

            async def known() -> bool:
                return await two.used() == {C} and await two.used(ELSEWHERE) == {B, C}

            await until(known)

    asyncio.run(act())


def test_who_starts_again_knows_at_the_first_request_what_it_knew_when_it_was_killed(redis_url: str) -> None:
    async def act() -> None:
        first = Worker(redis_url, 60)
        await first.ban(B, at_least=300)
        async with Redis.from_url(redis_url) as server:
            await until(lambda: _told(server))
        await first.stop(killed=True)
        async with workers(redis_url, 1) as (again,):
            assert await again.used() == {A, C}

    asyncio.run(act())


def test_one_of_all_workers_tries_a_proxy_whose_rest_is_over(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_standing, "FIRST_REST", 1.5)

    async def act() -> None:
        async with workers(redis_url, 3) as team:
            for worker in team:
                await worker.used()
            await team[0].ban(B)
            await until(lambda: _all(worker.pool.records.standing(HOST, B).rest > 0 for worker in team))
            tries: list[Worker] = []

            async def tried() -> bool:
                tries.extend([worker for worker in team if B in await worker.used()])
                return bool(tries)

            await until(tried)
            await asyncio.sleep(2 * SECONDS)
            await tried()
            assert len(tries) == 1

    asyncio.run(act())


async def _told(server: Redis) -> bool:
    return int(await server.zcard(PROXY_EVENTS)) > 0


async def _all(facts: Iterable[bool]) -> bool:
    return all(facts)


def test_while_redis_is_away_each_goes_on_alone_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    process, port = valkey.start(tmp_path)
    url = f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/0"

    async def act() -> None:
        async with workers(url, seconds=3) as (one, two):
            await one.used()
            await two.used()
            process.send_signal(signal.SIGSTOP)
            await until(lambda: _heard(one, two, heard=False))
            began = time.monotonic()
            await one.ban(B, at_least=300)
            assert await one.used() == {A, C}
            assert await one.used("new.example") == {A, B, C}
            # Nobody has waited for Redis.
            assert time.monotonic() - began < proxy_share.FIRST_LOOK / 2
            process.send_signal(signal.SIGCONT)

            async def told() -> bool:
                return await two.used() == {A, C}

            await until(told)

    try:
        asyncio.run(act())
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(timeout=60)
    away = [record for record in caplog.records if "stays with this process" in record.message]
    back = [record for record in caplog.records if "shared with other workers again" in record.message]
    assert len(away) == len(back) == 2
    assert "hunter2" not in caplog.text


async def _heard(*team: Worker, heard: bool) -> bool:
    return all(worker.share.heard is heard for worker in team)
