"""The tables, as pipelines see them: plain SQL that names few columns."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pipelines import postings_sql, rows, rows_sql
from pipelines.states import SET_STATES
from tests.control.conftest import Database

DIGEST = bytes(range(32))


def insert(database: Database, table: str, **values: Any) -> dict[str, Any]:
    """The row as it was stored."""
    names, marks = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    row = database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING *".encode(), values).fetchone()
    assert row is not None
    return row


def site(database: Database, slug: str = "acme") -> dict[str, Any]:
    return insert(database, "site", slug=slug, config=rows.json({"url": "https://acme.example/"}))


def job(database: Database, **values: Any) -> dict[str, Any]:
    site_id = values.pop("site_id", None) or site(database, f"site-{uuid4()}")["id"]
    return insert(database, "job", site_id=site_id, url="https://acme.example/", **values)


def page(database: Database, **values: Any) -> dict[str, Any]:
    of = values.pop("job", None) or job(database)
    known = {
        "site_id": of["site_id"],
        "job_id": of["id"],
        "url": "https://acme.example/",
        "url_sha256": DIGEST,
        "final_url": "https://acme.example/",
        "status": 200,
        "body_sha256": DIGEST,
        "body_bytes": 3,
        "archive_uri": "file:///a.warc.gz",
        "archive_offset": 0,
        "archive_length": 9,
    }
    return insert(database, "page", **known | values)


def posting(database: Database, **values: Any) -> dict[str, Any]:
    known = {
        "platform": "web",
        "tenant": "acme.example",
        "source_id": "1",
        "url": "https://acme.example/1",
        "title": "Baker",
        "content_sha256": DIGEST,
    }
    page_id = values.pop("page_id", None) or page(database)["id"]
    return insert(database, "posting", page_id=page_id, **known | values)


def is_now(moment: datetime) -> bool:
    return abs(datetime.now(UTC) - moment) < timedelta(minutes=5)


def test_a_site_needs_a_slug_and_a_config_only(database: Database) -> None:
    row = site(database)

    assert (row["ad_hoc"], row["schedule"], row["enabled"]) == (False, None, True)
    assert is_now(row["created_at"])
    assert is_now(row["updated_at"])


def test_a_job_needs_a_site_and_a_url_only(database: Database) -> None:
    row = job(database)

    assert (row["mode"], row["state"], row["stats"], row["owner"], row["error"]) == (
        "default",
        "pending",
        {},
        None,
        None,
    )
    assert row["id"].version == 4
    assert is_now(row["created_at"])
    assert (row["started_at"], row["completed_at"]) == (None, None)


def test_each_job_gets_the_next_number(database: Database) -> None:
    numbers = [job(database)["sequence"] for _ in range(3)]

    assert numbers == [1, 2, 3]


def test_a_page_needs_what_was_fetched_and_where_it_is(database: Database) -> None:
    row = page(database)

    assert (row["tier"], row["open_graph"], row["fence"], row["content_type"]) == ("direct", {}, [0, 0], "")
    assert (row["etag"], row["title"], row["canonical_url"]) == (None, None, None)
    assert is_now(row["fetched_at"])
    assert is_now(row["last_seen"])


def test_a_posting_needs_its_key_its_title_and_its_page(database: Database) -> None:
    row = posting(database)

    assert (row["status"], row["workplace_type"], row["salary"], row["fence"]) == ("open", None, None, [0, 0])
    assert (row["locations"], row["applicant_scope"], row["skills"], row["conflicts"]) == ([], [], [], [])
    assert (row["employment_types"], row["provenance"]) == ([], {})
    assert is_now(row["first_seen"])
    assert is_now(row["last_seen"])


def test_a_record_needs_its_site_its_key_and_its_data(database: Database) -> None:
    row = insert(database, "record", site_id=site(database)["id"], kind="book", key="1", data=rows.json({}))

    assert (row["page_id"], row["fence"]) == (None, [0, 0])
    assert is_now(row["first_seen"])
    assert is_now(row["last_seen"])


def test_a_rejected_record_needs_its_page_and_its_data(database: Database) -> None:
    row = insert(
        database,
        "rejected_record",
        page_id=page(database)["id"],
        kind="posting",
        data=rows.json({}),
        data_sha256=DIGEST,
    )

    assert row["problems"] == []
    assert is_now(row["first_seen"])
    assert is_now(row["last_seen"])


def test_a_dead_request_needs_its_job_its_url_and_its_cause(database: Database) -> None:
    row = insert(
        database,
        "dead_request",
        job_id=job(database)["id"],
        url="https://a.example/",
        url_sha256=DIGEST,
        cause="refused",
    )

    assert (row["attempts"], row["errors"], row["payload"]) == (1, [], None)
    assert is_now(row["died_at"])


def test_a_waiting_request_needs_its_job_its_host_and_itself(database: Database) -> None:
    row = insert(database, "waiting_request", job_id=job(database)["id"], host="a.example", payload=b"1")

    assert (row["priority"], row["fingerprint"], row["page"]) == (0, None, False)
    assert is_now(row["created_at"])


@pytest.mark.parametrize("state", ["pending", "running", "paused", "finishing", "completed", "failed", "cancelled"])
def test_a_job_takes_the_states_of_a_job(database: Database, state: str) -> None:
    assert job(database, state=state)["state"] == state


def test_words_that_nobody_knows_are_refused(database: Database) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="job_state_check"):
        job(database, state="finished")
    page_id = page(database)["id"]
    with pytest.raises(psycopg.errors.CheckViolation, match="posting_status_check"):
        posting(database, page_id=page_id, status="filled")
    with pytest.raises(psycopg.errors.CheckViolation, match="posting_workplace_type_check"):
        posting(database, page_id=page_id, workplace_type="office")


def test_natural_keys_are_unique(database: Database) -> None:
    first = page(database)
    record = {"page_id": first["id"], "kind": "posting", "data": rows.json({}), "data_sha256": DIGEST}
    text = {"body_sha256": DIGEST, "extractor": "1", "markdown": "# Hello"}
    posting(database, page_id=first["id"])
    insert(database, "rejected_record", **record)
    insert(database, "page_text", **text)
    item = {"site_id": first["site_id"], "kind": "book", "key": "1", "data": rows.json({})}
    insert(database, "record", **item)
    dead = {"job_id": first["job_id"], "url": "https://a.example/", "url_sha256": DIGEST, "cause": "refused"}
    insert(database, "dead_request", **dead)
    waiting = {"job_id": first["job_id"], "host": "a.example", "payload": b"1"}
    insert(database, "waiting_request", **waiting, fingerprint=7)
    for _ in range(2):
        insert(database, "waiting_request", **waiting)
    site(database)

    with pytest.raises(psycopg.errors.UniqueViolation, match="page_site_url_key"):
        page(database, job={"id": first["job_id"], "site_id": first["site_id"]})
    with pytest.raises(psycopg.errors.UniqueViolation, match="posting_key"):
        posting(database, page_id=first["id"])
    with pytest.raises(psycopg.errors.UniqueViolation, match="rejected_record_key"):
        insert(database, "rejected_record", **record)
    with pytest.raises(psycopg.errors.UniqueViolation, match="record_key"):
        insert(database, "record", **item)
    with pytest.raises(psycopg.errors.UniqueViolation, match="page_text_key"):
        insert(database, "page_text", **text)
    with pytest.raises(psycopg.errors.UniqueViolation, match="dead_request_key"):
        insert(database, "dead_request", **dead)
    with pytest.raises(psycopg.errors.UniqueViolation, match="waiting_request_key"):
        insert(database, "waiting_request", **waiting, fingerprint=7)
    with pytest.raises(psycopg.errors.UniqueViolation, match="site_slug_key"):
        site(database)


def test_an_older_fence_is_less_than_a_newer_one(database: Database) -> None:
    row = page(database, fence=[9, 1])
    compared = "SELECT fence <= %s::bigint[] AS passes FROM page WHERE id = %s"

    passes = [database.execute(compared, [fence, row["id"]]).fetchone() for fence in ([9, 1], [9, 2], [10, 0], [8, 5])]

    assert passes == [{"passes": True}, {"passes": True}, {"passes": True}, {"passes": False}]


def test_a_url_of_any_length_fits(database: Database) -> None:
    url = "https://acme.example/" + "".join(map(str, range(3000)))

    assert page(database, url=url, final_url=url)["url"] == url


def test_no_index_holds_a_url(database: Database) -> None:
    rows_found = database.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'").fetchall()

    assert not [row for row in rows_found if "url)" in row["indexdef"] or "url," in row["indexdef"]]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("site", "(slug)"),
        ("job", "(sequence)"),
        ("job", "(site_id, created_at DESC)"),
        ("page", "(site_id, url_sha256)"),
        ("page", "(body_sha256)"),
        ("page_text", "(body_sha256, extractor)"),
        ("posting", "(platform, tenant, source_id)"),
        ("posting", "(page_id)"),
        ("posting", "(status)"),
        ("posting", "(last_seen)"),
        ("posting_version", "(posting_id, content_sha256, seen_at)"),
        ("listing", "(job_id, url_sha256)"),
        ("listing", "(platform, tenant, url_sha256)"),
        ("record", "(site_id, kind, key)"),
        ("record", "(page_id)"),
        ("rejected_record", "(page_id, kind, data_sha256)"),
        ("dead_request", "(job_id, url_sha256)"),
        ("waiting_request", "(job_id, fingerprint)"),
        ("waiting_request", "(job_id, priority DESC, id)"),
    ],
)
def test_what_is_looked_up_has_an_index(database: Database, table: str, columns: str) -> None:
    found = database.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table]).fetchall()

    assert len([row for row in found if row["indexdef"].endswith(f"btree {columns}")]) == 1


@pytest.mark.parametrize(
    "statement",
    [
        *(
            rows_sql.PAGE,
            rows_sql.WALL,
            rows_sql.TEXT,
            rows_sql.RECORD,
            rows_sql.REJECTED,
            rows_sql.REJECTED_ITEM,
            rows_sql.JOB_STATS,
        ),
        *(postings_sql.FIRST, postings_sql.CHANGE, postings_sql.KNOWN, postings_sql.TOUCH, SET_STATES),
    ],
)
def test_what_the_pipelines_write_has_its_columns(database: Database, statement: str) -> None:
    named = dict.fromkeys(re.findall(r"%\((\w+)\)s", statement))

    database.execute(f"EXPLAIN {statement}".encode(), named)
