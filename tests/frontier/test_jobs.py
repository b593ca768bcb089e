"""Which jobs and workers are alive."""

from __future__ import annotations

from uuid import UUID

import pytest

from frontier.jobs import SILENCE_SECONDS, Jobs
from schemas import redis_keys
from tests.support.job_workers import Team

JOB, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def jobs(team: Team) -> Jobs:
    return Jobs(team.server)


def test_jobs_are_announced_and_withdrawn(team: Team, jobs: Jobs) -> None:
    team.run(jobs.announce(JOB, b"one"))
    team.run(jobs.announce(OTHER, b"two\nlines \xff"))
    team.run(jobs.withdraw(JOB))

    assert team.run(jobs.jobs()) == {OTHER: b"two\nlines \xff"}


def test_a_worker_lives_as_long_as_it_says_so(team: Team, jobs: Jobs) -> None:
    team.run(jobs.beat("here"))
    team.run(jobs.beat("gone"))
    team.run(jobs.leave("gone"))
    seconds, _ = team.run(team.server.time())
    team.run(team.server.zadd(redis_keys.WORKERS, {"silent": seconds - SILENCE_SECONDS - 1}))

    assert team.run(jobs.alive()) == ["here"]


def test_a_worker_that_has_been_silent_for_long_is_forgotten(team: Team, jobs: Jobs) -> None:
    team.run(team.server.zadd(redis_keys.WORKERS, {"long ago": 1}))
    team.run(jobs.beat("here"))

    assert team.run(team.server.zcard(redis_keys.WORKERS)) == 1
