"""What a crawl has left in the tables and in the archive, read with nothing of the crawler's own code."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import psycopg

PIECE = 1 << 14

PAGES = """
SELECT url, to_jsonb(page) - '{id,site_id,job_id,fetched_at,last_seen,fence,archive_uri,archive_offset,archive_length}'
    ::text[] AS row, job_id, archive_uri, archive_offset, archive_length, body_sha256
FROM page ORDER BY url
"""
POSTINGS = """
SELECT posting.platform, posting.tenant, posting.source_id, page.url AS page_url,
    to_jsonb(posting) - '{id,page_id,first_seen,last_seen,fence}'::text[] AS row
FROM posting JOIN page ON page.id = page_id ORDER BY 1, 2, 3
"""
JOB = "SELECT id, state, error, stats, created_at, completed_at FROM job ORDER BY sequence DESC LIMIT 1"

Rows = dict[Any, dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """Rows by key, without what differs from crawl to crawl; ``pages`` by URL; ``pointers`` into the archive by URL.

    ``counted``: how many rows the tables have, which a doubled key would make more.
    """

    job: dict[str, Any]
    pages: Rows
    postings: Rows
    pointers: dict[str, dict[str, Any]]
    counted: tuple[int, int]


@dataclass(frozen=True)
class Member:
    """A response record of the archive: its gzip member's bytes, and what it says of itself."""

    length: int
    url: str
    digest: bytes


def read(connection: psycopg.Connection[dict[str, Any]]) -> Found:
    """All that is in the tables; the newest job."""
    pages = connection.execute(PAGES).fetchall()
    postings = connection.execute(POSTINGS).fetchall()
    job = connection.execute(JOB).fetchone()
    assert job is not None
    return Found(
        job,
        {row["url"]: row["row"] for row in pages},
        {(p["platform"], p["tenant"], p["source_id"]): p["row"] | {"page": p["page_url"]} for p in postings},
        {row["url"]: row for row in pages},
        (len(pages), len(postings)),
    )


def responses(folder: Path) -> dict[tuple[str, int], Member]:
    """Every response record of an archive's whole files, by file and offset; the digest is that of its body's bytes."""
    return {
        (str(file), offset): member
        for file in sorted(folder.rglob("*.warc.gz"))
        for offset, member in _members(file.read_bytes())
    }


def place(pointer: dict[str, Any]) -> tuple[str, int]:
    """The file and the offset that a page's row names."""
    return unquote(urlsplit(pointer["archive_uri"]).path), pointer["archive_offset"]


def job_of(pointer: dict[str, Any]) -> UUID:
    """The job that wrote a page's row."""
    job: UUID = pointer["job_id"]
    return job


def _members(data: bytes) -> Iterator[tuple[int, Member]]:
    at = 0
    while at < len(data):
        record, end = _unpacked(data, at)
        head, _, block = record.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        if fields["WARC-Type"] == "response":
            body = block.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n")
            yield at, Member(end - at, fields["WARC-Target-URI"], hashlib.sha256(body).digest())
        at = end


def _unpacked(data: bytes, at: int) -> tuple[bytes, int]:
    """The content of the gzip member that begins here, and where it ends."""
    unpacking = zlib.decompressobj(31)
    content = bytearray()
    while not unpacking.eof and at < len(data):
        content += unpacking.decompress(data[at : at + PIECE])
        at += PIECE
    return bytes(content), min(at, len(data)) - len(unpacking.unused_data)
