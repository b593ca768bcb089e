"""What ``crawl archive`` takes, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from crawler.again_arguments import read_arguments
from crawler.arguments import ArgumentError

JOB = "6f0c3f34-0f5e-4b2e-9a57-1c9b5a0b5f11"


def test_whose_pages_and_what_is_read() -> None:
    asked = read_arguments(
        {"job": JOB, "since": "2026-01-31", "extract": "text, page", "processes": "3", "dry_run": "true", "_job": JOB}
    )

    assert (asked.job, asked.job_id) == (UUID(JOB), UUID(JOB))
    assert asked.since == datetime(2026, 1, 31, tzinfo=UTC)
    assert (asked.extract, asked.processes, asked.dry_run, asked.celery) == (("text", "page"), 3, True, False)


def test_without_more_all_cores_read() -> None:
    asked = read_arguments({"site": "acme"}, dry_run=True)

    assert asked.processes >= 1
    assert (asked.extract, asked.dry_run) == (None, True)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Say whose pages: -a job=ID, -a site=SLUG or -a since=DATE."),
        ({"extract": "text"}, "Say whose pages: -a job=ID, -a site=SLUG or -a since=DATE."),
        ({"sites": "acme"}, "-a sites=acme: there is no such argument. There are: job, site, since, "),
        ({"site": ""}, "-a site=: it takes the slug of a stored site."),
        ({"job": "7"}, "-a job=7: it takes the id of a job, whose pages are read."),
        ({"since": "soon"}, "-a since=soon: it takes a date such as 2026-01-31"),
        ({"site": "a", "extract": "postings"}, "-a extract=postings: it takes some of page, posting, text"),
        ({"site": "a", "extract": ""}, "-a extract=: it takes some of page, posting, text"),
        ({"site": "a", "processes": "0"}, "-a processes=0: it takes a whole number of at least 1."),
        ({"site": "a", "celery": "perhaps"}, "-a celery=perhaps: it takes true or false"),
        ({"site": "a", "celery": "true", "dry_run": "1"}, "-a celery=true: a dry run is done here"),
    ],
)
def test_what_is_wrong_is_named_with_what_it_takes(values: dict[str, str], said: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        read_arguments(values)

    assert str(refused.value).startswith(said)
