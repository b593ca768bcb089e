"""What the crawler's tests share: a database with tables, a site, small crawls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.tables import Rows, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers
    from tests.support.halting import Halting
    from tests.support.trial import Trial


@pytest.fixture
def rows(servers: Servers) -> Iterator[Rows]:
    """A connection to a database whose tables are empty."""
    with tables(servers) as url, reading(url) as connection:
        yield connection


@pytest.fixture(scope="module")
def halting_site() -> Iterator[Halting]:
    """A site of plain pages; what is below ``/hang`` hangs until it is released."""
    from tests.support.halting import halting  # noqa: PLC0415 - few tests need it

    with halting() as served:
        yield served


@pytest.fixture
def trial(halting_site: Halting, redis_url: str) -> Trial:
    """Crawls of a few requests, whose spider does whatever a test names."""
    from tests.support.trial import Trial  # noqa: PLC0415 - few tests need it

    return Trial(halting_site, redis_url)
