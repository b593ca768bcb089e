"""Rows of what is erased, table by table."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from psycopg.types.json import Json

from pipelines import erase_rows, warc
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.wishes import Wish
from schemas.job import Job
from tests.support.erasing import SECRET, URL, body_at, erase, posting, version
from tests.support.shelf import MONDAY, Shelf
from tests.support.tables import Rows, add_job


@pytest.fixture
def shelf(tmp_path: Path, rows: Rows, job: Job) -> Shelf:
    return Shelf(Archive(ArchiveLocation((tmp_path / "archive").as_uri())), rows, job)


def test_what_shows_that_a_posting_is_closed_moves_with_its_segment_or_loses_its_place(shelf: Shelf) -> None:
    page, missing, old = shelf.page("a"), shelf.page("a", b"gone" * 99, 3, status=404), shelf.page("a", b"was" * 99, 1)
    me = shelf.page("me", SECRET)
    page_id = shelf.kept(page, "w-1")
    places = shelf.put("w-2", warc.exchange(old), warc.exchange(me), warc.exchange(missing), days=3)
    for number, place in enumerate((places[2], places[0])):
        said = {"status": 404, "archive": {"uri": place.uri, "offset": place.offset, "length": place.length}}
        closed = posting(shelf, page_id, str(number))
        shelf.rows.execute("UPDATE posting SET evidence = %s WHERE id = %s", [Json(said), closed])
        version(shelf, closed, page_id, page, places[2])
        data = "UPDATE posting_version SET data = %s WHERE posting_id = %s"
        shelf.rows.execute(data, [Json({"evidence": said}), closed])
    shelf.rows.execute("UPDATE page SET last_seen = %s", [MONDAY + timedelta(days=9)])

    erase(shelf, Wish(url=URL), Wish(url=page.url, before=MONDAY + timedelta(days=2)))

    for statement in (
        "SELECT evidence FROM posting ORDER BY id",
        "SELECT data->'evidence' AS evidence FROM posting_version ORDER BY posting_id",
    ):
        moved, lost = (row["evidence"] for row in shelf.rows.execute(statement.encode()).fetchall())
        assert body_at(shelf, {f"archive_{name}": value for name, value in moved["archive"].items()}) == missing.body
        assert lost == {"status": 404}


def test_a_group_of_which_one_posting_is_left_is_none(shelf: Shelf) -> None:
    me, other, third = (shelf.kept(shelf.page(path), f"w-{path}") for path in ("me", "b", "c"))
    postings = [posting(shelf, page, str(page)) for page in (me, other, third)]
    for members_of in (postings[:2], postings):
        shelf.rows.execute(
            "WITH made AS (INSERT INTO posting_group DEFAULT VALUES RETURNING id) INSERT INTO posting_group_member "
            "(group_id, posting_id, rule, score) SELECT made.id, one, 'text', 1 FROM made, unnest(%s::bigint[]) AS one",
            [members_of],
        )

    erase(shelf, Wish(url=URL))

    left = shelf.rows.execute("SELECT posting_id FROM posting_group_member ORDER BY 1").fetchall()
    assert [row["posting_id"] for row in left] == postings[1:]
    assert shelf.rows.execute("SELECT count(*) AS n FROM posting_group").fetchall() == [{"n": 1}]


def test_a_reading_of_the_archive_that_was_stopped_begins_anew(shelf: Shelf) -> None:
    me, other, away = shelf.page("me", SECRET), shelf.page("b"), shelf.page("c")
    (first, _) = shelf.put("w-1", warc.exchange(me), warc.exchange(other))
    (second,) = shelf.put("w-2", warc.exchange(away))
    shelf.row(me, first)
    stopped, others = add_job(shelf.rows), add_job(shelf.rows)
    for job_id, uri in ((stopped.id, first.uri), (stopped.id, second.uri), (others.id, second.uri)):
        shelf.rows.execute("INSERT INTO job_segment (job_id, uri, page_ids) VALUES (%s, %s, '{1}')", [job_id, uri])

    erase(shelf, Wish(url=URL))

    left = shelf.rows.execute("SELECT job_id FROM job_segment").fetchall()
    assert [row["job_id"] for row in left] == [others.id]


def test_every_table_that_points_at_what_goes_is_known(rows: Rows) -> None:
    found = rows.execute(
        "SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f' "
        "AND confrelid = ANY(ARRAY['page', 'posting', 'posting_group']::regclass[]) AND confdeltype <> 'c'"
    ).fetchall()
    assert {row["name"] for row in found} <= erase_rows.OF_PAGES.keys()


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("url_sha256", erase_rows.OF_PAGES.keys() | erase_rows.OF_WISHES.keys()),
        ("archive_uri", {statement.split()[1] for statement in erase_rows.MOVES}),
    ],
)
def test_every_table_that_names_urls_or_places_is_known(rows: Rows, column: str, known: set[str]) -> None:
    query = "SELECT table_name FROM information_schema.columns WHERE column_name = %s AND table_schema = 'public'"
    found = {row["table_name"] for row in rows.execute(query, [column])}

    assert found
    assert found <= known


def test_rows_that_move_are_found_by_indexes(rows: Rows) -> None:
    rows.execute("SET enable_seqscan = off")
    values = {"uri": "u", "offsets": [1], "uris": ["v"], "news": [2], "lengths": [3]}
    for statement in erase_rows.MOVES:
        plan = rows.execute(b"EXPLAIN " + statement.encode(), values).fetchall()
        assert "Seq Scan" not in "\n".join(line["QUERY PLAN"] for line in plan), statement
