"""Requests that nobody will try again, in the table ``dead_request``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg

from pipelines.cleaning import clean, clean_text, row_key
from pipelines.rows import json
from schemas.queued import DeadRequest

# Written again, it stays as it is: with the day on which it died. Somebody may have deleted the job meanwhile.
_BURY = """
INSERT INTO dead_request (job_id, url_sha256, url, cause, attempts, errors, payload)
SELECT id, %(url_sha256)s, %(url)s, %(cause)s, %(attempts)s, %(errors)s, %(payload)s FROM job WHERE id = %(job_id)s
ON CONFLICT (job_id, url_sha256) DO UPDATE SET cause = excluded.cause, attempts = excluded.attempts,
    errors = excluded.errors, payload = excluded.payload
"""
_EXHUME = """
DELETE FROM dead_request WHERE id IN (
    SELECT id FROM dead_request
    WHERE job_id = %(job_id)s AND payload IS NOT NULL
        AND (%(digests)s::bytea[] IS NULL OR url_sha256 = ANY(%(digests)s))
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING url, cause, attempts, errors, payload
"""
Connection = psycopg.AsyncConnection[Any]


async def bury(connection: Connection, job_id: UUID, requests: Iterable[DeadRequest]) -> None:
    """Write them down; a job has one row for each URL. The same once more changes nothing; of a job that is not in the
    table, nothing is written.

    Raises:
        psycopg.Error: none of them is written.
    """
    # Sorted: two that write the same rows in other orders would lock each other out.
    rows = sorted((_row(job_id, request) for request in requests), key=lambda row: row["url_sha256"])
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.executemany(_BURY, rows)


@asynccontextmanager
async def exhumed(
    connection: Connection, job_id: UUID, urls: Collection[str] | None = None, limit: int = 1000
) -> AsyncIterator[list[DeadRequest]]:
    """Take those back that can be queued again, of some URLs or of any: queue them within the block.

    They are gone from the table when the block has ended well, and stay where it raises.
    """
    digests = None if urls is None else [row_key(url) for url in urls]
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.execute(_EXHUME, {"job_id": job_id, "digests": digests, "limit": limit})
        yield [DeadRequest(*row) async for row in cursor]


def _row(job_id: UUID, request: DeadRequest) -> dict[str, Any]:
    url = clean_text(request.url)
    return {
        "job_id": job_id,
        "url_sha256": row_key(url),
        "url": url,
        "cause": clean_text(request.cause),
        "attempts": request.attempts,
        "errors": json(clean(request.errors)),
        "payload": request.payload,
    }
