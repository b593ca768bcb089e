"""The order in which requests leave the queue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from frontier.queue import RequestQueue

KEY = "longline:{test}:requests"
payloads = st.lists(st.tuples(st.binary(max_size=20), st.integers(-3, 3)), max_size=30)


@pytest.fixture
def queue(server: Redis) -> RequestQueue:
    return RequestQueue(server, KEY)


def popped(queue: RequestQueue) -> Iterator[bytes]:
    while (payload := queue.pop()) is not None:
        yield payload


def test_an_empty_queue_gives_nothing(queue: RequestQueue) -> None:
    assert queue.pop() is None
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
    RequestQueue(server, KEY).push(b"a", 0)

    assert list(popped(queue)) == [b"z", b"a"]


def test_another_key_is_another_queue(server: Redis, queue: RequestQueue) -> None:
    other = RequestQueue(server, "longline:{other}:requests")
    queue.push(b"mine", 0)
    other.push(b"theirs", 0)

    queue.clear()

    assert len(queue) == 0
    assert other.pop() == b"theirs"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pushed=payloads)
def test_every_payload_comes_back_as_it_was_in_stable_order(
    queue: RequestQueue, pushed: list[tuple[bytes, int]]
) -> None:
    for payload, priority in pushed:
        queue.push(payload, priority)

    assert list(popped(queue)) == [payload for payload, _ in sorted(pushed, key=lambda pair: -pair[1])]
