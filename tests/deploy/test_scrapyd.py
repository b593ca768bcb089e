"""A real Scrapyd takes the project as an egg, and runs its jobs from inside the zip file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.crawl import Scrapy, make_scrapy
from tests.support.scrapyd import PASSWORD, USER, Scrapyd, scrapyd
from tests.support.sources import PACKAGES, copy_sources, source_files
from tests.support.web import RunningWeb
from tests.web.expected import PLAIN


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scrapyd")


@pytest.fixture(scope="module")
def own(place: Path) -> Scrapy:
    """Commands on the home that Scrapyd's jobs use; it is new, so that they start its servers and make its tables."""
    (place / "prompt").mkdir()
    return make_scrapy(place / "home", place / "prompt")


@pytest.fixture(scope="module")
def daemon(place: Path) -> Iterator[Scrapyd]:
    """A Scrapyd that has the project as an egg, and nothing else of it."""
    environment = {"PATH": os.environ["PATH"], "LONGLINE_HOME": str(place / "home")}
    # What comes by its API may not go to private addresses, where the tests' sites are.
    environment["LONGLINE_ALLOW_PRIVATE_ADDRESSES"] = "true"
    with scrapyd(place / "data", environment) as running:
        deploy(place / "project", running)
        yield running


def deploy(folder: Path, daemon: Scrapyd) -> None:
    copy_sources(folder, source_files())
    environment = {"SCRAPYD_URL": daemon.url, "SCRAPYD_USERNAME": USER, "SCRAPYD_PASSWORD": PASSWORD}
    done = subprocess.run(
        [Path(sys.executable).parent / "scrapyd-deploy", "production"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["status"] == "ok", done.stdout


def rows(own: Scrapy, job: str) -> list[dict[str, Any]]:
    done = own.run("jobs", "--json")
    assert done.status == 0, done.stderr
    return [row for row in json.loads(done.stdout) if UUID(row["id"]).hex == job]


def test_the_egg_has_all_that_the_packages_read(daemon: Scrapyd) -> None:
    (egg,) = (daemon.folder / "eggs" / "longline").glob("*.egg")
    needed = {name for name in source_files() if name.split("/")[0] in PACKAGES}

    assert needed <= set(zipfile.ZipFile(egg).namelist())
    assert "site" in daemon.ask("listspiders", project="longline")["spiders"]


def test_scrapyd_asks_for_the_password_of_its_config(daemon: Scrapyd) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{daemon.url}daemonstatus.json", timeout=60)


def test_a_job_is_completed_and_has_the_id_that_scrapyd_gave_it(
    daemon: Scrapyd, own: Scrapy, web: RunningWeb, tmp_path: Path
) -> None:
    job = daemon.crawl(url=web.url("plain"), extract="page,posting,text")

    (row,) = rows(own, job)
    log = daemon.log(job)
    assert (row["state"], row["error"]) == ("completed", None), log
    assert (
        log.rstrip()
        .splitlines()[-1]
        .endswith(f"completed (job {UUID(job)}): {row['stats']['pages']} pages, {row['stats']['postings']} postings.")
    )
    exported = own.run("export", "pages", "--to", str(tmp_path / "pages.jsonl"), "--job", str(UUID(job)))
    assert exported.status == 0, exported.stderr
    pages = map(json.loads, (tmp_path / "pages.jsonl").read_text().splitlines())
    good = {page["url"].removeprefix(web.sites["plain"]) for page in pages if page["status"] == 200}
    assert good >= PLAIN.pages
    assert row["stats"]["texts"] >= len(PLAIN.pages) / 2


def test_a_job_that_fails_is_seen_though_scrapyd_calls_it_finished(daemon: Scrapyd, own: Scrapy) -> None:
    job = daemon.crawl(url="http://127.0.0.1:1/")

    (row,) = rows(own, job)
    sentence = "http://127.0.0.1:1/ cannot be reached: connection refused."
    assert (row["state"], row["error"]) == ("failed", sentence)
    assert f"ERROR 127.0.0.1:1 failed (job {UUID(job)}): {sentence}" in daemon.log(job)


def test_a_job_that_is_refused_says_so_in_its_log(daemon: Scrapyd, own: Scrapy, web: RunningWeb) -> None:
    job = daemon.crawl(url=web.url("plain"), max_pages="ten")

    assert "ERROR -a max_pages=ten: it takes a whole number of at least 1." in daemon.log(job)
    assert rows(own, job) == []


def test_a_cancelled_job_ends_in_order(daemon: Scrapyd, own: Scrapy, web: RunningWeb) -> None:
    web.reset()
    job = daemon.schedule(url=web.url("endless"))
    daemon.until(lambda: len(web.visits("endless")) > 20, "it has fetched pages")
    daemon.tell("cancel", job=job)
    daemon.wait(job, "finished")

    (row,) = rows(own, job)
    assert row["state"] == "cancelled"
    assert row["stats"]["pages"] > 0


def test_a_job_with_a_name_has_an_id_of_its_own(daemon: Scrapyd, own: Scrapy, web: RunningWeb) -> None:
    assert daemon.crawl(url=web.url("empty"), jobid="nightly") == "nightly"

    last = daemon.log("nightly").rstrip().splitlines()[-1]
    (row,) = (row for row in json.loads(own.run("jobs", "--json").stdout) if row["id"] in last)
    assert row["state"] == "completed"


def test_an_id_is_given_to_one_job_only(daemon: Scrapyd, own: Scrapy, web: RunningWeb) -> None:
    name = UUID(int=7).hex
    daemon.crawl(url=web.url("empty"), jobid=name)
    (first,) = rows(own, name)
    daemon.schedule(url=web.url("empty"), jobid=name)
    daemon.until(lambda: "there is such a job already" in daemon.log(name), "the second is refused")

    assert rows(own, name) == [first]
