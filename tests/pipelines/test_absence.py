"""Closing for absence: what two complete crawls did not see, and what is not absent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.page import RejectedRecord
from tests.support.board import PARTLY, Board, page_of
from tests.support.pages import make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import posting, unchanged

HOUR = timedelta(hours=1)


@pytest.fixture
def board(tables_url: str, rows: Rows) -> Board:
    return Board(tables_url, rows)


def test_two_complete_crawls_hours_apart_close_what_neither_saw(board: Board, rows: Rows) -> None:
    board.crawl(range(10))
    board.wait(7)
    second = board.crawl(range(7))
    assert board.closed() == set()
    board.wait(7)
    third = board.crawl(range(7))

    assert board.closed() == {7, 8, 9}
    row = rows.execute("SELECT * FROM posting WHERE source_id = '8'").fetchone()
    assert row
    assert (row["close_reason"], row["fence"]) == ("absence", [third.sequence, 0])
    listings = rows.execute("SELECT id, listed, complete FROM listing ORDER BY id").fetchall()
    assert [(one["listed"], one["complete"]) for one in listings] == [(10, True), (7, True), (7, True)]
    assert row["evidence"]["listings"] == [listings[1]["id"], listings[2]["id"]]
    assert (row["evidence"]["jobs"], row["evidence"]["listed"]) == ([str(second.id), str(third.id)], [7, 7])
    version = rows.execute("SELECT * FROM posting_version WHERE posting_id = %s ORDER BY id", [row["id"]]).fetchall()[
        -1
    ]
    assert version["changed"] == ["status"]
    assert version["data"]["evidence"] == row["evidence"]


def test_a_sweep_that_runs_twice_changes_nothing(board: Board, rows: Rows) -> None:
    board.crawl(range(10))
    board.wait(7)
    board.crawl(range(7))
    board.wait(7)
    last = board.crawl(range(7))
    everything = [rows.execute(f"SELECT * FROM {t} ORDER BY id".encode()).fetchall() for t in ("posting", "listing")]

    assert board.end(last) == 0

    again = [rows.execute(f"SELECT * FROM {t} ORDER BY id".encode()).fetchall() for t in ("posting", "listing")]
    assert again == everything
    assert rows.execute("SELECT count(*) FROM posting_version WHERE changed = '{status}'").fetchone() == {"count": 3}


def test_hours_must_lie_between(board: Board) -> None:
    board.crawl(range(10))
    board.wait(7)
    for _ in range(3):
        board.crawl(range(7))
        board.wait(1)
    assert board.closed() == set()
    board.wait(3)
    board.crawl(range(7))

    assert board.closed() == {7, 8, 9}


def test_what_one_of_them_saw_stays_open(board: Board, rows: Rows) -> None:
    board.crawl(range(10))
    board.wait(7)
    board.crawl(range(7))
    board.wait(7)
    board.crawl(range(9), None)
    board.wait(1)
    board.crawl(range(7))

    assert board.closed() == {9}


@pytest.mark.parametrize("body", [b"<h1>Something else</h1>", b""])
def test_a_posting_whose_page_is_there_is_not_absent(board: Board, rows: Rows, body: bytes) -> None:
    board.crawl(range(10))
    for _ in range(2):
        board.wait(7)
        job = add_job(rows)
        board.pass_by([page_of(number, job, board.now()) for number in range(7)])
        there = make_page("https://example.com/jobs/8", job=job, body=body, fetched_at=board.now())
        board.pass_by([there])
        board.end(job)

    assert board.closed() == {7, 9}


def test_another_site_of_the_host_closes_none(board: Board, rows: Rows) -> None:
    board.crawl(range(10))
    for _ in range(3):
        board.wait(7)
        job = add_job(rows, "example-jobs")
        job = replace(job, config=job.config.model_copy(update={"url": "https://example.com/"}))
        board.end(job)

    assert board.closed() == set()


def test_what_was_closed_for_absence_is_reopened_by_any_sighting(board: Board, rows: Rows) -> None:
    first = board.crawl(range(10))
    pages = {number: page_of(number, first, board.now()) for number in (7, 8)}
    for _ in range(2):
        board.wait(7)
        board.crawl(range(6))
    assert board.closed() == {6, 7, 8, 9}
    again = add_job(rows)
    named = [posting(str(number), url=f"https://example.com/jobs/{number}") for number in (8, 9)]
    board.pass_by(
        [
            page_of(6, again, board.now()),
            unchanged(pages[7], again, board.now()),
            make_page("https://example.com/all", job=again, records=named, fetched_at=board.now()),
        ]
    )

    assert board.closed() == set()
    (said,) = rows.execute("SELECT DISTINCT closed_at, close_reason, evidence, status FROM posting").fetchall()
    assert said == {"closed_at": None, "close_reason": None, "evidence": None, "status": "open"}
    last = rows.execute(
        "SELECT DISTINCT ON (posting_id) changed, data->>'status' AS status FROM posting_version"
        " ORDER BY posting_id, id DESC"
    ).fetchall()
    assert [one["status"] for one in last if one["changed"]] == ["open"] * 4


def test_late_work_does_not_reopen_what_was_closed_for_absence(board: Board, rows: Rows) -> None:
    late = board.crawl(range(10))
    for _ in range(2):
        board.wait(7)
        board.crawl(range(7))
    board.pass_by([page_of(8, late, board.now())])

    assert board.closed() == {7, 8, 9}


def test_past_its_valid_through_and_absent_it_is_expired_until_it_is_seen(board: Board, rows: Rows) -> None:
    until = board.now() + 24 * HOUR
    board.crawl(range(10), valid_through=until)
    board.wait(24 * 3)
    listing = board.crawl(range(7), valid_through=until - 72 * HOUR)

    expired = rows.execute("SELECT * FROM posting WHERE status = 'expired' ORDER BY source_id").fetchall()
    assert [row["source_id"] for row in expired] == ["7", "8", "9"]
    assert {row["close_reason"] for row in expired} == {"valid_through"}
    assert expired[0]["closed_at"]
    assert expired[0]["evidence"]["jobs"] == [str(listing.id)]

    board.wait(7)
    board.crawl(range(9), valid_through=until - 72 * HOUR)
    found = rows.execute("SELECT source_id FROM posting WHERE status = 'expired'").fetchall()
    assert found == [{"source_id": "9"}]


def test_valid_through_alone_expires_nothing(board: Board, rows: Rows) -> None:
    board.crawl(range(10), valid_through=board.now() - 48 * HOUR)
    board.wait(24 * 3)
    board.crawl(range(3), PARTLY, valid_through=board.now() - 48 * HOUR)

    assert rows.execute("SELECT DISTINCT status FROM posting").fetchall() == [{"status": "open"}]


def test_what_did_not_pass_is_not_absent(board: Board, rows: Rows) -> None:
    named = [posting(str(n), url=f"https://example.com/jobs/{n}") for n in range(5)]
    for count in (5, 3, 3):
        job = add_job(rows)
        rejected = [] if count == 5 else [RejectedRecord("posting", {"title": None}, [])]
        page = make_page("https://example.com/all", job=job, records=named[:count], fetched_at=board.now())
        board.pass_by([replace(page, rejected=rejected)])
        board.end(job)
        board.wait(7)

    assert board.closed() == set()
