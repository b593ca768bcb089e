"""A spider that follows each link, and a watchdog that says how long the frontier has held up the event loop."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from types import FrameType
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse

from tests.support.processes import ROOT

TICK_SECONDS = 0.005
FRONTIER = (f"{ROOT}/frontier/", f"{ROOT}/crawler/")
OTHERS = (f"{ROOT}/tests/", "/scrapy/core/", "/scrapy/spidermiddlewares/", "/scrapy/utils/", "/scrapy/http/response/")
"""Whoever else has the loop. What other libraries do is done for whoever called them."""


class Weaver(Spider):
    """Follows all links of all pages; each counts as a page. Notes the path of each answer."""

    name = "weaver"

    def __init__(self, start: str, **more: Any) -> None:
        super().__init__(**more)
        self.first = start
        self.notes: list[str] = []

    async def start(self) -> AsyncIterator[Any]:
        yield Request(self.first)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        assert isinstance(response, TextResponse)
        self.notes.append("/" + response.url.split("/", 3)[3])
        yield from response.follow_all(css="a")


class LoopWatch:
    """Stats: of one stay of the main thread in the frontier, within a turn of the loop, in seconds, the most that it
    has computed (``loop/computed``), and the most that it stood there, computing or not (``loop/stood``), each with a
    line of where that was; ``loop/turns``.

    A thread looks at the main one while a turn of the loop is late. What others do with the processor is no computing,
    but a machine may stand still for a while. A stay is one call: it begins with the first look that finds it, and ends
    with one that does not. In a turn with many answers, the frontier's moments lie between Scrapy's and the spider's,
    and what passes between two of them is not its own.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._ended = threading.Event()
        self._main = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._main)
        self._turns = 0
        self._computed, self._stood = (0.0, ""), (0.0, "")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        watch = cls(crawler)
        crawler.signals.connect(watch.opened, signals.engine_started)
        crawler.signals.connect(watch.closed, signals.spider_closed)
        return watch

    def opened(self) -> None:
        self._turn()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _turn(self) -> None:
        self._turns += 1
        if not self._ended.is_set():
            asyncio.get_running_loop().call_later(TICK_SECONDS, self._turn)

    def closed(self) -> None:
        self._ended.set()
        self._thread.join()
        stats = self._crawler.stats
        assert stats
        stats.set_value("loop/computed", self._computed)
        stats.set_value("loop/stood", self._stood)
        stats.set_value("loop/turns", self._turns)

    def _watch(self) -> None:
        turn, used, looked = 0, 0.0, 0.0
        stay: FrameType | None = None
        while not self._ended.wait(TICK_SECONDS):
            call, cpu, now = self._frontier(), time.clock_gettime(self._clock), time.monotonic()
            if call is None:
                stay = None
            elif call is not stay or turn != self._turns:
                stay, turn, used, looked = call, self._turns, cpu, now
            else:
                where = f"{call.f_code.co_filename}:{call.f_lineno}"
                self._computed = max(self._computed, (cpu - used, where))
                self._stood = max(self._stood, (now - looked, where))

    def _frontier(self) -> FrameType | None:
        """The call of the frontier that the main thread is in, the outermost that is not somebody else's doing."""
        found, frame = None, sys._current_frames().get(self._main)
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(FRONTIER):
                found = frame
            elif any(other in file for other in OTHERS):
                break
            frame = frame.f_back
        return found
