"""Postings that are not there any more: closed, or expired, by what a job did not see that would have seen it.

Runs in the transaction that ends the job. What it needs is in the tables, so that it may run again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from pipelines.cleaning import row_key
from pipelines.listings import OF_BOARD, Stored, judged, of_board
from pipelines.states import Change, set_states
from schemas.job import Job
from schemas.lifecycle import CloseReason
from schemas.listing import WholeCrawl

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]

# The latest one that is old enough, so that what was seen since does not count as absent.
_EARLIER = """
SELECT listing.id, listing.listed, job.id, job.sequence, listing.seen_at
FROM listing JOIN job ON job.id = listing.job_id
WHERE listing.platform = %(platform)s AND listing.tenant = %(tenant)s AND listing.url_sha256 = %(url_sha256)s
    AND listing.complete AND job.state = 'completed' AND job.sequence < %(sequence)s
    AND listing.seen_at <= (SELECT seen_at FROM listing WHERE id = %(listing)s) - make_interval(hours => %(hours)s)
    AND (%(platform)s <> 'web' OR job.site_id = %(site)s)
    AND NOT EXISTS (
        SELECT FROM listing AS other WHERE other.job_id = job.id AND NOT other.complete
            AND other.platform = listing.platform AND other.tenant = listing.tenant
    )
ORDER BY job.sequence DESC LIMIT 1
"""
# A posting whose own page is there, or which was read and did not pass, is not absent: it is not understood.
_UNSEEN = f"""
SELECT posting.id, posting.status, posting.page_id, posting.last_seen, posting.valid_through, now()
FROM posting JOIN page ON page.id = posting.page_id
WHERE {OF_BOARD} AND posting.status <> ALL(%(not)s) AND posting.fence[1] < %(since)s
    AND NOT (posting.own_page AND page.status = 200 AND page.fence[1] >= %(since)s)
    AND NOT EXISTS (
        SELECT FROM rejected_record WHERE rejected_record.page_id = page.id AND rejected_record.kind = 'posting'
            AND rejected_record.last_seen > posting.last_seen
    )
    AND %s ORDER BY posting.id FOR UPDATE OF posting
"""  # noqa: S608 - made of this project's own text
_ABSENT = _UNSEEN.replace("AND %s ", "AND posting.last_seen < %(seen_at)s ")
# A day later, since it is a day of the posting's own time zone.
_PAST = _UNSEEN.replace(
    "AND %s ",
    """AND posting.last_seen < posting.valid_through AND posting.valid_through
    < (SELECT coalesce(started_at, created_at) FROM job WHERE job.id = %(job)s) - interval '1 day' """,
)


async def sweep(connection: psycopg.AsyncConnection[Any], job: Job, crawl: WholeCrawl | None) -> int:
    """Close what the job's listings prove to be gone, and return how many. The job's row says that it is completed.

    ``crawl``: the job went through a whole site; None: only lists that were read as such count.
    """
    async with connection.transaction(), connection.cursor() as cursor:
        stored = await judged(cursor, job, crawl)
        partly = {(one.listing.platform, one.listing.tenant) for one in stored if not one.listing.complete}
        changed = 0
        for one in stored:
            if (one.listing.platform, one.listing.tenant) not in partly:
                changed += await _absent(cursor, job, one)
                changed += await _past(cursor, job, one)
        return changed


async def _absent(cursor: Cursor, job: Job, later: Stored) -> int:
    board = of_board(job, later.listing) | {"listing": later.id, "hours": job.config.absence_hours}
    await cursor.execute(_EARLIER, board | {"url_sha256": row_key(later.listing.url)})
    earlier = await cursor.fetchone()
    if earlier is None:
        return 0
    listing, listed, first_job, sequence, seen_at = earlier
    await cursor.execute(_ABSENT, board | {"since": sequence, "not": ["closed"], "seen_at": seen_at})
    proof = {
        "reason": CloseReason.ABSENCE,
        "listings": [listing, later.id],
        "jobs": [str(first_job), str(job.id)],
        "listed": [listed, later.listing.listed],
        "url": later.listing.url,
    }
    return await set_states(cursor, [_change(job, row, "closed", proof) for row in await cursor.fetchall()])


async def _past(cursor: Cursor, job: Job, listing: Stored) -> int:
    board = of_board(job, listing.listing) | {"since": job.sequence, "not": ["closed", "expired"], "job": job.id}
    await cursor.execute(_PAST, board)
    proof = {
        "reason": CloseReason.VALID_THROUGH,
        "listings": [listing.id],
        "jobs": [str(job.id)],
        "url": listing.listing.url,
    }
    return await set_states(cursor, [_change(job, row, "expired", proof) for row in await cursor.fetchall()])


def _change(job: Job, row: tuple[Any, ...], status: str, proof: dict[str, Any]) -> Change:
    posting, was, page_id, last_seen, valid_through, now = row
    shown = proof | {"was": was, "last_seen": _text(last_seen), "valid_through": _text(valid_through)}
    # Newer than all that the job saw of it, which is nothing, and older than what it may see still.
    return Change(posting, status, proof["reason"], shown, now, (job.sequence, 0), page_id)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
