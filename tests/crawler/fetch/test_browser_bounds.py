"""How the browser stays within its bounds, and what is lost with a tab or a browser: nothing. Crawls of ``apps``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import missing
from tests.support.browser import find_browser
from tests.support.browsing import browser_of, browsing, noted, notes, renderers, wait_for
from tests.support.web import RunningWeb

JOBS = [f"/jobs/{number}" for number in range(1, 21)]


@pytest.fixture(autouse=True)
def _browser(web: RunningWeb) -> None:
    if find_browser() is None:
        missing("There is no browser (Debian: apt install chromium)")
    web.reset()


def test_no_more_pages_are_open_than_the_bound_says_whatever_the_contexts(redis_url: str, web: RunningWeb) -> None:
    in_sessions = [{"url": path, "meta": {"cookiejar": number % 5}} for number, path in enumerate(JOBS)]
    crawled = browsing(redis_url, web, *in_sessions, LONGLINE_BROWSER_PAGES=2).run()
    assert {note["tier"] for note in notes(crawled)} == {"browser"}
    assert (crawled.notes[-1]["peak"], sum(crawled.notes[-1]["pages"])) == (2, 2)
    assert crawled.stats["playwright/page_count/max_concurrent"] == 2
    assert crawled.stats["playwright/context_count"] == 5


def test_a_tab_shows_one_page_after_the_other(redis_url: str, web: RunningWeb) -> None:
    crawled = browsing(redis_url, web, *JOBS, LONGLINE_BROWSER_PAGES=2).run()
    assert len(notes(crawled)) == len(JOBS)
    assert crawled.stats["playwright/page_count"] == 2


def test_another_context_takes_the_place_of_one_where_only_so_many_may_be(redis_url: str, web: RunningWeb) -> None:
    named = [{"url": path, "meta": {"playwright_context": "ab"[number % 2]}} for number, path in enumerate(JOBS[:8])]
    crawled = browsing(redis_url, web, *named, PLAYWRIGHT_MAX_CONTEXTS=1).run()
    assert [note["tier"] for note in notes(crawled)] == ["browser"] * 8
    assert crawled.stats["playwright/context_count/max_concurrent"] == 1


def test_the_browser_is_replaced_after_so_many_pages(redis_url: str, web: RunningWeb) -> None:
    crawled = browsing(redis_url, web, *JOBS, LONGLINE_BROWSER_RECYCLE_PAGES=8).run()
    assert {note["tier"] for note in notes(crawled)} == {"browser"}
    assert crawled.stats["playwright/browser_count"] >= 2
    assert crawled.stats["browser/pages_open_max"] <= 4


def test_the_browser_is_replaced_when_it_has_grown_too_large(redis_url: str, web: RunningWeb) -> None:
    crawled = browsing(redis_url, web, *JOBS[:8], LONGLINE_BROWSER_RECYCLE_MB=1, LONGLINE_BROWSER_PAGES=2).run()
    assert {note["tier"] for note in notes(crawled)} == {"browser"}
    assert crawled.stats["playwright/browser_count"] >= 2


def test_a_page_that_hangs_ends_when_its_time_is_up(redis_url: str, web: RunningWeb) -> None:
    seen = noted(browsing(redis_url, web, "/hangs", "/loops", "/jobs/1", DOWNLOAD_TIMEOUT=15, RETRY_TIMES=0).run())
    assert "DownloadTimeoutError" in seen["/hangs"]["error"]
    assert "DownloadTimeoutError" in seen["/loops"]["error"]
    assert seen["/jobs/1"]["tier"] == "browser"


def test_a_page_that_is_too_large_or_has_no_end_is_refused(redis_url: str, web: RunningWeb) -> None:
    seen = noted(browsing(redis_url, web, "/huge", "/announces-much", "/endless", DOWNLOAD_MAXSIZE=1_000_000).run())
    assert ["DownloadCancelledError" in note["error"] for note in seen.values()] == [True] * 3


def test_a_visit_that_brings_no_document_has_failed(redis_url: str, web: RunningWeb) -> None:
    own = {"playwright_page_init_callback": "tests.support.measuring.show_first"}
    (note,) = notes(browsing(redis_url, web, "/jobs/1#top", meta=own, RETRY_TIMES=0).run())
    assert "DownloadFailedError" in note["error"]
    assert "no document" in note["error"]


def crash_tabs(pid: int) -> None:
    for process in renderers(pid):
        process.kill()


def test_a_tab_that_crashes_is_tried_again_and_gives_its_place_back_once(redis_url: str, web: RunningWeb) -> None:
    bounds: dict[str, Any] = {"LONGLINE_BROWSER_PAGES": 2, "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2}
    with browsing(redis_url, web, "/crashes", **bounds).begun() as running:
        wait_for(web, "/crash-me")
        crash_tabs(running.process.pid)
    (note,) = notes(running.crawled)
    assert (note["tier"], note["text"]) == ("browser", "item begun;")
    assert running.crawled.stats["browser/tabs_lost"] == 1
    assert running.crawled.notes[-1]["left"] == [1]
    assert "retry/count" not in running.crawled.stats


def test_a_tab_that_crashes_each_time_is_given_up_after_the_retries(redis_url: str, web: RunningWeb) -> None:
    with browsing(redis_url, web, "/crashes", RETRY_TIMES=1).begun() as running:
        for times in (1, 2):
            wait_for(web, "/crash-me", times)
            crash_tabs(running.process.pid)
    (note,) = notes(running.crawled)
    assert "TabLostError" in note["error"]
    assert web.asked("apps")["/crashes"] == 2


@pytest.mark.parametrize("how", ["kill", "suspend"])
def test_a_browser_that_is_killed_or_hangs_loses_no_request(redis_url: str, web: RunningWeb, how: str) -> None:
    bounds: dict[str, Any] = {"DOWNLOAD_TIMEOUT": 20, "LONGLINE_BROWSER_PAGES": 2}
    with browsing(redis_url, web, "/crashes", *JOBS[:10], **bounds).begun() as running:
        wait_for(web, "/crash-me")
        getattr(browser_of(running.process.pid), how)()
    assert len(notes(running.crawled)) == 11
    assert {note["tier"] for note in notes(running.crawled)} == {"browser"}
    assert running.crawled.stats["browser/lost"] == 1


def test_a_page_that_eats_memory_or_closes_itself_costs_itself_alone(redis_url: str, web: RunningWeb) -> None:
    small = {"args": ["--js-flags=--max-old-space-size=200"]}
    paths = ("/eats-memory", "/closes-itself", "/jobs/1")
    seen = noted(browsing(redis_url, web, *paths, RETRY_TIMES=0, PLAYWRIGHT_LAUNCH_OPTIONS=small).run())
    assert len(seen) == 3
    assert "error" in seen["/eats-memory"]
    assert seen["/jobs/1"]["tier"] == "browser"
