"""A worker that lost its lease overwrites nothing that is newer: each statement compares the fence by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipelines import rows_sql
from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import OwnItem, Page, RejectedRecord, Unchanged
from schemas.verdicts import Kind, Verdict
from tests.support.pages import MOMENT, make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import PATIENCE, posting, text, write

LATER = MOMENT + timedelta(days=1)
TABLES = ("page", "posting", "rejected_record", "page_text", "record")
NEW, OLD = {"title": "New"}, {"title": "Old"}


def everything(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    return {table: rows.execute(f"SELECT * FROM {table} ORDER BY 1".encode()).fetchall() for table in TABLES}


def newer_page(job: Job) -> Page:
    """What the second delivery of a page has stored: a moment later, with all kinds of records."""
    rejected = [RejectedRecord("posting", {"title": None}, [])]
    records = [posting(**NEW), text("# New")]
    return make_page(job=job, fence=job.fence(2), fetched_at=LATER, records=records, rejected=rejected)


def late(job: Job, **changes: Any) -> Page:
    """The same page by the first delivery, whose lease has run out."""
    return replace(make_page(job=job, fence=job.fence(1)), **changes)


def unchanged(job: Job) -> Page:
    page = late(job)
    page.unchanged = Unchanged(page.fetched_at, page.body_sha256, [("etag", '"old"')])
    return page


LATE = {
    "PAGE, POSTING, REJECTED": lambda job: late(
        job, records=[posting(**OLD)], rejected=[RejectedRecord("posting", {"title": None}, [{"problem": "old"}])]
    ),
    "WALL": lambda job: late(job, verdict=Verdict(Kind.BLOCKED, None, "x")),
    "UNCHANGED": unchanged,
}


@pytest.mark.parametrize("statement", LATE)
def test_a_late_delivery_of_a_page_changes_nothing(tables_url: str, rows: Rows, job: Job, statement: str) -> None:
    write(tables_url, newer_page(job))
    before = everything(rows)

    assert write(tables_url, LATE[statement](job)).outcomes == [None]

    assert everything(rows) == before


@pytest.mark.parametrize("statement", LATE)
def test_a_late_job_changes_nothing(tables_url: str, rows: Rows, job: Job, statement: str) -> None:
    write(tables_url, replace(newer_page(job), fence=add_job(rows).fence(1)))
    before = everything(rows)

    write(tables_url, LATE[statement](job))

    assert everything(rows) == before


def test_of_two_deliveries_in_one_batch_the_newer_stays_whichever_comes_first(
    tables_url: str, rows: Rows, job: Job
) -> None:
    write(tables_url, newer_page(job), LATE["PAGE, POSTING, REJECTED"](job))
    other = add_job(rows, "other.example")
    old = replace(LATE["PAGE, POSTING, REJECTED"](other), records=[])
    write(tables_url, old, replace(newer_page(other), records=[]))

    found = rows.execute("SELECT fence[2] AS delivery, last_seen FROM page").fetchall()
    assert [tuple(row.values()) for row in found] == [(2, LATER), (2, LATER)]
    assert [row["title"] for row in rows.execute("SELECT title FROM posting")] == ["New"]


def test_an_unchanged_page_renews_no_posting_that_a_newer_delivery_has_written(
    tables_url: str, rows: Rows, job: Job
) -> None:
    """The posting stands on another page too, which is newer."""
    write(tables_url, late(job, records=[posting(**NEW)]))
    rows.execute("UPDATE posting SET fence = %s, last_seen = %s", [[job.sequence, 3], LATER])
    page = replace(unchanged(job), fence=job.fence(2))

    write(tables_url, page)

    assert [row["last_seen"] for row in rows.execute("SELECT last_seen FROM posting")] == [LATER]
    assert [row["fence"][1] for row in rows.execute("SELECT fence FROM page")] == [2]


def item(job: Job, delivery: int, *problems: dict[str, str], **data: Any) -> OwnItem:
    seen = MOMENT if delivery == 1 else LATER
    return OwnItem("book", "1", data, list(problems), job.id, delivery, "https://example.com/", seen)


def write_item(url: str, one: OwnItem) -> None:
    async def test() -> None:
        writer = Writer(url)
        await writer.write_item(one)
        await writer.close()

    asyncio.run(asyncio.wait_for(test(), PATIENCE))


def test_a_late_item_changes_nothing(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, newer_page(job))
    write_item(tables_url, item(job, 2, **NEW))
    write_item(tables_url, item(job, 2, {"problem": "it"}, title=None))
    before = everything(rows)

    write_item(tables_url, item(job, 1, **OLD))
    write_item(tables_url, item(job, 1, {"problem": "it"}, title=None))

    assert everything(rows) == before


def test_no_statement_was_forgotten() -> None:
    """TEXT has no fence: its key is what its row says. JOB_STATS adds, and is for what has no lease."""
    of_rows = {name for name, value in vars(rows_sql).items() if name.isupper() and "json_to_recordset" in str(value)}
    fenced = {"PAGE", "WALL", "UNCHANGED", "RECORD"}
    renewed_by_digest = {"REJECTED", "REJECTED_ITEM", "TEXT"}

    assert {name for name in of_rows if not name.startswith("_")} == fenced | renewed_by_digest
    assert all("fence <= " in vars(rows_sql)[name] for name in fenced)
