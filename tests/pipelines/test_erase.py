"""What is erased is in no object and no row; what stays reads as before, wherever its bytes were."""

from __future__ import annotations

from datetime import UTC, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Json

from pipelines import warc
from pipelines.erase import Erased, Eraser, settle
from pipelines.failures import ArchiveError
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.wishes import Wish
from schemas.addresses import url_sha256
from schemas.job import Job
from tests.support.erasing import (
    SECRET,
    TODAY,
    URL,
    body_at,
    check,
    erase,
    objects,
    posting,
    row_of,
    rows_have_their_bytes,
    unpacked,
    version,
)
from tests.support.s3 import S3
from tests.support.shelf import MONDAY, Shelf, duplicate, not_modified
from tests.support.tables import Rows, add_job


@pytest.fixture
def location(tmp_path: Path) -> ArchiveLocation:
    return ArchiveLocation((tmp_path / "archive").as_uri())


@pytest.fixture
def shelf(location: ArchiveLocation, rows: Rows, job: Job) -> Shelf:
    return Shelf(Archive(location), rows, job)


@pytest.mark.parametrize("store", ["file", "s3"])
def test_a_page_is_in_no_object_and_no_row_and_all_else_reads_as_before(
    store: str, shelf: Shelf, s3: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if store == "s3":
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        shelf.archive = Archive(ArchiveLocation(f"s3://{s3.bucket}/erase", s3.endpoint_url, s3.region))
    me, other, again = shelf.page("me", SECRET), shelf.page("other"), shelf.page("me", b"changed" * 99, 3)
    _, there = shelf.put("w-1", warc.exchange(me), warc.exchange(other))
    shelf.put("w-2", not_modified(shelf.page("me", SECRET, 1), me), days=1)
    (here,) = shelf.put("w-3", warc.exchange(again), days=3)
    untouched = shelf.kept(shelf.page("third"), "w-4", days=3)
    page_id = shelf.row(again, here)
    shelf.row(other, there)
    old = posting(shelf, page_id, "1")
    version(shelf, old, page_id, again, here)
    kept = posting(shelf, untouched, "2")
    for text in (me.body_sha256, again.body_sha256, other.body_sha256):
        shelf.rows.execute("INSERT INTO page_text VALUES (DEFAULT, %s, '1', 'text')", [text])
    for url in (URL, other.url):
        statement = "INSERT INTO dead_request (job_id, url, url_sha256, cause) VALUES (%s, %s, %s, 'refused')"
        shelf.rows.execute(statement, [shelf.job.id, url, url_sha256(url)])

    done = erase(shelf, Wish(url=URL))

    assert done.captures == 3
    assert (done.rewritten, done.removed) == (1, 2)
    assert done.bytes_after < done.bytes_before
    assert dict(done.rows) == {"page": 1, "posting": 1, "posting_version": 1, "page_text": 2, "dead_request": 1}
    everything = unpacked(shelf.archive)
    for gone in (SECRET, b"changed", b"example.com/me", b"GET /me"):
        assert gone not in everything
    assert [name.split("-")[1][:1] for name in objects(shelf.archive)] == ["1", "1", "4", "4"]
    assert shelf.rows.execute("SELECT id FROM posting").fetchall() == [{"id": kept}]
    check(shelf, tmp_path)
    assert not shelf.rows.execute("SELECT FROM archive_move").fetchall()
    assert erase(shelf, Wish(url=URL)) == Erased()


def test_a_body_that_others_refer_to_becomes_that_of_the_oldest_of_them(shelf: Shelf, tmp_path: Path) -> None:
    me, twin, third = shelf.page("me", SECRET), shelf.page("twin", SECRET, 1), shelf.page("third", SECRET, 2)
    twin.headers = [("Content-Type", "text/html"), ("X-Own", "twin")]
    (mine,) = shelf.put("w-1", warc.exchange(me))
    shelf.put("w-2", duplicate(twin, me), warc.exchange(shelf.page("x", days=1)), days=1)
    shelf.put("w-3", duplicate(third, me), days=2)
    shelf.put("w-4", not_modified(shelf.page("twin", SECRET, 3), twin), days=3)
    for page in (me, twin, third):
        shelf.row(page, mine)

    done = erase(shelf, Wish(url=URL))

    assert (done.captures, done.rewritten, done.removed) == (1, 2, 1)
    rows = [row_of(shelf, path) for path in ("twin", "third")]
    assert rows[0]["archive_uri"] == rows[1]["archive_uri"] != mine.uri
    member = shelf.archive.read(*(rows[0][f"archive_{name}"] for name in ("uri", "offset", "length")))
    _, headers, body = warc.read_http(member)
    assert (body, headers[1]) == (SECRET, ("X-Own", "twin"))
    assert rows[0]["fetched_at"] == twin.fetched_at
    assert b"example.com/me" not in unpacked(shelf.archive)
    assert b"WARC-Refers-To-Target-URI: https://example.com/twin" in unpacked(shelf.archive)
    check(shelf, tmp_path)


def test_where_another_record_has_the_body_that_one_is_referred_to(shelf: Shelf, tmp_path: Path) -> None:
    me, twin, third = shelf.page("me", SECRET), shelf.page("twin", SECRET, 1), shelf.page("third", SECRET, 2)
    (mine,) = shelf.put("w-1", warc.exchange(me))
    (its,) = shelf.put("w-2", warc.exchange(twin), days=1)
    shelf.put("w-3", duplicate(third, me), days=2)
    shelf.row(twin, its)
    shelf.row(third, mine)

    erase(shelf, Wish(url=URL))

    third_row = row_of(shelf, "third")
    assert (third_row["archive_uri"], third_row["archive_offset"]) == (its.uri, its.offset)
    assert b"example.com/me" not in unpacked(shelf.archive)
    check(shelf, tmp_path)


def test_a_row_whose_bytes_nobody_else_has_gets_a_record_of_its_own(shelf: Shelf, tmp_path: Path) -> None:
    me, twin = shelf.page("me", SECRET), shelf.page("twin", SECRET, 1)
    (mine,) = shelf.put("w-1", warc.exchange(me))
    shelf.row(me, mine)
    shelf.row(twin, mine)

    done = erase(shelf, Wish(url=URL))

    assert (done.rewritten, done.removed) == (1, 0)
    assert b"example.com/me" not in unpacked(shelf.archive)
    check(shelf, tmp_path)
    assert body_at(shelf, row_of(shelf, "twin")) == SECRET


def test_what_is_older_than_a_date_goes_and_the_page_stays_as_it_was_seen_last(shelf: Shelf, tmp_path: Path) -> None:
    first, stays, gone = shelf.page("a", SECRET), shelf.page("stays", b"stays" * 99), shelf.page("gone", b"gone" * 99)
    places = shelf.put("w-1", warc.exchange(first), warc.exchange(stays), warc.exchange(gone))
    now = shelf.page("a", b"now" * 99, 5)
    later = not_modified(shelf.page("stays", stays.body, 5), stays)
    (here, _) = shelf.put("w-2", warc.exchange(now), later, days=5)
    page_id = shelf.row(now, here)
    shelf.row(stays, places[1], last_seen=MONDAY + timedelta(days=5))
    shelf.row(gone, places[2])
    job = posting(shelf, page_id, "1")
    version(shelf, job, page_id, first, places[0])
    version(shelf, job, page_id, now, here)
    only = posting(shelf, page_id, "2")
    version(shelf, only, page_id, first, places[0])

    done = erase(shelf, Wish("example.com", before=MONDAY + timedelta(days=2)))

    assert (done.captures, done.rewritten, done.removed) == (3, 1, 1)
    assert dict(done.rows) == {"page": 1, "posting_version": 1}
    assert {row["url"].rpartition("/")[2] for row in shelf.rows.execute("SELECT url FROM page")} == {"a", "stays"}
    row = row_of(shelf, "stays")
    assert row["fetched_at"] == MONDAY + timedelta(days=5)
    head = warc.read_http(shelf.archive.read(*(row[f"archive_{name}"] for name in ("uri", "offset", "length"))))
    assert (head[0], head[2]) == ("HTTP/1.1 200 OK", stays.body)
    versions = shelf.rows.execute("SELECT * FROM posting_version ORDER BY posting_id").fetchall()
    assert [row["posting_id"] for row in versions] == [job, only]
    # The one posting's last change was before: what its page shows now is the same posting.
    assert [sha256(body_at(shelf, row)).digest() for row in versions] == [now.body_sha256] * 2
    assert SECRET not in unpacked(shelf.archive)
    check(shelf, tmp_path)


def test_all_of_a_site_goes_and_nothing_of_another(shelf: Shelf, tmp_path: Path) -> None:
    other = add_job(shelf.rows, "other.example")
    theirs = shelf.page("theirs", job=other)
    _, there = shelf.put("w-1", warc.exchange(shelf.page("me", SECRET)), warc.exchange(theirs))
    shelf.row(theirs, there)
    for number in range(3):
        shelf.kept(shelf.page(f"own-{number}"), f"w-{number + 2}")
    for job in (shelf.job, other):
        record = "INSERT INTO record (site_id, kind, key, data) VALUES (%s, 'x', 'k', '{}')"
        shelf.rows.execute(record, [job.site_id])
        waiting = "INSERT INTO waiting_request (job_id, payload, host) VALUES (%s, 'x', 'h')"
        shelf.rows.execute(waiting, [job.id])

    done = erase(shelf, Wish("example.com"))

    assert (done.captures, done.rewritten, done.removed) == (4, 1, 3)
    assert dict(done.rows) == {"page": 3, "record": 1, "waiting_request": 1}
    assert b"example.com/" not in unpacked(shelf.archive)
    assert len(objects(shelf.archive)) == 2
    assert shelf.rows.execute("SELECT count(*) AS n FROM waiting_request").fetchone() == {"n": 1}
    check(shelf, tmp_path)


def test_evidence_goes_with_its_page_and_moves_with_its_segment(shelf: Shelf, tmp_path: Path) -> None:
    good, wall = shelf.page("a"), shelf.page("a", SECRET, 1, status=403)
    other, its = shelf.page("b", days=1), shelf.page("b", b"blocked" * 99, 1, status=403)
    (place,) = shelf.put("w-1", warc.exchange(good))
    walls = shelf.put("w-2", warc.exchange(wall), warc.exchange(its), warc.exchange(other), days=1)
    for page, where, evidence in ((good, place, walls[0]), (other, walls[2], walls[1])):
        said: dict[str, Any] = {"fetched_at": wall.fetched_at.isoformat(), "archive_uri": evidence.uri}
        said |= {"archive_offset": evidence.offset, "archive_length": evidence.length}
        shelf.row(page, where, last_seen=MONDAY + timedelta(days=9))
        shelf.rows.execute("UPDATE page SET wall = %s WHERE url = %s", [Json(said), page.url])

    done = erase(shelf, Wish(url="https://example.com/a", before=MONDAY + timedelta(days=2)))

    assert done.rows["page.wall"] == 1
    assert row_of(shelf, "a")["wall"] is None
    moved = row_of(shelf, "b")["wall"]
    assert body_at(shelf, moved) == its.body
    assert SECRET not in unpacked(shelf.archive)
    check(shelf, tmp_path)


class Failing(Archive):
    """An archive that gives up after so many objects were written, or at the first that is to be deleted."""

    def __init__(self, location: ArchiveLocation, writes: int) -> None:
        super().__init__(location)
        self.writes = writes

    def replace(self, uri: str, data: bytes) -> None:
        self.writes -= 1
        if self.writes < 0:
            raise ArchiveError("The archive is full.")
        super().replace(uri, data)

    def delete(self, uri: str) -> None:
        raise ArchiveError(f"The archive went away at {uri}.")


@pytest.mark.parametrize("writes", [0, 1, 2, 3, 99])
def test_an_erasure_that_was_cut_off_leaves_nothing_behind(
    writes: int, shelf: Shelf, location: ArchiveLocation, tmp_path: Path
) -> None:
    me, other, more = shelf.page("me", SECRET), shelf.page("other"), shelf.page("more", days=1)
    mine, there = shelf.put("w-1", warc.exchange(me), warc.exchange(other))
    _, further = shelf.put("w-2", not_modified(shelf.page("me", SECRET, 1), me), warc.exchange(more), days=1)
    for page, place in ((me, mine), (other, there), (more, further)):
        shelf.row(page, place)
    before = objects(shelf.archive)

    with pytest.raises(ArchiveError):
        erase(shelf, Wish(url=URL), archive=Failing(location, writes))

    rows_have_their_bytes(shelf)
    assert settle(shelf.rows, shelf.archive) > 0
    check(shelf, tmp_path)
    if writes < 4:
        assert objects(shelf.archive) == before
        erase(shelf, Wish(url=URL))
    assert SECRET not in unpacked(shelf.archive)
    assert len(objects(shelf.archive)) == 4
    check(shelf, tmp_path)


def test_a_rehearsal_counts_and_changes_nothing(shelf: Shelf) -> None:
    shelf.kept(shelf.page("me", SECRET), "w-1")
    before = objects(shelf.archive)
    eraser = Eraser(shelf.rows, shelf.archive, [Wish(url=URL)], MONDAY.date(), TODAY)

    told = eraser.rehearse(eraser.plan())

    assert (told.captures, told.rewritten, dict(told.rows)) == (1, 1, {"page": 1})
    assert objects(shelf.archive) == before
    assert row_of(shelf, "me")


def test_wishes_know_their_captures() -> None:
    when = MONDAY.astimezone(UTC)
    wish = Wish("example.com", "https://example.com/?b=1&a=2", when)
    assert wish.meets("example.com", "https://example.com/?a=2&b=1", "20260302115959")
    assert not wish.meets("example.com", "https://example.com/?a=2&b=1", "20260302120000")
    assert not wish.meets("other.example", "https://example.com/?a=2&b=1", "20260302115959")
    assert not wish.meets("example.com", "https://example.com/?a=2", "20260302115959")
