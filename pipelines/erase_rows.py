"""Rows of what is erased: those that go, and those that stay and point at records which go or move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from pipelines.catalogue import STAMP
from pipelines.database import Row
from pipelines.group_rows import FORGET_EMPTY
from pipelines.wishes import Wish
from schemas.addresses import url_sha256

Connection = psycopg.Connection[Row]

_SITES = "(SELECT id FROM site WHERE %(site)s::text IS NULL OR slug = %(site)s)"
_JOBS = f"(SELECT id FROM job WHERE site_id IN {_SITES})"  # noqa: S608 - made of this module's own text
_URL = "(%(key)s::bytea IS NULL OR url_sha256 = %(key)s)"
_PAGES = f"""
SELECT id, body_sha256 FROM page WHERE site_id IN {_SITES} AND {_URL}
    AND (%(before)s::timestamptz IS NULL OR last_seen < %(before)s)
"""  # noqa: S608 - made of this module's own text
_STAYING = f"(SELECT id FROM page WHERE site_id IN {_SITES} AND {_URL})"  # noqa: S608 - made of this module's own text
_NEWER = "SELECT FROM posting_version AS newer WHERE newer.posting_id = old.posting_id AND newer.seen_at > old.seen_at"

OF_PAGES = {
    "posting_version": """
        DELETE FROM posting_version WHERE page_id = ANY(%(pages)s)
            OR posting_id IN (SELECT id FROM posting WHERE page_id = ANY(%(pages)s))
    """,
    "posting_group_member": """
        DELETE FROM posting_group_member WHERE posting_id IN (SELECT id FROM posting WHERE page_id = ANY(%(pages)s))
    """,
    "posting": "DELETE FROM posting WHERE page_id = ANY(%(pages)s)",
    "record": "DELETE FROM record WHERE page_id = ANY(%(pages)s)",
    "rejected_record": "DELETE FROM rejected_record WHERE page_id = ANY(%(pages)s)",
    "page": "DELETE FROM page WHERE id = ANY(%(pages)s)",
}
"""What goes with pages, by table, in an order in which no row is left that points at one that is gone."""

OF_WISHES = {
    "posting_version": f"""
        DELETE FROM posting_version AS old WHERE page_id IN {_STAYING} AND seen_at < %(before)s AND EXISTS ({_NEWER})
    """,  # noqa: S608 - made of this module's own text
    "dead_request": f"""
        DELETE FROM dead_request WHERE job_id IN {_JOBS} AND {_URL}
            AND (%(before)s::timestamptz IS NULL OR died_at < %(before)s)
    """,  # noqa: S608 - made of this module's own text
    "waiting_request": f"""
        DELETE FROM waiting_request WHERE job_id IN {_JOBS}
            AND (%(url)s::bytea IS NULL OR position(%(url)s::bytea IN payload) > 0)
            AND (%(before)s::timestamptz IS NULL OR created_at < %(before)s)
    """,  # noqa: S608 - made of this module's own text
    "listing": f"""
        DELETE FROM listing WHERE job_id IN {_JOBS} AND {_URL}
            AND (%(before)s::timestamptz IS NULL OR seen_at < %(before)s)
    """,  # noqa: S608 - made of this module's own text
    "record": f"""
        DELETE FROM record WHERE site_id IN {_SITES} AND %(key)s::bytea IS NULL
            AND (%(before)s::timestamptz IS NULL OR last_seen < %(before)s)
    """,  # noqa: S608 - made of this module's own text
}
"""What a wish says of tables whose rows need no page."""

_TEXTS = """
DELETE FROM page_text WHERE body_sha256 = ANY(%s) AND NOT EXISTS (
    SELECT FROM page WHERE page.body_sha256 = page_text.body_sha256)
