"""Rows of postings and of their versions.

A posting's *content* is what a reader of it learns (``CONTENT``). A row whose content is as it was is seen once more;
where it differs, there is a version that names the fields. What may change without a word of the posting being another
is no content: its markup, when it was seen, how and by which extractors it was read, ``valid_through``, which many
sites move on with each request, and a date that is known to the week at best, which moves with the day it is read on.

Every statement may run again with the same rows, and a row of an older fence never overwrites a newer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from extractors import EXTRACTOR
from pipelines.batch import run
from pipelines.postings_sql import CHANGE, CONTENT, FIRST, KEY, KNOWN, LAST, TOUCH, VALUES
from pipelines.rows import digest
from pipelines.states import Change, set_states
from schemas.lifecycle import INFERRED, OVER, CloseReason
from schemas.page import ArchivePointer, Page

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]
Key = tuple[str, str, str]
VAGUE = frozenset({"week", "month", "year"})


@dataclass(frozen=True, slots=True)
class Sighting:
    """A posting (a dumped ``Posting``) on a page that is stored. ``own``: the page is the posting's own, no list."""

    page: Page
    page_id: int
    pointer: ArchivePointer
    data: dict[str, Any]
    own: bool

    @property
    def key(self) -> Key:
        """By which it is the same posting."""
        return self.data["platform"], self.data["tenant"], self.data["source_id"]

    @property
    def evidence(self) -> dict[str, Any]:
        """What shows that it was seen so."""
        return evidence(self.page, self.page_id, self.pointer)


@dataclass(frozen=True, slots=True)
class _Known:
    """The row that stands; ``newer``: it is of newer work than what is to be written."""

    id: int
    content: bytes
    status: str
    reason: str | None
    extractor: str
    page_id: int
    own: bool
    closed_at: datetime | None
    newer: bool

    def status_by(self, sighting: Sighting) -> str:
        """What it is after a sighting. Bytes of before it was closed, as those of an archive, say nothing of that."""
        closed = self.status in OVER and self.closed_at is not None and sighting.page.fetched_at <= self.closed_at
        return self.status if closed else str(sighting.data["status"])


def evidence(page: Page, page_id: int, pointer: ArchivePointer) -> dict[str, Any]:
    """The answer that says something of a posting: where it is archived, too."""
    archive = {"uri": pointer.uri, "offset": pointer.offset, "length": pointer.length}
    return {"job": str(page.job_id), "page": page_id, "url": page.url, "status": page.status, "archive": archive}


def sightings(page: Page, page_id: int, pointer: ArchivePointer) -> list[Sighting]:
    """The postings of a page that is stored."""
    found = [record.data for record in page.records if record.kind == "posting"]
    urls = {page.url, page.final_url, page.metadata.canonical_url}
    return [Sighting(page, page_id, pointer, data, len(found) == 1 or data["url"] in urls) for data in found]


async def store(cursor: Cursor, found: list[Sighting]) -> None:
    """Write what was seen, sorted by its keys: writers that took them in other orders would lock each other out."""
    waiting: dict[Key, list[Sighting]] = {}
    for sighting in found:
        waiting.setdefault(sighting.key, []).append(sighting)
    while waiting:
        first = [waiting[key].pop(0) for key in sorted(waiting)]
        waiting = {key: others for key, others in waiting.items() if others}
        await _store(cursor, first)


async def _store(cursor: Cursor, found: list[Sighting]) -> None:
    """Each key once."""
    known = await _known(cursor, found)
    new = [sighting for place, sighting in enumerate(found) if place not in known]
    raced = await _insert(cursor, new)
    again = [(row, found[place]) for place, row in sorted(known.items()) if not row.newer]
    await _see_again(cursor, again)
    if raced:
        # Others wrote them meanwhile, and now they are there to be locked.
        await _store(cursor, raced)


async def _known(cursor: Cursor, found: list[Sighting]) -> dict[int, _Known]:
    keys = list(zip(*(sighting.key for sighting in found), strict=True))
    fences = [sighting.page.fence for sighting in found]
    values = dict(zip(("platforms", "tenants", "source_ids"), map(list, keys), strict=True))
    await cursor.execute(KNOWN, values | {"jobs": [one[0] for one in fences], "deliveries": [one[1] for one in fences]})
    return {row[0] - 1: _Known(*row[1:]) for row in await cursor.fetchall()}


