"""A worker asks a host less when it refuses, fails or slows down, and more again when it is well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pace import LONGEST_PENALTY, Pace

QUICK = 0.1


class Host:
    """Answers one request after another; ``now`` goes on meanwhile."""

    def __init__(self, delay: float = 0.0, concurrency: int = 16) -> None:
        self.pace = Pace(delay, concurrency)
        self.now = 1000.0

    def answers(self, *statuses: int, latency: float = QUICK, retry_after: float = 0.0) -> None:
        for status in statuses:
            self.now += latency
            self.pace.answered(status, latency, retry_after, self.now)

    def fails(self, times: int) -> None:
        for _ in range(times):
            self.now += 1
            self.pace.failed(self.now, took=1)

    @property
    def penalty(self) -> float:
        return self.pace.penalty(self.now)

    @property
    def limit(self) -> int:
        return self.pace.limit(16)


@pytest.fixture
def host() -> Host:
    return Host()


# The penalty.


def test_a_host_that_is_well_has_no_penalty(host: Host) -> None:
    host.answers(*[200, 301, 404] * 10)

    assert (host.penalty, host.limit, host.pace.not_before) == (0, 16, 0)


def test_one_broken_page_is_no_reason_to_be_slow(host: Host) -> None:
    host.answers(*[503, 200] * 10)

    assert host.penalty == 0


@pytest.mark.parametrize("status", [429, 503])
def test_each_refusal_doubles_the_penalty(host: Host, status: int) -> None:
    penalties = []
    host.answers(*[503] if status == 503 else [])
    for _ in range(4):
        host.answers(status)
        penalties.append(host.penalty)

    assert penalties == [1, 2, 4, 8]


def test_the_penalty_has_an_end(host: Host) -> None:
    host.answers(*[429] * 40)

    assert host.penalty == LONGEST_PENALTY


def test_it_starts_with_the_delay_where_that_is_longer() -> None:
    host = Host(delay=5)
    host.answers(429)

    assert host.penalty == 5


def test_a_burst_counts_once(host: Host) -> None:
    for _ in range(16):
        host.pace.answered(429, QUICK, 0, host.now)

    assert host.penalty == 1


def test_good_answers_to_what_was_asked_before_do_not_lessen_it(host: Host) -> None:
    host.answers(429)
    for _ in range(16):
        host.pace.answered(200, 2 * QUICK, 0, host.now + QUICK)

    assert host.penalty == 1


def test_three_good_answers_in_a_row_halve_it(host: Host) -> None:
    host.answers(429, 429, 200, 200)
    assert host.penalty == 2
    host.answers(200)
    assert host.penalty == 1
    host.answers(200, 200, 200)
    assert host.penalty == 0.5


@pytest.mark.parametrize("status", [403, 500, 504])
def test_another_status_ends_the_row(host: Host, status: int) -> None:
    host.answers(429, 200, 200, status, 200, 200)

    assert host.penalty == 1


def test_a_failure_ends_the_row(host: Host) -> None:
    host.answers(429, 200, 200)
    host.fails(1)
    host.answers(200, 200)

    assert host.penalty == 1


def test_banned_pages_are_no_refusals(host: Host) -> None:
    host.answers(*[403] * 50)

    assert (host.penalty, host.limit) == (0, 16)


def test_good_answers_end_it(host: Host) -> None:
    host.answers(429, *[200] * 15)

    assert host.penalty == 0


def test_unheard_it_lessens_as_if_all_were_well(host: Host) -> None:
    host.answers(429, 429)

    host.now += 5.9
    assert host.penalty == 2
    host.now += 0.1
    assert host.penalty == 1
    host.now += 3
    assert host.penalty == 0.5
    host.now += 60
    assert host.penalty == 0


def test_retry_after_is_obeyed_and_then_forgotten(host: Host) -> None:
    host.answers(429, retry_after=30)

    assert host.pace.not_before == host.now + 30
    assert host.penalty == 30
    host.now += 30
    assert host.penalty == 1


def test_the_longest_retry_after_counts(host: Host) -> None:
    host.answers(429, retry_after=30)
    until = host.pace.not_before
    host.answers(429, retry_after=5)

    assert (host.pace.not_before, host.penalty) == (until, 30)


def test_retry_after_has_an_end(host: Host) -> None:
    host.answers(503, retry_after=86_400)

    assert host.pace.not_before == host.now + LONGEST_PENALTY


# Requests at once.


def test_rising_latency_halves_the_requests_at_once(host: Host) -> None:
    host.answers(*[200] * 20)
    host.answers(*[200] * 8, latency=1)

    assert host.limit == 8


def test_a_steadily_slow_host_is_not_held_to_be_worse(host: Host) -> None:
    host.answers(*[200] * 50, latency=5)

    assert host.limit == 16


def test_one_late_answer_says_nothing(host: Host) -> None:
    host.answers(*[200] * 20)
    host.answers(200, latency=60)
    host.answers(*[200] * 20)

    assert host.limit == 16


def test_late_answers_to_what_was_asked_before_do_not_halve_again(host: Host) -> None:
    host.answers(*[200] * 20)
    for _ in range(64):
        host.pace.answered(200, 5, 0, host.now + 5)

    assert host.limit == 8


def test_quick_answers_add_one_at_a_time(host: Host) -> None:
    host.answers(*[200] * 20)
    host.answers(*[200] * 8, latency=1)
    limits = []
    for _ in range(100):
        host.answers(200)
        limits.append(host.limit)

    assert sorted(set(limits)) == list(range(8, 17))
    assert limits == sorted(limits)


def test_failures_halve_them_down_to_one(host: Host) -> None:
    host.fails(5)
    assert host.limit == 8
    host.fails(100)
    assert host.limit == 1


def test_the_limit_is_a_part_of_what_is_given(host: Host) -> None:
    host.fails(5)

    assert [host.pace.limit(given) for given in (1, 2, 3, 8)] == [1, 1, 1, 4]


def test_a_site_that_became_slower_for_good_is_asked_as_before(host: Host) -> None:
    host.answers(*[200] * 20)
    host.answers(*[200] * 3000, latency=1)

    assert host.limit == 16


# Whatever happens.

answers = st.tuples(
    st.sampled_from([200, 200, 200, 304, 403, 404, 429, 500, 503]),
    st.floats(0, 120),
    st.sampled_from([0.0, 0.0, 3.0, 1e9]),
)
events = st.lists(st.tuples(st.floats(0, 1e7), answers | st.none()), max_size=60)


@given(events=events, delay=st.sampled_from([0.0, 0.2, 600.0]), concurrency=st.integers(1, 64))
def test_it_stays_within_bounds_and_recovers(
    events: list[tuple[float, tuple[int, float, float] | None]], delay: float, concurrency: int
) -> None:
    host = Host(delay, concurrency)
    for pause, answer in events:
        host.now += pause
        if answer is None:
            host.pace.failed(host.now)
        else:
            host.pace.answered(*answer, host.now)
        assert 0 <= host.penalty <= LONGEST_PENALTY
        assert 1 <= host.pace.limit(concurrency) <= concurrency
        assert host.pace.not_before <= host.now + LONGEST_PENALTY

    host.now += LONGEST_PENALTY
    host.answers(*[200] * 1000)

    assert host.penalty == 0
    assert host.pace.limit(concurrency) == concurrency
