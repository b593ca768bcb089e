"""What is stored of an answer that stands in the place of a page: evidence, and nothing over what is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.job import Job
from schemas.page import Page
from schemas.verdicts import Kind, Verdict
from tests.support.pages import MOMENT, make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import POINTER, posting, write

LATER = MOMENT + timedelta(days=1)
BLOCKED = Verdict(Kind.BLOCKED, "Cloudflare", "status 200, title “just a moment...”")
ENCODED = {"kind": "blocked", "by": "Cloudflare", "evidence": BLOCKED.evidence}
WALLS = [BLOCKED, *(Verdict(kind, None, "x") for kind in (Kind.CAPTCHA, Kind.SOFT_BLOCK, Kind.RATE_LIMITED))]
WALLS.append(Verdict(Kind.LOGIN_WALL, None, "a form"))


def wall(job: Job, verdict: Verdict = BLOCKED, **changes: Any) -> Page:
    return make_page(job=job, verdict=verdict, body=b"wall", fetched_at=LATER, **changes)


def page_row(rows: Rows) -> dict[str, Any]:
    (row,) = rows.execute("SELECT * FROM page").fetchall()
    return dict(row)


def test_a_page_that_was_never_seen_without_a_wall_has_a_row_that_says_so(
    tables_url: str, rows: Rows, job: Job
) -> None:
    write(tables_url, wall(job))

    row = page_row(rows)
    assert (row["status"], row["verdict"], row["wall"]) == (200, ENCODED, None)
    assert row["etag"] is None  # the page's own would be another


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("verdict", WALLS, ids=lambda verdict: str(verdict.kind))
def test_no_wall_overwrites_a_good_page_but_its_evidence_is_noted(
    tables_url: str, rows: Rows, job: Job, verdict: Verdict, status: int
) -> None:
    write(tables_url, make_page(job=job, records=[posting()]))
    before = page_row(rows)
    again = add_job(rows)

    assert write(tables_url, wall(again, verdict, status=status)).outcomes == [None]

    after = page_row(rows)
    noted = after.pop("wall")
    assert after == {name: value for name, value in before.items() if name != "wall"}
    assert noted == verdict.encode() | {
        "job_id": str(again.id),
        "status": status,
        "fetched_at": LATER.isoformat(),
        "archive_uri": POINTER.uri,
        "archive_offset": POINTER.offset,
        "archive_length": POINTER.length,
    }


@pytest.mark.parametrize("status", [404, 410])
def test_that_a_page_is_missing_is_known_behind_a_wall_too(tables_url: str, rows: Rows, job: Job, status: int) -> None:
    write(tables_url, make_page(job=job, status=status))

    write(tables_url, wall(add_job(rows)))

    assert (page_row(rows)["status"], page_row(rows)["verdict"]) == (status, None)


@pytest.mark.parametrize("earlier", [{"status": 503}, {"verdict": Verdict(Kind.CAPTCHA), "body": b"earlier"}], ids=str)
def test_a_wall_overwrites_an_error_and_an_earlier_wall(
    tables_url: str, rows: Rows, job: Job, earlier: dict[str, Any]
) -> None:
    write(tables_url, make_page(job=job, **earlier))

    write(tables_url, wall(add_job(rows)))

    assert page_row(rows)["verdict"] == ENCODED


@pytest.mark.parametrize("status", [200, 301, 404, 500])
def test_any_answer_of_the_site_overwrites_a_wall(tables_url: str, rows: Rows, job: Job, status: int) -> None:
    write(tables_url, wall(job))

    write(tables_url, make_page(job=add_job(rows), status=status))

    assert (page_row(rows)["status"], page_row(rows)["verdict"]) == (status, None)


def test_a_page_that_is_seen_again_has_no_wall_any_more(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, make_page(job=job))
    write(tables_url, wall(add_job(rows)))
    assert page_row(rows)["wall"]

    write(tables_url, make_page(job=add_job(rows)))

    assert page_row(rows)["wall"] is None


def test_a_wall_of_an_older_job_is_no_news(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, make_page(job=add_job(rows)))

    write(tables_url, wall(job))

    assert page_row(rows)["wall"] is None


@pytest.mark.parametrize("kind", [Kind.ERROR_PAGE, Kind.EMPTY_SHELL])
def test_what_is_of_the_site_overwrites_a_page_whatever_it_is(
    tables_url: str, rows: Rows, job: Job, kind: Kind
) -> None:
    write(tables_url, make_page(job=job))

    write(tables_url, wall(add_job(rows), Verdict(kind, None, "x")))

    assert page_row(rows)["verdict"] == {"kind": kind, "by": None, "evidence": "x"}
