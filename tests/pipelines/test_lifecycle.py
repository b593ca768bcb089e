"""When one answer closes a posting, when it does not, and what opens it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.job import Job
from schemas.page import Page
from schemas.verdicts import Kind, Verdict
from tests.support.pages import MOMENT, make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import POINTER, posting, unchanged, write

URL = "https://example.com/careers/jobs/7"
DAY = timedelta(days=1)


def stored(rows: Rows) -> dict[str, Any]:
    (row,) = rows.execute("SELECT * FROM posting").fetchall()
    return row


def last_version(rows: Rows) -> dict[str, Any]:
    row = rows.execute("SELECT * FROM posting_version ORDER BY id DESC LIMIT 1").fetchone()
    assert row
    return row


def seen(job: Job, days: int = 0, **changes: Any) -> Page:
    """The posting's page, with the posting."""
    known = {"records": [posting(url=URL)], "fetched_at": MOMENT + days * DAY}
    return make_page(URL, job=job, **known | changes)


def answer(job: Job, days: int = 1, **changes: Any) -> Page:
    """What the posting's page answers later, without the posting."""
    return seen(job, days, **{"records": [], "body": b"other"} | changes)


CLOSING: dict[str, dict[str, Any]] = {
    "gone": {"status": 404},
    "redirect": {"status": 302, "final_url": "https://example.com/careers?error=gone"},
    "marker": {"closed": "This position has been filled"},
}


@pytest.mark.parametrize("reason", CLOSING)
def test_it_is_closed_at_once_with_its_evidence(tables_url: str, rows: Rows, job: Job, reason: str) -> None:
    write(tables_url, seen(job))
    later = add_job(rows)
    write(tables_url, answer(later, **CLOSING[reason]))

    row, version = stored(rows), last_version(rows)

    assert (row["status"], row["closed_at"], row["close_reason"]) == ("closed", MOMENT + DAY, reason)
    assert row["last_seen"] == MOMENT
    archive = {"uri": POINTER.uri, "offset": POINTER.offset, "length": POINTER.length}
    shown = {"reason": reason, "job": str(later.id), "page": row["page_id"], "url": URL, "archive": archive}
    assert row["evidence"].items() >= shown.items()
    assert (version["changed"], version["seen_at"]) == (["status"], MOMENT + DAY)
    assert version["data"] == {"status": "closed", "close_reason": reason, "evidence": row["evidence"]}
    assert version["archive_uri"] == POINTER.uri


def test_410_closes_it_too(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, seen(job), answer(add_job(rows), status=410))

    assert stored(rows)["evidence"]["status"] == 410


def test_it_is_closed_when_the_platform_says_so(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, seen(job))
    write(tables_url, seen(add_job(rows), 1, records=[posting(url=URL, status="closed")]))
    write(tables_url, seen(add_job(rows), 2, records=[posting(url=URL, status="closed")]))

    row = stored(rows)

    assert (row["status"], row["closed_at"], row["close_reason"]) == ("closed", MOMENT + DAY, "platform")
    assert row["evidence"]["reason"] == "platform"
    assert rows.execute("SELECT changed FROM posting_version ORDER BY id").fetchall() == [
        {"changed": []},
        {"changed": ["status"]},
    ]


@pytest.mark.parametrize("status", ["paused", "talent_pool"])
def test_a_platform_says_other_states_too(tables_url: str, rows: Rows, job: Job, status: str) -> None:
    write(tables_url, seen(job), seen(add_job(rows), 1, records=[posting(url=URL, status=status)]))

    assert (stored(rows)["status"], stored(rows)["closed_at"]) == (status, None)
    assert last_version(rows)["changed"] == ["status"]


