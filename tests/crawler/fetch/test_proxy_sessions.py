"""Sessions: cookies and a proxy stay together, and go together."""

from __future__ import annotations

import pytest

from crawler.fetch import proxy_sessions
from crawler.fetch.proxy_pool import Lease, ProxyPool
from crawler.fetch.proxy_sessions import Sessions
from schemas.proxies import Proxy

HOST, ELSEWHERE = "shop.example", "elsewhere.example"
PROXIES = [Proxy(f"http://{name}:1") for name in "abc"]


class Bench:
    """Sessions on a pool, with a clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.forgotten: list[str] = []
        self.pool = ProxyPool(PROXIES, lambda: self.now)
        self.sessions = Sessions(self.pool, lambda: self.now, self.forgotten.append)

    def take(self, name: str, host: str = HOST) -> Lease:
        lease = self.sessions.take(("job", name), name, host)
        assert lease is not None
        return lease

    def proxy(self, name: str, host: str = HOST) -> Proxy:
        return self.take(name, host).entry.proxy

    def jar(self, name: str) -> str:
        return self.sessions.jar(("job", name))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_each_keeps_its_proxy_and_cookies_on_all_hosts(bench: Bench) -> None:
    first = {name: (bench.proxy(name), bench.jar(name)) for name in "xyz"}

    for _ in range(5):
        for host in (HOST, ELSEWHERE):
            assert {name: (bench.proxy(name, host), bench.jar(name)) for name in "xyz"} == first
    assert len(set(first.values())) == 3
    assert bench.forgotten == []


def test_when_its_proxy_fails_both_are_new(bench: Bench) -> None:
    lease, jar = bench.take("x"), bench.jar("x")
    bench.now += 1

    bench.pool.failed(lease)

    assert bench.proxy("x") != lease.entry.proxy
    assert bench.jar("x") != jar
    assert bench.forgotten == [jar]


def test_when_its_proxy_is_banned_both_are_new_also_when_the_ban_is_over(bench: Bench) -> None:
    lease, jar = bench.take("x"), bench.jar("x")
    bench.now += 1
    bench.pool.worked(lease)
    bench.now += bench.pool.banned(lease) + 1

    probe = next(found for found in (bench.pool.take(HOST) for _ in range(9)) if found and found.probes)
    bench.pool.worked(probe)

    bench.take("x")
    assert bench.jar("x") != jar


def test_when_its_proxy_is_gone_from_the_list_both_are_new(bench: Bench) -> None:
    proxy, jar = bench.proxy("x"), bench.jar("x")

    bench.pool.replace([other for other in PROXIES if other != proxy])

    assert bench.proxy("x") != proxy
    assert bench.jar("x") != jar


def test_two_failures_in_a_row_by_whose_fault_nobody_knows_end_it(bench: Bench) -> None:
    lease, key = bench.take("x"), ("job", "x")

    assert not bench.sessions.failed(key, lease)
    bench.sessions.worked(key, lease)
    assert not bench.sessions.failed(key, lease)
    assert bench.sessions.failed(key, lease)

    assert bench.forgotten == ["x~1"]


def test_a_session_that_was_forgotten_begins_without_cookies(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_sessions, "MOST_SESSIONS", 3)
    for name in "vwxyz":
        bench.take(name)

    assert bench.forgotten == ["v~1", "w~2"]
    bench.take("v")
    assert bench.jar("v") == "v~6"
