"""What the crawler's tests share: a database with tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.tables import Rows, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers


@pytest.fixture
def rows(servers: Servers) -> Iterator[Rows]:
    """A connection to a database whose tables are empty."""
    with tables(servers) as url, reading(url) as connection:
        yield connection
