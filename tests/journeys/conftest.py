"""What journeys share: whole crawls, and the database that they fill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.support.crawl import Scrapy, make_scrapy

if TYPE_CHECKING:
    from crawler.embedded import Servers

Rows = psycopg.Connection[dict[str, Any]]


@pytest.fixture(scope="session")
def session_scrapy(home: Path, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Scrapy:
    """Runs commands with the shared servers, for fixtures that crawl once for many tests."""
    assert servers.database_url
    return make_scrapy(home, tmp_path_factory.mktemp("project"))


@pytest.fixture
def rows(servers: Servers) -> Iterator[Rows]:
    """A connection to the database that the shared home's crawls fill."""
    with psycopg.connect(servers.database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection
