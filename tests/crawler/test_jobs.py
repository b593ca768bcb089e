"""Which site a crawl is of, and its job's row from its start to its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Json

from crawler.arguments import ArgumentError, read_arguments
from crawler.jobs import StoredSite, end_job, find_site, start_job
from crawler.verdict import Verdict
from schemas.job import Job, JobState, JobStats
from tests.support.tables import Rows


def find(rows: Rows, **arguments: str) -> StoredSite:
    return find_site(rows, read_arguments(arguments))


def start(rows: Rows, **arguments: str) -> Job:
    read = read_arguments(arguments)
    return start_job(rows, find_site(rows, read), read)


def store(rows: Rows, slug: str, url: str, **fields: Any) -> None:
    rows.execute("INSERT INTO site (slug, config) VALUES (%s, %s)", [slug, Json({"url": url, **fields})])


def one(rows: Rows, query: str) -> dict[str, Any]:
    (row,) = rows.execute(query.encode()).fetchall()
    return row


def test_a_url_of_an_unknown_host_makes_a_site_named_by_the_host(rows: Rows) -> None:
    site = find(rows, url="https://www.Example.com/jobs", max_pages="3")

    assert site.slug == "example.com"
    assert one(rows, "SELECT slug, config, ad_hoc, enabled FROM site") == {
        "slug": "example.com",
        "config": {"url": "https://www.example.com/jobs"},
        "ad_hoc": True,
        "enabled": True,
    }


def test_another_url_of_that_host_is_the_same_site(rows: Rows) -> None:
    first = start(rows, url="https://www.example.com/jobs")
    second = start(rows, url="http://example.com/")

    assert first.site_id == second.site_id
    assert (first.config.url, second.config.url) == ("https://www.example.com/jobs", "http://example.com/")


def test_another_port_is_another_site(rows: Rows) -> None:
    assert find(rows, url="http://127.0.0.1:8000/").id != find(rows, url="http://127.0.0.1:8001/").id


@pytest.mark.parametrize("url", ["https://example.com/jobs", "http://www.example.com/"])
def test_the_stored_site_of_a_host_is_used_with_what_was_asked_for(rows: Rows, url: str) -> None:
    store(rows, "acme", "https://www.example.com/", max_pages=7, delay=1.5)

    job = start(rows, url=url, max_pages="2")

    assert job.site == "acme"
    assert (job.config.url, job.config.max_pages, job.config.delay) == (url, 2, 1.5)
    assert one(rows, "SELECT config FROM site")["config"]["max_pages"] == 7


def test_a_job_keeps_what_it_was_started_with(rows: Rows) -> None:
    store(rows, "acme", "https://www.example.com/", max_depth=7, delay=1.5)

    start(rows, url="https://example.com/", max_depth="2", ignore_parameters="sid")

    assert one(rows, "SELECT config FROM job")["config"] == {
        "url": "https://example.com/",
        "max_depth": 2,
        "delay": 1.5,
        "ignore_parameters": ["sid"],
    }


def test_a_site_that_people_made_comes_before_one_that_a_crawl_made(rows: Rows) -> None:
    find(rows, url="https://example.com/")
    store(rows, "acme", "https://example.com/")

    assert find(rows, url="https://example.com/").slug == "acme"


def test_a_site_is_found_by_its_slug(rows: Rows) -> None:
    store(rows, "acme", "https://example.com/", extract=["text"])

    job = start(rows, site="acme", max_depth="1")

    assert (job.config.extract, job.config.max_depth, job.config.url) == (("text",), 1, "https://example.com/")


def test_a_slug_that_there_is_not_is_refused(rows: Rows) -> None:
    with pytest.raises(ArgumentError) as refused:
        find(rows, site="acme")

    assert str(refused.value) == "-a site=acme: there is no such site. Import it, or give -a url=URL."


def test_a_stored_config_that_is_not_valid_is_refused_by_its_field(rows: Rows) -> None:
    store(rows, "acme", "https://example.com/", expect={"pages": "many"})

    with pytest.raises(ArgumentError, match=r"^The stored config of site acme is not valid: expect\.pages: "):
        find(rows, site="acme")


def test_a_job_is_running_from_its_start(rows: Rows) -> None:
    job = start(rows, url="https://example.com/jobs")

    row = one(rows, "SELECT *, started_at IS NOT NULL AS has_started FROM job")
    assert (row["id"], row["sequence"], row["site_id"]) == (job.id, job.sequence, job.site_id)
    assert (row["url"], row["state"], row["has_started"]) == ("https://example.com/jobs", "running", True)
    assert (row["completed_at"], row["error"], row["stats"]) == (None, None, {})


def test_each_job_is_later_than_the_one_before(rows: Rows) -> None:
    fences = [start(rows, url="https://example.com/").fence(1) for _ in range(3)]

    assert fences == sorted(set(fences))


def test_a_job_may_have_scrapyds_id_once(rows: Rows) -> None:
    name = "0123456789abcdef0123456789abcdef"
    job = start(rows, url="https://example.com/", _job=name)

    assert job.id == UUID(name)
    with pytest.raises(ArgumentError, match="there is such a job already"):
        start(rows, url="https://example.com/", _job=name)


@pytest.mark.parametrize(
    "verdict",
    [Verdict(JobState.COMPLETED), Verdict(JobState.FAILED, "It broke."), Verdict(JobState.CANCELLED, "Stop.")],
)
def test_the_end_is_written_down(rows: Rows, verdict: Verdict) -> None:
    other = start(rows, url="https://example.com/")
    job = start(rows, url="https://example.com/")

    end_job(rows, job.id, verdict, JobStats(pages=3))

    query = "SELECT id, state, error, completed_at >= started_at AS ended FROM job ORDER BY sequence"
    assert [tuple(row.values()) for row in rows.execute(query)] == [
        (other.id, "running", None, None),
        (job.id, verdict.state, verdict.error, True),
    ]
