"""What is known of pages that need not be fetched again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from extractors import EXTRACTOR
from pipelines.validators import Known, Validators
from pipelines.writer import Writer
from schemas.addresses import url_sha256
from schemas.job import Job
from schemas.page import ArchivePointer
from tests.support.pages import MOMENT, make_page
from tests.support.tables import Rows
from tests.support.writing import PATIENCE, posting, text

URL = "https://example.com/"
POINTER = ArchivePointer("file:///a", 7, 77)


def known(url: str, job: Job, extracts: Iterable[str] = ("page",), *, obeys: bool = True) -> dict[bytes, Known]:
    async def ask() -> dict[bytes, Known]:
        validators = Validators(url)
        found = await validators.known(job.site_id, [url_sha256(URL), b"another"], extracts, obeys=obeys)
        await validators.close()
        return found

    return asyncio.run(ask())


def serving(url: str, job: Job, *, obeys: bool = True) -> list[Known]:
    """Those whose validators may be sent; of the others, the body is known."""
    return [one for one in known(url, job, obeys=obeys).values() if one.serves]


def store(url: str, job: Job, **changes: Any) -> None:
    async def write() -> None:
        writer = Writer(url)
        await writer.write(make_page(URL, job, **changes), POINTER)
        await writer.close()

    asyncio.run(write())


def test_a_page_is_known_by_its_validators_with_what_was_read_from_it(tables_url: str, job: Job) -> None:
    store(tables_url, job, records=[posting("1"), posting("2"), text("# Hi")], extract=frozenset({"page", "text"}))

    found = known(tables_url, job, ["text", "page"])

    page = make_page(URL)
    assert found == {url_sha256(URL): Known('"v1"', None, MOMENT, page.body_sha256, POINTER, postings=2, texts=1)}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 404},
        {"tier": "browser"},
        {"headers": []},
        {"problems": ["metadata: it failed"]},
        {"extract": frozenset({"posting"})},
        {"directives": frozenset({"noindex"})},
    ],
    ids=str,
)
def test_what_has_to_be_fetched_does_not_serve(tables_url: str, job: Job, changes: dict[str, Any]) -> None:
    store(tables_url, job, **changes)

    assert serving(tables_url, job, obeys="directives" not in changes) == []


def test_what_an_older_version_has_read_does_not_serve(tables_url: str, job: Job, rows: Rows) -> None:
    store(tables_url, job)
    assert known(tables_url, job)
    rows.execute("UPDATE page SET extractor = %s", [f"older than {EXTRACTOR}"])

    assert serving(tables_url, job) == []


def test_a_server_that_stands_still_is_not_waited_for(
    tables_url: str, job: Job, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tables_url, job)

    async def ask() -> list[bool]:
        validators = Validators(tables_url)
        monkeypatch.setattr("pipelines.validators.ANSWER_SECONDS", 1)
        with rows.transaction():
            rows.execute("LOCK TABLE page IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(psycopg.OperationalError, match="no answer for 1 s"):
                await validators.has_older(job.site_id, uuid4())
        # A busy machine may take its time; and what comes too late closes its own connection.
        monkeypatch.setattr("pipelines.validators.ANSWER_SECONDS", PATIENCE)
        answered = [await validators.has_older(job.site_id, uuid4())]
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not asyncio.current_task()))
        await validators.close()
        return answered

    assert asyncio.run(ask()) == [True]


def test_a_site_without_pages_of_other_jobs_is_new(tables_url: str, job: Job) -> None:
    async def ask(*jobs: Any) -> list[bool]:
        validators = Validators(tables_url)
        older = [await validators.has_older(job.site_id, one) for one in jobs]
        await validators.close()
        return older

    assert asyncio.run(ask(job.id)) == [False]
    store(tables_url, job)
    assert asyncio.run(ask(job.id, uuid4())) == [False, True]
