"""Whether a transaction was committed, where its connection broke before the server could say so.

Only counts need to know: rows are written once more, and are as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from pipelines.waiting import Batch
from schemas.job import JobStats

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]
_OWN = "SELECT EXISTS (SELECT FROM job WHERE id = ANY(%s) AND xmin = %s::text::xid8::xid)"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A transaction by its number, the jobs whose rows it has counted in, and what it has stored."""

    transaction: str
    jobs: list[UUID]
    stored: JobStats


async def doubt_of(cursor: Cursor, batch: Batch, stored: JobStats) -> Doubt | None:
    """Of the transaction that is under way; None where it counts nothing, and may as well be done once more."""
    jobs = list({waiting.job_id for waiting in batch if not waiting.leased})
    if not jobs:
        return None
    await cursor.execute("SELECT pg_current_xact_id()::text")
    row = await cursor.fetchone()
    assert row is not None  # a function call returns a row
    return Doubt(str(row[0]), jobs, stored)


async def status_of(cursor: Cursor, doubt: Doubt) -> str | None:
    """What became of a transaction: committed, aborted, or in progress; None where the server does not know it.

    A server that crashed may have forgotten a transaction that it had not written down, and gives its number to the
    next one. So that a number is committed tells nothing without the row of a job that the transaction has changed.
    Where somebody else has changed that row since, it is taken for lost: to count twice is the lesser evil.
    """
    try:
        await cursor.execute("SELECT pg_xact_status(%s::text::xid8)", [doubt.transaction])
    except psycopg.errors.InvalidParameterValue:
        # The number is still to come.
        return None
    row = await cursor.fetchone()
    status = row[0] if row else None
    return None if status == "committed" and not await _is_ours(cursor, doubt) else status


async def _is_ours(cursor: Cursor, doubt: Doubt) -> bool:
    await cursor.execute(_OWN, [doubt.jobs, doubt.transaction])
    row = await cursor.fetchone()
    return bool(row and row[0])
