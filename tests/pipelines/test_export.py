"""Rows as files: each format, with every type that a table has."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.database import connect
from pipelines.export import QUERIES, TABLES, ExportError, export, export_job
from schemas.job import Job
from schemas.page import PageMetadata
from tests.support.pages import MOMENT, make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import posting, text, write

READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    ".jsonl": lambda file: [json.loads(line) for line in file.read_text().splitlines()],
    ".csv": lambda file: list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline=""))),
    ".parquet": lambda file: pq.read_table(file).to_pylist(),
}
TITLE = 'Café, "quoted"; two\r\nlines \N{GRINNING FACE}'
formats = pytest.mark.parametrize("suffix", READERS)


@pytest.fixture
def filled(tables_url: str, rows: Rows, job: Job) -> psycopg.Connection[dict[str, Any]]:
    """A database with a page, its text, a posting and a record of ``job``, and a page and a record of another job."""
    metadata = PageMetadata(title=TITLE, open_graph={"type": "website"})
    records = [
        posting(salary={"min": "10.5", "currency": "EUR"}, employment_types=["INTERN"], date_posted=MOMENT,
                date_precision="day"),
        text("# Heading"),
    ]  # fmt: skip
    other = add_job(rows, "other.example")
    write(tables_url, make_page(job=job, metadata=metadata, records=records))
    write(tables_url, make_page("https://other.example/", job=other, body=b"other"))
    for each in (job, other):
        rows.execute(
            "INSERT INTO record (site_id, kind, key, data, fence) VALUES (%s, 'book', '1', '{\"pages\": 7}', %s)",
            [each.site_id, [each.sequence, 1]],
        )
    return rows


def read(connection: psycopg.Connection[Any], what: str, to: Path, job: Job | None = None) -> list[dict[str, Any]]:
    count = export(connection, what, to, job.id if job else None)
    found = READERS[to.suffix](to)
    assert len(found) == count
    return found


def columns(connection: psycopg.Connection[Any], table: str) -> list[str]:
    return [column.name for column in connection.execute(f"SELECT * FROM {table}".encode()).description or []]


@formats
def test_a_job_gets_its_own_rows_and_no_job_gets_all(filled: Any, job: Job, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"pages{suffix}"

    assert [row["url"] for row in read(filled, "pages", file, job)] == ["https://example.com/"]
    assert [row["url"] for row in read(filled, "pages", file)] == ["https://example.com/", "https://other.example/"]


@formats
@pytest.mark.parametrize("what", QUERIES)
def test_an_empty_table_makes_a_sound_file(rows: Rows, tmp_path: Path, suffix: str, what: str) -> None:
    assert read(rows, what, tmp_path / f"empty{suffix}") == []


@formats
@pytest.mark.parametrize(("what", "table"), [("pages", "page"), ("postings", "posting"), ("records", "record")])
def test_every_column_is_there_in_its_order(filled: Any, tmp_path: Path, suffix: str, what: str, table: str) -> None:
    assert list(read(filled, what, tmp_path / f"all{suffix}")[0]) == columns(filled, table)


@formats
def test_a_text_stands_with_its_page(filled: Any, job: Job, tmp_path: Path, suffix: str) -> None:
    (row,) = read(filled, "texts", tmp_path / f"texts{suffix}", job)

    digest = make_page().body_sha256.hex()
    assert row == {"url": "https://example.com/", "body_sha256": digest, "markdown": "# Heading"}


@formats
def test_a_record_belongs_to_the_job_that_saw_it_last(filled: Any, job: Job, tmp_path: Path, suffix: str) -> None:
    (record,) = read(filled, "records", tmp_path / f"records{suffix}", job)

    assert record["key"] == "1"
    assert record["data"] == ({"pages": 7} if suffix == ".jsonl" else '{"pages":7}')
    assert len(read(filled, "records", tmp_path / f"all{suffix}")) == 2


@formats
def test_texts_of_every_kind_come_through(filled: Any, job: Job, tmp_path: Path, suffix: str) -> None:
    assert [row["title"] for row in read(filled, "pages", tmp_path / f"pages{suffix}", job)] == [TITLE]


def test_types_in_json_lines(filled: Any, job: Job, tmp_path: Path) -> None:
    (page,) = read(filled, "pages", tmp_path / "pages.jsonl", job)
    (found,) = read(filled, "postings", tmp_path / "postings.jsonl", job)

    assert (page["status"], page["description"], page["open_graph"]) == (200, None, {"type": "website"})
    assert page["fetched_at"] == "2026-03-02T12:30:15.123456+00:00"
    assert (page["job_id"], page["fence"]) == (str(job.id), [job.sequence, 1])
    assert page["body_sha256"] == make_page().body_sha256.hex()
    assert (found["salary"]["min"], found["employment_types"], found["locations"]) == (10.5, ["INTERN"], [])


def test_types_in_csv(filled: Any, job: Job, tmp_path: Path) -> None:
    (page,) = read(filled, "pages", tmp_path / "pages.csv", job)

    assert (page["status"], page["description"], page["open_graph"]) == ("200", "", '{"type":"website"}')
    assert page["fetched_at"] == "2026-03-02T12:30:15.123456+00:00"
    assert page["fence"] == f"[{job.sequence},1]"


def test_types_in_parquet(filled: Any, job: Job, tmp_path: Path) -> None:
    (page,) = read(filled, "pages", tmp_path / "pages.parquet", job)
    (found,) = read(filled, "postings", tmp_path / "postings.parquet", job)
    schema = pq.read_schema(tmp_path / "pages.parquet")

    assert page["fetched_at"] == datetime(2026, 3, 2, 12, 30, 15, 123456, tzinfo=UTC)
    assert (page["status"], page["body_bytes"], page["description"]) == (200, len(make_page().body), None)
    assert (page["job_id"], page["fence"]) == (str(job.id), [job.sequence, 1])
    assert (page["open_graph"], found["employment_types"]) == ('{"type":"website"}', ["INTERN"])
    assert json.loads(found["salary"])["min"] == 10.5
    assert schema.field("status").type == pa.int64()
    assert schema.field("fetched_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("body_sha256").type == pa.string()


@formats
def test_more_rows_than_one_batch(tables_url: str, rows: Rows, job: Job, tmp_path: Path, suffix: str) -> None:
    copy = """
        INSERT INTO page (site_id, url_sha256, url, job_id, final_url, status, body_sha256, body_bytes, archive_uri,
            archive_offset, archive_length)
        SELECT %s, sha256(n::text::bytea), n::text, %s, '', 200, '', 0, '', 0, 0 FROM generate_series(1, 4500) n
    """
    rows.execute(copy, [job.site_id, job.id])

    found = read(rows, "pages", tmp_path / f"pages{suffix}")

    assert [row["url"] for row in found] == [str(number) for number in range(1, 4501)]


def test_another_format_is_refused(rows: Rows, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"pages\.xlsx: the name must end in \.jsonl, \.csv, \.parquet\."):
        export(rows, "pages", tmp_path / "pages.xlsx")

    assert not list(tmp_path.iterdir())


def test_a_jobs_folder_gets_a_file_for_each_kind(filled: Any, job: Job, tmp_path: Path) -> None:
    export_job(filled, job.id, tmp_path / "new" / "folder")

    counts = {file.name: len(READERS[".jsonl"](file)) for file in (tmp_path / "new" / "folder").iterdir()}
    assert counts == {f"{what}.jsonl": 1 for what in TABLES}


def test_a_command_s_own_connection_will_do(filled: Any, tables_url: str, tmp_path: Path) -> None:
    with connect(tables_url) as connection:
        assert len(read(connection, "pages", tmp_path / "pages.jsonl")) == 2
