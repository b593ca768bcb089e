"""A record that PostgreSQL refuses is set aside with its reason; its page, and all others, are kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.failures import RowError
from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import OwnItem, Record, RejectedRecord
from tests.support.pages import make_page
from tests.support.tables import Rows
from tests.support.writing import PATIENCE, POINTER, posting, text, write

URL = "https://example.com/page"
LONG_KEY = "".join(chr(0x4E00 + n) for n in range(5000))


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


POISON = {
    "an unknown status of a posting": (Record("posting", posting().data | {"status": "eaten"}), "posting_status_check"),
    "a key that no index holds": (Record("posting", posting().data | {"source_id": LONG_KEY}), "index row"),
    "a posting without a field": (Record("posting", {"platform": "web"}), "tenant"),
    "a text that is none": (Record("text", {"markdown": {"not": "text"}}), "Markdown is a text, not dict"),
}


def stored(rows: Rows, table: str) -> list[dict[str, Any]]:
    return rows.execute(f"SELECT * FROM {table}".encode()).fetchall()


@pytest.mark.parametrize("kind", POISON)
def test_a_bad_record_is_set_aside_and_the_rest_of_its_page_is_kept(
    tables_url: str, rows: Rows, job: Job, kind: str
) -> None:
    bad, reason = POISON[kind]
    page = make_page(URL, job=job, records=[posting("1"), bad, posting("2"), text("# Kept")])
    others = [make_page(f"https://example.com/{n}", job=job) for n in range(20)]

    written = write(tables_url, *others[:10], page, *others[10:])

    assert set(written.outcomes) == {None}
    assert len(stored(rows, "page")) == 21
    assert {row["source_id"] for row in stored(rows, "posting")} == {"1", "2"}
    assert [row["markdown"] for row in stored(rows, "page_text")] == ["# Kept"]
    (rejected,) = stored(rows, "rejected_record")
    assert (rejected["kind"], rejected["data"]) == (bad.kind, bad.data)
    (problem,) = rejected["problems"]
    assert problem["problem"].startswith("PostgreSQL: ")
    assert reason in problem["problem"]
    assert (written.stats.pages, written.stats.postings, written.stats.rejected) == (21, 2, 1)


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_data_that_no_table_holds_are_shown_as_far_as_can_be(
    tables_url: str, rows: Rows, job: Job, levels: int
) -> None:
    rejected = RejectedRecord("posting", {"deep": deep(levels)}, [{"field": "deep", "problem": "is no text"}])

    written = write(tables_url, make_page(URL, job=job, rejected=[rejected]))

    assert written.outcomes == [None]
    (row,) = stored(rows, "rejected_record")
    assert "deep" in str(row["data"])
    assert row["problems"][0] == {"field": "deep", "problem": "is no text"}


@pytest.mark.parametrize(("odd", "kept"), [("a\x00b", "ab"), ("a\ud800b", "a\ufffdb")], ids=ascii)
def test_data_that_did_not_pass_are_cleaned_and_counted(
    tables_url: str, rows: Rows, job: Job, odd: str, kept: str
) -> None:
    page = make_page(URL, job=job, rejected=[RejectedRecord("posting", {"title": odd}, [])], content_type=odd)

    written = write(tables_url, page)

    assert [row["data"] for row in stored(rows, "rejected_record")] == [{"title": kept}]
    assert written.stats.cleaned == 2


def test_a_bad_item_is_set_aside_with_its_page(tables_url: str, rows: Rows, job: Job) -> None:
    def item(key: str, url: str | None = URL) -> OwnItem:
        return OwnItem("book", key, {"name": "x"}, [], job.id, 1, url, datetime(2026, 3, 2, tzinfo=UTC))

    async def test() -> list[BaseException | None]:
        writer = Writer(tables_url)
        await writer.write(make_page(URL, job=job), POINTER)
        items = [item("1"), bad, item("2"), item(LONG_KEY, url=None)]
        outcomes = await asyncio.gather(*(writer.write_item(one) for one in items), return_exceptions=True)
        assert (writer.stats.records, writer.stats.rejected) == (2, 1)
        await writer.close()
        return outcomes

    bad = item(LONG_KEY)
    outcomes = asyncio.run(asyncio.wait_for(test(), PATIENCE))

    assert [type(error) for error in outcomes] == [type(None)] * 3 + [RowError]
    assert {row["key"] for row in stored(rows, "record")} == {"1", "2"}
    (rejected,) = stored(rows, "rejected_record")
    assert "index row" in rejected["problems"][0]["problem"]
    # Whoever wrote it is told: it is no record.
    assert bad.problems == rejected["problems"]
