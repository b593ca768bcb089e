"""Which proxy is next for a host: shares by how each does, rests for one host or all, and how a rest ends."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from crawler.fetch import proxy_records
from crawler.fetch.proxy_pool import DOUBTS, LONGEST_BAN, LONGEST_REST, Lease, ProxyPool
from crawler.fetch.proxy_standing import FIRST_REST
from frontier.proxy_health import PROBE_SECONDS, Answer, Known
from schemas.proxies import Proxy


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


HOST = "shop.example"
A, B, C = (Proxy(f"http://{name}:1") for name in "abc")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(clock: Clock) -> ProxyPool:
    return ProxyPool([A, B, C], clock)


def take(pool: ProxyPool, host: str = HOST) -> Lease:
    lease = pool.take(host)
    assert lease is not None
    return lease


def used(pool: ProxyPool, times: int, host: str = HOST, latency: float = 0.1) -> Counter[Proxy]:
    """Which proxies had so many requests, all of which were answered."""
    found: Counter[Proxy] = Counter()
    for _ in range(times):
        lease = take(pool, host)
        found[lease.entry.proxy] += 1
        pool.worked(lease, latency)
    return found


def lease_of(pool: ProxyPool, proxy: Proxy, host: str = HOST) -> Lease:
    """Of that proxy, when its turn comes."""
    return next(lease for lease in (take(pool, host) for _ in range(1000)) if lease.entry.proxy == proxy)


def fail(pool: ProxyPool, *proxies: Proxy) -> float:
    """Have them rest: the seconds of the last one."""
    return [pool.failed(lease_of(pool, proxy)) for proxy in proxies][-1]


def ban(pool: ProxyPool, proxy: Proxy, host: str = HOST) -> float:
    """The host refuses it: the seconds that it rests there."""
    lease = lease_of(pool, proxy, host)
    pool.worked(lease)
    return pool.banned(lease)


# Shares


def test_proxies_that_do_equally_well_have_equal_shares(pool: ProxyPool) -> None:
    assert used(pool, 30) == {A: 10, B: 10, C: 10}


def test_each_host_has_turns_of_its_own(pool: ProxyPool) -> None:
    for host in ("one.example", "two.example"):
        assert used(pool, 6, host) == {A: 2, B: 2, C: 2}


def test_one_that_fails_now_and_then_has_a_smaller_share_but_one(pool: ProxyPool, clock: Clock) -> None:
    for _ in range(20):
        pool.doubt(A.id)
        pool.worked(lease_of(pool, A))

    shares = used(pool, 300)

    assert 20 < shares[A] < 80
    assert abs(shares[B] - shares[C]) <= 2


def test_one_that_is_slow_for_a_host_has_a_smaller_share_there_and_not_elsewhere(pool: ProxyPool) -> None:
    for _ in range(60):
        lease = take(pool)
        pool.worked(lease, 3.0 if lease.entry.proxy == A else 0.1)

    there: Counter[Proxy] = Counter()
    for _ in range(100):
        lease = take(pool)
        there[lease.entry.proxy] += 1
        pool.worked(lease, 3.0 if lease.entry.proxy == A else 0.1)

    assert there[A] < 12
    assert used(pool, 30, "elsewhere.example") == {A: 10, B: 10, C: 10}


def test_old_news_are_forgotten(pool: ProxyPool, clock: Clock) -> None:
    for _ in range(20):
        pool.doubt(A.id)
        pool.worked(lease_of(pool, A))
    clock.now += 20 * 600

    used(pool, 30)

    assert used(pool, 30)[A] >= 5


def test_of_a_very_long_list_each_request_looks_at_some_and_finds_the_last_one_alive(clock: Clock) -> None:
    proxies = [Proxy(f"http://p{number}:1") for number in range(2000)]
    pool = ProxyPool(proxies, clock)
    for entry in list(pool.records.entries.values())[:-1]:
        pool.records.rest(("", entry.id), entry.standing, LONGEST_REST)

    assert take(pool).entry.proxy == proxies[-1]


# Rests


def test_one_that_fails_rests_for_all_hosts(pool: ProxyPool) -> None:
    fail(pool, B)

    assert used(pool, 30) == {A: 15, C: 15}
    assert used(pool, 30, "elsewhere.example") == {A: 15, C: 15}


def test_one_that_a_host_refuses_rests_for_that_host_alone(pool: ProxyPool) -> None:
    ban(pool, B)

    assert used(pool, 30) == {A: 15, C: 15}
    assert used(pool, 30, "elsewhere.example") == {A: 10, B: 10, C: 10}


def test_rests_are_of_chance_length_longer_each_time_and_up_to_a_limit(pool: ProxyPool, clock: Clock) -> None:
    rests = [fail(pool, A)]
    while rests[-1] < LONGEST_REST and len(rests) < 200:
        clock.now += rests[-1]
        rests.append(fail(pool, A))

    assert FIRST_REST <= rests[0] <= 3 * FIRST_REST
    assert all(FIRST_REST <= after <= 3 * before for before, after in pairwise(rests))
    assert len(rests) > 3
    assert rests[-1] == LONGEST_REST


def test_two_workers_do_not_choose_the_same_rest(clock: Clock) -> None:
    assert len({fail(ProxyPool([A], clock), A) for _ in range(20)}) == 20


def test_a_host_that_names_a_time_is_obeyed_up_to_an_hour(pool: ProxyPool) -> None:
    rests = []
    for seconds, host in ((500.0, "one.example"), (90_000.0, "two.example")):
        lease = lease_of(pool, A, host)
        pool.worked(lease)
        rests.append(pool.banned(lease, seconds))

    assert rests == [500, LONGEST_BAN]


def test_what_was_under_way_when_it_broke_counts_once(pool: ProxyPool, clock: Clock) -> None:
    leases = [lease_of(pool, A) for _ in range(3)]
    clock.now += 1
    early = leases[2]

    rests = [pool.failed(lease) for lease in leases[:2]]
    pool.worked(early)

    assert rests[0] > 0
    assert rests[1] == 0
    assert A not in used(pool, 20)


def test_several_doubts_in_a_row_make_a_failure(pool: ProxyPool) -> None:
    rests = [pool.doubt(A.id) for _ in range(DOUBTS + 1)]

    assert rests[: DOUBTS - 1] == [0] * (DOUBTS - 1)
    assert rests[DOUBTS - 1] > 0
    assert rests[DOUBTS] == 0


def test_a_success_between_doubts_clears_them(pool: ProxyPool) -> None:
    for _ in range(3 * DOUBTS):
        assert pool.doubt(A.id) == 0
        pool.worked(lease_of(pool, A))


# How a rest ends


def test_after_its_rest_one_request_tries_it_and_the_others_wait_for_that(pool: ProxyPool, clock: Clock) -> None:
    clock.now += fail(pool, A)

    first = take(pool)
    others = [take(pool) for _ in range(10)]

    assert first.entry.proxy == A
    assert first.probes
    assert A not in {lease.entry.proxy for lease in others}
    pool.worked(first)
    assert used(pool, 30)[A] >= 5


def test_a_proxy_that_comes_back_is_not_flooded_to_make_up_for_its_rest(pool: ProxyPool, clock: Clock) -> None:
    rest = fail(pool, A)
    used(pool, 300)
    clock.now += rest

    assert used(pool, 30)[A] <= 11


def test_where_the_try_fails_it_rests_again_also_where_the_failure_is_not_clear(pool: ProxyPool, clock: Clock) -> None:
    clock.now += fail(pool, A)
    assert take(pool).probes
    assert pool.doubt(A.id) > 0
    assert used(pool, 10)[A] == 0

    clock.now += LONGEST_REST
    assert pool.failed(take(pool)) > 0
    assert used(pool, 10)[A] == 0


def test_a_try_that_nobody_hears_of_again_makes_room_for_another(pool: ProxyPool, clock: Clock) -> None:
    clock.now += fail(pool, A)
    assert take(pool).probes
    assert not take(pool).probes

    clock.now += PROBE_SECONDS

    assert take(pool).probes


def test_a_request_that_has_failed_already_tries_no_resting_one(pool: ProxyPool, clock: Clock) -> None:
    clock.now += fail(pool, A)

    lease = pool.take(HOST, careful=True)

    assert lease is not None
    assert not lease.probes


def test_a_success_makes_the_next_rest_short_again(pool: ProxyPool, clock: Clock) -> None:
    for _ in range(5):
        clock.now += fail(pool, A)
    pool.worked(lease_of(pool, A))

    assert fail(pool, A) <= 3 * FIRST_REST


def test_a_refusal_at_the_end_of_a_rest_makes_the_next_one_longer(pool: ProxyPool, clock: Clock) -> None:
    rests = [ban(pool, A)]
    for _ in range(30):
        clock.now += rests[-1]
        rests.append(ban(pool, A))

    assert max(rests) > 10 * FIRST_REST


def test_among_several_workers_only_who_is_allowed_to_tries(pool: ProxyPool, clock: Clock) -> None:
    pool.shared = True
    clock.now += fail(pool, A, B, C) + 3 * FIRST_REST
    assert pool.take(HOST) is None
    assert set(pool.records.due()) == {("", proxy.id) for proxy in (A, B, C)}

    pool.records.learn(Answer(allowed=frozenset([("", B.id)])))

    assert take(pool).entry.proxy == B
    assert pool.take(HOST) is None


# What others know


def test_what_others_know_of_a_rest_holds_here(pool: ProxyPool) -> None:
    take(pool)
    pool.records.learn(Answer({(HOST, A.id): Known(pool.records.entries[A.id].standing.counts, 40, 30)}))

    assert used(pool, 10)[A] == 0
    assert used(pool, 9, "elsewhere.example")[A] == 3


def test_news_are_told_once_unless_nobody_heard_them(pool: ProxyPool) -> None:
    used(pool, 3)
    fail(pool, A)
    news = pool.records.news(counts=True)
    assert {one.key for one in news} == {(host, proxy.id) for host in ("", HOST) for proxy in (A, B, C)}
    assert pool.records.news(counts=True) == []

    pool.records.untold(news)

    assert {one.key: one.counts for one in pool.records.news(counts=True)} == {one.key: one.counts for one in news}


def test_what_is_known_of_hosts_is_bounded(pool: ProxyPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_records, "MOST_STANDINGS", 30)
    for number in range(100):
        used(pool, 3, f"host-{number}.example")

    assert len(pool.records.hosts()) <= 11
    assert pool.records.hosts()[-1] == "host-99.example"


# No proxy at all


def test_while_all_rest_there_is_none_and_it_is_known_for_how_long(pool: ProxyPool, clock: Clock) -> None:
    fail(pool, A, B, C)
    assert pool.take(HOST) is None
    assert 0 < pool.wait(HOST) <= 3 * FIRST_REST
    clock.now += pool.wait(HOST)
    waited = clock.now - 1000

    probe = take(pool)

    # That a rest has ended does not make a proxy work.
    assert pool.dead_for(HOST) == waited
    pool.worked(probe)
    assert pool.dead_for(HOST) == 0


def test_that_a_host_refuses_all_is_known_for_how_long_and_ends_with_a_good_answer(
    pool: ProxyPool, clock: Clock
) -> None:
    for proxy in (A, B, C):
        ban(pool, proxy)
    assert pool.take(HOST) is None
    clock.now += 100
    assert pool.dead_for(HOST) == 100
    assert pool.dead_for("elsewhere.example") == 0
    assert pool.resting(HOST) == (0, 3)

    lease = take(pool)
    pool.worked(lease)
    pool.banned(lease)
    assert pool.dead_for(HOST) == 100

    pool.worked(take(pool))
    assert pool.dead_for(HOST) == 0


# The list


def test_a_list_that_changes_keeps_the_health_of_those_that_stay(pool: ProxyPool) -> None:
    fail(pool, A)
    new = Proxy("http://d:1")

    pool.replace([A, new])

    assert used(pool, 4) == {new: 4}


def test_a_new_proxy_brings_a_dead_list_to_life(pool: ProxyPool) -> None:
    pool.replace([A])
    fail(pool, A)
    assert pool.take(HOST) is None

    pool.replace([A, B])

    assert take(pool).entry.proxy == B


def test_two_passwords_on_one_address_are_two_proxies(clock: Clock) -> None:
    one, two = (Proxy("http://a:1", "anna", password) for password in ("1", "2"))
    pool = ProxyPool([one, two], clock)

    fail(pool, one)

    assert used(pool, 4) == {two: 4}


def test_some_are_avoided_where_there_is_another(pool: ProxyPool) -> None:
    others = {lease.entry.proxy for lease in (pool.take(HOST, [A.id]) for _ in range(9)) if lease}
    assert others == {B, C}

    pool.replace([A])
    alone = pool.take(HOST, [A.id])
    assert alone is not None
    assert not pool.others(alone)
