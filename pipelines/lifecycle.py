"""When postings close at once, and when they are open as before: what one answer says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from pipelines import listings
from pipelines.postings import Sighting, evidence, sightings, store
from pipelines.postings_sql import TOUCH
from pipelines.states import Change, set_states
from schemas.lifecycle import INFERRED, CloseReason, closing_status
from schemas.listing import Listing
from schemas.page import ArchivePointer, Page
from schemas.verdicts import Kind

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]
Stored = tuple[Page, int, ArchivePointer]
"""A page, its row, and where it is archived."""

_OF_PAGES = """
FROM unnest(%(page_ids)s::bigint[], %(jobs)s::bigint[], %(deliveries)s::bigint[])
    WITH ORDINALITY AS told (page_id, job, delivery, place)
    JOIN posting ON posting.page_id = told.page_id AND posting.fence <= ARRAY[told.job, told.delivery]
"""
_OWN = f"""
SELECT told.place, posting.id {_OF_PAGES} JOIN page ON page.id = posting.page_id
WHERE posting.own_page AND posting.status <> 'closed' AND posting.last_seen <= page.fetched_at
"""
# What a page named no more when it was last fetched is not renewed with it.
_RENEWED = f"""
SELECT told.place, posting.id, posting.close_reason, posting.evidence->>'was'
{_OF_PAGES} JOIN page ON page.id = posting.page_id
WHERE posting.last_seen >= page.fetched_at ORDER BY posting.id FOR UPDATE OF posting
"""


async def listed(cursor: Cursor, pages: Iterable[Page]) -> None:
    """Write what pages say of the lists that they are of, whichever of several answers to one URL has its row."""
    records = [(page.job_id, record) for page in pages for record in page.records if record.kind == listings.KIND]
    await listings.note(cursor, [(job, Listing.model_validate(record.data)) for job, record in records])


async def fetched(cursor: Cursor, pages: Sequence[Stored]) -> None:
    """Write the postings that stand on pages, and close the postings that pages say are closed."""
    found: list[Sighting] = []
    for page, page_id, pointer in pages:
        found += sightings(page, page_id, pointer)
    if found:
        await store(cursor, found)
    closing = [(stored, reason) for stored in pages if (reason := closing_of(stored[0]))]
    if closing:
        await _close(cursor, closing)


def closing_of(page: Page) -> CloseReason | None:
    """Why a page's own posting is closed by what the page answers; None: it says nothing of the kind.

    What is not the page itself, as a block or an error with the status of a good page, never does.
    """
    if page.verdict is not None and page.verdict.kind is not Kind.OK:
        return None
    if page.status == 200:
        alone = not any(record.kind == "posting" for record in page.records)
        return CloseReason.MARKER if page.closed and alone else None
    return closing_status(page.status, page.url, page.final_url)


async def _close(cursor: Cursor, closing: list[tuple[Stored, CloseReason]]) -> None:
    await cursor.execute(
        _OWN, _told([page for (page, _, _), _ in closing], [page_id for (_, page_id, _), _ in closing])
    )
    changes = []
    for place, posting in await cursor.fetchall():
        (page, page_id, pointer), reason = closing[place - 1]
        shown = evidence(page, page_id, pointer) | {"reason": reason}
        if reason is CloseReason.REDIRECT:
            shown["to"] = page.final_url
        if reason is CloseReason.MARKER:
            shown["marker"] = page.closed
        changes.append(Change(posting, "closed", reason, shown, page.fetched_at, page.fence, page_id))
    await set_states(cursor, changes)


async def renewed(cursor: Cursor, pages: Sequence[tuple[Page, int]]) -> None:
    """See the postings of pages once more that are as they were; what was only inferred of them is undone."""
    if not pages:
        return
    await cursor.execute(_RENEWED, _told([page for page, _ in pages], [page_id for _, page_id in pages]))
    touched, reopened = [], []
    for place, posting, reason, was in await cursor.fetchall():
        page, page_id = pages[place - 1]
        touched.append((posting, page_id, page))
        if reason in INFERRED:
            shown = {"job": str(page.job_id), "page": page_id, "url": page.url, "status": 304, "was": reason}
            reopened.append(Change(posting, was or "open", None, shown, page.fetched_at, page.fence, page_id))
    await set_states(cursor, reopened)
    if touched:
        told = _told([page for _, _, page in touched], [page_id for _, page_id, _ in touched])
        told |= {"ids": [posting for posting, _, _ in touched], "valid_through": [None] * len(touched)}
        await cursor.execute(TOUCH, told | {"seen": [page.fetched_at for _, _, page in touched]})


def _told(pages: Sequence[Page], page_ids: Sequence[int]) -> dict[str, Any]:
    jobs, deliveries = [page.fence[0] for page in pages], [page.fence[1] for page in pages]
    return {"page_ids": list(page_ids), "jobs": jobs, "deliveries": deliveries}
