"""Statements about groups of postings. The tables themselves belong to Django's migrations."""

from __future__ import annotations

REQUISITION = "requisition"
"""The rule of groups beside: what an employer gives one number. They say nothing of being one job."""

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('longline.posting_group', 0))"
"""Two who group at one time would not see each other's postings."""

CHANGED = """
SELECT posting.id FROM posting JOIN page ON page.id = posting.page_id
LEFT JOIN posting_compared AS known ON known.posting_id = posting.id
WHERE (%(job)s::uuid IS NULL
        OR page.job_id = %(job)s AND page.site_id = (SELECT site_id FROM job WHERE id = %(job)s))
    AND (%(site)s::bigint IS NULL OR page.site_id = %(site)s)
    AND (known.content_sha256 IS DISTINCT FROM posting.content_sha256 OR known.rules <> %(rules)s)
ORDER BY posting.id
"""

ADVERTS = """
SELECT id, platform, tenant, requisition_id, url, apply_url, title, company, locations, content_sha256
FROM posting WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR KEY SHARE
"""

TEXTS = "SELECT id, description_text FROM posting WHERE id = ANY(%(ids)s::bigint[]) AND description_text IS NOT NULL"

FORGET_SIGNS = "DELETE FROM posting_sign WHERE posting_id = ANY(%(ids)s::bigint[])"
SIGN = """
INSERT INTO posting_sign (posting_id, sign)
SELECT DISTINCT * FROM unnest(%(ids)s::bigint[], %(signs)s::bigint[]) ON CONFLICT DO NOTHING
"""
COMPARED = """
INSERT INTO posting_compared (posting_id, content_sha256, rules)
SELECT *, %(rules)s FROM unnest(%(ids)s::bigint[], %(digests)s::bytea[])
ON CONFLICT (posting_id) DO UPDATE SET content_sha256 = excluded.content_sha256, rules = excluded.rules
"""

LOOK_UP = """
SELECT wanted.sign, found.posting_id FROM unnest(%(signs)s::bigint[]) AS wanted (sign) CROSS JOIN LATERAL (
    SELECT posting_id FROM posting_sign WHERE posting_sign.sign = wanted.sign AND posting_id <> ALL(%(but)s::bigint[])
    ORDER BY posting_id DESC LIMIT %(most)s
) AS found
"""
"""The newest postings with each of some signs, but for those that are known; no more are read."""

MEMBERS = f"""
SELECT member.group_id, member.posting_id, member.rule, member.score, member.split_at FROM (
    SELECT DISTINCT group_id FROM posting_group_member
    WHERE posting_id = ANY(%(ids)s::bigint[]) AND (rule = '{REQUISITION}') = %(requisitions)s
) AS concerned CROSS JOIN LATERAL (
    SELECT * FROM posting_group_member AS one WHERE one.group_id = concerned.group_id
    ORDER BY one.split_at NULLS LAST, one.posting_id DESC LIMIT %(most)s
) AS member
"""  # noqa: S608 - made of this module's own word
"""The rows of each group that some postings are in, or were split off from."""

NEW_GROUP = "INSERT INTO posting_group DEFAULT VALUES RETURNING id"
JOIN = """
INSERT INTO posting_group_member (group_id, posting_id, rule, score)
VALUES (%(group)s, %(posting)s, %(rule)s, %(score)s)
ON CONFLICT (group_id, posting_id) DO UPDATE SET rule = excluded.rule, score = excluded.score
WHERE posting_group_member.split_at IS NULL
"""
LEAVE = "DELETE FROM posting_group_member WHERE group_id = %(group)s AND posting_id = %(posting)s AND split_at IS NULL"
REMEMBER = """
INSERT INTO posting_group_member (group_id, posting_id, rule, score, created_at, split_at)
SELECT %(to)s, posting_id, rule, score, created_at, split_at FROM posting_group_member
WHERE group_id = %(group)s AND split_at IS NOT NULL ON CONFLICT (group_id, posting_id) DO NOTHING
"""
"""Who was split off a group stays apart from those who leave it, too."""
FORGET_EMPTY = """
DELETE FROM posting_group WHERE id = ANY(%(groups)s::bigint[])
    AND (SELECT count(*) FROM posting_group_member WHERE group_id = posting_group.id) < 2
"""

SPLIT = """
UPDATE posting_group_member SET split_at = now()
WHERE posting_id = ANY(%(postings)s::bigint[]) AND split_at IS NULL
    AND (%(group)s::bigint IS NULL OR group_id = %(group)s)
RETURNING group_id, posting_id
"""
"""Take postings out of their groups, for good."""

UNDO = f"""
WITH back AS (
    SELECT DISTINCT ON (posting_id, rule = '{REQUISITION}') id, posting_id, rule
    FROM posting_group_member AS member
    WHERE posting_id = ANY(%(postings)s::bigint[]) AND split_at IS NOT NULL
        AND (%(group)s::bigint IS NULL OR group_id = %(group)s)
    ORDER BY posting_id, rule = '{REQUISITION}', id
), gone AS (
    DELETE FROM posting_group_member AS member USING back
    WHERE member.posting_id = back.posting_id AND member.id <> back.id
        AND (member.rule = '{REQUISITION}') = (back.rule = '{REQUISITION}')
)
UPDATE posting_group_member AS member SET split_at = NULL FROM back WHERE member.id = back.id
RETURNING member.group_id, member.posting_id
"""  # noqa: S608 - made of this module's own word
"""Put postings back where they were split off, and nowhere else."""

LIST = """
SELECT chosen.id, chosen.created_at, (
    SELECT jsonb_agg(jsonb_build_object('posting', posting.id, 'rule', member.rule, 'score', member.score,
        'split_at', member.split_at, 'status', posting.status, 'company', posting.company, 'title', posting.title,
        'url', posting.url) ORDER BY member.split_at NULLS FIRST, posting.id)
    FROM posting_group_member AS member JOIN posting ON posting.id = member.posting_id
    WHERE member.group_id = chosen.id
) AS members
FROM posting_group AS chosen
WHERE %(site)s::bigint IS NULL OR EXISTS (
    SELECT FROM posting_group_member AS member JOIN posting ON posting.id = member.posting_id
    JOIN page ON page.id = posting.page_id WHERE member.group_id = chosen.id AND page.site_id = %(site)s
)
ORDER BY chosen.id DESC LIMIT %(most)s
"""
