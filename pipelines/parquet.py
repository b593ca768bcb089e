"""Rows into a Parquet file. Needs pyarrow, an extra."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Column

from pipelines.database import Row

_ROW_GROUP = 2000
# PostgreSQL's type numbers (pg_type.dat) that have a like in Parquet; anything else is written as text.
_TYPES = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    700: pa.float64(),
    701: pa.float64(),
    1009: pa.list_(pa.string()),
    1016: pa.list_(pa.int64()),
    1082: pa.date32(),
    1184: pa.timestamp("us", tz="UTC"),
}


def write_parquet(to: Path, columns: list[Column], rows: Iterable[Row]) -> int:
    """Write rows with their types: jsonb as JSON text, digests as hexadecimal digits.

    Returns:
        The number of rows.
    """
    schema = pa.schema([(column.name, _TYPES.get(column.type_code, pa.string())) for column in columns])
    texts = {column.name for column in columns if column.type_code not in _TYPES}
    count = 0
    remaining = iter(rows)
    with pq.ParquetWriter(to, schema) as writer:
        while batch := list(islice(remaining, _ROW_GROUP)):
            count += len(batch)
            values = [{k: _text(v) if k in texts else v for k, v in row.items()} for row in batch]
            writer.write_table(pa.Table.from_pylist(values, schema))
    return count


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    return orjson.dumps(value, default=str).decode() if isinstance(value, list | dict) else str(value)
