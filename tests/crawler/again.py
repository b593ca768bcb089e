"""What tests of ``crawl archive`` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawler.again_arguments import AgainArguments
from crawler.again_run import AgainRun
from crawler.run import console
from crawler.services import Services
from pipelines.object_store import ArchiveLocation
from schemas.job import Job
from tests.support.archived import archive_pages
from tests.support.tables import Rows, add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

AGE = """
UPDATE page SET extractor = 'longline-0', title = 'as it was';
UPDATE posting SET extractor = 'longline-0', title = 'as it was', content_sha256 = '\\x00';
"""
"""As if an older extractor had read it all."""


@pytest.fixture
def tables_url(servers: Servers) -> Iterator[str]:
    """A database with empty tables."""
    with tables(servers) as url:
        yield url


@pytest.fixture
def rows(tables_url: str) -> Iterator[Rows]:
    """A connection to it."""
    with reading(tables_url) as connection:
        yield connection


@pytest.fixture
def job(rows: Rows) -> Job:
    """A running job in it."""
    return add_job(rows)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The folder of an archive."""
    return tmp_path / "archive"


@pytest.fixture
def store(tables_url: str, archive: Path) -> Callable[..., list[str]]:
    """Archives and stores lists of pages, a segment each, and returns the segments' addresses."""
    return lambda *segments: archive_pages(tables_url, archive, segments)


@pytest.fixture
def run(tables_url: str, archive: Path, servers: Servers) -> Callable[..., AgainRun]:
    """``crawl archive`` with arguments, in this process."""

    def make(*, as_json: bool = False, quiet: bool = True, **asked: Any) -> AgainRun:
        services = Services(tables_url, servers.redis_url, ArchiveLocation(archive.as_uri()), embedded=False)
        return AgainRun(AgainArguments(**asked), services, console(quiet=quiet), as_json=as_json)

    return make


def one(rows: Rows, query: str, *values: Any) -> dict[str, Any]:
    """The row of a query that has one."""
    row = rows.execute(query.encode(), values or None).fetchone()
    assert row is not None
    return row


def newest(rows: Rows) -> dict[str, Any]:
    """The newest job that reads the archive."""
    return one(rows, "SELECT * FROM job WHERE mode = 'archive' ORDER BY sequence DESC LIMIT 1")
