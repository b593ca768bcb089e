"""A page as it was: by its row, or by the captures that indexes list."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines import warc
from pipelines.cdxj import index_name
from pipelines.failures import ArchiveError
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.shown import NoCaptureError, Pages
from schemas.job import Job
from tests.support.shelf import MONDAY, Shelf, duplicate, not_modified
from tests.support.tables import Rows, add_job

URL = "https://example.com/a"


@pytest.fixture
def shelf(tmp_path: Path, rows: Rows, job: Job) -> Shelf:
    rows.execute("UPDATE job SET created_at = %s", [MONDAY - timedelta(days=3)])
    return Shelf(Archive(ArchiveLocation((tmp_path / "archive").as_uri())), rows, job)


@pytest.fixture
def pages(shelf: Shelf) -> Pages:
    return Pages(shelf.rows, shelf.archive)


def test_a_page_is_shown_as_its_row_has_it_and_as_it_was_before(shelf: Shelf, pages: Pages) -> None:
    old, newer, newest = shelf.page("a", b"old"), shelf.page("a", b"newer", 1), shelf.page("a", b"newest", 5)
    shelf.put("w-1", warc.exchange(shelf.page("b")), warc.exchange(old))
    shelf.put("w-2", warc.exchange(newer), days=1)
    shelf.kept(newest, "w-3", days=5)

    assert pages.newest(URL).body == b"newest"
    at = {days: pages.at(URL, MONDAY + timedelta(days=days)).body for days in (0, 0.9, 1, 4.9, 5, 99)}
    assert at == {0: b"old", 0.9: b"old", 1: b"newer", 4.9: b"newer", 5: b"newest", 99: b"newest"}
    shown = pages.at(URL, MONDAY)
    assert (shown.url, shown.status) == (URL, "HTTP/1.1 200 OK")
    assert ("ETag", '"v1"') in shown.headers


def test_what_was_fetched_before_midnight_may_be_in_the_next_days_segment(shelf: Shelf, pages: Pages) -> None:
    # The last capture of Monday came into a segment of Tuesday; another one of Monday is in Monday's.
    shelf.put("w-1", warc.exchange(shelf.page("a", b"afternoon", 0.2)))
    shelf.put("w-2", warc.exchange(shelf.page("a", b"midnight", 0.499)), days=1)

    assert pages.at(URL, MONDAY + timedelta(days=0.3)).body == b"afternoon"
    assert pages.at(URL, MONDAY + timedelta(days=0.499)).body == b"midnight"


def test_a_revisit_is_followed_to_the_bytes_that_it_means(shelf: Shelf, pages: Pages) -> None:
    first, again = shelf.page("a", b"same"), shelf.page("a", b"same", 1)
    twin, later = shelf.page("twin", b"same", 2, headers=[("X-Own", "1")]), shelf.page("a", b"later", 3)
    shelf.put("w-1", warc.exchange(first))
    shelf.put("w-2", not_modified(again, first), days=1)
    shelf.put("w-3", duplicate(twin, first), days=2)
    shelf.put("w-4", not_modified(shelf.page("twin", b"same", 2.2), twin), days=2)
    shelf.kept(later, "w-5", days=3)

    shown = pages.at(URL, MONDAY + timedelta(days=2))
    assert (shown.status, shown.body) == ("HTTP/1.1 200 OK", b"same")
    other = pages.at(URL.replace("/a", "/twin"), MONDAY + timedelta(days=2))
    assert (other.body, other.headers[0]) == (b"same", ("X-Own", "1"))
    # A record that refers to one which refers to another.
    assert pages.at(URL.replace("/a", "/twin"), MONDAY + timedelta(days=2.3)).body == b"same"


def test_an_error_does_not_hide_the_page_that_was_there(shelf: Shelf, pages: Pages) -> None:
    shelf.put("w-1", warc.exchange(shelf.page("a", b"page")), warc.exchange(shelf.page("down", b"", status=503)))
    shelf.put("w-2", warc.exchange(shelf.page("a", b"no", 1, status=503)), days=1)
    shelf.put("w-3", warc.exchange(shelf.page("a", b"gone", 2, status=404)), days=2)

    assert pages.at(URL, MONDAY + timedelta(days=1.5)).body == b"page"
    assert pages.at(URL, MONDAY + timedelta(days=2.5)).status == "HTTP/1.1 404 Not Found"
    assert pages.at(URL.replace("/a", "/down"), MONDAY).status == "HTTP/1.1 503 Service Unavailable"


def test_who_asks_for_a_time_before_the_first_capture_is_told_which_there_are(shelf: Shelf, pages: Pages) -> None:
    shelf.put("w-1", warc.exchange(shelf.page("a")))
    shelf.put("w-2", warc.exchange(shelf.page("a", b"x", 1)), days=1)

    with pytest.raises(NoCaptureError) as told:
        pages.at(URL, MONDAY - timedelta(seconds=1))
    assert str(told.value) == (
        f"{URL} has no capture from 2026-03-02 11:59:59 UTC or before. "
        "There are (UTC): 2026-03-02 12:00:00, 2026-03-03 12:00:00."
    )
    crawl_it = r"Crawl it, or look for its URL with: scrapy export pages"
    with pytest.raises(NoCaptureError, match=crawl_it):
        pages.newest(URL)
    with pytest.raises(NoCaptureError, match=crawl_it):
        pages.at(URL + "b", MONDAY)


def test_captures_of_one_site_are_told_from_those_of_another(shelf: Shelf, rows: Rows) -> None:
    other = add_job(rows, "other.example")
    mine = shelf.page("a", b"mine")
    theirs = shelf.page("a", b"theirs", 0.1)
    theirs.site, theirs.site_id, theirs.job_id = "other.example", other.site_id, other.id
    shelf.put("w-1", warc.exchange(mine), warc.exchange(theirs))

    for site, body in (("example.com", b"mine"), ("other.example", b"theirs"), (None, b"theirs")):
        rows.execute("UPDATE job SET created_at = %s", [MONDAY])
        assert Pages(rows, shelf.archive, site).at(URL, MONDAY + timedelta(days=1)).body == body


def test_a_segment_without_an_index_is_read_itself(shelf: Shelf, pages: Pages) -> None:
    shelf.put("w-1", warc.exchange(shelf.page("a", b"found")), indexed=False)

    assert index_name("w-1.warc.gz") not in " ".join(shelf.archive.names("warc"))
    assert pages.at(URL, MONDAY).body == b"found"


def test_a_revisit_whose_bytes_are_gone_is_said(shelf: Shelf, pages: Pages) -> None:
    shelf.put("w-1", not_modified(shelf.page("a", b"same", 0.1), shelf.page("a", b"same")))

    with pytest.raises(ArchiveError, match=r"The bytes that https://example.com/a had at .* are not in the archive"):
        pages.at(URL, MONDAY + timedelta(days=1))
