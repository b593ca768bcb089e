"""Erasing from an archive that is filled by hand, and what is there afterwards."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator

from pipelines import warc
from pipelines.cdxj import Line, members, read_segment
from pipelines.erase import Erased, Eraser
from pipelines.object_store import Archive
from pipelines.rewriting import Record
from pipelines.wishes import Wish
from schemas.page import ArchivePointer, Page
from tests.support.shelf import MONDAY, Shelf

SECRET = b"<p>my name and my address, which nobody else has" * 20
URL = "https://example.com/me"
TODAY = date(2026, 3, 20)


def erase(shelf: Shelf, *wishes: Wish, archive: Archive | None = None) -> Erased:
    eraser = Eraser(shelf.rows, archive or shelf.archive, wishes, MONDAY.date() - timedelta(days=1), TODAY)
    return eraser.erase(eraser.plan())


def objects(archive: Archive) -> dict[str, bytes]:
    return {name: archive.whole(archive.uri(name)) for name in archive.names("warc")}


def unpacked(archive: Archive) -> bytes:
    """All that is in the archive, as it would be read."""
    found = b""
    for name, data in objects(archive).items():
        parts = [data]
        if name.endswith(".gz"):
            places = [(offset, length) for offset, length, _ in members(io.BytesIO(data))]
            parts = [Record.read(data[offset : offset + length]).member() for offset, length in places]
            parts = [warc.unpacked(part) for part in parts]
        found += b"".join(parts)
    return found


def check(shelf: Shelf, tmp_path: Path) -> None:
    """Public tools read every segment, its index says what is in it, and each row's bytes are its own."""
    for name, data in objects(shelf.archive).items():
        if not name.endswith(".warc.gz"):
            continue
        file = tmp_path / "checked.warc.gz"
        file.write_bytes(data)
        done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", file], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        read = [record.record_id for record in ArchiveIterator(io.BytesIO(data))]
        assert len(read) == len(list(members(io.BytesIO(data))))
        index = shelf.archive.whole(shelf.archive.uri(name.replace(".warc.gz", ".cdxj")))
        assert list(map(Line.decode, index.splitlines())) == sorted(read_segment(io.BytesIO(data), name))
    rows_have_their_bytes(shelf)


def rows_have_their_bytes(shelf: Shelf) -> None:
    for row in shelf.rows.execute("SELECT * FROM page").fetchall():
        assert sha256(body_at(shelf, row)).digest() == row["body_sha256"], row["url"]


def body_at(shelf: Shelf, row: dict[str, Any]) -> bytes:
    member = shelf.archive.read(row["archive_uri"], row["archive_offset"], row["archive_length"])
    return warc.read_http(member)[2]


def row_of(shelf: Shelf, path: str) -> dict[str, Any]:
    found = shelf.rows.execute("SELECT * FROM page WHERE url LIKE %s", [f"%/{path}"]).fetchone()
    assert found
    return found


def posting(shelf: Shelf, page_id: int, source: str) -> int:
    row = shelf.rows.execute(
        "INSERT INTO posting (platform, tenant, source_id, page_id, url, title, content_sha256) "
        "VALUES ('web', 'example.com', %s, %s, 'u', 't', 'x') RETURNING id",
        [source, page_id],
    ).fetchone()
    assert row
    return int(row["id"])


def version(shelf: Shelf, posting_id: int, page_id: int, page: Page, pointer: ArchivePointer) -> None:
    shelf.rows.execute(
        "INSERT INTO posting_version (posting_id, content_sha256, seen_at, data, page_id, archive_uri, archive_offset, "
        "archive_length) VALUES (%s, %s, %s, '{}', %s, %s, %s, %s)",
        [posting_id, page.body_sha256, page.fetched_at, page_id, pointer.uri, pointer.offset, pointer.length],
    )
