"""Postings that a page has shown to an older extractor, and does not show to this one, by the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from extractors import EXTRACTOR
from pipelines.database import connect_async
from pipelines.states import Change, set_states
from schemas.lifecycle import CloseReason

BATCH = 500

_MISSING = """
SELECT posting.id, posting.title, posting.url, posting.fence, page.id AS page_id, page.url AS page_url,
    page.archive_uri, page.archive_offset, page.archive_length
FROM posting JOIN page ON page.id = posting.page_id
WHERE posting.id > %(after)s AND posting.fence = page.fence AND posting.closed_at IS NULL
    AND page.extractor = %(extractor)s AND page.status = 200
    AND posting.id IN (SELECT unnest(missing) FROM job_segment WHERE job_id = %(job)s)
ORDER BY posting.id LIMIT %(batch)s
"""
"""Those of a job that no other page has shown meanwhile, and no newer crawl."""


async def withdraw(database_url: str, job: UUID) -> tuple[int, str]:
    """Close the postings that a job of mode ``archive`` did not find again: how many, and a sentence about the first.

    They are closed as of now, by a reason of their own, and are open again as soon as a page shows them.

    Raises:
        psycopg.Error: PostgreSQL refused it, or is away.
    """
    count, first, after = 0, "", 0
    async with await connect_async(database_url) as connection:
        while rows := await _batch(connection, job, after):
            async with connection.transaction(), connection.cursor() as cursor:
                count += await set_states(cursor, [_change(job, row) for row in rows])
            first = first or f"{rows[0]['page_url']} does not show “{rows[0]['title']}” to {EXTRACTOR}."
            after = rows[-1]["id"]
    return count, first


async def _batch(connection: psycopg.AsyncConnection[Any], job: UUID, after: int) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_MISSING, {"job": job, "after": after, "extractor": EXTRACTOR, "batch": BATCH})
        return await cursor.fetchall()


def _change(job: UUID, row: dict[str, Any]) -> Change:
    reason = CloseReason.WITHDRAWN
    archive = {name: row[f"archive_{name}"] for name in ("uri", "offset", "length")}
    shown = {"job": str(job), "page": row["page_id"], "url": row["page_url"], "extractor": EXTRACTOR}
    evidence = shown | {"archive": archive, "reason": reason}
    fence = row["fence"][0], row["fence"][1]
    return Change(row["id"], "closed", reason, evidence, datetime.now(UTC), fence, row["page_id"])
