"""Rows into files: JSON lines, CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import Column
from psycopg.rows import dict_row

from pipelines.database import Row

_BATCH_ROWS = 2000
QUERIES = {
    "pages": "SELECT page.* FROM page WHERE %(job)s::uuid IS NULL OR page.job_id = %(job)s ORDER BY page.id",
    "texts": """
        SELECT page.url, page.body_sha256, page_text.markdown
        FROM page JOIN page_text ON page_text.body_sha256 = page.body_sha256 AND page_text.extractor = page.extractor
        WHERE %(job)s::uuid IS NULL OR page.job_id = %(job)s ORDER BY page.id""",
    "postings": """
        SELECT posting.* FROM posting JOIN page ON page.id = posting.page_id
        WHERE %(job)s::uuid IS NULL OR page.job_id = %(job)s ORDER BY posting.id""",
    # A record need not come from a page: its fence begins with the sequence of the job that saw it last.
    "records": """
        SELECT record.* FROM record
        WHERE %(job)s::uuid IS NULL OR record.fence[1] = (SELECT sequence FROM job WHERE id = %(job)s)
        ORDER BY record.id""",
}
FORMATS = (".jsonl", ".csv", ".parquet")


class ExportError(ValueError):
    """The rows cannot be written as asked."""


def export(connection: psycopg.Connection[Row], what: str, to: Path, job: UUID | None = None) -> int:
    """Write the rows of ``pages``, ``texts``, ``postings`` or ``records`` to a file, of a job or of all.

    Digests are written as hexadecimal digits, times as ISO 8601.

    Returns:
        The number of rows.

    Raises:
        ExportError: the format is unknown, or its library is missing.
    """
    if to.suffix not in FORMATS:
        raise ExportError(f"--to {to}: the name must end in {', '.join(FORMATS)}.")
    with connection.transaction(), connection.cursor(name="export", row_factory=dict_row) as cursor:
        cursor.itersize = _BATCH_ROWS
        cursor.execute(QUERIES[what].encode(), {"job": job})
        first = cursor.fetchmany(_BATCH_ROWS)
        return _writer(to.suffix)(to, list(cursor.description or []), chain(first, cursor))


def export_job(connection: psycopg.Connection[Row], job: UUID, folder: Path) -> None:
    """Write each kind of a job's rows into a folder, as JSON lines."""
    folder.mkdir(parents=True, exist_ok=True)
    for what in QUERIES:
        export(connection, what, folder / f"{what}.jsonl", job)


def _writer(suffix: str) -> Callable[[Path, list[Column], Iterable[Row]], int]:
    if suffix == ".parquet":
        try:
            from pipelines.parquet import write_parquet  # noqa: PLC0415 - pyarrow is an extra
        except ImportError:
            raise ExportError("Parquet needs pyarrow. Install it: pip install pyarrow") from None
        return write_parquet
    return _jsonl if suffix == ".jsonl" else _csv


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


def _jsonl(to: Path, _: list[Column], rows: Iterable[Row]) -> int:
    count = 0
    with to.open("wb") as file:
        for count, row in enumerate(rows, 1):  # noqa: B007 - the count is the result
            plain = {name: _value(value) for name, value in row.items()}
            file.write(orjson.dumps(plain, option=orjson.OPT_APPEND_NEWLINE))
    return count


def _csv(to: Path, columns: list[Column], rows: Iterable[Row]) -> int:
    count = 0
    with to.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [column.name for column in columns])
        writer.writeheader()
        for count, row in enumerate(rows, 1):  # noqa: B007 - the count is the result
            writer.writerow({name: _cell(_value(value)) for name, value in row.items()})
    return count


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value
