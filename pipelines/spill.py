"""Requests for which the frontier has no room, in the table ``waiting_request``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg

from pipelines.cleaning import clean_text
from schemas.queued import WaitingRequest

# Sorted: two that write the same rows in other orders would lock each other out.
_SPILL = """
INSERT INTO waiting_request (job_id, payload, host, priority, fingerprint, page)
SELECT %(job_id)s, payload, host, priority, fingerprint, page FROM unnest(
    %(payloads)s::bytea[], %(hosts)s::text[], %(priorities)s::bigint[], %(fingerprints)s::bigint[], %(pages)s::boolean[]
) AS entry (payload, host, priority, fingerprint, page) ORDER BY fingerprint
ON CONFLICT (job_id, fingerprint) DO NOTHING
"""
_TAKE = """
SELECT id, payload, host, priority, fingerprint, page FROM waiting_request
WHERE job_id = %s ORDER BY priority DESC, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
Connection = psycopg.AsyncConnection[Any]


async def spill(connection: Connection, job_id: UUID, requests: Sequence[WaitingRequest]) -> int:
    """Write them down, and return how many are new: a job has each fingerprint once.

    Raises:
        psycopg.Error: none of them is written, or all, where the connection broke at the end. Those with a fingerprint
            may be written again.
    """
    values = {
        "job_id": job_id,
        "payloads": [request.payload for request in requests],
        "hosts": [clean_text(request.host) for request in requests],
        "priorities": [request.priority for request in requests],
        "fingerprints": [request.fingerprint for request in requests],
        "pages": [request.page for request in requests],
    }
    return (await connection.execute(_SPILL, values)).rowcount


@asynccontextmanager
async def take(connection: Connection, job_id: UUID, limit: int) -> AsyncIterator[list[WaitingRequest]]:
    """Take the first ones back, the highest priorities before others: queue them within the block.

    They are gone from the table when the block has ended well, and stay where it raises. Nobody else is handed them
    meanwhile. Where the connection breaks at the end, they stay although they are queued: who queues by fingerprint has
    them once.
    """
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.execute(_TAKE, [job_id, limit])
        rows = await cursor.fetchall()
        yield [WaitingRequest(*row[1:]) for row in rows]
        await cursor.execute("DELETE FROM waiting_request WHERE id = ANY(%s)", [[row[0] for row in rows]])


async def left(connection: Connection, job_id: UUID) -> int:
    """How many wait."""
    counted = await connection.execute("SELECT count(*) FROM waiting_request WHERE job_id = %s", [job_id])
    row = await counted.fetchone()
    return int(row[0]) if row else 0


async def discard(connection: Connection, job_id: UUID) -> None:
    """Forget those of a job that is over."""
    await connection.execute("DELETE FROM waiting_request WHERE job_id = %s", [job_id])
