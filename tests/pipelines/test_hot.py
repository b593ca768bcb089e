"""A page that is seen again costs no index anything, and what is long is not written again."""

from __future__ import annotations

import time
from typing import Any

import pytest

from schemas.job import Job
from schemas.page import Page, PageMetadata, Unchanged
from tests.support.pages import make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import write

COUNT = 600
# What cannot be compressed, and is more than a row of a block holds.
LONG = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(6000))


def pages(job: Job, *, unchanged: bool = False) -> list[Page]:
    found = [make_page(f"https://example.com/{n}", job=job, leased=True, body=str(n).encode()) for n in range(COUNT)]
    for page in found:
        page.unchanged = Unchanged(page.fetched_at, page.body_sha256, []) if unchanged else None
    return found


def updates(rows: Rows, count: int) -> int:
    """How many of so many updates told no index; PostgreSQL counts them a little after they are done."""
    query = "SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'page'"
    until = time.monotonic() + 120
    while time.monotonic() < until:
        row = rows.execute(query).fetchone()
        if row and row["all"] == count:
            return int(row["hot"])
        rows.execute("SELECT pg_sleep(0.01)")
    raise AssertionError(f"PostgreSQL does not count {count} updates: {row}")


@pytest.mark.parametrize("unchanged", [True, False], ids=["304", "the same bytes"])
def test_a_page_that_is_as_it_was_touches_no_index(tables_url: str, rows: Rows, job: Job, unchanged: bool) -> None:
    write(tables_url, *pages(job))
    before = rows.execute("SELECT pg_indexes_size('page') AS bytes").fetchone()

    for _ in range(3):
        write(tables_url, *pages(add_job(rows), unchanged=unchanged))

    assert updates(rows, 3 * COUNT) > 0.95 * 3 * COUNT
    assert rows.execute("SELECT pg_indexes_size('page') AS bytes").fetchone() == before


def test_long_values_that_are_as_they_were_are_not_written_again(tables_url: str, rows: Rows, job: Job) -> None:
    def stored() -> Any:
        query = "SELECT pg_relation_size(reltoastrelid) AS bytes FROM pg_class WHERE relname = 'page'"
        return rows.execute(query).fetchone()

    metadata = PageMetadata(description=LONG, open_graph={"description": LONG})
    write(tables_url, make_page(job=job, metadata=metadata))
    first = stored()

    write(tables_url, make_page(job=add_job(rows), metadata=metadata))

    assert first["bytes"] > len(LONG)
    assert stored() == first