"""
_GROUPS = """
SELECT DISTINCT group_id FROM posting_group_member
WHERE posting_id IN (SELECT id FROM posting WHERE page_id = ANY(%(pages)s))
"""
# Which pages were to be read again from segments that are written anew is not known any more: it begins anew, too.
_READ_AGAIN = "DELETE FROM job_segment WHERE job_id IN (SELECT job_id FROM job_segment WHERE uri = ANY(%s))"


def delete_rows(connection: Connection, wishes: Iterable[Wish], bodies: Collection[bytes]) -> Counter[str]:
    """Delete what is wished for; how many rows of each table. ``bodies``: digests of what goes from the archive."""
    counted: Counter[str] = Counter()
    digests, groups = set(bodies), set()
    for wish in wishes:
        values = _values(wish)
        pages = connection.execute(_PAGES.encode(), values).fetchall()
        digests |= {bytes(page["body_sha256"]) for page in pages}
        values["pages"] = [page["id"] for page in pages]
        groups |= {row["group_id"] for row in connection.execute(_GROUPS, values)}
        for table, statement in [*OF_PAGES.items(), *OF_WISHES.items()]:
            counted[table] += connection.execute(statement.encode(), values).rowcount
    counted["page_text"] += connection.execute(_TEXTS, [list(digests)]).rowcount
    counted["posting_group"] += connection.execute(FORGET_EMPTY, {"groups": sorted(groups)}).rowcount
    return +counted


def forget_readings(connection: Connection, uris: Collection[str]) -> None:
    """Have jobs begin anew that were stopped amid a reading of the archive with these segments."""
    connection.execute(_READ_AGAIN, [list(uris)])


def _values(wish: Wish) -> dict[str, Any]:
    key = url_sha256(wish.url) if wish.url else None
    return {"site": wish.site, "key": key, "url": wish.url and wish.url.encode(), "before": wish.before}


@dataclass(frozen=True, slots=True)
class Move:
    """Where a record was and is. ``date``: when the page of ``url`` was fetched whose record has the bytes now."""

    uri: str
    offset: int
    new_uri: str
    new_offset: int
    new_length: int


_MOVED = """
    FROM unnest(%(offsets)s::bigint[], %(uris)s::text[], %(news)s::bigint[], %(lengths)s::bigint[])
        AS moved(at, uri, new_at, length)
