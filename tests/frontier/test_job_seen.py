"""The seen set: nothing is forgotten or taken for another as it grows, and it stays small."""

from __future__ import annotations

import pytest

from frontier.model import Entry
from schemas import redis_keys
from tests.support.job_workers import HOST, Team, Worker, fingerprint_of, pages

COUNT = 20_000


@pytest.fixture
def grown(ann: Worker) -> Worker:
    """It has queued so many entries."""
    ann.create()
    assert ann.say(entries=pages(*map(str, range(COUNT)))).new == COUNT
    return ann


def sizes(team: Team) -> list[tuple[int, int, bytes]]:
    """Of each bucket: fingerprints, bytes, and how Redis keeps it."""
    names = [name for name in team.key_names() if name.startswith("seen:")]
    return [measure(team, redis_keys.job_key(team.job, name)) for name in names]


def measure(team: Team, key: str) -> tuple[int, int, bytes]:
    server, run = team.server, team.run
    return run(server.scard(key)), run(server.memory_usage(key)), run(server.object("ENCODING", key))


def test_all_is_known_after_it_has_grown(team: Team, grown: Worker) -> None:
    assert grown.say(entries=pages(*map(str, range(0, COUNT, 7)))).new == 0
    assert grown.say(entries=pages(*map(str, range(COUNT, COUNT + 500)))).new == 500
    assert team.run(team.control.was_seen(fingerprint_of("0")))
    assert not team.run(team.control.was_seen(fingerprint_of(str(COUNT + 500))))


def test_each_bucket_is_a_small_set_of_integers(team: Team, grown: Worker) -> None:
    buckets = sizes(team)

    assert {encoding for _, _, encoding in buckets} == {b"intset"}
    assert sum(count for count, _, _ in buckets) == COUNT
    assert max(count for count, _, _ in buckets) < 512
    assert len(buckets) == COUNT // 160


def test_a_fingerprint_takes_twelve_bytes_at_most(team: Team, grown: Worker) -> None:
    assert sum(size for _, size, _ in sizes(team)) / COUNT <= 12


def test_a_small_job_has_one_small_bucket(team: Team, ann: Worker) -> None:
    ann.create(*pages("a", "b"))

    ((count, size, _),) = sizes(team)

    assert count == 2
    assert size < 200


@pytest.mark.parametrize("step", [1, 2**32, -1, 10**15, -(10**15) - 1])
def test_fingerprints_that_are_not_spread_at_random_are_told_apart(ann: Worker, step: int) -> None:
    ann.create()
    entries = [Entry(b"", HOST, fingerprint=number * step) for number in range(900)]

    assert ann.say(entries=entries).new == 900
    assert ann.say(entries=entries).new == 0


def test_a_pending_entry_takes_130_bytes_at_most(team: Team, ann: Worker) -> None:
    ann.create()
    for at in range(0, 5000, 1000):
        ann.say(entries=[Entry(b"x" * 65, f"{number % 50}.com") for number in range(at, at + 1000)])

    assert team.run(team.control.status()).redis_bytes / 5000 <= 130
