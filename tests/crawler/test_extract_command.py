"""``scrapy extract``, as a process."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.crawl import Scrapy

POSTING = '{"@type": "JobPosting", "title": "Baker", "hiringOrganization": "Bakery", "description": "We bake bread."}'
PAGE = f'<html lang="en"><title>Baker</title><script type="application/ld+json">{POSTING}</script></html>'
URL = "https://www.bakery.example/jobs/7"


def test_where_nobody_looks_the_explanation_is_json(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    plain = scrapy.run("extract", str(tmp_path / "page.html"), "--url", URL)
    explained = scrapy.run("extract", str(tmp_path / "page.html"), "--url", URL, "--explain")

    assert list(json.loads(plain.stdout)) == ["page", "postings"]
    found = json.loads(explained.stdout)
    assert found["postings"] == json.loads(plain.stdout)["postings"]
    (fields,) = found["evidence"]
    title = next(one for one in fields if one["field"] == "title")
    assert title["candidates"] == [{"source": "jsonld", "value": "Baker", "where": "JobPosting.title", "agrees": True}]
    assert (found["gate"]["kind"], found["rejected"], found["left_out"]) == ("ok", [], [])
