"""Rows of the tables, and the statements that write them. The tables themselves belong to Django's migrations.

A statement takes many rows, as ``pipelines.batch`` says. It may run again with the same rows, and changes nothing but
``last_seen``. A row of an older fence never overwrites a newer one, and neither an error nor what stands in the place
of a page overwrites a good page.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from psycopg.types.json import Json

from extractors import EXTRACTOR
from pipelines.batch import Row, dumped, table
from pipelines.cleaning import Cleaner, clean, row_key
from schemas.job import NUMBERS, JobStats
from schemas.page import ArchivePointer, OwnItem, Page, RejectedRecord, Unchanged
from schemas.selectors import reads
from schemas.verdicts import WALLS, Kind

_WALLS = ", ".join(f"'{kind}'" for kind in sorted(WALLS))
_PAGE = {
    "site_id": "bigint",
    "url_sha256": "bytea",
    "url": "text",
    "job_id": "uuid",
    "final_url": "text",
    "status": "smallint",
    "content_type": "text",
    "fetched_at": "timestamptz",
    "tier": "text",
    "body_sha256": "bytea",
    "body_bytes": "bigint",
    "archive_uri": "text",
    "archive_offset": "bigint",
    "archive_length": "bigint",
    "etag": "text",
    "last_modified": "text",
    "title": "text",
    "description": "text",
    "language": "text",
    "canonical_url": "text",
    "open_graph": "jsonb",
    "extractor": "text",
    "extracts": "text[]",
    "directives": "text[]",
    "fence": "bigint[]",
    "verdict": "jsonb",
}
_PAGE_KEY = ("site_id", "url_sha256")
_LONG = frozenset(["description", "open_graph"])


def _updated(name: str, table: str) -> str:
    """What a column becomes. A long value that is as it was stays where it lies, and is not written again."""
    if name not in _LONG:
        return f"{name} = excluded.{name}"
    same = f"{table}.{name} IS NOT DISTINCT FROM excluded.{name}"
    return f"{name} = CASE WHEN {same} THEN {table}.{name} ELSE excluded.{name} END"


# What stands in the place of a page says nothing of it: what is known of the page stays, that it is missing, too.
PAGE = f"""
INSERT INTO page ({", ".join(_PAGE)}, last_seen)
SELECT {", ".join(_PAGE)}, fetched_at FROM {table(_PAGE)}
ON CONFLICT (site_id, url_sha256) DO UPDATE SET
    {", ".join(_updated(name, "page") for name in _PAGE if name not in _PAGE_KEY)},
    last_seen = excluded.last_seen, wall = NULL
WHERE page.fence <= excluded.fence AND (page.verdict->>'kind' IN ({_WALLS}) OR CASE
    WHEN excluded.verdict->>'kind' IN ({_WALLS}) THEN page.status >= 400 AND page.status NOT IN (404, 410)
    ELSE excluded.status < 400 OR excluded.status IN (404, 410) OR page.status >= 400 END)
RETURNING site_id, url_sha256, id
"""  # noqa: S608 - made of names of this project
"""Returns the ids of those that were written; of the others, a newer or better row stands."""

WALL = f"""
UPDATE page SET wall = new.wall
FROM {table({"site_id": "bigint", "url_sha256": "bytea", "fence": "bigint[]", "wall": "jsonb"})}
WHERE page.site_id = new.site_id AND page.url_sha256 = new.url_sha256 AND page.fence <= new.fence
"""  # noqa: S608 - made of names of this project
"""What stood in the place of a page whose row is kept, and where it is archived."""

_UNCHANGED = {
    "site_id": "bigint",
    "url_sha256": "bytea",
    "job_id": "uuid",
    "body_sha256": "bytea",
    "etag": "text",
    "last_modified": "text",
    "fence": "bigint[]",
    "seen": "timestamptz",
}

UNCHANGED = f"""
WITH renewed AS (
    UPDATE page SET job_id = new.job_id, last_seen = new.seen, fence = new.fence, wall = NULL,
        etag = coalesce(new.etag, page.etag), last_modified = coalesce(new.last_modified, page.last_modified)
    FROM {table(_UNCHANGED)}
    WHERE page.site_id = new.site_id AND page.url_sha256 = new.url_sha256 AND page.body_sha256 = new.body_sha256
        AND page.status = 200 AND page.fence <= new.fence
    RETURNING page.site_id, page.url_sha256, page.id, page.last_seen
), rejected AS (
    UPDATE rejected_record SET last_seen = renewed.last_seen FROM renewed WHERE page_id = renewed.id
)
SELECT site_id, url_sha256, id FROM renewed
"""  # noqa: S608 - made of names of this project
"""Renews pages with what did not pass of them, where their bytes are still those that are known to be as they were.

Returns ``(site_id, url_sha256, id)`` of each.
"""

_TEXT = {"body_sha256": "bytea", "extractor": "text", "markdown": "text"}
TEXT = f"""
INSERT INTO page_text ({", ".join(_TEXT)}) SELECT {", ".join(_TEXT)} FROM {table(_TEXT)}
ON CONFLICT (body_sha256, extractor) DO UPDATE SET markdown = excluded.markdown
WHERE page_text.markdown <> excluded.markdown
"""  # noqa: S608 - made of names of this project

_REJECTED = {
    "page_id": "bigint",
    "kind": "text",
    "data": "jsonb",
    "problems": "jsonb",
    "data_sha256": "bytea",
    "seen": "timestamptz",
}
_REJECTED_AGAIN = """
ON CONFLICT (page_id, kind, data_sha256) DO UPDATE
SET problems = excluded.problems, last_seen = greatest(rejected_record.last_seen, excluded.last_seen)
"""
REJECTED = f"""
INSERT INTO rejected_record (page_id, kind, data, problems, data_sha256, first_seen, last_seen)
SELECT page_id, kind, data, problems, data_sha256, seen, seen FROM {table(_REJECTED)} {_REJECTED_AGAIN}
"""  # noqa: S608 - made of names of this project

_ITEM = {
    "job_id": "uuid",
    "delivery": "bigint",
    "kind": "text",
    "key": "text",
    "data": "jsonb",
    "problems": "jsonb",
    "data_sha256": "bytea",
    "url_sha256": "bytea",
    "seen": "timestamptz",
}
_OF_JOB = f"""{table(_ITEM)} LEFT JOIN job ON job.id = new.job_id
    LEFT JOIN page ON page.site_id = job.site_id AND page.url_sha256 = new.url_sha256"""

RECORD = f"""
INSERT INTO record (site_id, kind, key, data, page_id, fence, first_seen, last_seen)
SELECT job.site_id, new.kind, new.key, new.data, page.id, ARRAY[job.sequence, new.delivery], new.seen, new.seen
FROM {_OF_JOB} ORDER BY new.kind, new.key
ON CONFLICT (site_id, kind, key) DO UPDATE SET page_id = excluded.page_id, fence = excluded.fence,
    last_seen = excluded.last_seen,
    data = CASE WHEN record.data = excluded.data THEN record.data ELSE excluded.data END
WHERE record.fence <= excluded.fence
"""  # noqa: S608 - made of this module's own text

REJECTED_ITEM = f"""
INSERT INTO rejected_record (page_id, kind, data, problems, data_sha256, first_seen, last_seen)
SELECT page.id, new.kind, new.data, new.problems, new.data_sha256, new.seen, new.seen FROM {_OF_JOB} {_REJECTED_AGAIN}
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
