"""The statements that write pages, what was read from them but postings, and counts of jobs.

A statement takes many rows, as ``pipelines.batch`` says. It may run again with the same rows, and changes nothing but
``last_seen``. A row of an older fence never overwrites a newer one, and neither an error nor what stands in the place
of a page overwrites a good page. The tables themselves belong to Django's migrations.
"""

from __future__ import annotations

from pipelines.batch import table
from schemas.job import NUMBERS
from schemas.verdicts import WALLS

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


_ADDED_STATS = f"""jsonb_build_object({_SUMS}, {_summed("statuses")}, {_summed("verdicts")}, 'failures', (
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

JOB_STATS = f"UPDATE job SET stats = {_ADDED_STATS} WHERE id = %(id)s"  # noqa: S608 - made of the names of JobStats
