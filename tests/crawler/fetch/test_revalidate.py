"""How what is known of pages is looked up: for many at once, ahead of need, and not at all for a new site."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler.fetch.revalidate import REVALIDATE, RevalidateMiddleware, Shelf
from crawler.queues import SHORT, VERSION
from crawler.responses import page_of
from frontier.codec import dumps
from pipelines.object_store import ArchiveLocation
from pipelines.validators import Known, Validators
from pipelines.warc import exchange
from pipelines.writer import Writer
from schemas.job import Job
from schemas.page import Archived, ArchivePointer
from tests.support.pages import make_page
from tests.support.tables import add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

SITE = "https://example.com"
STORED, ASKED = 40, 100
FIRST_BLOCK, NO_SUCH_BLOCK = 10, 0x06
"""Where a gzip member's data begin, and the bits of that byte that make them of a type that there is not."""


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time where a crawl would rather fetch a page than wait."""
    monkeypatch.setattr("pipelines.validators.ANSWER_SECONDS", 60)


@dataclass(frozen=True)
class Place:
    """What of a lane is looked at."""

    id: UUID
    job: Job


class Counting(Validators):
    """Notes how many pages each query is about."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked: list[int] = []

    async def known(
        self, site: int, urls: Iterable[bytes], extracts: Iterable[str], *, obeys: bool
    ) -> dict[bytes, Known]:
        urls = list(urls)
        self.asked.append(len(urls))
        return await super().known(site, urls, extracts, obeys=obeys)


@pytest.fixture
def again(servers: Servers) -> Iterator[tuple[str, Job, Job]]:
    """A database with forty pages of a site, the job that stored them, and the next one."""

    async def store(url: str, job: Job) -> None:
        writer = Writer(url)
        pages = [make_page(f"{SITE}/{number}", job) for number in range(STORED)]
        await asyncio.gather(*(writer.write(page, ArchivePointer("file:///a", 0, 1)) for page in pages))
        await writer.close()

    with tables(servers) as url, reading(url) as connection:
        first = add_job(connection)
        asyncio.run(store(url, first))
        started = "INSERT INTO job (id, site_id, url, state) VALUES (gen_random_uuid(), %s, %s, 'running')"
        row = connection.execute(f"{started} RETURNING id, sequence".encode(), [first.site_id, SITE]).fetchone()
        assert row
        yield url, first, Job(row["id"], row["sequence"], first.site_id, first.site, first.config)


def look(url: str, act: Callable[[Shelf], Awaitable[Any]]) -> tuple[Any, list[int]]:
    async def run() -> tuple[Any, list[int]]:
        validators = Counting(url)
        shelf = Shelf(validators)
        try:
            return await act(shelf), validators.asked
        finally:
            await shelf.close()

    return asyncio.run(run())


def payload(number: int) -> bytes:
    return dumps([VERSION, SHORT, f"{SITE}/{number}", 1])


def test_one_query_serves_all_that_wait_for_their_turn(again: tuple[str, Job, Job]) -> None:
    url, _, job = again
    lane: Any = Place(job.id, job)

    async def one_after_the_other(shelf: Shelf) -> list[bool]:
        ahead = [payload(number) for number in range(ASKED)]
        return [bool(await shelf.take(lane, lambda _: ahead, f"{SITE}/{number}")) for number in range(ASKED)]

    found, asked = look(url, one_after_the_other)
    assert found == [number < STORED for number in range(ASKED)]
    assert asked == [ASKED]


def test_what_is_asked_meanwhile_goes_into_the_next_query(again: tuple[str, Job, Job]) -> None:
    url, _, job = again
    lane: Any = Place(job.id, job)

    async def all_at_once(shelf: Shelf) -> list[Known | None]:
        return await asyncio.gather(
            *(shelf.take(lane, lambda _: [], f"{SITE}/{number}") for number in range(ASKED)),
        )

    found, asked = look(url, all_at_once)
    assert [bool(one) for one in found] == [number < STORED for number in range(ASKED)]
    assert sum(asked) == ASKED
    assert len(asked) <= 2


def test_a_new_site_costs_no_query(again: tuple[str, Job, Job]) -> None:
    url, first, _ = again
    lane: Any = Place(first.id, first)

    async def many(shelf: Shelf) -> list[Known | None]:
        return [await shelf.take(lane, lambda _: [], f"{SITE}/{number}") for number in range(ASKED)]

    assert look(url, many) == ([None] * ASKED, [])


def test_a_database_that_is_away_holds_nothing_up(again: tuple[str, Job, Job]) -> None:
    _, _, job = again
    lane: Any = Place(job.id, job)

    async def many(shelf: Shelf) -> list[Known | None]:
        return [await shelf.take(lane, lambda _: [], f"{SITE}/{number}") for number in range(ASKED)]

    assert look("postgresql://127.0.0.1:1/none", many) == ([None] * ASKED, [])


def test_a_page_whose_record_is_damaged_is_fetched(tmp_path: Path) -> None:
    page = make_page(f"{SITE}/")
    record, _ = exchange(page)
    location = ArchiveLocation(tmp_path.as_uri())
    pointer = ArchivePointer(f"{location.url}/a.warc.gz", 0, len(record))
    known = Known('"v1"', None, page.fetched_at, page.body_sha256, pointer, 0, 0)
    crawler, shelf = get_crawler(), Shelf(Validators("postgresql://127.0.0.1:1/none"))
    middleware = RevalidateMiddleware(crawler, shelf, location, own=True)

    def answered(data: bytes) -> Request | Response:
        (tmp_path / "a.warc.gz").write_bytes(data)
        request = Request(page.url)
        middleware._asked[request] = known
        return asyncio.run(middleware.process_response(request, Response(page.url, 304)))

    flipped = bytearray(record)
    flipped[FIRST_BLOCK] |= NO_SUCH_BLOCK
    again = answered(bytes(flipped))
    assert isinstance(again, Request)
    assert (again.url, again.meta[REVALIDATE]) == (page.url, False)
    whole = answered(record)
    assert isinstance(whole, Response)
    assert (whole.status, whole.body) == (200, page.body)


def test_of_a_page_without_validators_the_body_is_known(
    again: tuple[str, Job, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, first, job = again
    page, where = make_page(f"{SITE}/bare", first, headers=[]), ArchivePointer("file:///a", 7, 70)
    monkeypatch.setattr(RevalidateMiddleware, "_lane", lambda *_: Place(job.id, job))
    monkeypatch.setattr(RevalidateMiddleware, "_ahead", lambda *_: [])

    async def asked() -> tuple[Request, Request]:
        writer = Writer(url)
        await writer.write(page, where)
        await writer.close()
        shelf = Shelf(Validators(url))
        middleware = RevalidateMiddleware(get_crawler(), shelf, ArchiveLocation("file:///a"), own=True)
        bare, tagged = Request(page.url), Request(f"{SITE}/1")
        for request in (bare, tagged):
            await middleware.process_request(request)
        await shelf.close()
        return bare, tagged

    bare, tagged = asyncio.run(asked())
    assert ("If-None-Match" in bare.headers, "If-None-Match" in tagged.headers) == (False, True)
    answered = page_of(Response(page.url, body=page.body, request=bare), job)
    assert answered.known == Archived(page.body_sha256, where)
