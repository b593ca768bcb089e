"""Whether it is worth while to render a page: remembered for each template of URLs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from scrapy import Request

from frontier.rendering import Key, Rendered, RenderNews
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


class LearnedGains:
    """As this process has seen it, and has heard from others.

    ``wished``: what is asked of the browser for a request, in a few signs: with other wishes, it is another page.
    ``heed`` is told each host that it is asked about.
    """

    def __init__(
        self, wished: Callable[[Request], str] = lambda _: "", heed: Callable[[str], None] = lambda _: None
    ) -> None:
        self._wished = wished
        self._heed = heed
        self._misses: OrderedDict[Key, int] = OrderedDict()
        self._skipped: dict[Key, int] = {}
        self._news: dict[Key, RenderNews] = {}

    async def worth(self, request: Request) -> bool:
        """Not after ``MISSES`` pages like it that gained nothing, but for each ``AGAIN``-th."""
        key = self._key(request)
        self._heed(key[0])
        if self._misses.get(key, 0) < MISSES:
            return True
        self._skipped[key] = (self._skipped.get(key, 0) + 1) % AGAIN
        return not self._skipped[key]

    async def note(self, request: Request, *, gained: bool) -> None:
        """One gain is enough to render all like it again."""
        key = self._key(request)
        untold = self._news.pop(key, RenderNews())
        self._keep(key, 0 if gained else self._misses.get(key, 0) + 1)
        self._news[key] = RenderNews(gained=True) if gained else replace(untold, misses=untold.misses + 1)
        if len(self._news) > KEPT:
            del self._news[next(iter(self._news))]

    def news(self) -> dict[Key, RenderNews]:
        """What was noted since this was asked last."""
        news, self._news = self._news, {}
        return news

    def untold(self, news: Mapping[Key, RenderNews]) -> None:
        """What was to be told was not."""
        for key, before in news.items():
            later = self._news.get(key, RenderNews())
            self._news[key] = later if later.gained else replace(before, misses=before.misses + later.misses)

    def learn(self, known: Mapping[Key, Rendered]) -> None:
        """Take in what all know together."""
        for key, entry in known.items():
            untold = self._news.get(key, RenderNews())
            self._keep(key, untold.misses + (0 if untold.gained else entry.misses))

    def _keep(self, key: Key, misses: int) -> None:
        before = self._misses.pop(key, 0)
        if misses < MISSES or before < MISSES:
            self._skipped.pop(key, None)
        if misses:
            self._misses[key] = misses
        if len(self._misses) > KEPT:
            self._skipped.pop(self._misses.popitem(last=False)[0], None)

    def _key(self, request: Request) -> Key:
        host, _, template = template_of(request.url).partition("/")
        return host, f"/{template}{self._wished(request)}"
