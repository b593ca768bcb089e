"""What a write changes in the tables: nothing is doubled, and nothing newer or better is overwritten."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from extractors import EXTRACTOR
from schemas.job import Job
from schemas.page import Page, PageMetadata, RejectedRecord
from tests.support.pages import MOMENT, make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import POINTER, posting, text, write

LATER = MOMENT + timedelta(days=1)


def stored(rows: Rows, table: str) -> list[dict[str, Any]]:
    return rows.execute(f"SELECT * FROM {table}".encode()).fetchall()


def full_page(job: Job, **changes: Any) -> Page:
    """A page with one record of each kind."""
    records = [posting(), text("# Heading")]
    rejected = [RejectedRecord("posting", {"title": None}, [{"field": "title", "problem": "is missing"}])]
    return make_page(job=job, records=records, rejected=rejected, **changes)


def test_a_page_is_stored_with_all_that_is_known_of_it(tables_url: str, rows: Rows, job: Job) -> None:
    metadata = PageMetadata("A title", "A description", "en", "https://example.com/canonical", {"type": "website"})
    headers = [("ETAG", '"v1"'), ("last-modified", "Mon, 02 Mar 2026 00:00:00 GMT")]
    page = make_page(job=job, metadata=metadata, headers=headers, tier="proxy", final_url="https://example.com/final")

    assert write(tables_url, page).outcomes == [None]

    (row,) = stored(rows, "page")
    assert row.pop("id")
    assert len(row.pop("url_sha256")) == 32
    assert row == {
        "site_id": job.site_id,
        "url": "https://example.com/",
        "job_id": job.id,
        "final_url": "https://example.com/final",
        "status": 200,
        "content_type": "text/html; charset=utf-8",
        "fetched_at": MOMENT,
        "last_seen": MOMENT,
        "tier": "proxy",
        "body_sha256": page.body_sha256,
        "body_bytes": len(page.body),
        "archive_uri": POINTER.uri,
        "archive_offset": POINTER.offset,
        "archive_length": POINTER.length,
        "etag": '"v1"',
        "last_modified": "Mon, 02 Mar 2026 00:00:00 GMT",
        "title": "A title",
        "description": "A description",
        "language": "en",
        "canonical_url": "https://example.com/canonical",
        "open_graph": {"type": "website"},
        "extractor": EXTRACTOR,
        "fence": [job.sequence, 1],
        "extracts": ["page", "posting"],
        "directives": [],
        "verdict": None,
        "wall": None,
    }


@pytest.mark.parametrize("table", ["page", "page_text", "posting", "rejected_record"])
def test_a_second_delivery_changes_nothing(tables_url: str, rows: Rows, job: Job, table: str) -> None:
    write(tables_url, full_page(job))
    first = stored(rows, table)

    write(tables_url, full_page(job), full_page(job))

    assert len(first) == 1
    assert stored(rows, table) == first


@pytest.mark.parametrize("table", ["page", "posting", "rejected_record"])
def test_a_second_job_doubles_no_row_and_moves_last_seen(tables_url: str, rows: Rows, job: Job, table: str) -> None:
    write(tables_url, full_page(job))
    again = add_job(rows)
    write(tables_url, full_page(again, fetched_at=LATER))

    (row,) = stored(rows, table)

    assert row["last_seen"] == LATER
    assert row.get("first_seen", MOMENT) == MOMENT


def test_an_older_job_never_overwrites_a_newer_one(tables_url: str, rows: Rows, job: Job) -> None:
    newer = add_job(rows)
    write(tables_url, full_page(newer, status=404, fetched_at=LATER))
    before = {table: stored(rows, table) for table in ("page", "posting", "rejected_record", "page_text")}

    late = full_page(job, url="https://example.com/")
    late.records = [posting(title="An older title"), text("older")]
    written = write(tables_url, late)

    assert written.outcomes == [None]
    assert {table: stored(rows, table) for table in before} == before


def test_of_one_posting_on_two_pages_the_newer_job_wins(tables_url: str, rows: Rows, job: Job) -> None:
    newer = add_job(rows)
    first = make_page("https://example.com/a", job=newer, records=[posting(title="New")], fetched_at=LATER)
    second = make_page("https://example.com/b", job=job, records=[posting(title="Old")])

    write(tables_url, first)
    write(tables_url, second)

    assert [(row["title"], row["last_seen"]) for row in stored(rows, "posting")] == [("New", LATER)]


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
def test_an_error_never_overwrites_a_good_page(tables_url: str, rows: Rows, job: Job, status: int) -> None:
    write(tables_url, full_page(job))
    before = stored(rows, "page")
    again = add_job(rows)

    assert write(tables_url, make_page(job=again, status=status)).outcomes == [None]

    assert stored(rows, "page") == before


@pytest.mark.parametrize("status", [200, 301, 404, 410])
def test_what_a_page_has_become_overwrites_what_it_was(tables_url: str, rows: Rows, job: Job, status: int) -> None:
    write(tables_url, full_page(job))
    again = add_job(rows)

    write(tables_url, make_page(job=again, status=status, fetched_at=LATER))

    (row,) = stored(rows, "page")
    assert (row["status"], row["job_id"], row["last_seen"]) == (status, again.id, LATER)


@pytest.mark.parametrize("status", [200, 404, 500])
def test_anything_overwrites_an_error(tables_url: str, rows: Rows, job: Job, status: int) -> None:
    write(tables_url, make_page(job=job, status=503))
    again = add_job(rows)

    write(tables_url, make_page(job=again, status=status))

    assert [row["status"] for row in stored(rows, "page")] == [status]


def test_the_order_of_a_query_makes_no_other_page(tables_url: str, rows: Rows, job: Job) -> None:
    urls = ("https://example.com/?a=1&b=2", "https://example.com/?b=2&a=1", "https://example.com/?b=2&a=3")

    write(tables_url, *(make_page(url, job=job) for url in urls))

    assert len(stored(rows, "page")) == 2


def test_two_sites_may_hold_the_same_url(tables_url: str, rows: Rows, job: Job) -> None:
    other = add_job(rows, "other.example")

    write(tables_url, make_page(job=job), make_page(job=other))

    assert {row["site_id"] for row in stored(rows, "page")} == {job.site_id, other.site_id}


def test_a_url_may_be_as_long_as_it_is(tables_url: str, rows: Rows, job: Job) -> None:
    url = "https://example.com/" + "ü" * 20_000

    write(tables_url, make_page(url, job=job))

    assert [row["url"] for row in stored(rows, "page")] == [url]


def test_a_posting_is_stored_with_its_types(tables_url: str, rows: Rows, job: Job) -> None:
    salary = {"min": "1234.5678", "max": 99_999_999_999, "currency": "EUR", "period": "year"}
    record = posting(
        salary=salary,
        locations=[{"city": "Zürich", "country": "CH"}],
        employment_types=["FULL_TIME", "INTERN"],
        date_posted="2026-03-02T00:00:00+01:00",
        date_precision="day",
        workplace_type="hybrid",
    )

    write(tables_url, make_page(job=job, records=[record]))

    (row,) = stored(rows, "posting")
    (page,) = stored(rows, "page")
    assert row["page_id"] == page["id"]
    assert row["employment_types"] == ["FULL_TIME", "INTERN"]
    assert row["locations"][0]["city"] == "Zürich"
    assert (row["salary"]["min"], row["salary"]["max"]) == (1234.5678, 99_999_999_999)
    assert row["date_posted"].isoformat() == "2026-03-01T23:00:00+00:00"
    assert (row["first_seen"], row["last_seen"], row["status"]) == (MOMENT, MOMENT, "open")
    assert (row["description_html"], row["closed_at"], row["fence"]) == (None, None, [job.sequence, 1])
    exact = rows.execute("SELECT (salary->>'min')::numeric AS least FROM posting").fetchone()
    assert exact == {"least": Decimal("1234.5678")}


def test_pages_with_the_same_bytes_share_their_text(tables_url: str, rows: Rows, job: Job) -> None:
    pages = [make_page(f"https://example.com/{n}", job=job, records=[text("# Same")]) for n in range(3)]

    write(tables_url, *pages)

    assert [row["markdown"] for row in stored(rows, "page_text")] == ["# Same"]


def test_a_rejected_record_keeps_its_data_and_reasons(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, full_page(job))

    (row,) = stored(rows, "rejected_record")

    assert (row["kind"], row["data"]) == ("posting", {"title": None})
    assert row["problems"] == [{"field": "title", "problem": "is missing"}]


def test_a_number_of_any_size_is_kept(tables_url: str, rows: Rows, job: Job) -> None:
    rejected = RejectedRecord("posting", {"salary": 10**30}, [])

    assert write(tables_url, make_page(job=job, rejected=[rejected])).outcomes == [None]

    assert [row["data"] for row in stored(rows, "rejected_record")] == [{"salary": 10**30}]


@pytest.mark.parametrize("odd", ["\x00", "\ud800"], ids=ascii)
def test_what_postgresql_refuses_is_cleaned_wherever_it_stands(tables_url: str, rows: Rows, job: Job, odd: str) -> None:
    name = f"a{odd}b"
    texts = dict.fromkeys(("final_url", "content_type", "tier"), name)
    metadata = PageMetadata(name, name, name, name, {name: name})
    headers = [("etag", name), ("Last-Modified", name)]
    page = make_page(f"https://example.com/{name}", job=job, metadata=metadata, headers=headers, **texts)

    written = write(tables_url, page)

    assert written.outcomes == [None]
    (row,) = stored(rows, "page")
    kept = "ab" if odd == "\x00" else "a\ufffdb"
    columns = (*texts, "etag", "last_modified", "title", "description", "language", "canonical_url")
    assert {column: row[column] for column in columns} == dict.fromkeys(columns, kept)
    assert (row["url"], row["open_graph"]) == (f"https://example.com/{kept}", {kept: kept})
