"""A small crawl of a test's own spider, in a process of its own, with the project's settings but for some.

``python -m tests.support.small_crawl`` reads what to do as JSON, and prints what came of it as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from tests.support.processes import ROOT


@dataclass(frozen=True)
class Crawled:
    """Why the spider was closed, what it noted (its list ``notes``), Scrapy's counts, and what was logged."""

    reason: str
    notes: list[Any]
    stats: dict[str, Any]
    log: str = ""


class Running:
    """A crawl under way: its process, and when that has ended, what came of it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._crawled: Crawled | None = None

    @property
    def crawled(self) -> Crawled:
        """What came of it."""
        assert self._crawled, "the crawl has not ended"
        return self._crawled

    def end(self, timeout: float = 240) -> Crawled:
        """Wait for its end; after ``timeout`` seconds it is killed, and TimeoutError has its log."""
        if self._crawled is None:
            try:
                stdout, stderr = self.process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise TimeoutError(self.process.communicate()[1]) from None
            assert self.process.returncode == 0, stdout + stderr
            self._crawled = Crawled(**json.loads(stdout.splitlines()[-1]), log=stderr)
        return self._crawled


@dataclass(frozen=True)
class SmallCrawl:
    """A spider by its dotted path, its arguments, and the settings that differ from the project's."""

    spider: str
    redis_url: str
    arguments: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    job: str = field(default_factory=lambda: str(uuid4()))

    def run(self, timeout: float = 240) -> Crawled:
        """Crawl to the end; TimeoutError after ``timeout`` seconds."""
        with self.begun(timeout) as running:
            pass
        return running.crawled

    @contextmanager
    def begun(self, timeout: float = 240) -> Iterator[Running]:
        """Crawl meanwhile; the block's end waits for the end of the crawl, or kills it after ``timeout`` seconds."""
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running = Running(process)
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(asdict(self)))
            process.stdin.close()
            process.stdin = None
            yield running
            running.end(timeout)
        finally:
            # Where it has ended, this does nothing.
            process.kill()
            process.communicate()


def main() -> None:
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415 - the tests themselves need no Scrapy
    from scrapy.settings import Settings  # noqa: PLC0415
    from scrapy.utils.misc import load_object  # noqa: PLC0415

    crawl = SmallCrawl(**json.load(sys.stdin))
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    own = {
        "ITEM_PIPELINES": {},
        "LONGLINE_PROGRESS_SECONDS": 0,
        "LONGLINE_JOB_ID": crawl.job,
        "LONGLINE_ALLOW_PRIVATE_ADDRESSES": True,
        "REDIS_URL": crawl.redis_url,
    }
    settings.update(own | crawl.settings, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(load_object(crawl.spider))
    process.crawl(crawler, **crawl.arguments)
    process.start()
    stats = crawler.stats.get_stats() if crawler.stats else {}
    reason = stats.get("finish_reason", "")
    notes = getattr(crawler.spider, "notes", [])
    print(json.dumps({"reason": reason, "notes": notes, "stats": stats}, default=str))


if __name__ == "__main__":
    main()
