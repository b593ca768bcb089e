"""A real site: the Python manual, every page of it, counted by a walk that knows none of our code."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.crawl import Crawled, Scrapy


class Links(HTMLParser):
    """The targets of a page's links."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.add(urldefrag(urljoin(self.url, href)).url)


def walk(start: str) -> dict[str, bytes]:
    """Every HTML page that links lead to, with its body."""
    pages: dict[str, bytes] = {}
    seen, waiting = {start}, [start]
    while waiting:
        url = waiting.pop()
        try:
            with urllib.request.urlopen(url, timeout=120) as answer:
                if answer.headers.get_content_type() != "text/html":
                    continue
                pages[url] = answer.read()
        except urllib.error.HTTPError:
            continue
        links = Links(url)
        links.feed(pages[url].decode())
        new = {link for link in links.found if link.startswith(start)} - seen
        seen |= new
        waiting += new
    return pages


@pytest.fixture(scope="module")
def walked(nginx_docs: str) -> dict[str, bytes]:
    return walk(f"{nginx_docs}/")


@pytest.fixture(scope="module")
def crawled(session_scrapy: Scrapy, nginx_docs: str) -> Crawled:
    return session_scrapy.crawl(f"{nginx_docs}/", "extract=page,posting,text", timeout=500)


@pytest.fixture
def pages(crawled: Crawled, rows: Rows, nginx_docs: str) -> dict[str, dict[str, Any]]:
    assert crawled.status == 0, crawled.stdout + crawled.stderr
    return {f"{nginx_docs}{path}": row for path, row in pages_of(rows, nginx_docs).items()}


def test_every_html_page_has_one_row_with_its_bytes(walked: dict[str, bytes], pages: dict[str, dict[str, Any]]) -> None:
    html = {url for url, row in pages.items() if row["status"] == 200 and row["content_type"].startswith("text/html")}
    assert len(walked) > 500
    assert html == walked.keys()
    assert all(archived_body(pages[url]) == body for url, body in walked.items())


def test_every_html_page_has_markdown(walked: dict[str, bytes], pages: dict[str, dict[str, Any]], rows: Rows) -> None:
    digests = [pages[url]["body_sha256"] for url in walked]
    found = rows.execute(
        "SELECT body_sha256, markdown FROM page_text WHERE body_sha256 = ANY(%s)", [digests]
    ).fetchall()
    assert {row["body_sha256"] for row in found} == set(digests)
    assert sum(bool(row["markdown"].strip()) for row in found) == len(found)


def test_public_tools_read_the_archive(walked: dict[str, bytes], pages: dict[str, dict[str, Any]]) -> None:
    for segment in {urlsplit(row["archive_uri"]).path for row in pages.values()}:
        subprocess.run([sys.executable, "-m", "warcio.cli", "check", segment], check=True, capture_output=True)
    url, row = next((url, row) for url, row in pages.items() if url.endswith("/tutorial/index.html"))
    words = ["extract", "--payload", urlsplit(row["archive_uri"]).path, str(row["archive_offset"])]
    done = subprocess.run([sys.executable, "-m", "warcio.cli", *words], check=True, capture_output=True)
    assert done.stdout == walked[url]


def test_a_second_crawl_doubles_nothing_and_moves_last_seen(
    session_scrapy: Scrapy, nginx_docs: str, pages: dict[str, dict[str, Any]], rows: Rows
) -> None:
    again = session_scrapy.crawl(f"{nginx_docs}/", "max_pages=40")
    assert again.status == 0, again.stdout + again.stderr
    after = pages_of(rows, nginx_docs)
    assert len(after) == len(pages)
    moved = [path for path, row in after.items() if row["last_seen"] > pages[f"{nginx_docs}{path}"]["last_seen"]]
    assert len(moved) == 40
    assert last_job(rows, nginx_docs)["stats"]["pages"] == 40


def test_progress_is_told_in_plain_lines_where_there_is_no_terminal(crawled: Crawled) -> None:
    assert "\x1b" not in crawled.stdout + crawled.stderr
    assert Path(urlsplit(crawled.stdout.partition("file://")[2].split()[0]).path).is_dir()
