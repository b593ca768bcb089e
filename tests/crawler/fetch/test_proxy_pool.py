"""Proxies in turn: equal shares, rests, and what counts as one failure."""

from __future__ import annotations

from collections import Counter

import pytest

from crawler.fetch.proxy_pool import DOUBTS, FIRST_REST, LONGEST_REST, Lease, ProxyPool
from schemas.proxies import Proxy


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


A, B, C = (Proxy(f"http://{name}:1") for name in "abc")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(clock: Clock) -> ProxyPool:
    return ProxyPool([A, B, C], clock)


def take(pool: ProxyPool) -> Lease:
    lease = pool.take()
    assert lease is not None
    return lease


def taken(pool: ProxyPool, times: int) -> Counter[Proxy]:
    return Counter(take(pool).entry.proxy for _ in range(times))


def lease_of(pool: ProxyPool, proxy: Proxy) -> Lease:
    return next(lease for lease in (take(pool) for _ in range(len(pool))) if lease.entry.proxy == proxy)


def test_each_has_an_equal_share(pool: ProxyPool) -> None:
    assert taken(pool, 30) == {A: 10, B: 10, C: 10}


def test_those_that_are_left_share_equally_while_one_rests(pool: ProxyPool) -> None:
    pool.failed(lease_of(pool, B))

    assert taken(pool, 30) == {A: 15, C: 15}


def test_a_rest_ends_and_is_longer_each_time_up_to_a_limit(pool: ProxyPool, clock: Clock) -> None:
    rests = []
    for _ in range(7):
        rest = pool.failed(lease_of(pool, A))
        rests.append(rest)
        clock.now += rest

    assert rests == [FIRST_REST, 60, 120, 240, 480, LONGEST_REST, LONGEST_REST]


def test_a_success_makes_the_next_rest_short_again(pool: ProxyPool, clock: Clock) -> None:
    clock.now += pool.failed(lease_of(pool, A))
    pool.worked(lease_of(pool, A))

    assert pool.failed(lease_of(pool, A)) == FIRST_REST


def test_what_was_under_way_when_it_broke_counts_once(pool: ProxyPool, clock: Clock) -> None:
    leases = [lease_of(pool, A) for _ in range(3)]
    clock.now += 1

    assert [pool.failed(lease) for lease in leases] == [FIRST_REST, 0, 0]
    clock.now += FIRST_REST
    assert pool.failed(lease_of(pool, A)) == 2 * FIRST_REST


def test_an_answer_that_was_under_way_when_it_broke_changes_nothing(pool: ProxyPool, clock: Clock) -> None:
    early = lease_of(pool, A)
    clock.now += 1
    clock.now += pool.failed(lease_of(pool, A))
    pool.worked(early)

    assert pool.failed(lease_of(pool, A)) == 2 * FIRST_REST


def test_several_doubts_in_a_row_make_a_failure(pool: ProxyPool) -> None:
    entry = lease_of(pool, A).entry

    assert [pool.doubt(entry) for _ in range(DOUBTS + 1)] == [0] * (DOUBTS - 1) + [FIRST_REST, 0]


def test_a_success_between_doubts_clears_them(pool: ProxyPool) -> None:
    for _ in range(3 * DOUBTS):
        assert pool.doubt(lease_of(pool, A).entry) == 0
        pool.worked(lease_of(pool, A))


def test_one_is_avoided_where_there_is_another(pool: ProxyPool) -> None:
    number = lease_of(pool, A).entry.number
    others = {lease.entry.proxy for lease in (pool.take(avoid=number) for _ in range(9)) if lease}
    assert others == {B, C}

    pool.replace([A])
    alone = pool.take(avoid=number)
    assert alone is not None
    assert alone.entry.proxy == A
    assert not pool.others(alone)


def test_while_all_rest_there_is_none_and_it_is_known_for_how_long(pool: ProxyPool, clock: Clock) -> None:
    for proxy in (A, B, C):
        pool.failed(lease_of(pool, proxy))
        clock.now += 1

    assert pool.take() is None
    assert pool.wait() == FIRST_REST - 3
    assert pool.dead_for() == 1
    clock.now += pool.wait()
    assert take(pool).entry.proxy == A
    # That a rest has ended does not make a proxy work.
    assert pool.dead_for() == FIRST_REST - 2
    pool.worked(lease_of(pool, A))
    assert pool.dead_for() == 0


def test_a_new_list_keeps_the_health_of_those_that_stay(pool: ProxyPool) -> None:
    pool.failed(lease_of(pool, A))
    new = Proxy("http://d:1")

    pool.replace([A, new])

    assert taken(pool, 4) == {new: 4}


def test_a_new_proxy_brings_a_dead_list_to_life(pool: ProxyPool) -> None:
    pool.replace([A])
    pool.failed(take(pool))
    assert pool.take() is None

    pool.replace([A, B])

    assert take(pool).entry.proxy == B
    assert pool.dead_for() == 0


def test_two_passwords_on_one_address_are_two_proxies(clock: Clock) -> None:
    one, two = (Proxy("http://a:1", "anna", password) for password in ("1", "2"))
    pool = ProxyPool([one, two], clock)

    pool.failed(lease_of(pool, one))

    assert taken(pool, 4) == {two: 4}
