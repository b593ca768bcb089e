"""A process that is told to stop while a page hangs in its browser."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import missing
from tests.support.announced import Announced, until
from tests.support.browser import WatchedBrowser, find_browser, watch
from tests.support.crawl import Scrapy
from tests.support.halting import Halting, halting
from tests.support.tables import tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

HANGING = ("/hang/1", "/hang/2")
DRAIN = 2.0


@pytest.fixture
def site() -> Iterator[Halting]:
    with halting() as served:
        yield served


@pytest.fixture
def browser(tmp_path: Path) -> WatchedBrowser:
    path = find_browser()
    if path is None:
        missing("There is no browser (Debian: apt install chromium)")
    folder = tmp_path / "watched"
    folder.mkdir()
    return watch(path, folder)


def test_a_worker_whose_pages_hang_in_the_browser_stops_in_time_and_gives_them_back(
    site: Halting, servers: Servers, redis_url: str, scrapy: Scrapy, browser: WatchedBrowser
) -> None:
    with tables(servers) as database_url:
        job = Announced(scrapy, database_url, redis_url, site.url("").rstrip("/"))
        job.announce(*HANGING, render="always")
        with job.worker(PATH=browser.path, LONGLINE_DRAIN_SECONDS=str(DRAIN)) as worker:
            for path in HANGING:
                site.wait_for(path)
            worker.send_signal(signal.SIGTERM)
            until(lambda: job.left().leased == 0)
            _, stderr = worker.communicate(timeout=120)

        assert worker.returncode == 0, stderr
        assert "2 requests did not end within 2 s" in stderr
        assert "Traceback" not in stderr
        assert job.left().pending == len(HANGING)
        assert browser.left(seconds=60) == []
