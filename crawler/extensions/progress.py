"""How far a job is: one line that stands still on a terminal, a line now and then elsewhere.

On standard error; without a terminal in the log file, where there is one (LOG_FILE).
"""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from collections.abc import Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from crawler.fetch.unfetched import failures_of
from crawler.pages import PageMiddleware
from crawler.scheduler import Scheduler
from pipelines.store import StorePipeline

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

RATE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a job stands at one moment. ``rate`` is in pages per second over the last ten seconds."""

    pages: int
    rate: float
    pending: int
    records: int
    errors: int
    stopping: bool

    def text(self) -> str:
        """One line."""
        state = "stopping, Ctrl-C again to stop at once · " if self.stopping else ""
        return (
            f"{state}{self.pages:,} pages · {self.rate:.1f} pages/s · {self.pending:,} pending"
            f" · {self.records:,} records · {self.errors:,} errors"
        )


class Progress:
    """Setting: LONGLINE_PROGRESS_SECONDS, between two lines where there is no terminal (10); 0 turns it off."""

    def __init__(self, crawler: Crawler, interval: float, console: Console) -> None:
        self._crawler = crawler
        self._console = console
        self._logs = bool(crawler.settings["LOG_FILE"])
        self._live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None
        self._loop = create_looping_call(self.show)
        self._interval = 0.25 if self._live else interval
        self._marks: deque[tuple[float, int]] = deque()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Off where LONGLINE_PROGRESS_SECONDS is 0."""
        interval = crawler.settings.getfloat("LONGLINE_PROGRESS_SECONDS", 10.0)
        if not interval:
            raise NotConfigured("LONGLINE_PROGRESS_SECONDS is 0.")
        progress = cls(crawler, interval, Console(stderr=True))
        crawler.signals.connect(progress.engine_started, signals.engine_started)
        crawler.signals.connect(progress.spider_closed, signals.spider_closed)
        return progress

    def engine_started(self) -> None:
        """Begin to show."""
        self._marks.append((time.monotonic(), 0))
        if self._live:
            self._live.start()
            # Log lines go above the line that stands still, not through it.
            for handler in logging.root.handlers:
                if isinstance(handler, logging.StreamHandler) and handler.stream is sys.__stderr__:
                    handler.setStream(sys.stderr)
        self._loop.start(self._interval, now=bool(self._live))

    def spider_closed(self) -> None:
        """Take the line away: the summary follows."""
        if self._loop.running:
            self._loop.stop()
        if self._live:
            self._live.stop()

    def show(self) -> None:
        """Show how far the job is."""
        text = self.snapshot().text()
        if self._live:
            grid = Table.grid(padding=(0, 1))
            grid.add_row("[bold cyan]⇢[/]", text)
            self._live.update(grid)
        elif self._logs:
            logger.info(text)
        else:
            self._console.print(f"{time.strftime('%H:%M:%S')} {text}", highlight=False, soft_wrap=True)

    def snapshot(self) -> Snapshot:
        """Count what there is now."""
        crawler = self._crawler
        scheduler = crawler.engine.scheduler
        own = crawler.get_spider_middleware(PageMiddleware)
        pages: int = own.pages if own else getattr(crawler.spider, "pages", 0)
        if isinstance(scheduler, Scheduler):
            pages = max(pages, scheduler.fetched())
        store = crawler.get_item_pipeline(StorePipeline)
        stored = store.stats if store else None
        return Snapshot(
            pages=pages,
            rate=self._rate(pages),
            pending=len(scheduler) if isinstance(scheduler, Sized) else 0,
            records=stored.postings + stored.texts + stored.records if stored else 0,
            errors=failures_of(crawler, crawler.spider).total,
            stopping=not crawler.crawling,
        )

    def _rate(self, pages: int) -> float:
        now = time.monotonic()
        self._marks.append((now, pages))
        while len(self._marks) > 2 and now - self._marks[0][0] > RATE_SECONDS:
            self._marks.popleft()
        began, before = self._marks[0]
        return (pages - before) / max(now - began, 0.001)
