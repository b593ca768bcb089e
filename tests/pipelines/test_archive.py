"""Stage 1: when a segment is closed, and that each page learns where its bytes are, or why they are nowhere."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler
from warcio.archiveiterator import ArchiveIterator

from pipelines.archive import ArchivePipeline
from pipelines.failures import ArchiveError
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.warc import read_http
from schemas.page import ArchivePointer, Page
from tests.support.pages import make_page

PATIENCE = 120


class Stage:
    """The stage over a folder; ``more`` is whether more pages are coming."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.archive = Archive(ArchiveLocation(folder.as_uri()))
        self.more = True
        options: dict[str, Any] = {"software": "test", "segment_bytes": 10_000_000, "segment_seconds": 600.0} | changes
        self.pipeline = ArchivePipeline(self.archive, more_to_come=lambda: self.more, **options)

    async def add(self, page: Page) -> asyncio.Future[ArchivePointer]:
        assert id(await self.pipeline.process_item(page)) == id(page)
        assert page.archived is not None
        return page.archived

    def body(self, pointer: ArchivePointer) -> bytes:
        return read_http(self.archive.read(pointer.uri, pointer.offset, pointer.length))[2]


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


def some_pages(count: int, size: int = 100) -> list[Page]:
    return [make_page(f"https://example.com/{n}", body=f"{n:0{size}}".encode()) for n in range(count)]


def segments(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.warc.gz"))


@asynccontextmanager
async def opened(folder: Path, **changes: Any) -> AsyncIterator[Stage]:
    stage = Stage(folder, **changes)
    yield stage
    await stage.pipeline.close_spider()


def test_pages_go_on_at_once_and_learn_their_places_at_the_end(tmp_path: Path) -> None:
    async def test() -> None:
        stage = Stage(tmp_path)
        pages = some_pages(50)
        futures = [await stage.add(page) for page in pages]
        assert not any(future.done() for future in futures)

        await stage.pipeline.close_spider()

        assert [stage.body(future.result()) for future in futures] == [page.body for page in pages]
        assert len({future.result().uri for future in futures}) == 1

    run(test)


def test_a_page_gets_its_digest_and_size(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as stage:
            page = make_page(body=b"x" * 1000)
            page.body_sha256, page.body_bytes = b"", 0
            await stage.add(page)
            assert (page.body_sha256, page.body_bytes) == (sha256(page.body).digest(), 1000)

    run(test)


def test_a_segment_is_closed_by_its_size(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path, segment_bytes=1000) as stage:
            futures = [await stage.add(page) for page in some_pages(7, size=500)]
            await asyncio.wait(futures[:6])
            assert [future.done() for future in futures] == [True] * 6 + [False]
        assert len({future.result().uri for future in futures}) == 4

    run(test)


def test_a_segment_is_closed_by_its_age(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path, segment_seconds=0.05) as stage:
            first = await stage.add(make_page(body=b"first"))
            await first
            second = await stage.add(make_page(body=b"second"))
            await second
            assert first.result().uri != second.result().uri

    run(test)


def test_the_age_is_that_of_the_segment_that_is_open(tmp_path: Path) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        async with opened(tmp_path, segment_bytes=100, segment_seconds=0.2) as stage:
            began = loop.time()
            await (await stage.add(make_page(body=bytes(100))))
            await asyncio.sleep(0.1)  # the first segment is closed, and its time must not close the second
            await (await stage.add(make_page(body=b"small")))
            assert loop.time() - began >= 0.3

    run(test)


def test_a_segment_is_closed_when_no_more_pages_are_coming(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as stage:
            waiting = await stage.add(make_page())
            stage.more = False
            await (await stage.add(make_page()))
            assert waiting.done()

    run(test)


def test_a_last_request_without_a_page_closes_the_segment_too(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as stage:
            waiting = await stage.add(make_page())
            stage.pipeline.scheduler_empty()
            await asyncio.sleep(0)
            assert not waiting.done()
            stage.more = False
            stage.pipeline.scheduler_empty()
            await waiting

    run(test)


def test_a_store_that_fails_tells_every_page_that_waits(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "warc").write_text("a file in the place of the folder")
        async with opened(tmp_path) as stage:
            futures = [await stage.add(page) for page in some_pages(20)]
            stage.pipeline.upload()
            errors = await asyncio.gather(*futures, return_exceptions=True)
            assert {type(error) for error in errors} == {ArchiveError}
            assert len({str(error) for error in errors}) == 1

            (tmp_path / "warc").unlink()
            healthy = await stage.add(make_page())
        assert stage.body(healthy.result()) == make_page().body

    run(test)


def test_nothing_is_lost_when_the_spider_closes_while_segments_are_on_their_way(tmp_path: Path) -> None:
    async def test() -> None:
        stage = Stage(tmp_path, segment_bytes=5000)
        pages = some_pages(100, size=1000)
        futures = [await stage.add(page) for page in pages]

        await stage.pipeline.close_spider()

        assert [stage.body(future.result()) for future in futures] == [page.body for page in pages]

    run(test)


def test_a_job_without_pages_leaves_no_file(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as stage:
            stage.pipeline.scheduler_empty()

    run(test)
    assert not list(tmp_path.iterdir())


def test_segments_are_named_by_day_worker_and_number(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path, segment_bytes=1) as stage:
            uris = [(await (await stage.add(make_page()))).uri for _ in range(2)]
        assert uris == [path.as_uri() for path in segments(tmp_path)]

    run(test)
    first, second = segments(tmp_path)
    assert re.fullmatch(r"warc/\d{4}/\d\d/\d\d/.+-000001\.warc\.gz", str(first.relative_to(tmp_path)))
    assert second.name == first.name.replace("-000001", "-000002")
    with first.open("rb") as file:
        assert [record.rec_type for record in ArchiveIterator(file)] == ["warcinfo", "response", "request"]


def test_a_page_may_come_as_a_dict(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as stage:
            page = await stage.pipeline.process_item(asdict(make_page()))
        assert stage.body(page.archived.result()) == make_page().body

    run(test)


@pytest.mark.parametrize("item", [{"name": "no page"}, "text", None, 7])
def test_anything_else_is_passed_on(tmp_path: Path, item: Any) -> None:
    async def test() -> None:
        async with opened(tmp_path) as stage:
            assert await stage.pipeline.process_item(item) is item

    run(test)
    assert not list(tmp_path.iterdir())


def test_it_is_off_where_no_archive_is_set() -> None:
    with pytest.raises(NotConfigured, match="LONGLINE_ARCHIVE_URL is not set"):
        ArchivePipeline.from_crawler(get_crawler(settings_dict={"LONGLINE_ARCHIVE_URL": ""}))
