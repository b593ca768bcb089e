"""What a page or an item adds to its job, and how that is added to what is counted already."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines import rows as made_rows
from pipelines import rows_sql
from pipelines.counting import counts_of, item_counts
from schemas.job import Job, JobStats
from schemas.page import ArchivePointer, RejectedRecord, Unchanged
from schemas.verdicts import Kind, Verdict
from tests.support.pages import make_page
from tests.support.tables import Rows
from tests.support.writing import posting, text


def test_a_page_counts_with_what_was_read_from_it() -> None:
    page = make_page(
        records=[posting("1"), posting("2"), text("# Hi")],
        rejected=[RejectedRecord("posting", {}, [])],
        problems=["text: it failed"],
        pointer=ArchivePointer("file:///a", 0, 70),
        archived_bytes=77,
    )

    assert counts_of(page) == {
        "pages": 1,
        "status:200": 1,
        "postings": 2,
        "texts": 1,
        "rejected": 1,
        "problems": 1,
        "body_bytes": page.body_bytes,
        "archived_bytes": 77,
    }


def test_a_page_that_is_as_it_was_counts_with_what_was_read_from_it_before() -> None:
    page = make_page(body=b"x", pointer=ArchivePointer("file:///a", 0, 77))
    page.unchanged = Unchanged(page.fetched_at, b"", [], postings=2, texts=1)
    page.directives = frozenset({"nofollow"})

    expected = {"pages": 1, "status:200": 1, "unchanged": 1, "postings": 2, "texts": 1, "nofollow": 1}
    assert counts_of(page) == expected


def test_what_is_zero_is_left_out() -> None:
    assert counts_of(make_page(body=b"", status=304)) == {"pages": 1, "status:304": 1}


@pytest.mark.parametrize(
    ("status", "verdict", "counts"),
    [
        (200, Verdict(Kind.BLOCKED, "Cloudflare", "x"), {"verdict:blocked: Cloudflare": 1, "walled": 1}),
        (403, Verdict(Kind.CAPTCHA, None, "x"), {"verdict:captcha": 1}),
        (200, Verdict(Kind.LOGIN_WALL, None, "x"), {"verdict:login_wall": 1, "walled": 1}),
        (200, Verdict(Kind.ERROR_PAGE, None, "x"), {"verdict:error_page": 1}),
        (200, Verdict(), {}),
    ],
)
def test_what_is_no_page_is_counted_by_what_it_is(status: int, verdict: Verdict, counts: dict[str, int]) -> None:
    page = make_page(body=b"", status=status, verdict=verdict)

    assert counts_of(page) == {"pages": 1, f"status:{status}": 1} | counts


def test_an_item_counts_as_a_record_or_as_rejected() -> None:
    assert item_counts(rejected=False) == {"records": 1}
    assert item_counts(rejected=True) == {"rejected": 1}


def added(rows: Rows, job: Job, stats: JobStats) -> Any:
    rows.execute(rows_sql.JOB_STATS.encode(), made_rows.job_stats_row(job.id, stats))
    row = rows.execute("SELECT stats FROM job WHERE id = %s", [job.id]).fetchone()
    return row and JobStats(**row["stats"])


def test_stats_are_added_to_those_of_the_job_as_they_are_to_each_other(rows: Rows, job: Job) -> None:
    first = JobStats(2, {"200": 1, "404": 1}, postings=1, failures={"timeout": (1, "first"), "odd\x00": (1, "\ud800")})
    first.verdicts = {"blocked": 1}
    second = JobStats(1, {"200": 1}, records=4, failures={"timeout": (2, "second"), "refused": (1, "third")})
    second.verdicts = {"blocked": 2, "captcha: DataDome": 1}

    assert added(rows, job, first).failures == {"timeout": (1, "first"), "odd": (1, "\ufffd")}
    both = added(rows, job, second)

    first.failures = {"timeout": (1, "first"), "odd": (1, "\ufffd")}
    first.add(second)
    assert both == first
