"""Rows into files, or into objects of a store: JSON lines, CSV or Parquet, in constant memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import Column
from psycopg.rows import dict_row

from pipelines import destination
from pipelines.cells import cell, json_bytes, plain
from pipelines.database import Row
from pipelines.destination import DestinationError
from pipelines.location import ArchiveLocation

# A job's pages are found by its site: an index by jobs would have to be written with each page of each crawl.
_OF_JOB = """(%(job)s::uuid IS NULL
    OR page.job_id = %(job)s AND page.site_id = (SELECT site_id FROM job WHERE id = %(job)s))"""
TABLES = {
    "pages": f"SELECT page.* FROM page WHERE {_OF_JOB} ORDER BY page.id",  # noqa: S608 - made of this text
    "texts": f"""
        SELECT page.url, page.body_sha256, page_text.markdown
        FROM page JOIN page_text ON page_text.body_sha256 = page.body_sha256 AND page_text.extractor = page.extractor
        WHERE {_OF_JOB} ORDER BY page.id""",  # noqa: S608 - made of this text
    "postings": f"""
        SELECT posting.* FROM posting JOIN page ON page.id = posting.page_id
        WHERE {_OF_JOB} ORDER BY posting.id""",  # noqa: S608 - made of this text
    # A record need not come from a page: its fence begins with the sequence of the job that saw it last.
    "records": """
        SELECT record.* FROM record
        WHERE %(job)s::uuid IS NULL OR record.fence[1] = (SELECT sequence FROM job WHERE id = %(job)s)
        ORDER BY record.id""",
}
VIEWS = {
    name: f"SELECT * FROM {name} ORDER BY {order}"  # noqa: S608 - made of this module's own names
    for name, order in {
        "open_posting": "posting_id",
        "posting_once": "posting_id",
        "posting_salary": "posting_id",
        "posting_skill": "posting_id, source, skill",
        "salary_by_month": "month, currency",
    }.items()
}
"""Views of postings over all jobs, for analysts."""
QUERIES = TABLES | VIEWS
FORMATS = (".jsonl", ".csv", ".parquet")

_CHUNK_BYTES = 256 * 1024
_FETCH_BYTES = 4 * 1024 * 1024
_FETCH_ROWS = 1000
_FIRST_ROWS = 50

Chunks = Callable[[list[Column], Iterator[Row]], Iterator[bytes]]


class ExportError(ValueError):
    """The rows cannot be written as asked."""


def export(
    connection: psycopg.Connection[Row],
    what: str,
    to: str | Path,
    job: UUID | None = None,
    archive: ArchiveLocation | None = None,
) -> int:
    """Write the rows of one of ``QUERIES`` to a file or an object (see ``destination.write``), of a job or of all.

    Digests are written as hexadecimal digits, times as ISO 8601. What fails leaves nothing behind.

    Returns:
        The number of rows.

    Raises:
        ExportError: one sentence: the format is unknown, or its library is missing; it cannot be written there.
    """
    to = str(to)
    suffix = next((suffix for suffix in FORMATS if to.endswith(suffix)), None)
    if suffix is None:
        raise ExportError(f"--to {to}: the name must end in {', '.join(FORMATS)}.")
    if job and what in VIEWS:
        raise ExportError(f"--job: {what} is of all jobs. Leave it out.")
    chunks = _chunks(suffix)
    with connection.transaction(), connection.cursor(name="export", row_factory=dict_row) as cursor:
        cursor.execute(QUERIES[what].encode(), {"job": job})
        rows = _Rows(cursor)
        try:
            destination.write(to, chunks(list(cursor.description or []), rows.all()), archive)
        except DestinationError as error:
            raise ExportError(str(error)) from error
        return rows.count


def export_job(connection: psycopg.Connection[Row], job: UUID, folder: Path) -> None:
    """Write each kind of a job's rows into a folder, as JSON lines."""
    folder.mkdir(parents=True, exist_ok=True)
    for what in TABLES:
        export(connection, what, folder / f"{what}.jsonl", job)


class _Rows:
    """Rows as a cursor on the server gives them, so many at a time that they take about as much memory; counted."""

    def __init__(self, cursor: psycopg.ServerCursor[Row]) -> None:
        self._cursor = cursor
        self.count = 0

    def all(self) -> Iterator[Row]:
        number = _FIRST_ROWS
        while rows := self._cursor.fetchmany(number):
            size = sum(len(value) for row in rows for value in row.values() if isinstance(value, str | bytes))
            number = max(1, min(_FETCH_ROWS, len(rows) * _FETCH_BYTES // max(size, 1)))
            self.count += len(rows)
            yield from rows


def _chunks(suffix: str) -> Chunks:
    if suffix == ".parquet":
        try:
            from pipelines.parquet import parquet_chunks  # noqa: PLC0415 - pyarrow is an extra
        except ImportError:
            raise ExportError("Parquet needs pyarrow. Install it: pip install pyarrow") from None
        return parquet_chunks
    return _jsonl if suffix == ".jsonl" else _csv


def _jsonl(_: list[Column], rows: Iterator[Row]) -> Iterator[bytes]:
    chunk = bytearray()
    for row in rows:
        chunk += json_bytes({name: plain(value) for name, value in row.items()}) + b"\n"
        if len(chunk) >= _CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


def _csv(columns: list[Column], rows: Iterator[Row]) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column.name for column in columns])
    writer.writeheader()
    for row in rows:
        writer.writerow({name: cell(value) for name, value in row.items()})
        if text.tell() >= _CHUNK_BYTES:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
