"""``scrapy erase``, as a process: whom it asks, what it refuses, what it says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.site_lock import SiteLock
from pipelines import warc
from pipelines.object_store import Archive, ArchiveLocation
from tests.support.crawl import Crawled, Scrapy
from tests.support.shelf import MONDAY, Shelf
from tests.support.tables import add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

URL = "https://example.com/me"
Run = Callable[..., Crawled]


@pytest.fixture
def tables_url(servers: Servers) -> Iterator[str]:
    with tables(servers) as url:
        yield url


@pytest.fixture
def shelf(tables_url: str, tmp_path: Path) -> Iterator[Shelf]:
    """The page was captured on Monday, in a segment with a page of another site; and another page, lately."""
    with reading(tables_url) as rows:
        shelf = Shelf(Archive(ArchiveLocation((tmp_path / "archive").as_uri())), rows, add_job(rows))
        other = add_job(rows, "other.example")
        me, theirs = shelf.page("me", b"secret" * 99), shelf.page("theirs", job=other)
        for page, place in zip((me, theirs), shelf.put("w-1", warc.exchange(me), warc.exchange(theirs)), strict=True):
            shelf.row(page, place)
        days = (datetime.now(UTC) - MONDAY) / timedelta(days=1)
        shelf.kept(shelf.page("late", days=days - 0.01), "w-2", days=days - 0.01)
        rows.execute("UPDATE job SET created_at = %s, state = 'completed'", [MONDAY])
        yield shelf


@pytest.fixture
def erase(shelf: Shelf, scrapy: Scrapy, tables_url: str) -> Run:
    """``erase(URL, "--yes")``."""

    def run(*words: str) -> Crawled:
        place = {"DATABASE_URL": tables_url, "LONGLINE_ARCHIVE_URL": shelf.archive.location.url}
        return scrapy.run("erase", *words, strict=True, timeout=240, **place)

    return run


@pytest.fixture
def asked(shelf: Shelf, scrapy: Scrapy, tables_url: str) -> Callable[[bytes], tuple[int, str]]:
    """``asked(answer)``: what a command in a terminal says and how it ends, whose question is answered so."""

    def run(answer: bytes) -> tuple[int, str]:
        environment = scrapy.environment(DATABASE_URL=tables_url, LONGLINE_ARCHIVE_URL=shelf.archive.location.url)
        ours, its = os.openpty()
        with subprocess.Popen(
            scrapy.command("erase", URL), cwd=scrapy.folder, env=environment, stdin=its, stdout=its, stderr=its
        ) as process:
            os.close(its)
            said = b""
            # Linux says so where the other end of a terminal is closed.
            with suppress(OSError):
                while data := os.read(ours, 4096):
                    said += data
                    if said.endswith(b"Type yes: "):
                        os.write(ours, answer)
            os.close(ours)
        return process.returncode, said.decode().replace("\r\n", "\n")

    return run


def paths(shelf: Shelf) -> list[str]:
    rows = shelf.rows.execute("SELECT url FROM page ORDER BY id").fetchall()
    return [row["url"].rpartition("/")[2] for row in rows]


def test_nothing_goes_unless_somebody_says_so(erase: Run, shelf: Shelf) -> None:
    asked = erase(URL)
    assert asked.status == 2
    assert "add --yes, or see by --dry-run what would go." in asked.stderr
    told = erase(URL, "--dry-run")
    assert told.status == 0, told.stderr
    assert told.stdout.splitlines() == [
        "captures that would go: 1",
        "rows that would go: page 1",
        "segments that hold their bytes: 1",
    ]
    assert paths(shelf) == ["me", "theirs", "late"]


def test_it_says_what_it_has_done_and_that_nothing_is_left(erase: Run, shelf: Shelf) -> None:
    done = erase(URL, "--yes")
    assert done.status == 0, done.stderr
    assert done.stdout.startswith("captures erased: 1\nrows erased: page 1\nsegments: 1 written anew, 0 removed; ")
    assert paths(shelf) == ["theirs", "late"]
    again = erase(URL, "--yes")
    assert (again.status, again.stderr) == (1, "Nothing of that is stored.\n")


def test_whoever_shares_the_segments_must_have_ended(erase: Run, shelf: Shelf) -> None:
    theirs = "site_id = (SELECT id FROM site WHERE slug = 'other.example')"
    job = shelf.rows.execute(f"UPDATE job SET state = 'running' WHERE {theirs} RETURNING id".encode()).fetchone()
    assert job
    refused = erase(URL, "--yes")
    assert refused.status == 1
    assert f"The job {job['id']} of other.example is running, and its pages are in the same segments" in refused.stderr
    assert paths(shelf) == ["me", "theirs", "late"]


def test_a_site_that_is_being_crawled_is_left_alone(erase: Run, shelf: Shelf, tables_url: str) -> None:
    lock = SiteLock.take(tables_url, shelf.job.site_id, "example.com")
    refused = erase("--site", "example.com", "--yes")
    lock.release()
    assert (refused.status, refused.stderr) == (1, "example.com is being crawled already: let that end first.\n")


def test_what_a_site_keeps_for_so_many_days_expires(erase: Run, shelf: Shelf) -> None:
    nothing = erase("--expired", "--yes")
    assert (nothing.status, nothing.stdout) == (0, "No site's config has retention_days: nothing expires.\n")
    shelf.rows.execute("UPDATE site SET config = config || '{\"retention_days\": 7}' WHERE slug = 'example.com'")
    done = erase("--expired", "--yes")
    assert done.status == 0, done.stderr
    assert paths(shelf) == ["theirs", "late"]
    assert erase("--expired", "--yes").status == 0


def test_what_cannot_be_meant_is_refused(erase: Run, shelf: Shelf) -> None:
    for words, reason in {
        (): "Give one URL",
        ("ftp://example.com",): "Give one URL",
        ("--expired", "--before", "2026-01-01"): "--expired takes no URL and no --before",
        ("--site", "example.com", "--before", "soon"): "--before soon: it takes a date",
    }.items():
        refused = erase(*words, "--yes")
        assert refused.status == 2
        assert reason in refused.stderr
    assert paths(shelf) == ["me", "theirs", "late"]


@pytest.mark.parametrize("answer", [b"no\n", b"\x04"], ids=["no", "end of input"])
def test_whoever_does_not_say_yes_keeps_everything(
    asked: Callable[[bytes], tuple[int, str]], shelf: Shelf, answer: bytes
) -> None:
    status, said = asked(answer)

    assert (status, said.splitlines()[-1]) == (1, "Nothing was erased."), said
    assert "Traceback" not in said
    assert "me" in paths(shelf)


def test_whoever_says_yes_is_obeyed(asked: Callable[[bytes], tuple[int, str]], shelf: Shelf) -> None:
    status, said = asked(b"yes\n")

    assert status == 0, said
    assert "captures erased: 1" in said
    assert "me" not in paths(shelf)


def test_what_postgresql_refuses_is_said_in_a_sentence(erase: Run, shelf: Shelf) -> None:
    shelf.rows.execute("ALTER TABLE archive_move RENAME TO elsewhere")

    done = erase(URL, "--yes")

    assert done.status == 1
    assert done.stderr == 'PostgreSQL did not do it: relation "archive_move" does not exist.\n'
