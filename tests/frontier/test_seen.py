"""What was queued before is known, and only that."""

from __future__ import annotations

import pytest
from redis import Redis

from frontier.seen import SeenSet


@pytest.fixture
def seen(server: Redis) -> SeenSet:
    return SeenSet(server, "longline:{test}:seen")


def test_a_fingerprint_is_new_once(seen: SeenSet) -> None:
    assert seen.add(b"\x00first\xff")
    assert not seen.add(b"\x00first\xff")
    assert seen.add(b"\x00second\xff")
    assert len(seen) == 2


def test_what_one_process_saw_another_knows(server: Redis, seen: SeenSet) -> None:
    seen.add(b"page")

    assert not SeenSet(server, "longline:{test}:seen").add(b"page")
    assert SeenSet(server, "longline:{other}:seen").add(b"page")


def test_after_clear_everything_is_new_again(seen: SeenSet) -> None:
    seen.add(b"page")
    seen.clear()

    assert len(seen) == 0
    assert seen.add(b"page")
