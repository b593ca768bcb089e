"""``python -m benchmarks.browser_crawl``: one crawl of the careers site, told by JSON on standard input what to do.

The same spider in the same stock project: with scrapy-playwright's own download handler, or with Longline's.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil
from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response, TextResponse

from benchmarks.app import LINKS, READY

HANDLERS = {
    "plain": "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler",
    "longline": "crawler.fetch.http.HttpDownloadHandler",
}
_KIND = re.compile(r"--type=(\S+)")


@dataclass(frozen=True)
class Task:
    """``wait``: ``selector`` (what a page shows last) or ``quiet``. ``bound``: pages at one time."""

    contender: str
    url: str
    pages: int
    bound: int
    wait: str = "quiet"
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """``seconds``: from the first request to the last page. ``processor``: seconds by kind of process."""

    pages: int
    whole: int
    seconds: float
    processor: dict[str, float]
    stats: dict[str, Any]
    lost: list[str]


class Postings(Spider):
    """Asks for each posting once."""

    name = "postings"

    def __init__(self, task: Task, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.task = task
        # What a spider says that it starts from may be on this machine, and nothing else.
        self.start_urls = [task.url]
        self.began = self.ended = 0.0
        self.whole: Counter[str] = Counter()
        self.broken: list[str] = []

    async def start(self) -> AsyncIterator[Request]:
        """A request for each page."""
        self.began = time.monotonic()
        for number in range(self.task.pages):
            yield Request(f"{self.task.url}/jobs/{number}", meta=self._meta(), errback=self.failed, dont_filter=True)

    def _meta(self) -> dict[str, Any]:
        if self.task.contender == "longline":
            wishes = {"wait_for": READY} if self.task.wait == "selector" else {}
            return {"playwright": True, "browser": wishes}
        from scrapy_playwright.page import PageMethod  # noqa: PLC0415 - only here

        waits = {"selector": ("wait_for_selector", READY), "quiet": ("wait_for_load_state", "networkidle")}
        return {"playwright": True, "playwright_page_methods": [PageMethod(*waits[self.task.wait])]}

    def parse(self, response: Response, **_: Any) -> None:
        """Count it, if all of it is there."""
        self.ended = time.monotonic()
        if isinstance(response, TextResponse) and len(response.css("li a").getall()) == LINKS:
            self.whole[response.url] += 1
        else:
            self.broken.append(f"{response.url}: {response.status}, not whole")

    def failed(self, failure: Any) -> None:
        """Note it."""
        self.ended = time.monotonic()
        self.broken.append(f"{failure.request.url}: {failure.value!r}")


def run(task: Task) -> Outcome:
    """Crawl in this process, which can do so once."""
    process = AsyncCrawlerProcess(_settings(task))
    crawler = process.create_crawler(Postings)
    spent: dict[str, float] = {}
    crawler.signals.connect(lambda: spent.update(processor_seconds()), signals.spider_closed, weak=False)
    process.crawl(crawler, task=task)
    process.start()
    return _outcome(crawler, spent)


def _settings(task: Task) -> dict[str, Any]:
    from tests.support.browser import find_browser  # noqa: PLC0415 - of the development checkout

    handler = HANDLERS[task.contender]
    bound = "LONGLINE_BROWSER_PAGES" if task.contender == "longline" else "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT"
    own: dict[str, Any] = {
        "DOWNLOAD_HANDLERS": {"http": handler},
        "CONCURRENT_REQUESTS": task.bound,
        "CONCURRENT_REQUESTS_PER_DOMAIN": task.bound,
        bound: task.bound,
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
    }
    if task.contender == "plain":
        own["PLAYWRIGHT_LAUNCH_OPTIONS"] = {"executable_path": find_browser(), "chromium_sandbox": os.geteuid() != 0}
    return own | task.settings


def _outcome(crawler: Crawler, spent: dict[str, float]) -> Outcome:
    spider = crawler.spider
    assert isinstance(spider, Postings)
    assert crawler.stats
    stats = {name: value for name, value in crawler.stats.get_stats().items() if name.startswith(("browser/", "playw"))}
    seconds = spider.ended - spider.began
    return Outcome(spider.task.pages, len(spider.whole), seconds, spent, stats, spider.broken)


def processor_seconds() -> dict[str, float]:
    """What this process and those that it started have taken, by kind; those that ended count for who started them."""
    me = psutil.Process()
    spent = Counter({"python": sum(me.cpu_times()[:2])})
    for each in me.children(recursive=True):
        with suppress(psutil.Error):
            words = " ".join(each.cmdline())
            kind = _KIND.search(words)
            spent[kind[1] if kind else "node" if "run-driver" in words else "browser"] += sum(each.cpu_times()[:4])
    return dict(spent)


if __name__ == "__main__":
    print(json.dumps(asdict(run(Task(**json.load(sys.stdin)))), default=str))
