"""Reads the archive again. ``crawler/again_run.py`` does the work: nothing is fetched, so no engine is needed."""

from __future__ import annotations

from typing import Any

from scrapy import Spider


class ArchiveSpider(Spider):
    """A name for ``scrapy list`` and Scrapyd; ``scrapy crawl archive`` makes no crawl of it."""

    name = "archive"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        raise ValueError("The spider archive needs no engine. Start it by: scrapy crawl archive -a site=SLUG")
