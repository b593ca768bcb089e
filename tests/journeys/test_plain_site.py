"""One crawl of a site that has a bit of everything."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from fastwarc.warc import ArchiveIterator, WarcRecordType

from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.web import RunningWeb
from tests.web.expected import PLAIN


@pytest.fixture(scope="module")
def crawled(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    web.reset()
    return session_scrapy.crawl(web.url("plain"), "extract=page,posting,text")


@pytest.fixture
def pages(crawled: Crawled, rows: Rows, web: RunningWeb) -> dict[str, dict[str, Any]]:
    assert crawled.status == 0, crawled.stdout + crawled.stderr
    return pages_of(rows, web.sites["plain"])


def test_every_page_that_a_link_or_a_sitemap_leads_to_has_one_row(pages: dict[str, dict[str, Any]]) -> None:
    html = {path for path, row in pages.items() if row["status"] == 200 and path not in PLAIN.documents}
    assert html == PLAIN.pages


def test_errors_and_redirects_are_stored_with_their_status(pages: dict[str, dict[str, Any]]) -> None:
    assert {path: pages[path]["status"] for path in PLAIN.failing} == PLAIN.failing
    assert pages["/old"]["status"] == 301
    assert urlsplit(pages["/old"]["final_url"]).path == "/new"


def test_what_is_not_allowed_or_broken_has_no_row(pages: dict[str, dict[str, Any]]) -> None:
    assert not PLAIN.never & pages.keys()
    assert "/odd/truncated" not in pages


def test_each_page_is_asked_for_once(crawled: Crawled, web: RunningWeb) -> None:
    assert crawled.status == 0
    asked = web.asked("plain")
    assert not PLAIN.never & asked.keys()
    assert {path: asked[path] for path in PLAIN.pages} == dict.fromkeys(PLAIN.pages, 1) | PLAIN.asked
    assert asked["/robots.txt"] == 1


def test_other_sites_are_left_alone(crawled: Crawled, web: RunningWeb) -> None:
    assert crawled.status == 0
    assert not web.visits("elsewhere")


def test_titles_are_read_in_every_encoding(pages: dict[str, dict[str, Any]]) -> None:
    assert {path: pages[path]["title"] for path in PLAIN.titles} == PLAIN.titles


def test_postings_are_compared_with_others_when_the_job_has_ended(pages: dict[str, dict[str, Any]], rows: Rows) -> None:
    query = """
        SELECT posting.id, posting_compared.rules FROM posting LEFT JOIN posting_compared ON posting_id = posting.id
        WHERE page_id = ANY(%s)
    """
    found = rows.execute(query, [[row["id"] for row in pages.values()]]).fetchall()
    assert found
    assert [row["rules"] for row in found] == [1] * len(found)


def test_postings_are_stored_and_bad_ones_set_aside_with_their_reasons(
    pages: dict[str, dict[str, Any]], rows: Rows
) -> None:
    ids = {row["id"]: path for path, row in pages.items()}
    found: dict[str, set[str]] = {}
    for posting in rows.execute("SELECT page_id, title FROM posting").fetchall():
        if posting["page_id"] in ids:
            found.setdefault(ids[posting["page_id"]], set()).add(posting["title"])
    assert found == {path: set(titles) for path, titles in PLAIN.postings.items()}
    rejected = rows.execute("SELECT * FROM rejected_record WHERE page_id = ANY(%s)", [list(ids)]).fetchall()
    assert {ids[row["page_id"]]: 1 for row in rejected} == PLAIN.rejected
    assert all(problem["field"] and problem["problem"] for row in rejected for problem in row["problems"])


def test_texts_are_made_when_asked_for(pages: dict[str, dict[str, Any]], rows: Rows) -> None:
    query = "SELECT markdown FROM page_text WHERE body_sha256 = %s"
    text = rows.execute(query, [pages["/about"]["body_sha256"]]).fetchone()
    assert text is not None
    assert "<" not in text["markdown"]


def test_each_row_points_at_its_bytes(pages: dict[str, dict[str, Any]]) -> None:
    for row in pages.values():
        assert len(archived_body(row)) == row["body_bytes"]


def test_public_tools_accept_the_archive(pages: dict[str, dict[str, Any]]) -> None:
    segments = {Path(urlsplit(row["archive_uri"]).path) for row in pages.values()}
    for segment in segments:
        done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", segment], check=False, capture_output=True)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
        for record in ArchiveIterator(str(segment), fsspec_args=False, record_types=WarcRecordType.response):
            digest = base64.b32encode(hashlib.sha256(record.reader.read()).digest()).decode()
            assert record.headers["WARC-Payload-Digest"] == f"sha256:{digest}"


def test_the_job_says_what_was_stored(pages: dict[str, dict[str, Any]], rows: Rows, web: RunningWeb) -> None:
    job = last_job(rows, web.sites["plain"])
    assert job["state"] == "completed"
    assert job["error"] is None
    assert job["completed_at"] > job["started_at"]
    assert job["stats"]["pages"] == len(pages)
    assert job["stats"]["postings"] == sum(map(len, PLAIN.postings.values()))
    assert job["stats"]["rejected"] == sum(PLAIN.rejected.values())


def test_the_summary_says_it_in_words(crawled: Crawled, web: RunningWeb) -> None:
    assert "completed" in crawled.stdout
    assert "200: " in crawled.stdout
    assert "manage.py dbshell" in crawled.stdout
    assert "Traceback" not in crawled.stderr


def test_nothing_is_left_in_redis(crawled: Crawled, rows: Rows, web: RunningWeb, servers: Any) -> None:
    job = last_job(rows, web.sites["plain"])
    with redis.Redis.from_url(servers.redis_url) as client:
        assert not list(client.scan_iter(f"longline:{{{job['id']}:*"))
