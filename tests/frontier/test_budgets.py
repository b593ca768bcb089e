"""A host's budget holds over all workers, and each of them gets its part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from frontier.budgets import Ask, Grant
from tests.support.budget_workers import EXCLUSIVE, HOST, RENEWAL, SECONDS, Loop, Workers, open_loop


@pytest.fixture
def loop(redis_url: str) -> Iterator[Loop]:
    with open_loop(redis_url) as opened:
        yield opened


@pytest.fixture
def workers(loop: Loop) -> Workers:
    return loop.workers()


def ask_all(workers: Workers, names: str, **terms: Any) -> list[int]:
    return [workers.ask(name, **terms).share for name in names]


# A host without a delay: its concurrency is shared.


def test_a_worker_that_is_alone_gets_all(workers: Workers) -> None:
    assert workers.ask("a", concurrency=8) == Grant(HOST, 8, 0.0, 0.0, SECONDS)


def test_a_newcomer_gets_its_part_as_the_other_shrinks(workers: Workers) -> None:
    workers.ask("a", concurrency=8)

    assert ask_all(workers, "bab", concurrency=8) == [0, 4, 4]


def test_a_newcomer_gets_what_is_free_at_once(workers: Workers) -> None:
    ask_all(workers, "abcabc", concurrency=9)
    workers.ask("c", concurrency=9, release=True)

    assert ask_all(workers, "d", concurrency=9) == [3]


def test_the_first_to_come_gets_what_does_not_divide(workers: Workers) -> None:
    ask_all(workers, "abc", concurrency=8)

    assert ask_all(workers, "abcabc", concurrency=8)[-3:] == [3, 3, 2]


def test_what_one_leaves_the_others_take(workers: Workers) -> None:
    ask_all(workers, "abab", concurrency=8)
    workers.ask("a", concurrency=8, release=True)

    assert ask_all(workers, "b", concurrency=8) == [8]


def test_the_smallest_concurrency_of_those_who_ask_holds_for_all(workers: Workers) -> None:
    workers.ask("a", concurrency=8)
    workers.ask("b", concurrency=2)

    assert workers.ask("a", concurrency=8).share == 1
    assert workers.ask("b", concurrency=2).share == 1


def test_a_worker_that_is_silent_is_forgotten(workers: Workers) -> None:
    workers.ask("a", concurrency=8)
    workers.now += SECONDS - 1
    assert ask_all(workers, "b", concurrency=8) == [0]
    workers.now += 1

    assert ask_all(workers, "b", concurrency=8) == [8]


def test_asking_twice_is_the_same_as_renewing(workers: Workers) -> None:
    ask_all(workers, "abab")

    assert workers.ask("a") == workers.ask("a")


def test_more_workers_than_places_take_turns(workers: Workers) -> None:
    had: set[str] = set()
    for _ in range(40):
        shares = {name: workers.ask(name, concurrency=2).share for name in "abcde"}
        assert set(shares.values()) <= {0, 1, 2}
        had |= {name for name, share in shares.items() if share}
        workers.now += RENEWAL

    assert had == set("abcde")


def test_nobody_gives_way_where_nobody_waits(workers: Workers) -> None:
    for _ in range(20):
        assert ask_all(workers, "ab", concurrency=2)[0] >= 1
        workers.now += RENEWAL


# A short delay: requests a second are shared.


def test_with_a_short_delay_each_holder_goes_at_its_part_of_the_speed(workers: Workers) -> None:
    for _ in range(2):
        grants = [workers.ask(name, delay=0.01) for name in "abc"]

    assert [grant.delay for grant in grants] == pytest.approx([0.03] * 3)
    assert all(grant.share for grant in grants)


def test_a_newcomer_waits_until_the_others_are_slower(workers: Workers) -> None:
    workers.ask("a", delay=0.01)

    assert workers.ask("b", delay=0.01).share == 0
    assert workers.ask("a", delay=0.01).delay == pytest.approx(0.02)
    assert workers.ask("b", delay=0.01).delay == pytest.approx(0.02)


# A delay: one worker at a time.


def test_a_host_with_a_delay_is_held_by_one(workers: Workers) -> None:
    assert ask_all(workers, "abcabc", delay=EXCLUSIVE) == [4, 0, 0, 4, 0, 0]


def test_whoever_holds_it_keeps_it(workers: Workers) -> None:
    for _ in range(50):
        assert ask_all(workers, "ab", delay=1) == [4, 0]
        workers.now += RENEWAL


def test_the_next_keeps_its_distance_from_the_last_request(workers: Workers) -> None:
    workers.ask("a", delay=2)
    workers.ask("b", delay=2)
    workers.ask("a", delay=2, sent_ago=0.5, release=True)
    workers.now += 0.25

    assert workers.ask("b", delay=2).start_in == pytest.approx(1.25)


def test_it_need_not_wait_when_the_last_request_is_long_ago(workers: Workers) -> None:
    workers.ask("a", delay=2, sent_ago=5, release=True)

    assert workers.ask("b", delay=2).start_in == 0


def test_after_a_death_the_distance_counts_from_the_end_of_the_share(workers: Workers) -> None:
    workers.ask("a", delay=2, sent_ago=0)
    workers.now += SECONDS + 0.5

    grant = workers.ask("b", delay=2)

    assert grant.share == 4
    assert grant.start_in == pytest.approx(1.5)


def test_the_distance_outlives_all_workers(workers: Workers) -> None:
    workers.ask("a", delay=3 * SECONDS, sent_ago=0, release=True)
    workers.now += SECONDS * 2

    assert workers.ask("b", delay=3 * SECONDS).start_in == pytest.approx(SECONDS)


def test_a_late_release_tells_of_its_last_request(workers: Workers) -> None:
    workers.ask("a", delay=2)
    workers.now += SECONDS + 10
    workers.ask("a", delay=2, sent_ago=0.5, release=True)

    assert workers.ask("b", delay=2).start_in == pytest.approx(1.5)


def test_a_released_host_goes_to_the_one_that_waits_longest(workers: Workers) -> None:
    ask_all(workers, "abc", delay=1)
    workers.ask("a", delay=1, release=True)

    assert ask_all(workers, "dcba", delay=1) == [0, 0, 4, 0]


def test_to_release_and_ask_again_lets_others_go_first(workers: Workers) -> None:
    ask_all(workers, "ab", delay=1)

    both = [Ask(HOST, 1, 4, release=True), Ask(HOST, 1, 4)]

    assert [grant.share for grant in workers.send("a", *both)] == [0, 0]
    assert [grant.share for grant in workers.send("b", both[1])] == [4]


def test_to_release_and_ask_again_keeps_the_host_where_nobody_waits(workers: Workers) -> None:
    both = [Ask(HOST, 1, 4, release=True), Ask(HOST, 1, 4)]

    assert [grant.share for grant in workers.send("a", *both)] == [0, 4]


def test_the_next_in_line_asks_more_often_than_the_rest(workers: Workers) -> None:
    waits = [workers.ask(name, delay=1).seconds for name in "abc"]

    assert waits == [SECONDS, SECONDS / 5, RENEWAL]


def test_the_longest_delay_of_those_who_ask_holds_for_all(workers: Workers) -> None:
    workers.ask("a", delay=1)
    workers.ask("b", delay=7)

    assert workers.ask("a", delay=1).delay == 7
    workers.ask("b", delay=7, release=True)
    assert workers.ask("a", delay=1).delay == 1


# What a worker learned slows all.


def test_a_penalty_of_one_slows_all(workers: Workers) -> None:
    ask_all(workers, "abab")

    # The last to hear of it keeps the host.
    assert workers.ask("b", penalty=3).share == 0
    # Until it heard so, the other one may have sent requests.
    assert workers.ask("a") == Grant(HOST, 4, 3.0, 3.0, SECONDS)


def test_the_largest_penalty_counts_and_not_the_sum(workers: Workers) -> None:
    workers.ask("a", delay=1, penalty=2)
    workers.ask("b", delay=1, penalty=5)

    assert workers.ask("a", delay=1, penalty=2).delay == 6


def test_a_penalty_outlives_its_worker_as_long_as_it_is(workers: Workers) -> None:
    workers.ask("a", delay=1, penalty=3 * SECONDS, sent_ago=0, release=True)
    workers.now += 2 * SECONDS

    assert workers.ask("b", delay=1).start_in == pytest.approx(SECONDS + 1)
    workers.now += SECONDS
    assert workers.ask("b", delay=1).delay == 1


def test_a_penalty_that_its_worker_takes_back_is_over(workers: Workers) -> None:
    workers.ask("a", penalty=3)

    assert workers.ask("a") == Grant(HOST, 4, 0.0, 0.0, SECONDS)


def test_a_clock_that_is_set_back_holds_nobody_up_for_longer(workers: Workers) -> None:
    workers.ask("a", delay=2, sent_ago=0, release=True)
    workers.ask("dead", delay=2)
    workers.now -= 86_400

    [waits] = workers.send("b", Ask(HOST, 2, 1))
    workers.now += SECONDS
    [holds] = workers.send("b", Ask(HOST, 2, 1))

    assert (waits.share, holds.share) == (0, 1)
    assert holds.start_in <= 2
