"""Rows of the tables, and the statements that write them. The tables themselves belong to Django's migrations.

Every statement may run again with the same row and changes nothing but ``last_seen``. A row of an older fence
never overwrites a newer one, and neither an error nor what stands in the place of a page overwrites a good page.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from json import dumps as any_size
from typing import Any
from uuid import UUID

import orjson
from psycopg.types.json import Json

from extractors import EXTRACTOR
from pipelines.cleaning import clean, row_key
from schemas.job import NUMBERS, JobStats
from schemas.page import ArchivePointer, OwnItem, Page, RejectedRecord, Unchanged
from schemas.verdicts import WALLS, Kind

_WALLS = ", ".join(f"'{kind}'" for kind in sorted(WALLS))
# What stands in the place of a page says nothing of it: what is known of the page stays, that it is missing, too.
PAGE = f"""
INSERT INTO page (site_id, url_sha256, url, job_id, final_url, status, content_type, fetched_at, last_seen, tier,
    body_sha256, body_bytes, archive_uri, archive_offset, archive_length, etag, last_modified,
    title, description, language, canonical_url, open_graph, extractor, extracts, directives, fence,
    verdict)
VALUES (%(site_id)s, %(url_sha256)s, %(url)s, %(job_id)s, %(final_url)s, %(status)s, %(content_type)s, %(fetched_at)s,
    %(fetched_at)s, %(tier)s, %(body_sha256)s, %(body_bytes)s, %(archive_uri)s, %(archive_offset)s, %(archive_length)s,
    %(etag)s, %(last_modified)s, %(title)s, %(description)s, %(language)s, %(canonical_url)s, %(open_graph)s,
    %(extractor)s, %(extracts)s, %(directives)s, %(fence)s, %(verdict)s)
ON CONFLICT (site_id, url_sha256) DO UPDATE SET
    url = excluded.url, job_id = excluded.job_id, final_url = excluded.final_url, status = excluded.status,
    content_type = excluded.content_type, fetched_at = excluded.fetched_at, last_seen = excluded.last_seen,
    tier = excluded.tier, body_sha256 = excluded.body_sha256, body_bytes = excluded.body_bytes,
    archive_uri = excluded.archive_uri, archive_offset = excluded.archive_offset,
    archive_length = excluded.archive_length, etag = excluded.etag, last_modified = excluded.last_modified,
    title = excluded.title, description = excluded.description, language = excluded.language,
    canonical_url = excluded.canonical_url, open_graph = excluded.open_graph, extractor = excluded.extractor,
    extracts = excluded.extracts, directives = excluded.directives,
    fence = excluded.fence, verdict = excluded.verdict, wall = NULL
WHERE page.fence <= excluded.fence AND (page.verdict->>'kind' IN ({_WALLS}) OR CASE
    WHEN excluded.verdict->>'kind' IN ({_WALLS}) THEN page.status >= 400 AND page.status NOT IN (404, 410)
    ELSE excluded.status < 400 OR excluded.status IN (404, 410) OR page.status >= 400 END)
RETURNING id
"""  # noqa: S608 - made of names of this project

WALL = """
UPDATE page SET wall = %(wall)s
WHERE site_id = %(site_id)s AND url_sha256 = %(url_sha256)s AND fence <= %(fence)s::bigint[]
"""
"""What stood in the place of a page whose row is kept, and where it is archived."""

UNCHANGED = """
WITH renewed AS (
    UPDATE page SET job_id = %(job_id)s, last_seen = %(seen)s, fence = %(fence)s::bigint[], wall = NULL,
        etag = coalesce(%(etag)s::text, etag), last_modified = coalesce(%(last_modified)s::text, last_modified)
    WHERE site_id = %(site_id)s AND url_sha256 = %(url_sha256)s AND body_sha256 = %(body_sha256)s AND status = 200
        AND fence <= %(fence)s::bigint[]
    RETURNING id
), rejected AS (
    UPDATE rejected_record SET last_seen = %(seen)s FROM renewed WHERE page_id = renewed.id
)
UPDATE posting SET last_seen = %(seen)s, fence = %(fence)s::bigint[] FROM renewed
WHERE page_id = renewed.id AND posting.fence <= %(fence)s::bigint[]
"""
"""Renews a page with what was read from it, where its bytes are still those that are known to be as they were."""

TEXT = """
INSERT INTO page_text (body_sha256, extractor, markdown) VALUES (%(body_sha256)s, %(extractor)s, %(markdown)s)
ON CONFLICT (body_sha256, extractor) DO UPDATE SET markdown = excluded.markdown
WHERE page_text.markdown <> excluded.markdown
"""

REJECTED = """
INSERT INTO rejected_record (page_id, kind, data, problems, data_sha256, first_seen, last_seen)
VALUES (%(page_id)s, %(kind)s, %(data)s, %(problems)s, %(data_sha256)s, %(seen)s, %(seen)s)
ON CONFLICT (page_id, kind, data_sha256) DO UPDATE SET problems = excluded.problems, last_seen = excluded.last_seen
"""

_PAGE_OF_ITEM = """(
    SELECT page.id FROM page JOIN job ON job.site_id = page.site_id
    WHERE job.id = %(job_id)s AND page.url_sha256 = %(url_sha256)s
)"""

RECORD = f"""
INSERT INTO record (site_id, kind, key, data, page_id, fence, first_seen, last_seen)
VALUES ((SELECT site_id FROM job WHERE id = %(job_id)s), %(kind)s, %(key)s, %(data)s, {_PAGE_OF_ITEM},
    ARRAY[(SELECT sequence FROM job WHERE id = %(job_id)s), %(delivery)s::bigint], %(seen)s, %(seen)s)
