"""Which jobs and workers are alive."""

from __future__ import annotations

from uuid import UUID

from redis import Redis

from frontier.failures import JobFailures
from frontier.queue import RequestQueue
from frontier.registry import SILENCE_SECONDS, Announcement, Registry, forget
from schemas import redis_keys

JOB, OTHER = UUID(int=1), UUID(int=2)


def test_jobs_are_announced_and_withdrawn(server: Redis) -> None:
    registry = Registry(server)
    registry.beat("owner")
    registry.announce(JOB, "owner", b"one")
    registry.announce(OTHER, "owner", b"two")
    registry.withdraw(JOB)

    assert registry.jobs() == {OTHER: Announcement(b"two", owned=True)}


def test_a_job_of_a_dead_owner_is_marked(server: Redis) -> None:
    registry = Registry(server)
    registry.announce(JOB, "gone", b"one\nline")

    assert registry.jobs() == {JOB: Announcement(b"one\nline", owned=False)}


def test_a_worker_lives_as_long_as_it_says_so(server: Redis) -> None:
    registry = Registry(server)
    registry.beat("here")
    registry.beat("gone")
    registry.leave("gone")
    seconds, _ = server.time()
    server.zadd(redis_keys.WORKERS, {"silent": seconds - SILENCE_SECONDS - 1})

    assert registry.alive() == ["here"]


def test_failures_of_all_workers_are_counted_with_the_first_example(server: Redis) -> None:
    JobFailures(server, JOB).add("timeout", "a took too long.")
    JobFailures(server, JOB).add("timeout", "b took too long.")
    JobFailures(server, JOB).add("two words", "c.")

    assert JobFailures(server, JOB).read() == {"timeout": (2, "a took too long."), "two words": (1, "c.")}


def test_a_forgotten_job_leaves_nothing(server: Redis) -> None:
    queue = RequestQueue(server, JOB, "worker")
    queue.push(b"a", 0)
    queue.push(b"b", 0)
    queue.claim()
    JobFailures(server, JOB).add("timeout", "a took too long.")
    Registry(server).announce(JOB, "owner", b"one")

    forget(server, JOB)

    assert server.keys("*") == []
