"""Whether it is worth while to render a page: remembered for each job and template of URLs."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from scrapy import Request

from crawler.leases import JOB
from schemas.templates import template_of

MISSES = 3
"""After so many pages in a row to which the browser added nothing, those like them are left as they are fetched."""
AGAIN = 20
"""Each so many of them, one is rendered all the same: sites change."""
KEPT = 10_000


class Gains(Protocol):
    """What decides which empty pages are rendered. ``RenderMiddleware.gains`` is one, and may be replaced."""

    async def worth(self, request: Request) -> bool:
        """Whether the page is to be rendered."""

    async def note(self, request: Request, *, gained: bool) -> None:
        """It was rendered, and the browser has added something, or not."""


class LocalGains:
    """As this process has seen it."""

    def __init__(self) -> None:
        self._misses: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._skipped: dict[tuple[str, str], int] = {}

    async def worth(self, request: Request) -> bool:
        """Not after ``MISSES`` pages like it that gained nothing, but for each ``AGAIN``-th."""
        key = _key(request)
        if self._misses.get(key, 0) < MISSES:
            return True
        self._skipped[key] = (self._skipped.get(key, 0) + 1) % AGAIN
        return not self._skipped[key]

    async def note(self, request: Request, *, gained: bool) -> None:
        """One gain is enough to render all like it again."""
        key = _key(request)
        misses = self._misses.pop(key, 0)
        self._skipped.pop(key, None)
        if not gained:
            self._misses[key] = misses + 1
        if len(self._misses) > KEPT:
            self._skipped.pop(self._misses.popitem(last=False)[0], None)


def _key(request: Request) -> tuple[str, str]:
    return str(request.meta.get(JOB, "")), template_of(request.url)
