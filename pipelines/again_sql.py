"""The statements that write what was read again from the archive."""

from __future__ import annotations

from pipelines.batch import table

METADATA = {
    "title": "text",
    "description": "text",
    "language": "text",
    "canonical_url": "text",
    "open_graph": "jsonb",
}
_PAGE = {
    "id": "bigint",
    "archive_uri": "text",
    "archive_offset": "bigint",
    "body_sha256": "bytea",
    "extractor": "text",
    "extracts": "text[]",
    "failed": "boolean",
    "directives": "text[]",
    "reads": "boolean",
    **METADATA,
}
_READ = ", ".join(f"{name} = CASE WHEN new.reads THEN new.{name} ELSE page.{name} END" for name in METADATA)

PAGE = f"""
UPDATE page SET {_READ}, extractor = new.extractor, directives = new.directives,
    extracts = CASE WHEN new.failed THEN '{{}}' WHEN page.extractor = new.extractor
        THEN ARRAY(SELECT name FROM unnest(page.extracts) AS name
            WHERE NOT split_part(name, ':', 1) = ANY(SELECT split_part(made, ':', 1) FROM unnest(new.extracts) AS made)
            UNION SELECT unnest(new.extracts) ORDER BY 1) ELSE new.extracts END
FROM {table(_PAGE)}
WHERE page.id = new.id AND page.archive_uri = new.archive_uri AND page.archive_offset = new.archive_offset
    AND page.body_sha256 = new.body_sha256
RETURNING page.id, page.fence, page.last_seen
"""  # noqa: S608 - made of names of this project
"""Renews what was read from a page, where its row still points at the bytes that it was read from."""

TAKE_OVER = """
UPDATE posting SET fence = %(fence)s::bigint[]
WHERE platform = %(platform)s AND tenant = %(tenant)s AND source_id = %(source_id)s AND page_id <> %(page_id)s
    AND extractor <> %(extractor)s AND fence[1] = %(sequence)s AND fence > %(fence)s::bigint[] AND closed_at IS NULL
"""
"""A posting on several pages of one crawl is that of the page which was fetched last. Where a newer extractor does not
see it there, it is another page's: until that page has been read again, whichever page shows the posting has it."""

CLOSED_SINCE = """
SELECT named.place, posting.status
FROM unnest(%(platforms)s::text[], %(tenants)s::text[], %(source_ids)s::text[], %(seen)s::timestamptz[])
    WITH ORDINALITY AS named (platform, tenant, source_id, seen, place)
    JOIN posting USING (platform, tenant, source_id)
WHERE posting.closed_at > named.seen AND posting.close_reason IS DISTINCT FROM 'withdrawn'
"""
"""Postings that were closed after the capture that shows them."""

FIRST_SEEN = """
UPDATE posting SET first_seen = %(fetched_at)s
WHERE platform = %(platform)s AND tenant = %(tenant)s AND source_id = %(source_id)s AND first_seen > %(fetched_at)s
"""
"""A posting was there when the bytes were fetched that show it."""

OUTDATED_TEXTS = """
DELETE FROM page_text WHERE body_sha256 = ANY(%(bodies)s) AND extractor <> %(extractor)s AND NOT EXISTS (
    SELECT FROM page WHERE page.body_sha256 = page_text.body_sha256 AND page.extractor = page_text.extractor
)
"""
"""Texts that an older extractor has made, of bytes whose text is made anew."""

OUTDATED_REJECTS = """
DELETE FROM rejected_record
WHERE page_id = ANY(%(pages)s) AND kind = 'posting' AND NOT (data_sha256 = ANY(%(kept)s))
"""
"""What did not pass as an older extractor read it, and is read otherwise now."""

SEEN_LAST = """
SELECT posting.id, posting.page_id, posting.platform, posting.tenant, posting.source_id
FROM posting JOIN page ON page.id = posting.page_id
WHERE posting.page_id = ANY(%s) AND posting.fence = page.fence AND posting.closed_at IS NULL
"""
"""Postings that the current captures of pages have shown, as far as rows know."""
