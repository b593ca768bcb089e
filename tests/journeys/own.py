"""What journeys with spiders of people's own share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.journeys.conftest import Rows
from tests.support.crawl import Crawled

Run = Callable[..., Crawled]

PLAIN = """
class Plain(scrapy.Spider):
    name = "{name}"
    start_urls = ["{url}"]
    {more}

    def parse(self, response):
        {parse}
"""


def plain(name: str, url: str, parse: str, more: str = "") -> str:
    return PLAIN.format(name=name, url=url, parse=parse, more=more)


def records(rows: Rows, site: str) -> dict[str, dict[str, Any]]:
    query = """
        SELECT record.*, page.url FROM record JOIN site ON site.id = record.site_id
        LEFT JOIN page ON page.id = page_id WHERE slug = %s
    """
    return {row["key"]: row for row in rows.execute(query, [site]).fetchall()}
