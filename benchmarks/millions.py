"""An archive of very many small pages, made without a crawl, and what it takes to work with it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import psycopg

from benchmarks.crawls import CrawlFailedError
from benchmarks.servers import running
from pipelines import rows
from pipelines.cleaning import Cleaner
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.segment import Segment
from schemas.job import Job
from schemas.page import ArchivePointer, Page
from tests.support.crawl import Scrapy, make_scrapy
from tests.support.tables import add_job, reading

SMALLEST = 10_000
SEGMENT_PAGES = 2_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
HOST = "many.example"
FORMATS = ("jsonl", "csv", "parquet")


def grow(work: Path, most: int) -> None:
    """Make pages, ten times as many each time, and print what the commands take."""
    scrapy = make_scrapy(work / "home", work)
    with running(scrapy.home, work, scrapy.environment()) as urls, reading(urls["database_url"]) as connection:
        job = add_job(connection, HOST)
        maker = Maker(urls["database_url"], Archive(ArchiveLocation((scrapy.home / "archive").as_uri())), job)
        print(f"{'pages':>10}  {'made in':>9}  what, its largest resident memory, and its time", flush=True)
        while maker.count < most:
            began = time.monotonic()
            maker.fill(min(most, max(SMALLEST, 10 * maker.count)))
            connection.execute("ANALYZE page")
            print(f"{maker.count:>10,}  {time.monotonic() - began:>7.0f} s", flush=True)
            for name, arguments in _commands(maker):
                megabytes, seconds = _peak(scrapy, arguments)
                print(f"{'':>23}{name:<34}{megabytes:>7.0f} MB {seconds:>8.1f} s", flush=True)


def _commands(maker: Maker) -> Iterator[tuple[str, list[str]]]:
    last = (BEGAN + timedelta(seconds=maker.count - SEGMENT_PAGES)).isoformat()
    again = ["crawl", "archive", "-a", f"site={HOST}", "-a", "processes=1", "-a", f"since={last}"]
    yield "start-up alone (scrapy list)", ["list"]
    yield "read one page", ["page", f"https://{HOST}/{maker.count // 2}"]
    yield f"compare a segment ({SEGMENT_PAGES:,} pages)", [*again, "--dry-run"]
    yield "extract a segment again", again
    for kind in FORMATS:
        yield f"export all pages as {kind}", ["export", "pages", "--to", f"pages.{kind}"]


class Maker:
    """Writes pages of a job: segments by the project's own writer, rows by COPY. ``count``: how many there are."""

    def __init__(self, database_url: str, archive: Archive, job: Job) -> None:
        self.count = 0
        self._database_url = database_url
        self._archive = archive
        self._job = job

    def fill(self, count: int) -> None:
        """Make more, until there are so many."""
        with psycopg.connect(self._database_url) as connection:
            while self.count < count:
                first, self.count = self.count, min(count, self.count + SEGMENT_PAGES)
                pages = [self._page(number) for number in range(first, self.count)]
                _copy(connection, asyncio.run(self._segment(first, pages)))
                connection.commit()

    async def _segment(self, first: int, pages: list[Page]) -> list[tuple[Page, ArchivePointer]]:
        name = f"warc/2026/01/01/many-{first:09}.warc.gz"
        segment = Segment(name, self._archive.uri(name), "longline benchmark")
        places = [segment.add(page) for page in pages]
        await self._archive.put(name, segment.seal())
        segment.succeed()
        return [(page, await place) for page, place in zip(pages, places, strict=True)]

    def _page(self, number: int) -> Page:
        url, job = f"https://{HOST}/{number}", self._job
        body = f"""<!doctype html><html lang=en><head><title>Page {number}</title>
            <meta name=description content="What page {number} is about"></head><body><main><h1>Page {number}</h1>
            <p>Some words of page {number}, and <a href="/{number + 1}">the next one</a>.</p></main></body></html>"""
        data = body.encode()
        return Page(
            url=url,
            final_url=url,
            status=200,
            request_headers=[("User-Agent", "Longline/benchmark")],
            headers=[("Content-Type", "text/html; charset=utf-8"), ("ETag", f'"{number}"')],
            body=data,
            content_type="text/html; charset=utf-8",
            fetched_at=BEGAN + timedelta(seconds=number),
            site_id=job.site_id,
            job_id=job.id,
            fence=job.fence(number + 1),
            site=job.site,
            extract=frozenset({"page", "posting"}),
            body_sha256=sha256(data).digest(),
            body_bytes=len(data),
        )


def _copy(connection: psycopg.Connection[tuple[object, ...]], made: list[tuple[Page, ArchivePointer]]) -> None:
    cleaner = Cleaner()
    found = [dict(rows.page_row(page, pointer, cleaner)) for page, pointer in made]
    names = list(found[0])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY page ({', '.join(names)}, last_seen) FROM STDIN".encode()) as copy,
    ):
        for row in found:
            values = (rows.json(value) if isinstance(value, dict) else value for value in row.values())
            copy.write_row([*values, row["fetched_at"]])


def _peak(scrapy: Scrapy, arguments: list[str]) -> tuple[float, float]:
    """The largest resident memory of a command, in megabytes, and the seconds that it took."""
    said = scrapy.folder / "said.log"
    began = time.monotonic()
    with said.open("wb") as log:
        process = subprocess.Popen(
            scrapy.command(*arguments, strict=False),
            cwd=scrapy.folder,
            env=scrapy.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CrawlFailedError(f"{' '.join(arguments)} ended with {process.returncode}:\n{said.read_text()[-2000:]}")
    return usage.ru_maxrss * 1024 / 1e6, time.monotonic() - began
