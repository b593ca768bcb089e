"""Pages written as the last stage writes them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipelines.writer import Writer
from schemas.job import Job, JobStats
from schemas.page import ArchivePointer, Page, Record, Unchanged
from schemas.posting import Posting

POINTER = ArchivePointer("file:///archive/warc/1.warc.gz", 123, 456)
PATIENCE = 120


@dataclass(frozen=True)
class Written:
    """What became of each page: None where its rows were committed, else the error; and the writer's counts."""

    outcomes: list[BaseException | None]
    stats: JobStats


def write(url: str, *pages: Page) -> Written:
    """Write all pages at once, and wait until each is committed or refused."""
    return asyncio.run(asyncio.wait_for(_write(url, pages), PATIENCE))


async def _write(url: str, pages: tuple[Page, ...]) -> Written:
    writer = Writer(url)
    try:
        outcomes = await asyncio.gather(*(writer.write(page, POINTER) for page in pages), return_exceptions=True)
    finally:
        await writer.close()
    return Written(outcomes, writer.stats)


def posting(source_id: str = "7", **changes: Any) -> Record:
    """A valid posting, as the third stage hands it on."""
    fields = {"platform": "web", "tenant": "example.com", "source_id": source_id, "title": "Nurse"}
    sound = Posting.model_validate(fields | {"url": "https://example.com/jobs/7"} | changes)
    return Record("posting", sound.model_dump(mode="json"))


def text(markdown: str) -> Record:
    """A page's text."""
    return Record("text", {"markdown": markdown})


def unchanged(page: Page, job: Job, fetched_at: datetime) -> Page:
    """The page once more, in another job, to which its site says that it is as it was."""
    known = Unchanged(page.fetched_at, page.body_sha256, [])
    fence = job.fence(1)
    return replace(page, job_id=job.id, fence=fence, fetched_at=fetched_at, unchanged=known, records=[], rejected=[])
