"""Many rows by one statement: they travel as one JSON document, which PostgreSQL reads as a table.

That costs one plan for a batch, and a tenth of the processor time that binding each value of each row takes, here as
there. A table of this kind has no statistics and needs no name in the catalogue, as a temporary one would.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from json import dumps as any_size
from typing import Any, TypeVar

import orjson
import psycopg

DOCUMENT_BYTES = 8 << 20
"""About how much one statement is handed; PostgreSQL takes up to 1 GB, and reads it into memory as a whole."""

Row = Mapping[str, Any]
T = TypeVar("T")


def table(columns: Mapping[str, str]) -> str:
    """What stands after FROM: rows named ``new``, with the types of their columns, from the parameter ``rows``."""
    return f"json_to_recordset(%(rows)s::json) AS new({', '.join(f'{name} {kind}' for name, kind in columns.items())})"


async def run(cursor: psycopg.AsyncCursor[tuple[Any, ...]], statement: str, rows: Iterable[Row]) -> list[Any]:
    """Hand all rows to a statement over ``table``, and return what it returns. No two rows may have one key.

    Raises:
        psycopg.Error: PostgreSQL refused one of them.
        TypeError: one of them is no JSON.
    """
    returned: list[Any] = []
    for document in _documents(rows):
        await cursor.execute(statement.encode(), {"rows": document})
        if cursor.description:
            returned += await cursor.fetchall()
    return returned


def rounds(rows: Sequence[T], key: Callable[[T], Hashable]) -> Iterator[list[T]]:
    """Rows in lists in which no key comes twice: one statement changes no row twice. Their order is kept."""
    left = rows
    while left:
        first: dict[Hashable, T] = {}
        later = [row for row in left if first.setdefault(key(row), row) is not row]
        yield list(first.values())
        left = later


def dumped(value: Any, option: int = orjson.OPT_NON_STR_KEYS, plain: Callable[[Any], Any] = str) -> bytes:
    """A value as JSON; ``plain`` makes something of what JSON does not know."""
    try:
        return orjson.dumps(value, default=plain, option=option)
    except orjson.JSONEncodeError:
        # A number of more than 64 bits, which PostgreSQL takes.
        return any_size(value, default=plain, sort_keys=True).encode()


def _documents(rows: Iterable[Row]) -> Iterator[str]:
    parts: list[bytes] = []
    size = 0
    for row in rows:
        part = dumped(row, plain=_value)
        if parts and size + len(part) > DOCUMENT_BYTES:
            yield _document(parts)
            parts, size = [], 0
        parts.append(part)
        size += len(part)
    if parts:
        yield _document(parts)


def _document(parts: list[bytes]) -> str:
    return (b"[" + b",".join(parts) + b"]").decode()


def _value(value: Any) -> Any:
    """Bytes as PostgreSQL reads ``bytea``; anything else as ``json`` of ``rows`` has it."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
