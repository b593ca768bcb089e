"""Rows for the statements of ``pipelines.rows_sql``, as they are made of pages, records and items."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from psycopg.types.json import Json

from extractors import EXTRACTOR
from pipelines.batch import Row, dumped
from pipelines.cleaning import Cleaner, clean, row_key
from schemas.job import NUMBERS, JobStats
from schemas.page import ArchivePointer, OwnItem, Page, RejectedRecord, Unchanged
from schemas.selectors import reads
from schemas.verdicts import Kind


def job_stats_row(job: UUID, counted: JobStats) -> dict[str, Any]:
    """Parameters of ``JOB_STATS``: what one batch adds to a job."""
    texts = {"statuses": json(counted.statuses), "failures": json(clean(counted.failures))}
    texts["verdicts"] = json(clean(counted.verdicts))
    return {name: getattr(counted, name) for name in NUMBERS} | texts | {"id": job}


def page_row(page: Page, pointer: ArchivePointer, cleaner: Cleaner | None = None) -> Row:
    """A row for ``PAGE``."""
    # A wall's validators are none of the page's.
    walled = page.verdict is not None and page.verdict.is_wall
    headers = {} if walled else {name.lower(): value for name, value in page.headers}
    metadata = page.metadata
    row = {
        "site_id": page.site_id,
        "url_sha256": row_key(page.url),
        "url": page.url,
        "job_id": page.job_id,
        "final_url": page.final_url,
        "status": page.status,
        "content_type": page.content_type,
        "fetched_at": page.fetched_at,
        "tier": page.tier,
        "body_sha256": page.body_sha256,
        "body_bytes": page.body_bytes,
        "archive_uri": pointer.uri,
        "archive_offset": pointer.offset,
        "archive_length": pointer.length,
        "etag": headers.get("etag"),
        "last_modified": headers.get("last-modified"),
        "title": metadata.title,
        "description": metadata.description,
        "language": metadata.language,
        "canonical_url": metadata.canonical_url,
        "open_graph": metadata.open_graph,
        "extractor": EXTRACTOR,
        # What an extractor failed at is tried again the next time.
        "extracts": [] if page.problems else reads(page.extract, page.selectors),
        "directives": sorted(page.directives),
        "fence": list(page.fence),
        "verdict": page.verdict.encode() if page.verdict and page.verdict.kind is not Kind.OK else None,
    }
    return (cleaner or Cleaner()).clean(row)


def wall_row(page: Page, pointer: ArchivePointer) -> Row:
    """A row for ``WALL``."""
    wall = page.verdict.encode() if page.verdict else {}
    wall |= {"job_id": page.job_id, "status": page.status, "fetched_at": page.fetched_at.isoformat()}
    wall |= {f"archive_{name}": value for name, value in asdict(pointer).items()}
    return {
        "site_id": page.site_id,
        "url_sha256": row_key(page.url),
        "fence": list(page.fence),
        "wall": clean(wall),
    }


def unchanged_row(page: Page, known: Unchanged, cleaner: Cleaner | None = None) -> Row:
    """A row for ``UNCHANGED``."""
    headers = {name.lower(): value for name, value in known.headers}
    row = {
        "site_id": page.site_id,
        "url_sha256": row_key(page.url),
        "job_id": page.job_id,
        "body_sha256": known.body_sha256,
        "etag": headers.get("etag"),
        "last_modified": headers.get("last-modified"),
        "fence": list(page.fence),
        "seen": page.fetched_at,
    }
    return (cleaner or Cleaner()).clean(row)


def text_row(page: Page, markdown: str) -> Row:
    """A row for ``TEXT``.

    Raises:
        TypeError: it is no text; PostgreSQL would make one of anything that JSON has.
    """
    if not isinstance(markdown, str):
        raise TypeError(f"Markdown is a text, not {type(markdown).__name__}.")
    return {"body_sha256": page.body_sha256, "extractor": EXTRACTOR, "markdown": markdown}


def rejected_row(page: Page, page_id: int, record: RejectedRecord) -> Row:
    """A row for ``REJECTED``."""
    return {
        "page_id": page_id,
        "kind": record.kind,
        "data": clean(record.data),
        "problems": clean(record.problems),
        "data_sha256": digest(record.data),
        "seen": page.fetched_at,
    }


def item_row(item: OwnItem) -> Row:
    """A row for ``RECORD`` and for ``REJECTED_ITEM``."""
    return {
        "job_id": item.job_id,
        "delivery": item.delivery,
        "kind": item.kind,
        "key": item.key,
        "data": item.data,
        "problems": item.problems,
        "data_sha256": digest(item.data),
        "url_sha256": None if item.url is None else row_key(item.url),
        "seen": item.seen,
    }


def content_key(data: Any) -> str:
    """What stands for a key where there is none: equal for equal data."""
    return digest(data).hex()


def json(value: Any) -> Json:
    """A value for a jsonb column."""
    return Json(value, dumps=dumped)


def digest(value: Any) -> bytes:
    """SHA-256 of a value as JSON with its keys in order."""
    return hashlib.sha256(dumped(value, orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS)).digest()
