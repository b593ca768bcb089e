"""What ``crawl archive --dry-run`` says of what would change; and that it writes nothing."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from schemas.job import Job
from tests.crawler.again import AGE, archive, job, rows, run, store, tables_url
from tests.support.archived import posting_page
from tests.support.pages import make_page
from tests.support.tables import Rows

__all__ = ["archive", "job", "rows", "run", "store", "tables_url"]


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]


def everything(rows: Rows) -> list[Any]:
    tables = ("page", "posting", "posting_version", "page_text", "rejected_record", "job", "job_segment")
    return [rows.execute(f"SELECT * FROM {name} ORDER BY 1".encode()).fetchall() for name in tables]


def test_nothing_differs_where_the_same_extractor_reads_again(
    store: Any, run: Any, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    store([posting_page(job, number) for number in range(3)])

    assert run(site=job.site, dry_run=True, as_json=True).run() == 0

    (said,) = lines(capsys)
    assert said["pages"] == 3
    assert said["records"] == {"page: the same": 3, "posting: the same": 3}
    assert said["fields"] == {}


def test_each_record_that_differs_is_told_with_its_fields_and_all_are_counted(
    store: Any, run: Any, rows: Rows, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    store([posting_page(job, number) for number in range(5)])
    rows.execute(AGE)
    rows.execute("UPDATE posting SET source_id = 'no more' WHERE url LIKE '%/1'")
    before = everything(rows)

    assert run(site=job.site, dry_run=True, as_json=True).run() == 0

    *told, summary = lines(capsys)
    assert everything(rows) == before
    assert summary["records"] == {
        "page: changed": 5,
        "posting: changed": 4,
        "posting: missing": 1,
        "posting: new": 1,
    }
    titles = summary["fields"]["posting.title"]
    assert (titles["changed"], len(titles["examples"])) == (4, 3)
    assert (titles["examples"][0]["was"], titles["examples"][0]["now"]) == ("as it was", "Nurse")
    assert summary["fields"]["page.title"]["changed"] == 5
    changed = [line for line in told if (line["kind"], line["change"]) == ("posting", "changed")]
    assert changed[0]["fields"] == {"title": ["as it was", "Nurse"]}
    assert len(told) == 5 + 4 + 1 + 1


def test_text_that_is_not_there_yet_would_be_added(
    store: Any, run: Any, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    store([make_page(job=job)])

    assert run(site=job.site, dry_run=True, as_json=True, extract=("text",)).run() == 0

    *_, summary = lines(capsys)
    assert summary["records"] == {"text: changed": 1}
    assert summary["fields"]["text.markdown"]["added"] == 1


def test_people_read_counts_by_field_with_examples(
    store: Any, run: Any, rows: Rows, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    store([posting_page(job, 1)])
    rows.execute(AGE)

    assert run(site=job.site, dry_run=True, quiet=False).run() == 0

    said = capsys.readouterr().out
    assert "1 pages were read again by" in said
    assert "nothing was written" in said
    assert "posting.title" in said
    assert "- as it was" in said
    assert "+ Nurse" in said


def test_people_read_why_a_posting_does_not_pass(
    store: Any, run: Any, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    nameless = b'<script type="application/ld+json">{"@type": "JobPosting", "description": "We look for you."}</script>'
    store([make_page(job=job, body=nameless)])

    assert run(site=job.site, dry_run=True, quiet=False).run() == 0

    (said,) = [line for line in capsys.readouterr().out.splitlines() if "posting: rejected" in line]
    assert said.endswith(": title Field required")


def test_bytes_that_are_not_there_are_told(
    store: Any, run: Any, job: Job, archive: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    store([make_page(job=job)])
    next(archive.rglob("*.warc.gz")).unlink()

    assert run(site=job.site, dry_run=True, as_json=True).run() == 1

    (said,) = lines(capsys)
    assert said["records"] == {"page: unreadable": 1}
