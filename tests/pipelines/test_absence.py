"""Closing for absence: only by two complete listings, hours apart, and never without that proof."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from pipelines.absence import sweep
from pipelines.database import connect_async
from pipelines.listings import STARTS_ON_POSTING
from schemas.job import Job
from schemas.listing import Listing, WholeCrawl
from schemas.page import Page, Record, RejectedRecord
from tests.support.pages import make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import posting, unchanged, write

HOUR = timedelta(hours=1)
WHOLE = WholeCrawl()
PARTLY = WholeCrawl(("It ended at max_pages: 10.",))


class Site:
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


@pytest.fixture
def site(tables_url: str, rows: Rows) -> Site:
    return Site(tables_url, rows)


def test_two_complete_crawls_hours_apart_close_what_neither_saw(site: Site, rows: Rows) -> None:
    site.crawl(range(10))
    site.wait(7)
    second = site.crawl(range(7))
    assert site.closed() == set()
    site.wait(7)
    third = site.crawl(range(7))

    assert site.closed() == {7, 8, 9}
    row = rows.execute("SELECT * FROM posting WHERE source_id = '8'").fetchone()
    assert row
    assert (row["close_reason"], row["fence"]) == ("absence", [third.sequence, 0])
    listings = rows.execute("SELECT id, listed, complete FROM listing ORDER BY id").fetchall()
    assert [(one["listed"], one["complete"]) for one in listings] == [(10, True), (7, True), (7, True)]
    assert row["evidence"]["listings"] == [listings[1]["id"], listings[2]["id"]]
    assert (row["evidence"]["jobs"], row["evidence"]["listed"]) == ([str(second.id), str(third.id)], [7, 7])
    version = rows.execute("SELECT * FROM posting_version WHERE posting_id = %s ORDER BY id", [row["id"]]).fetchall()[
        -1
    ]
    assert version["changed"] == ["status"]
    assert version["data"]["evidence"] == row["evidence"]


def test_a_sweep_that_runs_twice_changes_nothing(site: Site, rows: Rows) -> None:
    site.crawl(range(10))
    site.wait(7)
    site.crawl(range(7))
    site.wait(7)
    last = site.crawl(range(7))
    everything = [rows.execute(f"SELECT * FROM {t} ORDER BY id".encode()).fetchall() for t in ("posting", "listing")]

    assert site.end(last) == 0

    again = [rows.execute(f"SELECT * FROM {t} ORDER BY id".encode()).fetchall() for t in ("posting", "listing")]
    assert again == everything
    assert rows.execute("SELECT count(*) FROM posting_version WHERE changed = '{status}'").fetchone() == {"count": 3}


def test_hours_must_lie_between(site: Site) -> None:
    site.crawl(range(10))
    site.wait(7)
    for _ in range(3):
        site.crawl(range(7))
        site.wait(1)
    assert site.closed() == set()
    site.wait(3)
    site.crawl(range(7))

    assert site.closed() == {7, 8, 9}


@pytest.mark.parametrize(
    ("crawl", "state"),
    [(PARTLY, "completed"), (WHOLE, "failed"), (WHOLE, "cancelled"), (None, "completed")],
)
def test_a_crawl_that_was_partial_closes_none(site: Site, crawl: WholeCrawl | None, state: str) -> None:
    site.crawl(range(10))
    for _ in range(4):
        site.wait(7)
        site.crawl(range(7), crawl, state=state)

    assert site.closed() == set()


def test_a_partial_crawl_is_no_proof_for_a_later_one(site: Site) -> None:
    site.crawl(range(10))
    site.wait(7)
    site.crawl(range(7), PARTLY)
    site.wait(7)
    site.crawl(range(7))

    assert site.closed() == set()


def test_what_one_of_them_saw_stays_open(site: Site, rows: Rows) -> None:
    site.crawl(range(10))
    site.wait(7)
    site.crawl(range(7))
    site.wait(7)
    site.crawl(range(9), None)
    site.wait(1)
    site.crawl(range(7))

    assert site.closed() == {9}


def test_a_targeted_crawl_of_one_posting_closes_none(site: Site, rows: Rows) -> None:
    site.crawl(range(100))
    for _ in range(3):
        site.wait(24 * 8)
        job = add_job(rows)
        job = replace(job, config=job.config.model_copy(update={"url": "https://example.com/jobs/5"}))
        site.pass_by([page_of(5, job, site.now())])
        site.end(job)

        assert site.closed() == set()
        assert STARTS_ON_POSTING in site.problems(job)


def test_a_list_that_was_cut_off_closes_none(site: Site, rows: Rows) -> None:
    board = {"platform": "lever", "tenant": "acme"}

    def listed(numbers: Sequence[int], total: int | None, problems: tuple[str, ...] = ()) -> Job:
        job = add_job(rows)
        records = [posting(str(n), url=f"https://jobs.example/{n}", **board) for n in numbers]
        url = "https://api.example/acme"
        said = {"declared_total": total, "listed": len(numbers), "complete": True, "problems": problems}
        records.append(Record("listing", Listing(url=url, **board, **said).model_dump(mode="json")))
        site.pass_by([make_page(url, job=job, records=records, fetched_at=site.now())])
        site.end(job, None)
        site.wait(7)
        return job

    listed(range(140), 140)
    for _ in range(3):
        cut = listed(range(50), 140)
        assert site.problems(cut)[0] == "It says that it has 140 postings, and listed 50."
    for _ in range(3):
        listed(range(100), None, ("It gives 100 at the most.",))
    for _ in range(3):
        assert "It fell from 140 postings to 50" in site.problems(listed(range(50), None))[0]
    assert site.closed() == set()

    for _ in range(2):
        listed(range(120), 120)
    assert site.closed() == set(range(120, 140))


def test_a_sudden_shrink_closes_none_until_somebody_says_that_it_is_so(site: Site, rows: Rows) -> None:
    site.crawl(range(20))
    for _ in range(3):
        site.wait(24 * 8)
        last = site.crawl(range(5))
        assert "It fell from 20 postings to 5" in site.problems(last)[0]
    assert site.closed() == set()

    for _ in range(2):
        site.wait(7)
        job = add_job(rows)
        site.pass_by([page_of(number, job, site.now()) for number in range(5)])
        site.end(job, shrink_percent=100)
    assert site.closed() == set(range(5, 20))


def test_a_short_list_may_lose_a_few(site: Site) -> None:
    site.crawl(range(4))
    for _ in range(2):
        site.wait(7)
        site.crawl([0])

    assert site.closed() == {1, 2, 3}


def test_what_cannot_be_seen_any_more_is_no_proof(site: Site) -> None:
    site.crawl(range(10))
    for _ in range(3):
        site.wait(7)
        last = site.crawl(range(7), WholeCrawl(left_out={"disallowed": 3}))

    assert site.problems(last) == ["More is left out than when it was last complete: disallowed 3 times, then 0."]
    assert site.closed() == set()


@pytest.mark.parametrize("body", [b"<h1>Something else</h1>", b""])
def test_a_posting_whose_page_is_there_is_not_absent(site: Site, rows: Rows, body: bytes) -> None:
    site.crawl(range(10))
    for _ in range(2):
        site.wait(7)
        job = add_job(rows)
        site.pass_by([page_of(number, job, site.now()) for number in range(7)])
        there = make_page("https://example.com/jobs/8", job=job, body=body, fetched_at=site.now())
        site.pass_by([there])
        site.end(job)

    assert site.closed() == {7, 9}


def test_another_site_of_the_host_closes_none(site: Site, rows: Rows) -> None:
    site.crawl(range(10))
    for _ in range(3):
        site.wait(7)
        job = add_job(rows, "example-jobs")
        job = replace(job, config=job.config.model_copy(update={"url": "https://example.com/"}))
        site.end(job)

    assert site.closed() == set()


def test_what_was_closed_for_absence_is_reopened_by_any_sighting(site: Site, rows: Rows) -> None:
    first = site.crawl(range(10))
    pages = {number: page_of(number, first, site.now()) for number in (7, 8)}
    for _ in range(2):
        site.wait(7)
        site.crawl(range(6))
    assert site.closed() == {6, 7, 8, 9}
    again = add_job(rows)
    named = [posting(str(number), url=f"https://example.com/jobs/{number}") for number in (8, 9)]
    site.pass_by(
        [
            page_of(6, again, site.now()),
            unchanged(pages[7], again, site.now()),
            make_page("https://example.com/all", job=again, records=named, fetched_at=site.now()),
        ]
    )

    assert site.closed() == set()
    (said,) = rows.execute("SELECT DISTINCT closed_at, close_reason, evidence, status FROM posting").fetchall()
    assert said == {"closed_at": None, "close_reason": None, "evidence": None, "status": "open"}
    last = rows.execute(
        "SELECT DISTINCT ON (posting_id) changed, data->>'status' AS status FROM posting_version"
        " ORDER BY posting_id, id DESC"
    ).fetchall()
    assert [one["status"] for one in last if one["changed"]] == ["open"] * 4


def test_late_work_does_not_reopen_what_was_closed_for_absence(site: Site, rows: Rows) -> None:
    late = site.crawl(range(10))
    for _ in range(2):
        site.wait(7)
        site.crawl(range(7))
    site.pass_by([page_of(8, late, site.now())])

    assert site.closed() == {7, 8, 9}


def test_past_its_valid_through_and_absent_it_is_expired_until_it_is_seen(site: Site, rows: Rows) -> None:
    until = site.now() + 24 * HOUR
    site.crawl(range(10), valid_through=until)
    site.wait(24 * 3)
    listing = site.crawl(range(7), valid_through=until - 72 * HOUR)

    expired = rows.execute("SELECT * FROM posting WHERE status = 'expired' ORDER BY source_id").fetchall()
    assert [row["source_id"] for row in expired] == ["7", "8", "9"]
    assert {row["close_reason"] for row in expired} == {"valid_through"}
    assert expired[0]["closed_at"]
    assert expired[0]["evidence"]["jobs"] == [str(listing.id)]

    site.wait(7)
    site.crawl(range(9), valid_through=until - 72 * HOUR)
    found = rows.execute("SELECT source_id FROM posting WHERE status = 'expired'").fetchall()
    assert found == [{"source_id": "9"}]


def test_valid_through_alone_expires_nothing(site: Site, rows: Rows) -> None:
    site.crawl(range(10), valid_through=site.now() - 48 * HOUR)
    site.wait(24 * 3)
    site.crawl(range(3), PARTLY, valid_through=site.now() - 48 * HOUR)

    assert rows.execute("SELECT DISTINCT status FROM posting").fetchall() == [{"status": "open"}]


ABSENT = "UPDATE posting SET status = 'closed', close_reason = 'absence', evidence = %s::jsonb WHERE source_id = %s"


def refuses(rows: Rows, values: tuple[str | None, str]) -> bool:
    with pytest.raises(psycopg.errors.CheckViolation, match="cannot be closed for being absent"):
        rows.execute(ABSENT, values)
    return True


def test_the_database_refuses_it_without_the_proof(site: Site, rows: Rows) -> None:
    first = site.crawl(range(10))
    site.wait(7)
    second = site.crawl(range(7))
    site.wait(0.5)
    third = site.crawl(range(7))
    site.wait(7)
    fourth = site.crawl(range(6), PARTLY)
    number = {row["job_id"]: row["id"] for row in rows.execute("SELECT id, job_id FROM listing").fetchall()}

    def proof(*jobs: Job) -> str:
        return f'{{"listings": [{", ".join(str(number[job.id]) for job in jobs)}]}}'

    refused = {
        "no evidence": (None, "9"),
        "no listings": ('{"listings": []}', "9"),
        "none that is there": ('{"listings": [98, 99]}', "9"),
        "words": ('{"listings": ["x", "y"]}', "9"),
        "one listing": (proof(third), "9"),
        "the same one twice": (proof(second, second), "9"),
        "seen by the first": (proof(first, second), "9"),
        "too near": (proof(second, third), "9"),
        "not complete": (proof(second, fourth), "9"),
        "seen by the second": (proof(second, fourth), "6"),
        "in the wrong order": (proof(third, second), "9"),
    }
    assert {why for why, values in refused.items() if refuses(rows, values)} == refused.keys()
    rows.execute("UPDATE listing SET complete = true WHERE job_id = %s", [fourth.id])
    rows.execute("UPDATE job SET state = 'failed' WHERE id = %s", [fourth.id])
    with pytest.raises(psycopg.errors.CheckViolation):
        rows.execute(ABSENT, (proof(second, fourth), "9"))
    rows.execute("UPDATE job SET state = 'completed' WHERE id = %s", [fourth.id])
    rows.execute(ABSENT, (proof(second, fourth), "9"))
    with pytest.raises(psycopg.errors.CheckViolation):
        rows.execute("INSERT INTO posting SELECT (posting).* FROM (SELECT posting FROM posting WHERE source_id = '9')")

    assert site.closed() == {9}


def test_what_did_not_pass_is_not_absent(site: Site, rows: Rows) -> None:
    named = [posting(str(n), url=f"https://example.com/jobs/{n}") for n in range(5)]
    for count in (5, 3, 3):
        job = add_job(rows)
        rejected = [] if count == 5 else [RejectedRecord("posting", {"title": None}, [])]
        page = make_page("https://example.com/all", job=job, records=named[:count], fetched_at=site.now())
        site.pass_by([replace(page, rejected=rejected)])
        site.end(job)
        site.wait(7)

    assert site.closed() == set()
