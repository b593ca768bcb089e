"""What a segment holds: each body once, where it can be referred to; its index; and what other readers make of it."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from pipelines import cdxj, warc
from pipelines.archive import ArchivePipeline
from pipelines.failures import ArchiveError
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.segment import Originals
from pipelines.warc import Original, read_http
from schemas.page import Archived, ArchivePointer, Page, Unchanged
from tests.support.pages import HTML, MOMENT, make_page

WORDS = " ".join(sha256(bytes([n])).hexdigest() for n in range(30)).encode()
BODY = b"<!doctype html><title>The same for all</title><p>" + WORDS
OTHER = BODY + b"<p>and more"


class Slow(Archive):
    """A folder whose first segment is not durable before it is let go."""

    def __init__(self, location: ArchiveLocation) -> None:
        super().__init__(location)
        self.let_go = asyncio.Event()

    async def put(self, name: str, data: bytes) -> None:
        if name.endswith("-000001.warc.gz"):
            await self.let_go.wait()
        await super().put(name, data)


class Refusing(Archive):
    """A folder that refuses the first segment."""

    async def put(self, name: str, data: bytes) -> None:
        if name.endswith("-000001.warc.gz"):
            raise ArchiveError("no")
        await super().put(name, data)


class NoIndexes(Archive):
    """A folder that takes no indexes."""

    async def put(self, name: str, data: bytes) -> None:
        if name.endswith(".cdxj"):
            raise ArchiveError("no")
        await super().put(name, data)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 120))


def stage(folder: Path, kind: type[Archive] = Archive) -> tuple[ArchivePipeline, Any]:
    archive = kind(ArchiveLocation(folder.as_uri()))
    options: dict[str, Any] = {"software": "test", "segment_bytes": 10_000_000, "segment_seconds": 600.0}
    return ArchivePipeline(archive, more_to_come=lambda: True, **options), archive


async def put(pipeline: ArchivePipeline, *pages: Page) -> list[ArchivePointer]:
    """In a segment of their own."""
    for page in pages:
        await pipeline.process_item(page)
    pipeline.upload()
    return [await page.archived for page in pages if page.archived]


def body_at(folder: Path, pointer: ArchivePointer) -> bytes:
    archive = Archive(ArchiveLocation(folder.as_uri()))
    return read_http(archive.read(pointer.uri, pointer.offset, pointer.length))[2]


def kinds(file: Path) -> list[str]:
    return [record.rec_type for record in ArchiveIterator(io.BytesIO(file.read_bytes()))]


def segments(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.warc.gz"))


def page(path: str, body: bytes = BODY, **changes: Any) -> Page:
    return make_page(f"https://example.com/{path}", body=body, **changes)


def test_a_body_is_kept_once_in_a_segment(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path)
        pages = [page("a"), page("b", OTHER), page("c"), page("d")]
        pointers = await put(pipeline, *pages)
        await pipeline.close_spider()

        assert pointers[0] == pointers[2] == pointers[3] != pointers[1]
        assert [sha256(body_at(tmp_path, pointer)).digest() for pointer in pointers] == [p.body_sha256 for p in pages]
        assert pages[2].archived_bytes < pages[0].archived_bytes

    run(test)
    found = kinds(segments(tmp_path)[0])
    assert found == ["warcinfo", *["response", "request"] * 2, *["revisit", "request"] * 2]


def test_a_record_that_refers_to_another_says_so_as_the_standard_has_it(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path)
        later = MOMENT + timedelta(hours=1)
        await put(pipeline, page("a"), page("b", fetched_at=later, status=203, headers=[("X-Own", "b")]))
        await pipeline.close_spider()

    run(test)
    records = ArchiveIterator(io.BytesIO(segments(tmp_path)[0].read_bytes()))
    revisit = next(record for record in records if record.rec_type == "revisit")
    said = {name: revisit.rec_headers.get_header(f"WARC-{name}") for name in ("Profile", "Target-URI", "Date")}
    assert said == {
        "Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "Target-URI": "https://example.com/b",
        "Date": "2026-03-02T13:30:15.123456Z",
    }
    assert revisit.rec_headers.get_header("WARC-Refers-To-Target-URI") == "https://example.com/a"
    assert revisit.rec_headers.get_header("WARC-Refers-To-Date") == "2026-03-02T12:30:15.123456Z"
    assert revisit.rec_headers.get_header("WARC-Payload-Digest") == warc.digest(sha256(BODY).digest())
    assert revisit.http_headers.statusline == "203 Non-Authoritative Information"
    assert revisit.http_headers.get_header("X-Own") == "b"
    assert revisit.content_stream().read() == b""


def test_a_body_of_a_durable_segment_is_referred_to_by_later_ones(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path)
        (first,) = await put(pipeline, page("a"))
        await pipeline.close_spider()
        (second,) = await put(pipeline, page("b"))
        (others,) = await put(pipeline, page("b", job_id=UUID(int=2)))
        await pipeline.close_spider()
        assert second == first
        assert others.uri != first.uri, "another job may outlive what this one has kept"
        assert body_at(tmp_path, second) == body_at(tmp_path, others) == BODY

    run(test)
    assert [kinds(file)[1] for file in segments(tmp_path)] == ["response", "revisit", "response"]


def test_nothing_refers_to_a_segment_that_is_still_on_its_way(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, archive = stage(tmp_path, Slow)
        waiting = page("a")
        await pipeline.process_item(waiting)
        pipeline.upload()
        (pointer,) = await put(pipeline, page("b"))
        assert body_at(tmp_path, pointer) == BODY
        archive.let_go.set()
        assert waiting.archived
        assert (await waiting.archived).uri != pointer.uri
        await pipeline.close_spider()

    run(test)


def test_nothing_refers_to_a_segment_that_was_refused(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path, Refusing)
        pages = [page("a"), page("b")]
        for one in pages:
            await pipeline.process_item(one)
        pipeline.upload()
        outcome = await asyncio.gather(*(one.archived for one in pages if one.archived), return_exceptions=True)
        assert [type(error) for error in outcome] == [ArchiveError, ArchiveError]
        (pointer,) = await put(pipeline, page("c"))
        assert body_at(tmp_path, pointer) == BODY
        await pipeline.close_spider()

    run(test)


def test_a_small_body_is_kept_each_time(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path)
        one, other = await put(pipeline, page("a", b"", status=404), page("b", b"", status=404))
        assert one != other
        await pipeline.close_spider()

    run(test)


def test_a_page_that_is_as_its_row_says_refers_to_what_the_row_points_at(tmp_path: Path) -> None:
    async def test() -> None:
        before, _ = stage(tmp_path)
        (pointer,) = await put(before, page("a"))
        await before.close_spider()
        known = Archived(sha256(BODY).digest(), pointer)

        now, _ = stage(tmp_path)
        same = page("b", known=known, job_id=UUID(int=2))
        changed = page("b", OTHER, known=known, job_id=UUID(int=2))
        pointers = await put(now, same, changed)
        await now.close_spider()

        assert pointers[0] == pointer
        assert pointers[1] != pointer
        assert [body_at(tmp_path, where) for where in pointers] == [BODY, OTHER]

    run(test)


def test_what_is_gone_from_the_archive_is_archived_again(tmp_path: Path) -> None:
    async def test() -> None:
        before, archive = stage(tmp_path)
        gone, other, moved = await put(before, page("a"), page("b", OTHER), page("c", b"x" * 1000))
        await before.close_spider()
        digest = sha256(BODY).digest()
        no_file = ArchivePointer(archive.uri("warc/none.warc.gz"), 0, 100)
        elsewhere = ArchivePointer(gone.uri, gone.offset + 7, gone.length)
        beyond = ArchivePointer(gone.uri, 10_000_000, 100)
        strange = ArchivePointer("s3://other/warc/a.warc.gz", 0, 100)
        for where in (no_file, elsewhere, beyond, other, moved, strange):
            pipeline, _ = stage(tmp_path)
            (pointer,) = await put(pipeline, page("a", known=Archived(digest, where)))
            await pipeline.close_spider()
            assert pointer not in (where, gone)
            assert body_at(tmp_path, pointer) == BODY

    run(test)


def a_bit_of_everything() -> list[Page]:
    rendered = page("rendered", OTHER, rendered=True, tier="browser", proxy="10.0.0.1:8080", site="acme")
    rendered.headers = [("Content-Type", "text/html; charset=utf-8"), ("ETag", '"é"'), ("Set-Cookie", "a"), ("X", "b")]
    unchanged = page("unchanged", unchanged=Unchanged(MOMENT, sha256(BODY).digest(), [("ETag", '"v1"')]))
    empty = page("empty?b&a", b"", status=404, headers=[], job_id=UUID(int=2), site="other")
    return [page("a"), page("b"), rendered, unchanged, empty, page("é", HTML * 5, status=999)]


def test_the_index_beside_a_segment_is_the_one_that_its_bytes_give(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path)
        await put(pipeline, *a_bit_of_everything())
        await pipeline.close_spider()

    run(test)
    (file,) = segments(tmp_path)
    beside = Path(cdxj.index_name(str(file)))
    made = cdxj.index(cdxj.read_segment(io.BytesIO(file.read_bytes()), file.name))
    assert beside.read_bytes() == made
    found = {(line.url.rpartition("/")[2], line.mime, line.status) for line in map(cdxj.Line.decode, made.splitlines())}
    assert found == {
        ("a", "text/html", "200"),
        ("b", "warc/revisit", "200"),
        ("rendered", "text/html", "200"),
        ("unchanged", "warc/revisit", "304"),
        ("empty?b&a", "unk", "404"),
        ("é", "text/html", "999"),
    }


def test_a_segment_without_an_index_is_as_good(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path, NoIndexes)
        (pointer,) = await put(pipeline, page("a"))
        await pipeline.close_spider()
        assert body_at(tmp_path, pointer) == BODY

    run(test)


def test_the_first_record_names_the_jobs_and_sites_of_the_segment(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path)
        await put(pipeline, *a_bit_of_everything())
        await pipeline.close_spider()

    run(test)
    info = next(iter(ArchiveIterator(io.BytesIO(segments(tmp_path)[0].read_bytes()))))
    lines = info.content_stream().read().decode().split("\r\n")
    assert [line for line in lines if line.startswith("isPartOf")] == [
        f"isPartOf: site example.com, job {UUID(int=1)}",
        f"isPartOf: site acme, job {UUID(int=1)}",
        f"isPartOf: site other, job {UUID(int=2)}",
    ]


def test_what_a_browser_has_made_is_a_resource_with_the_headers_that_were_sent(tmp_path: Path) -> None:
    rendered = a_bit_of_everything()[2]

    member, request = warc.records(rendered)

    record = next(iter(ArchiveIterator(io.BytesIO(member), check_digests="raise")))
    assert (record.rec_type, record.content_stream().read()) == ("resource", OTHER)
    assert record.rec_headers.get_header("Longline-Proxy") == "10.0.0.1:8080"
    assert next(iter(ArchiveIterator(io.BytesIO(request)))).rec_type == "request"
    status, headers, body = read_http(member)
    assert (status, body) == ("HTTP/1.1 200 OK", OTHER)
    assert headers == [*rendered.headers, ("Content-Length", str(len(OTHER)))]
    found = warc.read_original(member, ArchivePointer("file:///a", 0, 1), rendered.body_sha256)
    assert found == Original("https://example.com/rendered", warc.date(MOMENT), ArchivePointer("file:///a", 0, 1))


def test_two_public_readers_read_every_segment(tmp_path: Path) -> None:
    async def test() -> None:
        pipeline, _ = stage(tmp_path)
        await put(pipeline, *a_bit_of_everything())
        await put(pipeline, page("again"))
        await pipeline.close_spider()

    run(test)
    files = segments(tmp_path)
    command = [sys.executable, "-m", "warcio.cli", "check", "-v", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for file in files:
        found = []
        for record in FastIterator(str(file), fsspec_args=False):
            kind, payload = record.headers["WARC-Type"], record.reader.read()
            found.append(kind)
            if kind in {"response", "resource"}:
                assert record.headers["WARC-Payload-Digest"] == warc.digest(sha256(payload).digest())
        assert found == kinds(file)


def test_bodies_that_nobody_asks_for_are_forgotten_first() -> None:
    known = Originals(2)
    pointer = ArchivePointer("file:///a", 0, 1)
    entries = [((UUID(int=1), bytes([n])), Original(f"u{n}", "d", pointer)) for n in range(3)]
    known.add(dict(entries[:2]))
    assert known.get(entries[0][0])
    known.add(dict(entries[2:]))
    assert [bool(known.get(key)) for key, _ in entries] == [True, False, True]
