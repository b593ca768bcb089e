"""Has Scrapy's engine begin what may go out: it asks the scheduler by itself only when something has ended."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from scrapy import Request, signals

from crawler.gates import Gates, call_at

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Waker:
    """``ahead`` holds the request that the engine is woken with; ``take`` gives the next that may go out, or None."""

    def __init__(self, crawler: Crawler, gates: Gates, take: Callable[[], Request | None]) -> None:
        self._crawler = crawler
        self._gates = gates
        self._take = take
        self._timer: asyncio.TimerHandle | None = None
        self.ahead: deque[Request] = deque()

    def wake(self) -> None:
        """There may be something to begin."""
        engine = self._crawler.engine
        if self.ahead or not engine.running or engine.needs_backout():
            return  # it asks by itself when there is room
        request = self._take()
        if request:
            self.ahead.append(request)
            # Through the engine, since that wakes it: it asks us by itself only every five seconds.
            engine.crawl(request)
        else:
            # As the engine says it when it asks by itself: who waits for more may learn that none is coming.
            self._crawler.signals.send_catch_log(signals.scheduler_empty)

    def soon(self) -> None:
        """The same, when the engine has noted what has just ended."""
        asyncio.get_running_loop().call_soon(self.wake)

    def set_timer(self) -> None:
        """Nothing may go out now: wake the engine when time alone has changed that."""
        now = time.monotonic()
        moment = self._gates.opens_at(now)
        self.stop()
        self._timer = call_at(moment, self.wake) if moment is not None and moment > now else None

    def stop(self) -> None:
        """Wake nobody any more."""
        if self._timer:
            self._timer.cancel()
