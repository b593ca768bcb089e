"""An archive that is filled by hand: segments of any day with any captures, and rows that point at them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines import cdxj, warc
from pipelines.object_store import Archive
from pipelines.rewriting import Record
from schemas.addresses import url_sha256
from schemas.job import Job
from schemas.page import ArchivePointer, Page, Unchanged
from tests.support.pages import make_page
from tests.support.tables import Rows

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
Members = tuple[bytes, bytes]
_ROW = """
INSERT INTO page (site_id, url_sha256, url, job_id, final_url, status, content_type, fetched_at, last_seen, body_sha256,
    body_bytes, archive_uri, archive_offset, archive_length)
VALUES (%(site_id)s, %(key)s, %(url)s, %(job_id)s, %(url)s, %(status)s, %(content_type)s, %(fetched_at)s, %(last_seen)s,
    %(body_sha256)s, %(body_bytes)s, %(uri)s, %(offset)s, %(length)s) RETURNING id
"""


@dataclass
class Shelf:
    """``shelf.page(…)`` makes a page, ``shelf.put(…)`` a segment of captures, ``shelf.row(…)`` the row of a page."""

    archive: Archive
    rows: Rows
    job: Job

    def page(self, path: str, body: bytes = b"", days: float = 0, job: Job | None = None, **changes: Any) -> Page:
        """As it was fetched so many days after Monday noon."""
        job = job or self.job
        url = f"https://{job.site}/{path}"
        return make_page(url, job, body=body or path.encode() * 50, fetched_at=MONDAY + timedelta(days=days), **changes)

    def put(self, name: str, *captures: Members, days: float = 0, indexed: bool = True) -> list[ArchivePointer]:
        """Where each capture's first record is."""
        path = f"warc/{MONDAY + timedelta(days=days):%Y/%m/%d}/{name}.warc.gz"
        data, pointers = bytearray(warc.warcinfo(f"{name}.warc.gz", "test")), []
        for first, request in captures:
            pointers.append(ArchivePointer(self.archive.uri(path), len(data), len(first)))
            data += first + request
        self.archive.replace(self.archive.uri(path), bytes(data))
        if indexed:
            index = cdxj.index(cdxj.read_segment(io.BytesIO(data), path))
            self.archive.replace(self.archive.uri(cdxj.index_name(path)), index)
        return pointers

    def row(self, page: Page, pointer: ArchivePointer, **changes: Any) -> int:
        """The id of a page's row, whose bytes are at a place."""
        values = {name: getattr(page, name) for name in ("site_id", "url", "job_id", "status", "content_type")}
        values |= {name: getattr(page, name) for name in ("fetched_at", "body_sha256", "body_bytes")}
        values |= {"key": url_sha256(page.url), "last_seen": page.fetched_at, **changes}
        values |= {"uri": pointer.uri, "offset": pointer.offset, "length": pointer.length}
        row = self.rows.execute(_ROW, values).fetchone()
        assert row
        return int(row["id"])

    def kept(self, page: Page, name: str, days: float = 0) -> int:
        """The row of a page that has a segment for itself."""
        (pointer,) = self.put(name, warc.exchange(page), days=days)
        return self.row(page, pointer)


def not_modified(page: Page, original: Page) -> Members:
    """A capture of what the site said is as it was."""
    return warc.revisit(page, Unchanged(original.fetched_at, original.body_sha256, [("ETag", '"v1"'), ("X-Now", "2")]))


def duplicate(page: Page, original: Page) -> Members:
    """A capture of a page whose body another one has."""
    first, request = warc.exchange(page)
    record = Record.read(first)
    fields = [
        ("WARC-Type", "revisit"),
        ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", original.fetched_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        *record.without("warc-type"),
    ]
    return Record(fields, record.http[0] + b"\r\n\r\n").member(), request
