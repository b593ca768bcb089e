"""The statements that write ``posting`` and ``posting_version``."""

from __future__ import annotations

from pipelines.batch import table

_CONTENT = {
    "requisition_id": "text",
    "url": "text",
    "apply_url": "text",
    "title": "text",
    "company": "text",
    "locations": "jsonb",
    "workplace_type": "text",
    "applicant_scope": "jsonb",
    "employment_types": "text[]",
    "salary": "jsonb",
    "skills": "jsonb",
    "description_text": "text",
    "language": "text",
    # A version keeps it in the words of the record, whatever the time zone of the connection.
    "date_posted": "text",
    "date_precision": "text",
}
CONTENT = tuple(_CONTENT)
"""What a version keeps, and what makes one."""
_VALUES = _CONTENT | {
    "description_html": "text",
    "valid_through": "timestamptz",
    "status": "text",
    "provenance": "jsonb",
    "conflicts": "jsonb",
}
VALUES = tuple(_VALUES)
"""What extraction fills, but for the key."""
KEY = ("platform", "tenant", "source_id")
_WRITTEN = _VALUES | {
    "page_id": "bigint",
    "own_page": "boolean",
    "extractor": "text",
    "content_sha256": "bytea",
    "fence": "bigint[]",
}
_STATE = {"closed_at": "timestamptz", "close_reason": "text", "evidence": "jsonb"}
_POINTER = {"archive_uri": "text", "archive_offset": "bigint", "archive_length": "bigint"}
_NEW = dict.fromkeys(KEY, "text") | _WRITTEN | _STATE | _POINTER | {"seen": "timestamptz"}


def _value(name: str) -> str:
    return "new.date_posted::timestamptz" if name == "date_posted" else f"new.{name}"


KNOWN = """
SELECT named.place, posting.id, posting.content_sha256, posting.status, posting.close_reason, posting.extractor,
    posting.page_id, posting.own_page, posting.closed_at, posting.fence > ARRAY[named.job, named.delivery]
FROM unnest(%(platforms)s::text[], %(tenants)s::text[], %(source_ids)s::text[], %(jobs)s::bigint[],
        %(deliveries)s::bigint[]) WITH ORDINALITY AS named (platform, tenant, source_id, job, delivery, place)
    JOIN posting USING (platform, tenant, source_id)
ORDER BY named.place FOR UPDATE OF posting
"""
"""What stands of each key, and is locked."""

VERSION = """
INSERT INTO posting_version (posting_id, content_sha256, seen_at, data, changed, page_id, archive_uri, archive_offset,
    archive_length)
"""
_DATA = ", ".join(f"'{name}', new.{name}" for name in (*CONTENT, "status", "extractor"))
_OF_NEW = f"jsonb_build_object({_DATA}), %s, new.page_id, {', '.join(f'new.{name}' for name in _POINTER)}"
_COLUMNS = (*KEY, *_WRITTEN, *_STATE)

FIRST = f"""
WITH new AS (SELECT * FROM {table(_NEW)}), first AS (
    INSERT INTO posting ({", ".join(_COLUMNS)}, first_seen, last_seen)
    SELECT {", ".join(map(_value, _COLUMNS))}, seen, seen FROM new
    ON CONFLICT (platform, tenant, source_id) DO NOTHING RETURNING id, platform, tenant, source_id
), versions AS ({VERSION}
    SELECT first.id, new.content_sha256, new.seen, {_OF_NEW % "'{}'::text[]"}
    FROM first JOIN new USING (platform, tenant, source_id)
)
SELECT platform, tenant, source_id FROM first
"""  # noqa: S608 - made of this module's own column names
"""Postings that nobody knew, with their first versions; the keys of those that are written."""

_SET = ", ".join(f"{name} = {_value(name)}" for name in _WRITTEN)
_KEPT = ", ".join(f"{name} = CASE WHEN new.kept THEN posting.{name} ELSE new.{name} END" for name in _STATE)
CHANGE = f"""
WITH new AS (SELECT * FROM {table(_NEW | {"id": "bigint", "changed": "text[]", "kept": "boolean"})}), posted AS (
    UPDATE posting SET {_SET}, {_KEPT}, last_seen = greatest(posting.last_seen, new.seen)
    FROM new WHERE posting.id = new.id RETURNING posting.id
){VERSION}SELECT new.id, new.content_sha256, new.seen, {_OF_NEW % "new.changed"}
FROM new JOIN posted USING (id) WHERE new.changed <> '{{}}'
ON CONFLICT (posting_id, content_sha256, seen_at) DO NOTHING
"""  # noqa: S608 - made of this module's own column names
"""Postings that are locked; a version where the content or the status is another."""

TOUCH = """
UPDATE posting SET last_seen = greatest(posting.last_seen, touched.seen), page_id = touched.page_id,
    fence = ARRAY[touched.job, touched.delivery], valid_through = coalesce(touched.valid_through, posting.valid_through)
FROM unnest(%(ids)s::bigint[], %(page_ids)s::bigint[], %(seen)s::timestamptz[], %(jobs)s::bigint[],
    %(deliveries)s::bigint[], %(valid_through)s::timestamptz[])
    AS touched (id, page_id, seen, job, delivery, valid_through)
WHERE posting.id = touched.id
"""
"""Postings that are locked, and as they were."""

LAST = """
SELECT DISTINCT ON (posting_id) posting_id, data FROM posting_version
WHERE posting_id = ANY(%s) AND data ? 'title' ORDER BY posting_id, seen_at DESC
"""
"""The content of each as it was last."""
