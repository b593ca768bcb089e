"""Crawls of one request or a few, whose spider and stages do whatever a test names, and what is left of their jobs."""

from __future__ import annotations

from typing import Any

from tests.support.halting import Halting
from tests.support.left import Left, left
from tests.support.small_crawl import Crawled, SmallCrawl

CRABS = "tests.crawler.delivery_crabs"
FREE: dict[str, Any] = {
    "ROBOTSTXT_OBEY": False,
    "RETRY_TIMES": 1,
    "SCHEDULER_PERSIST": True,
    "ITEM_PIPELINES": {f"{CRABS}.Doing": 1},
    "EXTENSIONS": {"crawler.extensions.outcome.Outcome": 100, f"{CRABS}.Diary": 200},
    "LOG_LEVEL": "ERROR",
}
START = "done data:,start"
"""What the diary says when the beginning of a job is done."""


class Trial:
    """Crawls, and what is left of their jobs."""

    def __init__(self, site: Halting, redis_url: str) -> None:
        self.site = site
        self._redis_url = redis_url

    def of(self, callback: str = "note", path: str = "/parent", **more: Any) -> Ended:
        """A crawl of one request; ``more`` as in ``requests``."""
        return self.requests({"url": self.site.url(path), "callback": callback}, **more)

    def requests(
        self,
        *start: dict[str, Any],
        crab: str = "Trial",
        item: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> Ended:
        """A crawl of some requests; ``item`` says what the stages do to it."""
        given = {"start": start, "child": self.site.url("/child"), "item": item or {"do": "store"}}
        crawl = SmallCrawl(f"{CRABS}.{crab}", self._redis_url, given | arguments, FREE | (settings or {}))
        return Ended(crawl.run(), left(self._redis_url, crawl.job))


class Ended:
    """What came of a crawl: in ``notes``, what the spider saw; ``diary``, what became of leases and items."""

    def __init__(self, crawled: Crawled, left: Left) -> None:
        self.reason = crawled.reason
        self.log = crawled.log
        self.left = left
        self.diary = [" ".join(filter(None, note[:2])) for note in crawled.notes if isinstance(note, list)]
        self.notes = [note for note in crawled.notes if isinstance(note, str)]

    @property
    def paths(self) -> list[str]:
        """Of the pages that were noted."""
        return sorted("/" + note.split("/", 3)[3] for note in self.notes if "//" in note)
