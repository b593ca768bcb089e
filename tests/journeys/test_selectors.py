"""A site whose config says where its pages have what."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.conftest import Rows
from tests.support.crawl import Scrapy
from tests.support.lure import Said, lure

POSTING = "<title>Acme</title><h1>Acme</h1><h3>Baker</h3><p class=what>We look for a baker who likes the night.</p>"


def test_its_postings_are_read_by_its_selectors(scrapy: Scrapy, store_site: Callable[..., None], rows: Rows) -> None:
    with lure({"/": Said('<title>Acme</title><a href="/we">We</a>'), "/we": Said(POSTING)}) as site:
        store_site("marked", url=site.url(), posting_selectors={"title": "h3", "description": ".what", "company": "h1"})
        done = scrapy.run("crawl", "site", "-a", "site=marked")
        assert done.status == 0, done.stdout + done.stderr
        query = "SELECT p.title, company, provenance FROM posting p JOIN page ON page.id = page_id WHERE page.url = %s"
        found = rows.execute(query, [site.url("/we")]).fetchall()

    assert [(row["title"], row["company"], row["provenance"]["title"]) for row in found] == [
        ("Baker", "Acme", "selectors")
    ]
