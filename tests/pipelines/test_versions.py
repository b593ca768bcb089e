"""Versions of postings: one when it is first seen, one for each change of what it says, and no other."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import Page
from tests.support.pages import MOMENT, make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import PATIENCE, POINTER, posting, unchanged, write

URL = "https://example.com/jobs/7"
DAY = timedelta(days=1)


def stored(rows: Rows) -> dict[str, Any]:
    (row,) = rows.execute("SELECT * FROM posting").fetchall()
    return row


def versions(rows: Rows) -> list[dict[str, Any]]:
    return rows.execute("SELECT * FROM posting_version ORDER BY id").fetchall()


def changes(rows: Rows) -> list[list[str]]:
    return [version["changed"] for version in versions(rows)]


def seen(rows: Rows, days: int = 0, *, url: str = URL, job: Job | None = None, **said: Any) -> Page:
    """A page of a new job with one posting that says so, ``days`` later."""
    job = job or add_job(rows)
    return make_page(url, job=job, records=[posting(**said)], fetched_at=MOMENT + days * DAY)


def test_the_first_sighting_is_the_first_version(tables_url: str, rows: Rows) -> None:
    write(tables_url, seen(rows, title="Nurse", description_text="Nights"))

    (version,), row = versions(rows), stored(rows)

    assert (version["posting_id"], version["page_id"]) == (row["id"], row["page_id"])
    assert (version["seen_at"], version["changed"]) == (MOMENT, [])
    assert (version["data"]["title"], version["data"]["description_text"]) == ("Nurse", "Nights")
    assert (version["archive_uri"], version["archive_offset"], version["archive_length"]) == (
        POINTER.uri,
        POINTER.offset,
        POINTER.length,
    )
    assert (row["status"], row["closed_at"], row["close_reason"], row["evidence"]) == ("open", None, None, None)


def test_what_says_the_same_is_seen_once_more_and_no_version(tables_url: str, rows: Rows) -> None:
    write(tables_url, seen(rows))
    later = seen(rows, 1)
    write(tables_url, later)

    row = stored(rows)

    assert (row["first_seen"], row["last_seen"], row["fence"]) == (MOMENT, MOMENT + DAY, list(later.fence))
    assert changes(rows) == [[]]


def test_a_change_is_a_version_that_names_the_fields(tables_url: str, rows: Rows) -> None:
    write(tables_url, seen(rows, title="Nurse", description_text="Nights", company="A"))
    write(tables_url, seen(rows, 1, title="Head nurse", description_text="Days", company="A"))
    write(tables_url, seen(rows, 2, title="Nurse", description_text="Days", company="A"))

    row = stored(rows)

    assert changes(rows) == [[], ["title", "description_text"], ["title"]]
    assert [version["data"]["title"] for version in versions(rows)] == ["Nurse", "Head nurse", "Nurse"]
    assert (row["title"], row["description_text"]) == ("Nurse", "Days")
    assert row["content_sha256"] == versions(rows)[-1]["content_sha256"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"description_html": "<p class=a>Nights</p>"}, {"description_html": "<p class=b>Nights</p>"}),
        ({"provenance": {"title": "jsonld"}}, {"provenance": {"title": "microdata"}}),
        ({"valid_through": "2026-05-01T00:00:00Z"}, {"valid_through": "2026-06-01T00:00:00Z"}),
        (
            {"date_posted": "2026-02-20T00:00:00Z", "date_precision": "week"},
            {"date_posted": "2026-02-21T00:00:00Z", "date_precision": "week"},
        ),
    ],
)
def test_what_no_reader_learns_from_makes_no_version(
    tables_url: str, rows: Rows, before: dict[str, Any], after: dict[str, Any]
) -> None:
    write(tables_url, seen(rows, **before))
    write(tables_url, seen(rows, 1, **after))

    assert changes(rows) == [[]]
    if "valid_through" in after:
        assert stored(rows)["valid_through"].month == 6


def test_what_a_newer_extractor_reads_differently_is_marked(tables_url: str, rows: Rows) -> None:
    write(tables_url, seen(rows, title="Nurse"))
    rows.execute("UPDATE posting SET extractor = 'older'")
    rows.execute("""UPDATE posting_version SET data = data || '{"extractor": "older"}'""")
    write(tables_url, seen(rows, 1, title="Nurse (f/m/d)"))
    rows.execute("UPDATE posting SET extractor = 'older'")
    write(tables_url, seen(rows, 2, title="Nurse (f/m/d)", provenance={"title": "microdata"}))

    row = stored(rows)

    assert changes(rows) == [[], ["title", "extractor"]]
    assert (row["extractor"] != "older", row["provenance"]) == (True, {"title": "microdata"})


def test_a_second_delivery_makes_no_second_version(tables_url: str, rows: Rows) -> None:
    first, second = seen(rows), seen(rows, 1, title="Other")
    for page in (first, first, second, second, first):
        write(tables_url, page)

    assert changes(rows) == [[], ["title"]]


def test_one_batch_may_have_a_posting_several_times(tables_url: str, rows: Rows, job: Job) -> None:
    pages = [seen(rows, url=f"https://example.com/{n}", job=job, title=f"Nurse {n}", company="A") for n in range(3)]

    assert write(tables_url, *pages).outcomes == [None, None, None]

    assert changes(rows) == [[], ["title"], ["title"]]


def test_late_work_makes_no_version(tables_url: str, rows: Rows, job: Job) -> None:
    write(tables_url, seen(rows, 1, title="New"))
    write(tables_url, seen(rows, job=job, title="Old"))

    assert (stored(rows)["title"], changes(rows)) == ("New", [[]])


def test_a_list_that_names_it_does_not_overwrite_what_its_own_page_says(tables_url: str, rows: Rows, job: Job) -> None:
    own = seen(rows, job=job, title="Nurse", description_text="Nights", url=URL)
    named = [posting(title="Nurse"), posting("8", title="Cook", url="https://example.com/jobs/8")]
    listing = make_page("https://example.com/jobs", job=job, records=named, fetched_at=MOMENT + DAY)
    write(tables_url, listing)
    write(tables_url, own)
    write(tables_url, listing)

    row = rows.execute("SELECT * FROM posting WHERE source_id = '7'").fetchone()
    assert row
    assert (row["description_text"], row["own_page"], row["last_seen"]) == ("Nights", True, MOMENT + DAY)
    found = rows.execute("SELECT changed FROM posting_version WHERE posting_id = %s ORDER BY id", [row["id"]])
    assert [version["changed"] for version in found] == [[], ["description_text"]]


def test_postings_of_a_page_that_is_as_it_was_are_renewed_without_a_version(tables_url: str, rows: Rows) -> None:
    page = seen(rows)
    write(tables_url, page)
    again = unchanged(page, add_job(rows), MOMENT + DAY)
    write(tables_url, again)

    row = stored(rows)

    assert (row["last_seen"], row["fence"], changes(rows)) == (MOMENT + DAY, list(again.fence), [[]])


def test_what_a_page_named_no_more_is_not_renewed_with_it(tables_url: str, rows: Rows) -> None:
    write(tables_url, seen(rows))
    without = make_page(URL, job=add_job(rows), body=b"<p>Nothing", fetched_at=MOMENT + DAY)
    write(tables_url, without)
    write(tables_url, unchanged(without, add_job(rows), MOMENT + 2 * DAY))

    assert (stored(rows)["last_seen"], stored(rows)["status"]) == (MOMENT, "open")


def test_writers_that_see_a_posting_at_one_time_make_one_first_version(tables_url: str, rows: Rows, job: Job) -> None:
    pages = [seen(rows, job=job, url=f"https://example.com/{n}") for n in range(4)]
    asyncio.run(asyncio.wait_for(_at_once(tables_url, pages), PATIENCE))

    assert changes(rows) == [[]]


async def _at_once(url: str, pages: list[Page]) -> None:
    writers = [Writer(url) for _ in pages]
    await asyncio.gather(*(writer.write(page, POINTER) for writer, page in zip(writers, pages, strict=True)))
    await asyncio.gather(*(writer.close() for writer in writers))