"""
MOVES = [
    f"""
    UPDATE {table} SET archive_uri = moved.uri, archive_offset = moved.new_at, archive_length = moved.length {_MOVED}
    WHERE archive_uri = %(uri)s AND archive_offset = moved.at
    """  # noqa: S608 - made of this module's own text
    for table in ("page", "posting_version")
]
MOVES.append(
    f"""
    UPDATE page SET wall = wall || jsonb_build_object(
        'archive_uri', moved.uri, 'archive_offset', moved.new_at, 'archive_length', moved.length) {_MOVED}
    WHERE wall->>'archive_uri' = %(uri)s AND (wall->>'archive_offset')::bigint = moved.at
    """  # noqa: S608 - made of this module's own text
)

_MOVED_PLACE = "jsonb_build_object('uri', moved.uri, 'offset', moved.new_at, 'length', moved.length)"
_EVIDENCE = {
    "posting": ("evidence", "archive", "evidence IS NOT NULL"),
    "posting_version": ("data", "evidence,archive", "data ? 'evidence'"),
}
"""What shows that a posting is closed, where its answer is archived: column, path, and what an index of it is for."""
MOVES += [
    f"""
    UPDATE {table} SET {column} = jsonb_set({column}, '{{{path}}}', {_MOVED_PLACE}) {_MOVED}
    WHERE {there} AND {column} #>> '{{{path},uri}}' = %(uri)s
        AND ({column} #>> '{{{path},offset}}')::bigint = moved.at
    """  # noqa: S608 - made of this module's own text
    for table, (column, path, there) in _EVIDENCE.items()
]
_FORGET = [
    f"""
    UPDATE {table} SET {column} = {column} #- '{{{path}}}'
    WHERE {there} AND {column} #>> '{{{path},uri}}' = %(uri)s
        AND ({column} #>> '{{{path},offset}}')::bigint = ANY(%(offsets)s)
    """  # noqa: S608 - made of this module's own text
    for table, (column, path, there) in _EVIDENCE.items()
]


def move_pointers(connection: Connection, uri: str, moves: Collection[Move]) -> int:
    """Have all rows that point into a segment point at where its records are now; how many."""
    values = {
        "uri": uri,
        "offsets": [move.offset for move in moves],
        "uris": [move.new_uri for move in moves],
        "news": [move.new_offset for move in moves],
        "lengths": [move.new_length for move in moves],
    }
    return sum(connection.execute(statement.encode(), values).rowcount for statement in MOVES) if moves else 0


def refetched(connection: Connection, move: Move, url: str, when: str) -> None:
    """Date a page by the record that has its bytes now, which is a later one of its own."""
    connection.execute(
        "UPDATE page SET fetched_at = %s WHERE archive_uri = %s AND archive_offset = %s AND url_sha256 = %s",
        [when, move.new_uri, move.new_offset, url_sha256(url)],
    )


_HOLDERS = """
SELECT page.id, page.url, page.content_type, page.last_seen, page.archive_offset, site.slug AS site
FROM page JOIN site ON site.id = page.site_id
WHERE archive_uri = %(uri)s AND archive_offset = ANY(%(offsets)s)
"""
_WALLED = """
SELECT page.id, page.url, (wall->>'archive_offset')::bigint AS archive_offset, wall->>'fetched_at' AS seen,
    site.slug AS site
FROM page JOIN site ON site.id = page.site_id
WHERE wall->>'archive_uri' = %(uri)s AND (wall->>'archive_offset')::bigint = ANY(%(offsets)s)
"""
_OLD_VERSIONS = """
UPDATE posting_version SET archive_uri = page.archive_uri, archive_offset = page.archive_offset,
    archive_length = page.archive_length
FROM posting JOIN page ON page.id = posting.page_id
WHERE posting.id = posting_version.posting_id AND posting_version.archive_uri = %(uri)s
    AND posting_version.archive_offset = ANY(%(offsets)s)
"""


def holders(connection: Connection, uri: str, offsets: Collection[int]) -> list[Row]:
    """The rows of pages whose bytes are at places that go."""
    return connection.execute(_HOLDERS, {"uri": uri, "offsets": list(offsets)}).fetchall()


def forget_walls(connection: Connection, wishes: Collection[Wish], uri: str, offsets: Collection[int]) -> int:
    """Take the walls from pages that stay whose evidence is erased; how many."""
    found = connection.execute(_WALLED, {"uri": uri, "offsets": list(offsets)}).fetchall()
    meant = [row["id"] for row in found if any(w.meets(row["site"], row["url"], _stamp(row["seen"])) for w in wishes)]
    return connection.execute("UPDATE page SET wall = NULL WHERE id = ANY(%s)", [meant]).rowcount


def forget_lost_walls(connection: Connection, uri: str, offsets: Collection[int]) -> int:
    """The same of those whose evidence is another page's that is erased, and that nobody else has."""
    statement = """
        UPDATE page SET wall = NULL
        WHERE wall->>'archive_uri' = %s AND (wall->>'archive_offset')::bigint = ANY(%s)
    """
    return connection.execute(statement, [uri, list(offsets)]).rowcount


def settle_versions(connection: Connection, uri: str, offsets: Collection[int]) -> None:
    """Have the last versions of postings point at what their pages show, where their own bytes go; and no evidence at
    what is gone."""
    for statement in (_OLD_VERSIONS, *_FORGET):
        connection.execute(statement.encode(), {"uri": uri, "offsets": list(offsets)})


def _stamp(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime(STAMP)


def adopt(connection: Connection, page_id: int, move: Move, when: str) -> None:
    """Have one page point at a record that was made for it."""
    connection.execute(
        "UPDATE page SET archive_uri = %s, archive_offset = %s, archive_length = %s, fetched_at = %s WHERE id = %s",
        [move.new_uri, move.new_offset, move.new_length, when, page_id],
    )
