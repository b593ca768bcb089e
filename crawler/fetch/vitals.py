"""How old and how large a browser has grown, and when another is to take its place."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Self

from scrapy.settings import BaseSettings

from crawler.fetch.launching import resident_bytes

LOOK_SECONDS = 2.0
"""How often its memory is looked at."""


@dataclass(slots=True)
class Vitals:
    """``pid``: None where the browser is another machine's. ``most_memory``: bytes. ``memory``: the most so far."""

    most_visits: int
    most_memory: float
    pid: int | None = None
    visits: int = 0
    memory: int = 0
    _looked: float = 0.0

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """By LONGLINE_BROWSER_RECYCLE_PAGES and LONGLINE_BROWSER_RECYCLE_MB."""
        megabytes = settings.getfloat("LONGLINE_BROWSER_RECYCLE_MB", 2000)
        return cls(settings.getint("LONGLINE_BROWSER_RECYCLE_PAGES", 1000), megabytes * 1_000_000)

    async def find(self, browser: Any) -> None:
        """Ask a browser of this machine for its process."""
        session = await browser.new_browser_cdp_session()
        known = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
        self.pid = next((process["id"] for process in known if process["type"] == "browser"), None)
        await session.detach()

    def are_over(self) -> bool:
        """Whether it has shown enough pages, or takes too much memory."""
        now = time.monotonic()
        if self.pid and now > self._looked + LOOK_SECONDS:
            self._looked = now
            self.memory = max(self.memory, resident_bytes(self.pid))
        return self.visits >= self.most_visits or self.memory > self.most_memory
