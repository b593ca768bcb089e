"""The views for analysts, asked as they would."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.export import VIEWS, export
from pipelines.groups import group_job, split
from schemas.job import Job
from tests.support.adverts import Add, advertising
from tests.support.tables import Rows

ROOT = Path(__file__).resolve().parents[2]
MARCH, MAY = datetime(2026, 3, 31, 23, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)


@pytest.fixture
def add(rows: Rows, job: Job) -> Add:
    """Puts a baker's posting on a site of its own, but for what is said otherwise."""
    return advertising(rows, job)


def ask(rows: Rows, query: str) -> list[dict[str, Any]]:
    return rows.execute(query.encode()).fetchall()


def pay(low: float | None, high: float | None, period: str | None, currency: str | None = "EUR") -> dict[str, Any]:
    return {"min": low, "max": high, "currency": currency, "period": period, "ranges": [], "raw": []}


def test_open_postings_are_open_with_their_first_place_and_pay(rows: Rows, add: Add) -> None:
    places = [{"city": "Bonn", "region": None, "country": "DE"}, {"city": "Kiel", "country": "DE"}]
    posting = add(locations=places, salary=pay(3000, 3500.5, "month"))
    add(status="closed")
    (row,) = ask(rows, "SELECT * FROM open_posting")

    assert (row["posting_id"], row["site"], row["city"], row["country"], row["places"]) == (
        posting,
        "example.com",
        "Bonn",
        "DE",
        2,
    )
    assert (row["salary_min"], row["salary_max"], row["salary_currency"], row["salary_period"]) == (
        3000.0,
        3500.5,
        "EUR",
        "month",
    )
    assert row["group_id"] is None


def test_a_job_in_several_places_is_one_row(rows: Rows, job: Job, add: Add) -> None:
    board, employer, closed = add(), add(platform="greenhouse"), add(platform="lever", status="closed")
    alone = add(title="Cook")
    add(title="Driver", requisition_id="R1", locations=[{"city": "Bonn"}])
    add(title="Driver", requisition_id="R1", locations=[{"city": "Kiel"}])
    group_job(rows, job.id)

    once = ask(rows, "SELECT posting_id, group_postings, title FROM posting_once ORDER BY posting_id")
    assert [(row["posting_id"], row["group_postings"]) for row in once[:2]] == [(employer, 3), (alone, 0)]
    assert [row["title"] for row in once[2:]] == ["Driver", "Driver"]
    assert len(ask(rows, "SELECT FROM open_posting WHERE group_id IS NOT NULL")) == 2
    split(rows, [employer])
    split_off = ask(rows, "SELECT posting_id FROM posting_once WHERE title = 'Baker' ORDER BY posting_id")
    assert [row["posting_id"] for row in split_off] == [board, employer]
    assert closed


def test_pay_is_by_the_year_and_in_its_own_currency(rows: Rows, add: Add) -> None:
    add(title="1", salary=pay(20, 30, "hour"), date_posted=MARCH)
    add(title="2", salary=pay(4000, None, "month"), date_posted=MARCH)
    add(title="3", salary=pay(None, 90_000, "year", "USD"), date_posted=MAY)
    add(title="4", salary=pay(500, 600, None), date_posted=MAY)
    add(title="5", salary=pay(700, 800, "week", None), date_posted=MAY)
    add(title="6")

    yearly = ask(rows, "SELECT title, month, yearly_min, yearly_max FROM posting_salary ORDER BY title")
    assert [tuple(row.values()) for row in yearly] == [
        ("1", date(2026, 3, 1), 41_600.0, 62_400.0),
        ("2", date(2026, 3, 1), 48_000.0, None),
        ("3", date(2026, 5, 1), None, 90_000.0),
        ("4", date(2026, 5, 1), None, None),
        ("5", date(2026, 5, 1), 36_400.0, 41_600.0),
    ]
    months = ask(rows, "SELECT month, currency, postings, lowest, median, highest FROM salary_by_month ORDER BY month")
    assert [tuple(row.values()) for row in months] == [
        (date(2026, 3, 1), "EUR", 2, 41_600.0, 50_000.0, 62_400.0),
        (date(2026, 5, 1), "USD", 1, 90_000.0, 90_000.0, 90_000.0),
    ]


def test_a_job_s_pay_counts_once(rows: Rows, job: Job, add: Add) -> None:
    for _ in range(3):
        add(salary=pay(50_000, 60_000, "year"))
    group_job(rows, job.id)

    assert [row["postings"] for row in ask(rows, "SELECT postings FROM salary_by_month")] == [1]


def test_skills_have_a_row_each(rows: Rows, add: Add) -> None:
    skills = [
        {"name": "Python", "raw": "python 3", "source": "explicit"},
        {"name": "SQL", "raw": None, "source": "text"},
    ]
    posting = add(skills=skills)
    add(skills=[])
    found = ask(rows, "SELECT posting_id, skill, source, raw FROM posting_skill ORDER BY skill")

    assert [tuple(row.values()) for row in found] == [
        (posting, "Python", "explicit", "python 3"),
        (posting, "SQL", "text", None),
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_is_exported_and_has_an_example_that_runs(rows: Rows, add: Add, tmp_path: Path, view: str) -> None:
    add(salary=pay(1, 2, "year"), skills=[{"name": "SQL", "source": "text"}])
    lines = (ROOT / "README.md").read_text().splitlines()
    (example,) = [line for line in lines if f" from {view} " in line and line.startswith("select ")]

    assert export(rows, view, tmp_path / "rows.csv") == 1
    ask(rows, example)
