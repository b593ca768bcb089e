"""Pages that are empty until a browser has run their scripts."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.browser import WatchedBrowser, find_browser, watch
from tests.support.crawl import Scrapy
from tests.support.processes import ROOT
from tests.support.web import RunningWeb
from tests.web.expected import CLIENT_RENDERED

SITE = "client-rendered"
NOT_TO_BE_LOADED = ("playwright", "scrapy_playwright")


@pytest.fixture
def browser(tmp_path: Path) -> WatchedBrowser:
    path = find_browser()
    if path is None:
        missing("There is no browser (Debian: apt install chromium)")
    folder = tmp_path / "watched"
    folder.mkdir()
    return watch(path, folder)


@pytest.fixture
def no_browser(tmp_path: Path) -> dict[str, Any]:
    """An environment in which there is none, and none to be had."""
    nothing = str(tmp_path / "nothing")
    nowhere = "http://127.0.0.1:9"
    return {"PATH": nothing, "PLAYWRIGHT_BROWSERS_PATH": nothing, "PLAYWRIGHT_DOWNLOAD_HOST": nowhere}


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


def postings(rows: Rows, page: dict[str, Any]) -> set[str]:
    found = rows.execute("SELECT title FROM posting WHERE page_id = %s", [page["id"]]).fetchall()
    return {row["title"] for row in found}


def test_an_empty_page_is_found_and_rendered_and_its_postings_are_stored(
    scrapy: Scrapy, web: RunningWeb, browser: WatchedBrowser, rows: Rows
) -> None:
    done = scrapy.crawl(web.url(SITE), PATH=browser.path)

    assert done.status == 0, done.stdout + done.stderr
    pages = pages_of(rows, web.sites[SITE])
    assert {path for path, row in pages.items() if row["status"] == 200} >= CLIENT_RENDERED.pages
    rendered = {path for path, row in pages.items() if row["tier"] == "browser"}
    assert rendered == CLIENT_RENDERED.asked.keys()
    careers = pages["/careers/"]
    assert careers["title"] == "Careers"
    assert postings(rows, careers) == set(CLIENT_RENDERED.postings["/careers/"])
    assert b"Tide analyst" in archived_body(careers)
    assert pages["/old-app"]["final_url"] == web.url(SITE, "/welcome")
    assert last_job(rows, web.sites[SITE])["stats"]["pages"] == len(pages)
    assert (len(browser.started()), browser.left(seconds=60)) == (1, [])


def test_each_page_is_asked_for_once_and_an_empty_one_twice(
    scrapy: Scrapy, web: RunningWeb, browser: WatchedBrowser
) -> None:
    done = scrapy.crawl(web.url(SITE), PATH=browser.path)

    assert done.status == 0, done.stdout + done.stderr
    asked = web.asked(SITE)
    assert not CLIENT_RENDERED.never & asked.keys()
    assert {path: asked[path] for path in CLIENT_RENDERED.pages} == (
        dict.fromkeys(CLIENT_RENDERED.pages, 1) | CLIENT_RENDERED.asked
    )
    assert asked["/sitemap.xml"] == 1
    agents = {visit.headers["User-Agent"] for visit in web.visits(SITE)}
    assert len(agents) == 1


def test_a_crawl_of_static_pages_starts_no_browser_and_loads_nothing_of_it(
    scrapy: Scrapy, web: RunningWeb, browser: WatchedBrowser, tmp_path: Path
) -> None:
    for name in NOT_TO_BE_LOADED:
        (tmp_path / "traps" / name).mkdir(parents=True)
        (tmp_path / "traps" / name / "__init__.py").write_text("raise SystemExit(77)")

    done = scrapy.crawl(web.url("plain"), PATH=browser.path, PYTHONPATH=f"{tmp_path / 'traps'}:{ROOT}")

    assert done.status == 0, done.stdout + done.stderr
    assert browser.started() == []


def test_always_renders_every_page_and_fetches_what_is_no_page(
    scrapy: Scrapy, web: RunningWeb, browser: WatchedBrowser, rows: Rows
) -> None:
    done = scrapy.crawl(web.url(SITE), "render=always", PATH=browser.path)

    assert done.status == 0, done.stdout + done.stderr
    pages = pages_of(rows, web.sites[SITE])
    html = {path for path, row in pages.items() if row["status"] == 200 and path not in CLIENT_RENDERED.documents}
    assert html == CLIENT_RENDERED.pages
    assert {pages[path]["tier"] for path in html} == {"browser"}
    assert (pages["/moved"]["status"], pages["/moved"]["final_url"]) == (302, web.url(SITE, "/about"))
    assert archived_body(pages["/notes.txt"]) == b"Plain notes.\n"
    assert postings(rows, pages["/careers/"]) == set(CLIENT_RENDERED.postings["/careers/"])
    asked = web.asked(SITE)
    assert not CLIENT_RENDERED.never & asked.keys()
    assert {asked[path] for path in CLIENT_RENDERED.pages} == {1}
    assert (len(browser.started()), browser.left(seconds=60)) == (1, [])


def test_never_leaves_pages_as_they_are_fetched(
    scrapy: Scrapy, web: RunningWeb, browser: WatchedBrowser, rows: Rows
) -> None:
    done = scrapy.crawl(web.url(SITE), "render=never", PATH=browser.path)

    assert done.status == 0, done.stdout + done.stderr
    assert browser.started() == []
    assert {row["tier"] for row in pages_of(rows, web.sites[SITE]).values() if row["title"] == "Loading"} == {"direct"}
    assert last_job(rows, web.sites[SITE])["stats"]["postings"] == 0


@pytest.mark.parametrize("render", ["auto", "always"])
def test_where_there_is_no_browser_that_is_said_once_and_pages_are_kept(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, no_browser: dict[str, Any], render: str
) -> None:
    done = scrapy.crawl(web.url(SITE), f"render={render}", **no_browser)

    assert done.status == 0, done.stdout + done.stderr
    assert done.stderr.count("There is no Chromium or Chrome on the PATH") == 1
    assert "apt-get install chromium" in done.stderr
    assert "unrendered" in done.stdout
    assert "Traceback" not in done.stderr
    job = last_job(rows, web.sites[SITE])
    assert job["state"] == "completed"
    shells = [row for row in pages_of(rows, web.sites[SITE]).values() if row["title"] == "Loading"]
    assert {(row["tier"], row["job_id"]) for row in shells} == {("direct", job["id"])}


def test_a_browser_that_does_not_start_is_as_none(
    scrapy: Scrapy, web: RunningWeb, tmp_path: Path, no_browser: dict[str, Any]
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text('#!/bin/sh\n[ "$1" != --version ] || { echo Chromium 1.0; exit 0; }\necho broken >&2; exit 1\n')
    broken.chmod(0o755)

    done = scrapy.crawl(web.url(SITE), **no_browser | {"PATH": str(tmp_path)})

    assert done.status == 0, done.stdout + done.stderr
    assert done.stderr.count(f"{broken} does not start") == 1
    assert "unrendered" in done.stdout


@pytest.fixture
def rendering_for_ever(
    scrapy: Scrapy, web: RunningWeb, browser: WatchedBrowser, redis_url: str
) -> subprocess.Popen[str]:
    """A crawl without end that has begun to render pages.

    Its job is in a Redis database of its own: where it is killed, the job stays, and workers of other tests would
    go on with it.
    """
    words = ("crawl", "site", "-a", f"url={web.url('endless')}", "-a", "render=always")
    process = scrapy.start(*words, PATH=browser.path, REDIS_URL=redis_url)
    deadline = time.monotonic() + 120
    while not (len(web.visits("endless")) >= 3 and browser.left()):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(process.communicate())
        time.sleep(0.05)
    return process


def test_ctrl_c_finishes_what_is_under_way_and_leaves_no_browser(
    rendering_for_ever: subprocess.Popen[str], browser: WatchedBrowser
) -> None:
    with rendering_for_ever as process:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)

    assert process.returncode == 1, out + err
    assert "cancelled" in out
    assert "could not be" not in out + err
    assert browser.left(seconds=60) == []


@pytest.mark.parametrize("how", ["Ctrl-C twice", "kill"])
def test_a_crawl_that_ends_at_once_leaves_no_browser(
    rendering_for_ever: subprocess.Popen[str], browser: WatchedBrowser, how: str
) -> None:
    with rendering_for_ever as process:
        if how == "kill":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGINT)
            os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=120)

    assert browser.left(seconds=60) == []


def test_doctor_says_which_browser_there_is(scrapy: Scrapy, browser: WatchedBrowser) -> None:
    done = scrapy.run("doctor", PATH=browser.path)

    assert done.status == 0, done.stdout + done.stderr
    assert "✓ browser" in done.stdout
    assert str(browser.folder) in done.stdout


def test_doctor_says_how_to_get_a_browser_and_is_well_without(scrapy: Scrapy, no_browser: dict[str, Any]) -> None:
    done = scrapy.run("doctor", **no_browser)

    assert done.status == 0, done.stdout + done.stderr
    assert "- browser" in done.stdout
    assert "apt-get install chromium" in done.stdout
