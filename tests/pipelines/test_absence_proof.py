"""What is no proof that a posting is gone: partial crawls, lists that were cut off; and what the database refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import psycopg
import pytest

from pipelines.listings import STARTS_ON_POSTING
from schemas.job import Job
from schemas.listing import Listing, WholeCrawl
from schemas.page import Record
from tests.support.board import PARTLY, WHOLE, Board, page_of
from tests.support.pages import make_page
from tests.support.tables import Rows, add_job
from tests.support.writing import posting


@pytest.fixture
def board(tables_url: str, rows: Rows) -> Board:
    return Board(tables_url, rows)


@pytest.mark.parametrize(
    ("crawl", "state"),
    [(PARTLY, "completed"), (WHOLE, "failed"), (WHOLE, "cancelled"), (None, "completed")],
)
def test_a_crawl_that_was_partial_closes_none(board: Board, crawl: WholeCrawl | None, state: str) -> None:
    board.crawl(range(10))
    for _ in range(4):
        board.wait(7)
        board.crawl(range(7), crawl, state=state)

    assert board.closed() == set()


def test_a_partial_crawl_is_no_proof_for_a_later_one(board: Board) -> None:
    board.crawl(range(10))
    board.wait(7)
    board.crawl(range(7), PARTLY)
    board.wait(7)
    board.crawl(range(7))

    assert board.closed() == set()


def test_a_targeted_crawl_of_one_posting_closes_none(board: Board, rows: Rows) -> None:
    board.crawl(range(100))
    for _ in range(3):
        board.wait(24 * 8)
        job = add_job(rows)
        job = replace(job, config=job.config.model_copy(update={"url": "https://example.com/jobs/5"}))
        board.pass_by([page_of(5, job, board.now())])
        board.end(job)

        assert board.closed() == set()
        assert STARTS_ON_POSTING in board.problems(job)


def test_a_list_that_was_cut_off_closes_none(board: Board, rows: Rows) -> None:
    key = {"platform": "lever", "tenant": "acme"}

    def listed(numbers: Sequence[int], total: int | None, problems: tuple[str, ...] = ()) -> Job:
        job = add_job(rows)
        records = [posting(str(n), url=f"https://jobs.example/{n}", **key) for n in numbers]
        url = "https://api.example/acme"
        said = {"declared_total": total, "listed": len(numbers), "complete": True, "problems": problems}
        records.append(Record("listing", Listing(url=url, **key, **said).model_dump(mode="json")))
        board.pass_by([make_page(url, job=job, records=records, fetched_at=board.now())])
        board.end(job, None)
        board.wait(7)
        return job

    listed(range(140), 140)
    for _ in range(3):
        cut = listed(range(50), 140)
        assert board.problems(cut)[0] == "It says that it has 140 postings, and listed 50."
    for _ in range(3):
        listed(range(100), None, ("It gives 100 at the most.",))
    for _ in range(3):
        assert "It fell from 140 postings to 50" in board.problems(listed(range(50), None))[0]
    assert board.closed() == set()

    for _ in range(2):
        listed(range(120), 120)
    assert board.closed() == set(range(120, 140))


def test_a_sudden_shrink_closes_none_until_somebody_says_that_it_is_so(board: Board, rows: Rows) -> None:
    board.crawl(range(20))
    for _ in range(3):
        board.wait(24 * 8)
        last = board.crawl(range(5))
        assert "It fell from 20 postings to 5" in board.problems(last)[0]
    assert board.closed() == set()

    for _ in range(2):
        board.wait(7)
        job = add_job(rows)
        board.pass_by([page_of(number, job, board.now()) for number in range(5)])
        board.end(job, shrink_percent=100)
    assert board.closed() == set(range(5, 20))


def test_a_short_list_may_lose_a_few(board: Board) -> None:
    board.crawl(range(4))
    for _ in range(2):
        board.wait(7)
        board.crawl([0])

    assert board.closed() == {1, 2, 3}


def test_what_cannot_be_seen_any_more_is_no_proof(board: Board) -> None:
    board.crawl(range(10))
    for _ in range(3):
        board.wait(7)
        last = board.crawl(range(7), WholeCrawl(left_out={"disallowed": 3}))

    assert board.problems(last) == ["More is left out than when it was last complete: disallowed 3 times, then 0."]
    assert board.closed() == set()


ABSENT = "UPDATE posting SET status = 'closed', close_reason = 'absence', evidence = %s::jsonb WHERE source_id = %s"


def refuses(rows: Rows, values: tuple[str | None, str]) -> bool:
    with pytest.raises(psycopg.errors.CheckViolation, match="cannot be closed for being absent"):
        rows.execute(ABSENT, values)
    return True


def test_the_database_refuses_it_without_the_proof(board: Board, rows: Rows) -> None:
    first = board.crawl(range(10))
    board.wait(7)
    second = board.crawl(range(7))
    board.wait(0.5)
    third = board.crawl(range(7))
    board.wait(7)
    fourth = board.crawl(range(6), PARTLY)
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

    assert board.closed() == {9}