ON CONFLICT (site_id, kind, key) DO UPDATE SET data = excluded.data, page_id = excluded.page_id,
    fence = excluded.fence, last_seen = excluded.last_seen
WHERE record.fence <= excluded.fence
"""  # noqa: S608 - made of this module's own text

REJECTED_ITEM = f"""
INSERT INTO rejected_record (page_id, kind, data, problems, data_sha256, first_seen, last_seen)
VALUES ({_PAGE_OF_ITEM}, %(kind)s, %(data)s, %(problems)s, %(data_sha256)s, %(seen)s, %(seen)s)
ON CONFLICT (page_id, kind, data_sha256) DO UPDATE SET problems = excluded.problems, last_seen = excluded.last_seen
"""  # noqa: S608 - made of this module's own text

_SUMS = ", ".join(f"'{name}', coalesce((stats->>'{name}')::bigint, 0) + %({name})s" for name in NUMBERS)


def _summed(name: str) -> str:
    return f"""'{name}', (
    SELECT coalesce(jsonb_object_agg(key, total), '{{}}') FROM (
        SELECT key, sum(value::bigint) AS total FROM (
            SELECT * FROM jsonb_each_text(coalesce(stats->'{name}', '{{}}'))
            UNION ALL SELECT * FROM jsonb_each_text(%({name})s::jsonb)
        ) AS counts GROUP BY key
    ) AS sums
)"""  # noqa: S608 - made of the names of JobStats


ADDED_STATS = f"""jsonb_build_object({_SUMS}, {_summed("statuses")}, {_summed("verdicts")}, 'failures', (
    SELECT coalesce(jsonb_object_agg(cause, counted), '{{}}') FROM (
        SELECT key AS cause,
            jsonb_build_array(sum((value->>0)::bigint), (array_agg(value->>1 ORDER BY later))[1]) AS counted
        FROM (
            SELECT key, value, false AS later FROM jsonb_each(coalesce(stats->'failures', '{{}}'))
            UNION ALL SELECT key, value, true FROM jsonb_each(%(failures)s::jsonb)
        ) AS failed GROUP BY key
    ) AS causes
))"""  # noqa: S608 - made of the names of JobStats
"""A job's stats with those of ``job_stats_row`` added; an expression over the columns of ``job``."""

JOB_STATS = f"UPDATE job SET stats = {ADDED_STATS} WHERE id = %(id)s"  # noqa: S608 - made of the names of JobStats


def job_stats_row(job: UUID, counted: JobStats) -> dict[str, Any]:
    """Parameters of ``JOB_STATS``: what one batch adds to a job."""
    texts = {"statuses": json(counted.statuses), "failures": json(clean(counted.failures))}
    texts["verdicts"] = json(clean(counted.verdicts))
    return {name: getattr(counted, name) for name in NUMBERS} | texts | {"id": job}


def page_row(page: Page, pointer: ArchivePointer) -> dict[str, Any]:
    """Parameters of ``PAGE``."""
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
        "open_graph": json(clean(metadata.open_graph)),
        "extractor": EXTRACTOR,
        # What an extractor failed at is tried again the next time.
        "extracts": [] if page.problems else sorted(page.extract),
        "directives": sorted(page.directives),
        "fence": list(page.fence),
        "verdict": json(clean(page.verdict.encode())) if page.verdict and page.verdict.kind is not Kind.OK else None,
    }
    return clean(row)


def wall_row(page: Page, pointer: ArchivePointer) -> dict[str, Any]:
    """Parameters of ``WALL``."""
    wall = page.verdict.encode() if page.verdict else {}
    wall |= {"job_id": page.job_id, "status": page.status, "fetched_at": page.fetched_at.isoformat()}
    wall |= {f"archive_{name}": value for name, value in asdict(pointer).items()}
    return {
        "site_id": page.site_id,
        "url_sha256": row_key(page.url),
        "fence": list(page.fence),
        "wall": json(clean(wall)),
    }


def unchanged_row(page: Page, known: Unchanged) -> dict[str, Any]:
    """Parameters of ``UNCHANGED``."""
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
    return clean(row)


def text_row(page: Page, markdown: str) -> dict[str, Any]:
    """Parameters of ``TEXT``."""
    return {"body_sha256": page.body_sha256, "extractor": EXTRACTOR, "markdown": markdown}


def rejected_row(page: Page, page_id: int, record: RejectedRecord) -> dict[str, Any]:
    """Parameters of ``REJECTED``."""
    return {
        "page_id": page_id,
        "kind": record.kind,
        "data": json(record.data),
        "problems": json(record.problems),
        "data_sha256": digest(record.data),
        "seen": page.fetched_at,
    }


def item_row(item: OwnItem) -> dict[str, Any]:
    """Parameters of ``RECORD`` and of ``REJECTED_ITEM``."""
    return {
        "job_id": item.job_id,
        "delivery": item.delivery,
        "kind": item.kind,
        "key": item.key,
        "data": json(item.data),
        "problems": json(item.problems),
        "data_sha256": digest(item.data),
        "url_sha256": None if item.url is None else row_key(item.url),
        "seen": item.seen,
    }


def content_key(data: Any) -> str:
    """What stands for a key where there is none: equal for equal data."""
    return digest(data).hex()


def json(value: Any) -> Json:
    """A value for a jsonb column."""
    return Json(value, dumps=_dumps)


def _dumps(value: Any, option: int = orjson.OPT_NON_STR_KEYS) -> bytes:
    try:
        return orjson.dumps(value, default=str, option=option)
    except orjson.JSONEncodeError:
        # A number of more than 64 bits, which PostgreSQL takes.
        return any_size(value, default=str, sort_keys=True).encode()


def digest(value: Any) -> bytes:
    """SHA-256 of a value as JSON with its keys in order."""
    return hashlib.sha256(_dumps(value, orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS)).digest()
