"""The order in which requests leave the queue, and what becomes of those that are worked on."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from frontier.queue import Claim, Counts, RequestQueue, Rest

JOB = UUID(int=1)
payloads = st.lists(st.tuples(st.binary(max_size=20), st.integers(-3, 3)), max_size=30)


@pytest.fixture
def queue(server: Redis) -> RequestQueue:
    return RequestQueue(server, JOB, "worker")


def popped(queue: RequestQueue) -> Iterator[bytes]:
    while (claim := queue.claim()) is not None:
        queue.done(claim.id)
        yield claim.payload


def test_an_empty_queue_gives_nothing(queue: RequestQueue) -> None:
    assert queue.claim() is None
    assert len(queue) == 0


def test_the_highest_priority_leaves_first(queue: RequestQueue) -> None:
    for priority in (0, -5, 1000, 7):
        queue.push(str(priority).encode(), priority)

    assert list(popped(queue)) == [b"1000", b"7", b"0", b"-5"]


def test_within_a_priority_the_oldest_leaves_first(queue: RequestQueue) -> None:
    # The payloads fall, so that their own order would be the opposite.
    names = [f"{number:04}".encode() for number in reversed(range(300))]
    for name in names:
        queue.push(name, 0)

    assert list(popped(queue)) == names


def test_equal_payloads_are_both_kept(queue: RequestQueue) -> None:
    queue.push(b"same", 1)
    queue.push(b"same", 1)

    assert len(queue) == 2
    assert list(popped(queue)) == [b"same", b"same"]


def test_a_later_process_queues_behind_an_earlier_one(server: Redis, queue: RequestQueue) -> None:
    queue.push(b"z", 0)
    RequestQueue(server, JOB, "later").push(b"a", 0)

    assert list(popped(queue)) == [b"z", b"a"]


def test_another_job_has_another_queue(server: Redis, queue: RequestQueue) -> None:
    other = RequestQueue(server, UUID(int=2), "worker")
    queue.push(b"mine", 0)
    other.push(b"theirs", 0)

    queue.clear()

    assert len(queue) == 0
    assert list(popped(other)) == [b"theirs"]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pushed=payloads)
def test_every_payload_comes_back_as_it_was_in_stable_order(
    queue: RequestQueue, pushed: list[tuple[bytes, int]]
) -> None:
    for payload, priority in pushed:
        queue.push(payload, priority)

    assert list(popped(queue)) == [payload for payload, _ in sorted(pushed, key=lambda pair: -pair[1])]


def test_a_claim_is_counted_until_it_is_done(queue: RequestQueue) -> None:
    queue.push(b"a", 0)
    queue.push(b"b", 0)
    claim = taken(queue)
    assert queue.rest() == Rest(waiting=1, claimed=1, admitted=0)

    queue.done(claim.id)

    assert queue.rest() == Rest(waiting=1, claimed=0, admitted=0)


def test_no_more_pages_are_claimed_than_the_job_may_fetch(queue: RequestQueue) -> None:
    for payload in (b"a", b"b", b"c"):
        queue.push(payload, 0, Counts.AS_PAGE)
    queue.push(b"sitemap", 1)
    assert [taken(queue, 2).payload for _ in range(3)] == [b"sitemap", b"a", b"b"]
    assert queue.claim(2) is None

    queue.give_back()

    assert taken(queue, 2).payload == b"c"


def test_a_page_that_is_tried_again_keeps_its_place(queue: RequestQueue) -> None:
    queue.push(b"a", 0, Counts.AS_PAGE)
    claim = taken(queue, 1)
    assert claim.counted
    queue.push(b"a again", 0, Counts.ALREADY)
    queue.done(claim.id)

    assert taken(queue, 1).payload == b"a again"
    assert queue.rest().admitted == 1


def test_what_a_dead_worker_had_claimed_comes_back(server: Redis, queue: RequestQueue) -> None:
    dead = RequestQueue(server, JOB, "dead|worker")
    for name in (b"a", b"b", b"c"):
        queue.push(name, 5, Counts.AS_PAGE)
    taken(dead)
    taken(queue)

    assert queue.recover(["worker"]) == 1
    assert queue.rest() == Rest(waiting=2, claimed=1, admitted=2)
    assert [claim.payload for claim in (taken(queue), taken(queue))] == [b"a", b"c"]


def test_each_payload_goes_to_one_worker(server: Redis, queue: RequestQueue) -> None:
    others = [queue, *(RequestQueue(server, JOB, f"other{number}") for number in range(3))]
    for number in range(40):
        queue.push(str(number).encode(), 0)

    claimed = [taken(others[number % 4]).payload for number in range(40)]

    assert sorted(claimed) == sorted(str(number).encode() for number in range(40))
    assert queue.claim() is None


def taken(queue: RequestQueue, limit: int | None = None) -> Claim:
    claim = queue.claim(limit)
    assert claim is not None
    return claim
