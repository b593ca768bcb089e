"""Shares what is learned of rendered pages with other workers and jobs, through Redis: no request waits for it."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy import Request, signals

from crawler.fetch.gains import LearnedGains
from crawler.fetch.rests import QUIET_SECONDS, Rests
from crawler.fetch.sharing import AGAIN_SECONDS, COUNTS_SECONDS, MOST_HOSTS, NOT_SHARED, Share
from crawler.fetch.wishes import sign_of
from frontier.connection import connect_async
from frontier.rendering import Key, RenderBook, RenderNews

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

TIMEOUT_SECONDS = 2.0

_learned: WeakKeyDictionary[Crawler, RenderLearner] = WeakKeyDictionary()


class RenderLearner:
    """What a crawl learns of pages that a browser renders: whether that adds something, and how they rest meanwhile.

    Settings: LONGLINE_BROWSER_QUIET; REDIS_URL, to share it.
    """

    shared = False

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings

        def wished(request: Request) -> str:
            return sign_of(settings, request.meta)

        self.gains = LearnedGains(wished, self._heed)
        self.rests = Rests(settings.getfloat("LONGLINE_BROWSER_QUIET", QUIET_SECONDS), self._heed)
        self._url = settings["REDIS_URL"]
        self._share: RenderShare | None = None

    @classmethod
    def of(cls, crawler: Crawler) -> RenderLearner:
        """The crawl's."""
        learned = _learned.get(crawler)
        if learned is None:
            learned = _learned[crawler] = cls(crawler)
            crawler.signals.connect(learned.close, signals.spider_closed)
        return learned

    def _heed(self, host: str) -> None:
        """Its pages are rendered: hear what others know of them. The connection is made at the first one."""
        if self._share is None and self._url:
            server = connect_async(self._url, timeout_seconds=TIMEOUT_SECONDS)
            self._share = RenderShare(self, RenderBook(server))
        if self._share:
            self._share.heed(host)

    def news(self) -> dict[Key, RenderNews]:
        """What was noted since this was asked last."""
        gains, rests = self.gains.news(), self.rests.news()
        both = {key: (gains.get(key, RenderNews()), rests.get(key, RenderNews())) for key in gains.keys() | rests}
        return {key: RenderNews(one.gained, one.misses, two.pages, two.gap) for key, (one, two) in both.items()}

    async def close(self) -> None:
        """Tell what was not told."""
        if self._share:
            await self._share.close()


class RenderShare(Share):
    """Of what one crawl learns. It runs from the first page that is rendered."""

    def __init__(self, learner: RenderLearner, book: RenderBook) -> None:
        super().__init__("rendered pages", learner, book)
        self._learned = learner
        self._render_book = book
        self._asked: dict[str, float] = {}
        self._read: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    def heed(self, host: str) -> None:
        """A page of a host is to be rendered."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self.run())
        self._asked[host] = time.monotonic()
        if host not in self._read:
            self._called.set()

    async def exchange(self) -> None:
        """One exchange; while Redis is away, nothing is lost that was to be told."""
        now = time.monotonic()
        tells = now - self._counts_at >= COUNTS_SECONDS
        news, hosts = self._learned.news() if tells else {}, self._due(now)
        if not news and not hosts:
            return
        try:
            known = await self._render_book.exchange(news, hosts)
        except NOT_SHARED as error:
            self._learned.gains.untold({key: one for key, one in news.items() if one.gained or one.misses})
            self._learned.rests.untold({key: one for key, one in news.items() if one.pages})
            self._away(str(error))
            return
        if tells:
            self._counts_at = now
        self._read |= dict.fromkeys(hosts, now)
        self._learned.gains.learn(known)
        self._learned.rests.learn({key: entry for key, entry in known.items() if entry.pages})
        self._there()

    def _due(self, now: float) -> list[str]:
        """The hosts to read: new ones at once, the others now and then while their pages are rendered."""
        for host in [host for host, at in self._asked.items() if at < now - AGAIN_SECONDS]:
            del self._asked[host]
            self._read.pop(host, None)
            self._render_book.forget(host)
        due = [host for host in self._asked if self._read.get(host, -math.inf) <= now - COUNTS_SECONDS]
        return sorted(due, key=lambda host: self._read.get(host, -math.inf))[:MOST_HOSTS]

    async def close(self) -> None:
        """Stop, and tell what was not told, if Redis hears it."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        await super().close()
