"""Whether a transaction was committed, where its connection broke before the server could say so."""

from __future__ import annotations

from typing import Any

import psycopg

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]


async def transaction_id(cursor: Cursor) -> str:
    """By which ``status_of`` finds the transaction again that is under way."""
    await cursor.execute("SELECT pg_current_xact_id()::text")
    row = await cursor.fetchone()
    assert row is not None  # a function call returns a row
    return str(row[0])


async def status_of(cursor: Cursor, transaction: str) -> str | None:
    """What became of a transaction: committed, aborted, or in progress; None where it is too long ago."""
    await cursor.execute("SELECT pg_xact_status(%s::text::xid8)", [transaction])
    row = await cursor.fetchone()
    return row[0] if row else None