NOT_CLOSING: dict[str, dict[str, Any]] = {
    **{f"status {status}": {"status": status} for status in (401, 403, 429, 500, 503)},
    **{str(kind): {"verdict": Verdict(kind), "closed": "This job is closed"} for kind in Kind if kind is not Kind.OK},
    "a block page that says 404": {"status": 404, "verdict": Verdict(Kind.BLOCKED)},
    "a page without a word": {"body": b""},
    "a page without the posting": {"body": b"<h1>Nurse</h1>"},
    "a redirect to another posting": {"status": 301, "final_url": "https://example.com/careers/jobs/8"},
    "a redirect to a login": {"status": 302, "final_url": "https://example.com/login"},
    "a redirect to another host": {"status": 302, "final_url": "https://other.example/"},
}


@pytest.mark.parametrize("kind", NOT_CLOSING)
def test_what_says_nothing_of_it_does_not_close_it(tables_url: str, rows: Rows, job: Job, kind: str) -> None:
    write(tables_url, seen(job))
    write(tables_url, answer(add_job(rows), **NOT_CLOSING[kind]))

    assert (stored(rows)["status"], stored(rows)["close_reason"]) == ("open", None)
    assert last_version(rows)["changed"] == []


def test_a_list_that_is_gone_closes_none_that_it_named(tables_url: str, rows: Rows, job: Job) -> None:
    named = [posting(str(number), url=f"https://example.com/jobs/{number}") for number in range(3)]
    write(tables_url, make_page("https://example.com/jobs", job=job, records=named))
    write(tables_url, make_page("https://example.com/jobs", job=add_job(rows), status=404, fetched_at=MOMENT + DAY))

    found = rows.execute("SELECT status FROM posting").fetchall()
    assert found == [{"status": "open"}] * 3


@pytest.mark.parametrize("reason", CLOSING)
def test_it_is_reopened_when_it_is_seen_again(tables_url: str, rows: Rows, job: Job, reason: str) -> None:
    write(tables_url, seen(job))
    write(tables_url, answer(add_job(rows), **CLOSING[reason]))
    again = seen(add_job(rows), 2)
    write(tables_url, again)

    row, version = stored(rows), last_version(rows)

    assert (row["status"], row["closed_at"], row["close_reason"], row["evidence"]) == ("open", None, None, None)
    assert row["last_seen"] == MOMENT + 2 * DAY
    assert (version["changed"], version["data"]["status"], version["seen_at"]) == (
        ["status"],
        "open",
        MOMENT + 2 * DAY,
    )


def test_late_work_neither_closes_nor_reopens(tables_url: str, rows: Rows, job: Job) -> None:
    late, middle, new = add_job(rows), add_job(rows), add_job(rows)
    write(tables_url, seen(new, 3))
    write(tables_url, answer(late, 1, status=404))
    assert stored(rows)["status"] == "open"

    write(tables_url, answer(add_job(rows), 4, status=404))
    write(tables_url, seen(middle, 2))
    assert stored(rows)["status"] == "closed"


def test_bytes_of_before_it_was_closed_do_not_reopen_it(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, seen(job), answer(add_job(rows), 2, status=404))
    write(tables_url, seen(add_job(rows), 1))

    assert (stored(rows)["status"], stored(rows)["last_seen"]) == ("closed", MOMENT + DAY)


def test_a_list_does_not_reopen_what_its_own_page_says_is_gone(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, seen(job), answer(add_job(rows), 1, status=404))
    named = [posting(url=URL), posting("8", url="https://example.com/careers/jobs/8")]
    write(
        tables_url, make_page("https://example.com/jobs", job=add_job(rows), records=named, fetched_at=MOMENT + 2 * DAY)
    )

    row = rows.execute("SELECT status FROM posting WHERE source_id = '7'").fetchone()
    assert row == {"status": "closed"}


def test_a_page_that_still_says_that_it_is_closed_keeps_it_so(tables_url: str, rows: Rows, job: Job) -> None:
    closed = answer(job, 1, records=[posting(url=URL, status="closed")], closed="This job is closed")
    write(tables_url, seen(job), closed, unchanged(closed, add_job(rows), MOMENT + 2 * DAY))

    assert (stored(rows)["status"], stored(rows)["close_reason"]) == ("closed", "marker")
