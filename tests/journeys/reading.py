"""How journeys look at what a crawl has left: with nothing of the crawler's own code."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg


def pages_of(
    connection: psycopg.Connection[dict[str, Any]], address: str, job: dict[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """Rows of the table page below an address, by path and query; with a job, those that it has seen last."""
    query = "SELECT * FROM page WHERE starts_with(url, %s) AND job_id = coalesce(%s, job_id)"
    found = connection.execute(query, [address, job and job["id"]]).fetchall()
    return {row["url"].removeprefix(address): row for row in found}


def last_job(connection: psycopg.Connection[dict[str, Any]], address: str) -> dict[str, Any]:
    """The newest job whose URL is below an address."""
    query = "SELECT * FROM job WHERE starts_with(url, %s) ORDER BY sequence DESC LIMIT 1"
    row = connection.execute(query, [address]).fetchone()
    assert row is not None
    return row


def archived_body(row: dict[str, Any]) -> bytes:
    """The body that a page's row points at, read as the standard says: one gzip member, WARC, then HTTP headers.

    What a browser has made has none of the latter.
    """
    path = Path(unquote(urlsplit(row["archive_uri"]).path))
    with path.open("rb") as file:
        file.seek(row["archive_offset"])
        record = gzip.decompress(file.read(row["archive_length"]))
    assert record.startswith(b"WARC/1.1\r\n")
    about, _, block = record.partition(b"\r\n\r\n")
    body = block.removesuffix(b"\r\n\r\n")
    if b"WARC-Type: resource\r\n" not in about:
        _, _, body = body.partition(b"\r\n\r\n")
    assert hashlib.sha256(body).digest() == row["body_sha256"]
    return body
