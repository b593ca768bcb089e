"""What the tests of the stages share: a database with tables, and a job in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from schemas.job import Job
from tests.support.tables import Rows, add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers


@pytest.fixture
def tables_url(servers: Servers) -> Iterator[str]:
    """The URL of a database whose tables are empty."""
    with tables(servers) as url:
        yield url


@pytest.fixture
def rows(tables_url: str) -> Iterator[Rows]:
    """A connection to ``tables_url``."""
    with reading(tables_url) as connection:
        yield connection


@pytest.fixture
def job(rows: Rows) -> Job:
    """A running job in ``tables_url``."""
    return add_job(rows)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time where a crawl would rather fetch a page than wait."""
    monkeypatch.setattr("pipelines.validators.ANSWER_SECONDS", 60)
