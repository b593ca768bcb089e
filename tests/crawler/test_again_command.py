"""``scrapy crawl archive`` as a process: alone, with others, killed in the middle, and by Celery's workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler import again_job
from crawler.again_arguments import AgainArguments
from extractors import EXTRACTOR
from schemas.job import Job
from tests.crawler.again import AGE, archive, job, newest, one, rows, store, tables_url
from tests.support.archived import posting_page
from tests.support.crawl import Scrapy
from tests.support.processes import ROOT
from tests.support.tables import Rows, reading

__all__ = ["archive", "job", "rows", "store", "tables_url"]

PATIENCE = 240.0
SEGMENTS = 24


@pytest.fixture
def place(tables_url: str, archive: Path) -> dict[str, Any]:
    """Where rows and bytes are, as variables of the environment."""
    return {"DATABASE_URL": tables_url, "LONGLINE_ARCHIVE_URL": archive.as_uri()}


@pytest.fixture
def old(store: Any, rows: Rows, job: Job) -> Job:
    """A job whose pages an older extractor has read, four in each segment."""
    pages = [posting_page(job, number) for number in range(4 * SEGMENTS)]
    store(*[pages[first : first + 4] for first in range(0, len(pages), 4)])
    rows.execute(AGE)
    return job


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def unfinished(place: dict[str, Any]) -> Iterator[None]:
    """However fast it is read, the last segment is not done meanwhile: its rows are locked."""
    with reading(place["DATABASE_URL"]) as other, other.transaction():
        other.execute("SELECT FROM page WHERE archive_uri = (SELECT max(archive_uri) FROM page) FOR UPDATE")
        yield


def done_segments(rows: Rows) -> int:
    count: int = one(rows, "SELECT count(done_at) AS n FROM job_segment")["n"]
    return count


def all_read(rows: Rows) -> None:
    found = one(rows, "SELECT count(*) AS n FROM page WHERE extractor = %s AND title = 'Nurse'", EXTRACTOR)
    assert found["n"] == 4 * SEGMENTS
    assert one(rows, "SELECT count(*) AS n FROM posting WHERE title = 'Nurse' AND status = 'open'")["n"] == 4 * SEGMENTS
    done = newest(rows)
    assert (done["state"], done["stats"]["pages"], done["stats"]["postings"]) == (
        "completed",
        4 * SEGMENTS,
        4 * SEGMENTS,
    )


def test_two_processes_read_the_pages_of_a_site_again(
    scrapy: Scrapy, place: dict[str, Any], old: Job, rows: Rows
) -> None:
    done = scrapy.run("crawl", "archive", "-a", f"site={old.site}", "-a", "processes=2", **place)

    assert (done.status, done.stderr) == (0, "")
    assert f"completed {old.site} in" in done.stdout
    all_read(rows)
    listed = scrapy.run("jobs", **place)
    assert "from the archive" in listed.stdout.splitlines()[0]
    assert scrapy.run("list", **place).stdout.split().count("archive") == 1


def test_a_command_that_is_killed_goes_on_where_it_was(
    scrapy: Scrapy, place: dict[str, Any], old: Job, rows: Rows
) -> None:
    asked = ("crawl", "archive", "-a", f"job={old.id}", "-a", "processes=1")
    process = subprocess.Popen(scrapy.command(*asked), cwd=scrapy.folder, env=scrapy.environment(**place))
    try:
        with unfinished(place):
            until(lambda: done_segments(rows) >= 3)
            process.kill()
            process.wait()
    finally:
        process.kill()
        process.wait()
    assert newest(rows)["state"] == "running"

    done = scrapy.run(*asked, **place)

    assert done.status == 0
    assert f"Going on with job {newest(rows)['id']}: " in done.stdout
    all_read(rows)


def test_a_command_that_is_told_to_stop_ends_in_order_and_goes_on_later(
    scrapy: Scrapy, place: dict[str, Any], old: Job, rows: Rows
) -> None:
    asked = ("crawl", "archive", "-a", f"site={old.site}", "-a", "processes=1")
    process = subprocess.Popen(
        scrapy.command(*asked), cwd=scrapy.folder, env=scrapy.environment(**place), stdout=subprocess.PIPE
    )
    try:
        with unfinished(place):
            until(lambda: done_segments(rows) >= 1)
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 1
    assert b"Stopped on request; the same command goes on with it." in said
    assert newest(rows)["state"] == "cancelled"

    assert scrapy.run(*asked, **place).status == 0

    all_read(rows)


def test_a_job_that_nobody_goes_on_with_is_cancelled_by_its_id(
    scrapy: Scrapy, place: dict[str, Any], old: Job, rows: Rows
) -> None:
    asked = AgainArguments(site=old.site)
    left = again_job.start(rows, again_job.sites(rows, asked)[0], asked)

    done = scrapy.run("frontier", "cancel", str(left), **place)

    assert (done.status, newest(rows)["state"]) == (0, "cancelled"), done.stderr


def test_a_dry_run_prints_what_would_change(scrapy: Scrapy, place: dict[str, Any], old: Job, rows: Rows) -> None:
    done = scrapy.run("crawl", "archive", "-a", f"site={old.site}", "-a", "processes=2", "--dry-run", **place)

    assert (done.status, done.stderr) == (0, "")
    assert "posting: changed" in done.stdout
    assert one(rows, "SELECT count(*) AS n FROM job WHERE mode = 'archive'")["n"] == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["-a", "site=nowhere"], "-a site=nowhere: there is no such site."),
        (["-a", "site=x", "-a", "celery=true"], "-a celery=true: CELERY_BROKER_URL is not set."),
        (["-a", "site=x", "--json"], "--json is for --dry-run."),
    ],
)
def test_what_is_wrong_is_said_before_anything_starts(
    scrapy: Scrapy, place: dict[str, Any], asked: list[str], said: str
) -> None:
    done = scrapy.run("crawl", "archive", *asked, **place)

    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


@contextmanager
def celery_worker(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = ["celery", "--app", "crawler.tasks", "worker", "--concurrency", "1", "--loglevel", "INFO"]
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *words, "--without-gossip", "--without-mingle"],
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def broker(redis_url: str) -> dict[str, Any]:
    """Celery's variables: a broker of one's own, and a short time for a segment."""
    path, _, number = redis_url.removeprefix("unix://").partition("?db=")
    return {"CELERY_BROKER_URL": f"redis+socket://{path}?virtual_host={number}", "CELERY_TASK_TIME_LIMIT": "10"}


def test_celery_does_each_segment_once_though_its_worker_is_killed_in_the_middle(
    scrapy: Scrapy, place: dict[str, Any], old: Job, rows: Rows, broker: dict[str, Any]
) -> None:
    environment = scrapy.environment(**place, **broker)
    asked = scrapy.command("crawl", "archive", "-a", f"site={old.site}", "-a", "celery=true")
    log = scrapy.folder / "celery.log"
    command = subprocess.Popen(asked, cwd=scrapy.folder, env=environment)
    try:
        with celery_worker(environment, log) as worker, unfinished(place):
            until(lambda: done_segments(rows) >= 3)
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        assert newest(rows)["state"] == "running"
        with celery_worker(environment, log):
            assert command.wait(PATIENCE) == 0, log.read_text()
    finally:
        command.kill()
        command.wait()
    all_read(rows)
