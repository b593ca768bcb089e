"""What state postings are in, apart from what they say: each change with its evidence, and a version that has both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg

from pipelines.postings_sql import VERSION
from schemas.page import Fence

_OVER = "told.status IN ('closed', 'expired')"
SET_STATES = f"""
WITH told AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(statuses)s::text[], %(reasons)s::text[], %(evidence)s::jsonb[],
        %(moments)s::timestamptz[], %(jobs)s::bigint[], %(deliveries)s::bigint[], %(page_ids)s::bigint[])
    AS told (id, status, reason, evidence, moment, job, delivery, page_id)
), locked AS (
    SELECT posting.id FROM posting JOIN told USING (id)
    WHERE posting.fence <= ARRAY[told.job, told.delivery] AND posting.status <> told.status
    ORDER BY posting.id FOR UPDATE OF posting
), changed AS (
    UPDATE posting SET status = told.status, close_reason = told.reason, fence = ARRAY[told.job, told.delivery],
        closed_at = CASE WHEN {_OVER} THEN told.moment END, evidence = CASE WHEN {_OVER} THEN told.evidence END
    FROM told WHERE posting.id = told.id AND posting.id IN (SELECT id FROM locked)
    RETURNING posting.id, posting.content_sha256, told.status, told.reason, told.evidence, told.moment, told.page_id
){VERSION}SELECT changed.id, changed.content_sha256, moment,
    jsonb_build_object('status', changed.status, 'close_reason', reason, 'evidence', evidence),
    ARRAY['status'], page.id, page.archive_uri, page.archive_offset, page.archive_length
FROM changed JOIN page ON page.id = changed.page_id
ON CONFLICT (posting_id, content_sha256, seen_at) DO NOTHING
"""  # noqa: S608 - made of this project's own text


@dataclass(frozen=True, slots=True)
class Change:
    """A posting is ``status`` from ``moment`` on. ``page_id``: whose archived bytes go with that."""

    posting: int
    status: str
    reason: str | None
    evidence: dict[str, Any]
    moment: datetime
    fence: Fence
    page_id: int


async def set_states(cursor: psycopg.AsyncCursor[Any], changes: Sequence[Change]) -> int:
    """Write them down, and return how many: what newer work has decided stays, and what is so already."""
    if not changes:
        return 0
    values = {
        "ids": [change.posting for change in changes],
        "statuses": [change.status for change in changes],
        "reasons": [change.reason for change in changes],
        "evidence": [orjson.dumps(change.evidence).decode() for change in changes],
        "moments": [change.moment for change in changes],
        "jobs": [change.fence[0] for change in changes],
        "deliveries": [change.fence[1] for change in changes],
        "page_ids": [change.page_id for change in changes],
    }
    await cursor.execute(SET_STATES, values)
    return cursor.rowcount
