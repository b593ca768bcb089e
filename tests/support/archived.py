"""Pages in an archive and in rows, as a crawl leaves them: through the same stages, without a crawl."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from pipelines.extract import ExtractPipeline
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.segment import Segment
from pipelines.validate import ValidatePipeline
from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import Page
from tests.support.pages import make_page

PATIENCE = 60


def posting_html(title: str = "Nurse", number: int = 7, salary: str = "", extra: str = "") -> bytes:
    """A page with one posting in its JSON-LD."""
    pay = f', "baseSalary": {salary}' if salary else ""
    return f"""<!doctype html><html lang=en><head><title>{title}</title>{extra}<script type="application/ld+json">
        {{"@context": "https://schema.org", "@type": "JobPosting", "title": "{title}",
        "identifier": {{"@type": "PropertyValue", "name": "acme", "value": "{number}"}},
        "description": "<p>We look for a {title.lower()} who likes people, night shifts and good coffee.</p>",
        "hiringOrganization": {{"@type": "Organization", "name": "Acme"}}, "datePosted": "2026-02-01"{pay}}}
        </script></head><body><main><h1>{title}</h1><p>Come and work with us.</p></main></body></html>""".encode()


def posting_page(job: Job, number: int, title: str = "Nurse", **changes: object) -> Page:
    """A page of a job with a posting of its own."""
    body = posting_html(title, number)
    return make_page(f"https://{job.site}/jobs/{number}", job, **{"body": body, **changes})


def archive_pages(database_url: str, folder: Path, segments: Sequence[Sequence[Page]]) -> list[str]:
    """Archive pages, a segment for each list, and store them with what is in them. The segments' addresses."""
    first = len(list(folder.rglob("*.warc.gz")))
    numbered = dict(enumerate(segments, first))
    return asyncio.run(asyncio.wait_for(_archive_pages(database_url, folder, numbered), PATIENCE))


async def _archive_pages(database_url: str, folder: Path, segments: dict[int, Sequence[Page]]) -> list[str]:
    archive, writer = Archive(ArchiveLocation(folder.as_uri())), Writer(database_url)
    try:
        return [await _segment(archive, writer, number, pages) for number, pages in segments.items()]
    finally:
        await writer.close()


async def _segment(archive: Archive, writer: Writer, number: int, pages: Sequence[Page]) -> str:
    name = f"warc/2026/03/02/test-{number:06}.warc.gz"
    segment = Segment(name, archive.uri(name), "test")
    places = [segment.add(page) for page in pages]
    await archive.put(name, segment.seal())
    segment.succeed()
    extract, validate = ExtractPipeline(), ValidatePipeline()
    read = [validate.process_item(await extract.process_item(page)) for page in pages]
    archived = await asyncio.gather(*places)
    await asyncio.gather(*(writer.write(page, at) for page, at in zip(read, archived, strict=True)))
    return archive.uri(name)