async def _insert(cursor: Cursor, new: list[Sighting]) -> list[Sighting]:
    """Those that were there already, by somebody else, at this moment."""
    written = set(await run(cursor, FIRST, map(_row, new)))
    return [sighting for sighting in new if sighting.key not in written]


async def _see_again(cursor: Cursor, again: list[tuple[_Known, Sighting]]) -> None:
    changed, touched, reopened = [], [], []
    for row, sighting in again:
        if row.own and not sighting.own and row.page_id != sighting.page_id:
            # A list may say less of it than its own page does, and may be late.
            touched.append((row.id, row.page_id, sighting))
            if row.reason in INFERRED and row.status_by(sighting) not in OVER:
                reopened.append(_reopened(row, sighting))
        elif _is_as_it_was(row, sighting):
            touched.append((row.id, sighting.page_id, sighting))
        else:
            changed.append((row, sighting))
    await _touch(cursor, touched)
    await set_states(cursor, reopened)
    await _change(cursor, changed)


def _reopened(row: _Known, sighting: Sighting) -> Change:
    shown, page = sighting.evidence | {"was": row.reason}, sighting.page
    return Change(row.id, sighting.data["status"], None, shown, page.fetched_at, page.fence, sighting.page_id)


def _is_as_it_was(row: _Known, sighting: Sighting) -> bool:
    same = row.content == content_sha256(sighting.data) and row.extractor == EXTRACTOR
    return same and row.own == sighting.own and row.status == row.status_by(sighting)


async def _touch(cursor: Cursor, touched: list[tuple[int, int, Sighting]]) -> None:
    if not touched:
        return
    values = {
        "ids": [posting for posting, _, _ in touched],
        "page_ids": [page for _, page, _ in touched],
        "seen": [one.page.fetched_at for _, _, one in touched],
        "jobs": [one.page.fence[0] for _, _, one in touched],
        "deliveries": [one.page.fence[1] for _, _, one in touched],
        "valid_through": [one.data["valid_through"] for _, _, one in touched],
    }
    await cursor.execute(TOUCH, values)


async def _change(cursor: Cursor, changed: list[tuple[_Known, Sighting]]) -> None:
    if not changed:
        return
    await cursor.execute(LAST, [[row.id for row, _ in changed]])
    before: dict[int, dict[str, Any]] = dict(await cursor.fetchall())
    rows = []
    for row, sighting in changed:
        status = row.status_by(sighting)
        more = {"id": row.id, "status": status, "kept": row.status in OVER and row.status == status}
        rows.append(_row(sighting) | more | {"changed": _differing(row, before.get(row.id), sighting)})
    await run(cursor, CHANGE, rows)


def _differing(row: _Known, before: dict[str, Any] | None, sighting: Sighting) -> list[str]:
    """The fields; nothing where all that differs is no content."""
    now, names = _content(sighting.data), []
    if row.content != content_sha256(sighting.data):
        names = [name for name in CONTENT if before is None or before.get(name) != now[name]]
        # What a better extractor reads is no news of the site's.
        names += ["extractor"] if before is not None and before.get("extractor") != EXTRACTOR else []
    return names + (["status"] if row.status != row.status_by(sighting) else [])


def _content(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in CONTENT}


def content_sha256(data: dict[str, Any]) -> bytes:
    """What two postings have in common that say the same."""
    vague = data["date_precision"] in VAGUE
    return digest(_content(data) | ({"date_posted": None} if vague else {}))


def _row(sighting: Sighting) -> dict[str, Any]:
    """Of ``FIRST`` and ``CHANGE``."""
    data, page = sighting.data, sighting.page
    row = {name: data[name] for name in (*KEY, *VALUES)} | {
        "page_id": sighting.page_id,
        "own_page": sighting.own,
        "extractor": EXTRACTOR,
        "content_sha256": content_sha256(data),
        "fence": list(page.fence),
        "seen": page.fetched_at,
        "archive_uri": sighting.pointer.uri,
        "archive_offset": sighting.pointer.offset,
        "archive_length": sighting.pointer.length,
    }
    if data["status"] in OVER:
        said = (
            {"reason": CloseReason.MARKER, "marker": page.closed} if page.closed else {"reason": CloseReason.PLATFORM}
        )
        row |= {"closed_at": page.fetched_at, "close_reason": said["reason"], "evidence": sighting.evidence | said}
    return row
