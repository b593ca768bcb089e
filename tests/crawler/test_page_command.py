"""``scrapy page``, as a process: a page as it is and as it was, in a terminal and in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from pipelines import warc
from pipelines.object_store import Archive, ArchiveLocation
from tests.support.crawl import Crawled, Scrapy
from tests.support.shelf import MONDAY, Shelf
from tests.support.tables import add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

URL = "https://example.com/a"
Run = Callable[..., Crawled]


@pytest.fixture
def page(scrapy: Scrapy, servers: Servers, tmp_path: Path) -> Iterator[Run]:
    """``page(URL, "--at", …)``, where the page was captured on Monday, and again on Tuesday."""
    location = ArchiveLocation((tmp_path / "archive").as_uri())
    with tables(servers) as url, reading(url) as rows:
        shelf = Shelf(Archive(location), rows, add_job(rows))
        rows.execute("UPDATE job SET created_at = %s", [MONDAY])
        body = b"<!DOCTYPE html><p>large"
        old = shelf.page("a", body, headers=[("Content-Type", "text/html; charset=latin-1")])
        shelf.put("w-1", warc.exchange(old))
        shelf.kept(shelf.page("a", b"new", 1), "w-2", days=1)

        def run(*words: str, **environment: str) -> Crawled:
            place = {"DATABASE_URL": url, "LONGLINE_ARCHIVE_URL": location.url}
            return scrapy.run("page", *words, strict=True, timeout=240, **place, **environment)

        yield run


def test_a_page_is_printed_as_it_is_or_as_it_was(page: Run) -> None:
    assert page(URL).stdout == "new"
    assert page(URL, "--at", "2026-03-03").stdout == "new"
    was = page(URL, "--headers", "--site", "example.com", "--at", (MONDAY + timedelta(hours=1)).isoformat())
    assert was.stdout.startswith("HTTP/1.1 200 OK\n")
    assert "\n\n<!DOCTYPE html>" in was.stdout


def test_what_there_is_not_is_said_in_one_sentence(page: Run) -> None:
    before = page(URL, "--at", "2026-03-01")
    assert (before.status, before.stdout) == (1, "")
    assert "no capture from 2026-03-01 23:59:59 UTC or before. There are (UTC): 2026-03-02 12:00:00" in before.stderr
    wrong = page(URL, "--at", "yesterday")
    assert wrong.status == 2
    assert "--at yesterday: it takes a date as 2026-11-22" in wrong.stderr


def test_a_browser_gets_a_page_that_stands_alone(page: Run, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)

    done = page(URL, "--open", "--at", "2026-03-02", BROWSER=str(browser))

    assert (done.status, done.stdout) == (0, ""), done.stderr
    file = Path(unquote(urlsplit((tmp_path / "opened").read_text()).path))
    shown = file.read_text(encoding="utf-8-sig")
    file.unlink()
    assert shown.startswith('<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="script-src \'none\'')
    assert shown.endswith(f'<base href="{URL}"><p>large')
