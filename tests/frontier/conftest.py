"""A client of the shared Valkey, by the project's own connection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from frontier.connection import connect


@pytest.fixture
def server(redis_url: str) -> Iterator[Redis]:
    """A client of an empty database."""
    with connect(redis_url) as client:
        yield client
