"""What goes wrong on the way: one clear sentence, status 1, and a database that is sound."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.crawl import Scrapy, make_scrapy
from tests.support.web import RunningWeb


def test_a_host_that_cannot_be_reached(scrapy: Scrapy, rows: Rows) -> None:
    done = scrapy.crawl("http://127.0.0.1:1/")
    assert done.status == 1
    assert "http://127.0.0.1:1/ cannot be reached: connection refused." in done.stdout
    job = last_job(rows, "http://127.0.0.1:1")
    assert (job["state"], job["error"]) == ("failed", "http://127.0.0.1:1/ cannot be reached: connection refused.")


def test_a_host_that_is_unknown(scrapy: Scrapy) -> None:
    done = scrapy.crawl("http://nosuch.invalid/")
    assert done.status == 1
    assert "http://nosuch.invalid/ cannot be reached: its host name is unknown." in done.stdout


def test_a_site_that_answers_500_to_everything(scrapy: Scrapy, web: RunningWeb) -> None:
    done = scrapy.crawl(web.url("error"))
    assert done.status == 1
    assert f"{web.url('error')}robots.txt answered 500, so nothing of its host may be fetched." in done.stdout


def test_a_site_that_robots_txt_forbids(scrapy: Scrapy, web: RunningWeb) -> None:
    web.reset()
    done = scrapy.crawl(web.url("forbidden"))
    assert done.status == 1
    assert f"{web.url('forbidden')}robots.txt disallows {web.url('forbidden')}." in done.stdout
    assert set(web.asked("forbidden")) <= {"/robots.txt"}


def test_fewer_pages_than_the_site_expects(scrapy: Scrapy, web: RunningWeb, store_site: Callable[..., None]) -> None:
    store_site("expecting", url=web.url("empty"), expect={"pages": 5})
    done = scrapy.run("crawl", "site", "-a", "site=expecting")
    assert done.status == 1
    assert "The site's config expects at least 5 pages; the job found 1." in done.stdout


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("Only root can mount a small file system.")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_full_in_the_middle(scrapy: Scrapy, web: RunningWeb, rows: Rows, small_disk: Path) -> None:
    done = scrapy.crawl(web.url("plain"), LONGLINE_ARCHIVE_URL=(small_disk / "archive").as_uri())
    assert done.status == 1
    assert "The archive refused" in done.stdout
    assert "No space left on device" in done.stdout
    assert "Traceback" not in done.stderr
    stored = [row for row in pages_of(rows, web.sites["plain"]).values() if str(small_disk) in row["archive_uri"]]
    assert all(archived_body(row) is not None for row in stored)
    assert last_job(rows, web.sites["plain"])["state"] == "failed"


def test_ctrl_c_ends_the_job_when_what_was_fetched_is_stored(scrapy: Scrapy, web: RunningWeb, rows: Rows) -> None:
    crawl = scrapy.start("crawl", "site", "-a", f"url={web.url('endless')}", "-s", "LONGLINE_PROGRESS_SECONDS=0.2")
    _wait_for_pages(crawl)
    os.killpg(crawl.pid, signal.SIGINT)
    stdout, stderr = crawl.communicate(timeout=120)
    assert crawl.returncode == 1, stderr
    assert "Stopped on request; the pages that were fetched are stored." in stdout
    job = last_job(rows, web.sites["endless"])
    assert job["state"] == "cancelled"
    stored = rows.execute("SELECT count(*) AS pages FROM page WHERE job_id = %s", [job["id"]]).fetchone()
    assert stored
    assert job["stats"]["pages"] == stored["pages"] > 0


def test_ctrl_c_twice_ends_the_job_at_once(scrapy: Scrapy, web: RunningWeb, rows: Rows) -> None:
    crawl = scrapy.start("crawl", "site", "-a", f"url={web.url('endless')}", "-s", "LONGLINE_PROGRESS_SECONDS=0.2")
    _wait_for_pages(crawl)
    os.killpg(crawl.pid, signal.SIGINT)
    os.killpg(crawl.pid, signal.SIGINT)
    _, stderr = crawl.communicate(timeout=120)
    assert crawl.returncode == 1, stderr
    assert "Traceback" not in stderr
    assert last_job(rows, web.sites["endless"])["state"] == "cancelled"
    for row in pages_of(rows, web.sites["endless"]).values():
        assert archived_body(row)


def _wait_for_pages(crawl: subprocess.Popen[str]) -> None:
    assert crawl.stderr is not None
    for line in crawl.stderr:
        if " pages · " in line and " 0 pages · " not in line:
            return
    pytest.fail("The crawl ended before it had a page.")


def test_a_second_user_of_the_same_home_is_not_disturbed(tmp_path: Path, web: RunningWeb) -> None:
    own = make_scrapy(tmp_path / "home", tmp_path)
    first = own.start("crawl", "site", "-a", f"url={web.url('crawl-delay')}", "-s", "LONGLINE_PROGRESS_SECONDS=0.2")
    _wait_for_pages(first)
    second = own.crawl(web.url("empty"))
    stdout, stderr = first.communicate(timeout=240)
    assert (first.returncode, second.status) == (0, 0), stdout + stderr + second.stdout + second.stderr
