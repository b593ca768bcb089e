"""Rows as the bytes of a Parquet file, as they come. Needs pyarrow, an extra."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Column

from pipelines.cells import cell
from pipelines.database import Row

if TYPE_CHECKING:
    from typing_extensions import Buffer

_GROUP_ROWS = 10_000
_GROUP_CHARACTERS = 4 * 1024 * 1024
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


def parquet_chunks(columns: list[Column], rows: Iterator[Row]) -> Iterator[bytes]:
    """The bytes of a file with the rows and their types: jsonb as JSON text, digests as hexadecimal digits."""
    schema = pa.schema([(column.name, _TYPES.get(column.type_code, pa.string())) for column in columns])
    texts = {column.name for column in columns if column.type_code not in _TYPES}
    sink = _Sink()
    with pq.ParquetWriter(sink, schema) as writer:
        for group in _groups(rows, texts):
            writer.write_table(pa.Table.from_pylist(group, schema))
            yield sink.taken()
    yield sink.taken()


def _groups(rows: Iterator[Row], texts: set[str]) -> Iterator[list[Row]]:
    """Rows of one group: so many that their texts fill some megabytes."""
    group: list[Row] = []
    size = 0
    for row in rows:
        values = {name: _text(value) if name in texts else value for name, value in row.items()}
        size += sum(len(values[name] or "") for name in texts)
        group.append(values)
        if size >= _GROUP_CHARACTERS or len(group) >= _GROUP_ROWS:
            yield group
            group, size = [], 0
    if group:
        yield group


class _Sink(io.RawIOBase):
    """Takes what is written, and gives it away."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        """It is there for that."""
        return True

    def tell(self) -> int:
        """How much was written in all."""
        return self._written

    def write(self, data: Buffer) -> int:
        """Keep it until it is taken."""
        self._waiting.append(bytes(data))
        self._written += len(self._waiting[-1])
        return len(self._waiting[-1])

    def taken(self) -> bytes:
        """What was written since."""
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


def _text(value: Any) -> str | None:
    return None if value is None else str(cell(value))
