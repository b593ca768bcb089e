"""Whatever workers ask, release or leave unsaid: a host's limits hold, distances are kept, and nobody starves."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.budget_workers import EXCLUSIVE, RENEWAL, SECONDS, Loop, Workers, open_loop

NAMES = "abcdef"
TURN = 2 * SECONDS
hosts = (f"{number}.example" for number in itertools.count())
names = st.sampled_from(NAMES)
pauses = st.sampled_from([0.0, 0.0, 1.0, RENEWAL, SECONDS * 0.7, SECONDS + 1])
delays = st.sampled_from([0.0, 0.0, 0.01, 0.04, EXCLUSIVE, 3.0])
penalties = st.sampled_from([0.0, 0.0, 0.0, 0.02, 5.0])
releases = st.sampled_from([False, False, False, False, True])
asks = st.fixed_dictionaries(
    {
        "delay": delays,
        "concurrency": st.integers(1, 9),
        "penalty": penalties,
        "release": st.sampled_from([False] * 4 + [True]),
    }
)


@pytest.fixture(scope="module")
def loop(servers: Any) -> Iterator[Loop]:
    with open_loop(servers.redis_url) as opened:
        yield opened


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.tuples(names, pauses, asks), max_size=40))
def test_no_share_is_granted_beyond_the_strictest_terms(
    loop: Loop, steps: list[tuple[str, float, dict[str, Any]]]
) -> None:
    workers = loop.workers(next(hosts))
    for name, pause, ask in steps:
        workers.now += pause
        workers.ask(name, **ask)  # which checks what is held


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(st.tuples(names, pauses, st.booleans()), max_size=60), concurrency=st.integers(1, 9))
def test_where_all_ask_alike_the_shares_never_exceed_the_concurrency(
    loop: Loop, steps: list[tuple[str, float, bool]], concurrency: int
) -> None:
    workers = loop.workers(next(hosts))
    for name, pause, release in steps:
        workers.now += pause
        workers.ask(name, concurrency=concurrency, release=release)
        assert sum(grant.share for grant in workers.holders()) <= concurrency


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(st.tuples(names, pauses, releases), max_size=60))
def test_with_a_short_delay_the_speeds_of_all_never_exceed_the_host_s(
    loop: Loop, steps: list[tuple[str, float, bool]]
) -> None:
    workers, delay = loop.workers(next(hosts)), 0.01
    for name, pause, release in steps:
        workers.now += pause
        grant = workers.ask(name, delay=delay, concurrency=9, release=release)  # which checks the sum
        assert grant.delay <= 2 * len(NAMES) * delay


class Fetching:
    """Workers that send requests as fast as they may, one host, one delay."""

    def __init__(self, workers: Workers, delay: float) -> None:
        self.sent: list[float] = []
        self._workers = workers
        self._delay = delay
        self._last: dict[str, float] = {}
        self._next: dict[str, float] = {}

    def ask(self, name: str, *, release: bool) -> None:
        """Each tells how long ago its last request was."""
        now = self._workers.now
        ago = now - self._last[name] if name in self._last else None
        grant = self._workers.ask(name, self._delay, 1, sent_ago=ago, release=release)
        self._next.pop(name, None)
        if grant.share:
            own = self._last.get(name, -math.inf) + grant.delay
            self._next[name] = max(now + grant.start_in, own)

    def wait(self, seconds: float) -> None:
        """Meanwhile whoever has a share uses it, to its last moment."""
        until = self._workers.now + seconds
        for name in self._next:
            end = min(until, self._workers.held[name][1])
            while self._next[name] < end:
                self._last[name] = self._next[name]
                self.sent.append(self._next[name])
                self._next[name] += self._delay
        self._workers.now = until

    def gaps(self) -> list[float]:
        """Seconds between each two requests that reach the host."""
        return [after - before for before, after in itertools.pairwise(sorted(self.sent))]


@settings(max_examples=100, deadline=None)
@given(
    steps=st.lists(st.tuples(names, pauses, st.booleans()), max_size=50),
    delay=st.sampled_from([EXCLUSIVE * 40, RENEWAL / 3, SECONDS * 1.5]),
)
def test_requests_keep_their_distance_whoever_sends_them(
    loop: Loop, steps: list[tuple[str, float, bool]], delay: float
) -> None:
    fetching = Fetching(loop.workers(next(hosts)), delay)
    for name, pause, release in steps:
        fetching.ask(name, release=release)
        fetching.wait(pause)

    # Delays and starts come as whole microseconds.
    assert min(fetching.gaps(), default=delay) >= delay - 1e-5


def longest_waits(workers: Workers, count: int, rounds: int, **terms: Any) -> dict[int, float]:
    """Let workers ask as often as they are told to: how long each was without a share at the most, in seconds."""
    start, longest = workers.now, defaultdict[int, float](float)
    since = dict.fromkeys(range(count), start)
    due = [(start + number * RENEWAL / count, number) for number in range(count)]
    while due[0][0] < start + rounds * RENEWAL:
        workers.now, number = heapq.heappop(due)
        grant = workers.ask(str(number), **terms)
        longest[number] = max(longest[number], workers.now - since[number])
        if grant.share:
            since[number] = workers.now + RENEWAL
        heapq.heappush(due, (workers.now + (RENEWAL if grant.share else grant.seconds), number))
    return longest


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 7), concurrency=st.integers(1, 7), delay=st.sampled_from([0.0, 0.0, 0.01]))
def test_whoever_asks_again_and_again_gets_its_part(loop: Loop, count: int, concurrency: int, delay: float) -> None:
    turns = math.ceil(count / concurrency) - 1
    waits = longest_waits(loop.workers(next(hosts)), count, rounds=60, delay=delay, concurrency=concurrency)

    # A turn ends at a renewal, and the next one asks at its own time; the first turns wait for others to shrink.
    assert max(waits.values()) <= turns * (TURN + 2 * RENEWAL) + 3 * RENEWAL


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 7), spare=st.integers(0, 9))
def test_after_two_renewals_everybody_has_a_fair_part(loop: Loop, count: int, spare: int) -> None:
    workers, concurrency = loop.workers(next(hosts)), count + spare
    for _ in range(3):
        workers.now += RENEWAL
        shares = [workers.ask(name, concurrency=concurrency).share for name in "abcdefg"[:count]]

    assert sum(shares) == concurrency
    assert max(shares) - min(shares) <= 1
