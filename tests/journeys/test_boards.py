"""A careers page that embeds boards of platforms: all of their postings, and the proof of each list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import last_job
from tests.support.crawl import Crawled, Scrapy
from tests.support.processes import serving
from tests.support.web import RunningWeb
from tests.web.platforms import addresses


@pytest.fixture(scope="module")
def crawled(session_scrapy: Scrapy, web: RunningWeb) -> Iterator[Crawled]:
    with serving("tests.web.platforms") as said:
        web.reset()
        environment = {"LONGLINE_PROXIES": said["proxy"], "SSL_CERT_FILE": said["certificate"]}
        yield session_scrapy.crawl(web.url("employer"), "tiers=proxy", "render=never", **environment)


def lists(rows: Rows, web: RunningWeb) -> dict[str, dict[str, Any]]:
    job = last_job(rows, web.sites["employer"])
    found = rows.execute("SELECT * FROM listing WHERE job_id = %s AND platform <> 'web'", [job["id"]]).fetchall()
    return {row["platform"]: row for row in found}


def test_each_board_is_read_to_its_end(crawled: Crawled, web: RunningWeb, rows: Rows) -> None:
    assert crawled.status == 0, crawled.stdout + crawled.stderr
    found = lists(rows, web)
    assert {
        platform: (row["listed"], *([row["declared_total"]] if row["declared_total"] is not None else ()))
        for platform, row in found.items()
    } == addresses()
    assert {platform: row["problems"] for platform, row in found.items() if not row["complete"]} == {}


@pytest.mark.usefixtures("crawled")
def test_postings_have_the_keys_of_their_boards(web: RunningWeb, rows: Rows) -> None:
    job = last_job(rows, web.sites["employer"])
    query = """SELECT platform, tenant, count(*) FROM posting JOIN page ON page.id = posting.page_id
        WHERE page.job_id = %s AND posting.status = 'open' GROUP BY 1, 2"""
    found = {(row["platform"], row["tenant"]): row["count"] for row in rows.execute(query, [job["id"]]).fetchall()}
    boards = {(platform, row["tenant"]): row["listed"] for platform, row in lists(rows, web).items()}
    assert found == boards
