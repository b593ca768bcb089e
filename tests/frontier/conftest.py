"""Clients of the shared Valkey, by the project's own connections."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from frontier.connection import connect
from tests.support.job_workers import Team, Worker, open_team


@pytest.fixture
def server(redis_url: str) -> Iterator[Redis]:
    """A client of an empty database."""
    with connect(redis_url) as client:
        yield client


@pytest.fixture
def team(redis_url: str) -> Iterator[Team]:
    """Workers of a job in an empty database."""
    with open_team(redis_url) as opened:
        yield opened


@pytest.fixture
def ann(team: Team) -> Worker:
    """A worker."""
    return team.worker("ann")


@pytest.fixture
def bob(team: Team) -> Worker:
    """Another one."""
    return team.worker("bob")
