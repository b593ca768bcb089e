"""A board of postings in a database, as time goes by."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipelines.absence import sweep
from pipelines.database import connect_async
from schemas.job import Job
from schemas.listing import WholeCrawl
from schemas.page import Page
from tests.support.pages import make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import posting, write

WHOLE = WholeCrawl()
PARTLY = WholeCrawl(("It ended at max_pages: 10.",))


class Board:
    """The site example.com in a database, as time goes by."""

    def __init__(self, url: str, rows: Rows) -> None:
        self.url = url
        self.rows = rows

    def crawl(
        self, numbers: Sequence[int], crawl: WholeCrawl | None = WHOLE, *, state: str = "completed", **said: Any
    ) -> Job:
        """A job that sees these postings, and ends."""
        job = add_job(self.rows)
        self.pass_by([page_of(number, job, self.now(), **said) for number in numbers])
        self.pass_by([make_page("https://example.com/", job=job, fetched_at=self.now())])
        self.end(job, crawl, state)
        return job

    def pass_by(self, pages: list[Page]) -> None:
        assert set(write(self.url, *pages).outcomes) <= {None}

    def now(self) -> datetime:
        row = self.rows.execute("SELECT now()").fetchone()
        assert row
        moment: datetime = row["now"]
        return moment

    def end(self, job: Job, crawl: WholeCrawl | None = WHOLE, state: str = "completed", **config: Any) -> int:
        """As the step that ends a job does it."""
        self.rows.execute("UPDATE job SET state = %s WHERE id = %s", [state, job.id])
        job = replace(job, config=job.config.model_copy(update=config))
        return asyncio.run(self._sweep(job, crawl)) if state == "completed" else 0

    async def _sweep(self, job: Job, crawl: WholeCrawl | None) -> int:
        async with await connect_async(self.url) as connection:
            return await sweep(connection, job, crawl)

    def wait(self, hours: float) -> None:
        """What is stored is older by so many hours."""
        past = f"- interval '{hours} hours'"
        for table, columns in (
            ("posting", ("first_seen", "last_seen", "closed_at", "valid_through")),
            ("page", ("fetched_at", "last_seen")),
            ("listing", ("seen_at",)),
            ("job", ("started_at", "created_at")),
        ):
            said = ", ".join(f"{column} = {column} {past}" for column in columns)
            self.rows.execute(f"UPDATE {table} SET {said}".encode())

    def closed(self) -> set[int]:
        found = self.rows.execute("SELECT source_id FROM posting WHERE status = 'closed'").fetchall()
        return {int(row["source_id"]) for row in found}

    def problems(self, job: Job) -> list[str]:
        (row,) = self.rows.execute("SELECT problems FROM listing WHERE job_id = %s", [job.id]).fetchall()
        problems: list[str] = row["problems"]
        return problems


def page_of(number: int, job: Job, moment: datetime, **said: Any) -> Page:
    url = f"https://example.com/jobs/{number}"
    return make_page(url, job=job, records=[posting(str(number), url=url, **said)], fetched_at=moment)
