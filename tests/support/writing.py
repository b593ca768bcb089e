"""Pages written as the last stage writes them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from pipelines.writer import Writer
from schemas.job import JobStats
from schemas.page import ArchivePointer, Page, Record
from schemas.posting import Posting

POINTER = ArchivePointer("file:///archive/warc/1.warc.gz", 123, 456)
PATIENCE = 30


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
