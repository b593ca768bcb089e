"""A spider that does to its requests whatever a test names, and stages that do the same to its items."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from pipelines.failures import StorageError

Output = Iterator[Request | dict[str, Any]]


class Trial(Spider):
    """Asks for each of ``start``: dicts with what ``Request`` takes; ``callback`` and ``errback`` name methods.

    It notes the path of each answer. ``child`` is the URL of what callbacks ask for; ``item`` is what they yield.
    """

    name = "trial"

    def __init__(
        self, start: list[dict[str, Any]], child: str = "", item: dict[str, Any] | None = None, **more: Any
    ) -> None:
        super().__init__(**more)
        self.first = start
        self.child = child
        self.item = item or {"do": "store"}
        self.notes: list[Any] = []

    async def start(self) -> AsyncIterator[Any]:
        for wanted in self.first:
            yield self.request(**wanted)

    def request(self, url: str, callback: str = "note", errback: str = "", **more: Any) -> Request:
        return Request(url, getattr(self, callback), errback=getattr(self, errback) if errback else None, **more)

    def note(self, response: Response) -> None:
        self.notes.append(response.url)

    # Callbacks

    def raises(self, response: Response) -> None:
        raise RuntimeError("before any output")

    def raises_at_once(self, response: Response) -> Output:
        raise RuntimeError("at the beginning")
        yield {}

    def raises_late(self, response: Response) -> Output:
        yield self.request(self.child)
        yield self.item
        raise RuntimeError("after output")

    def yields(self, response: Response) -> Output:
        yield self.item
        yield self.request(self.child)

    def reads_text(self, response: Response) -> Output:
        yield {"title": response.css("title").get()}

    def closes(self, response: Response) -> None:
        raise CloseSpider("enough")

    def closes_late(self, response: Response) -> Output:
        yield self.request(self.child)
        raise CloseSpider("enough")

    def asks_again(self, response: Response) -> Output:
        self.note(response)
        if self.notes.count(response.url) == 1 and response.request:
            response.request.dont_filter = True
            yield response.request

    async def is_cancelled(self, response: Response) -> AsyncIterator[Request]:
        yield self.request(self.child)
        raise asyncio.CancelledError

    async def is_cancelled_at_once(self, response: Response) -> list[Any]:
        self.note(response)
        raise asyncio.CancelledError

    async def waits_for_what_is_cancelled(self, response: Response) -> list[Any]:
        waited = asyncio.create_task(asyncio.sleep(60))
        asyncio.get_running_loop().call_soon(waited.cancel)
        await waited
        return [self.item]

    async def asks_again_later(self, response: Response) -> list[Any]:
        self.note(response)
        assert response.request
        assert response.request.callback == self.asks_again_later
        again = self.notes.count(response.url) == 1
        return [response.request.replace(dont_filter=True)] if again else []

    async def parse(self, response: Response) -> None:
        raise asyncio.CancelledError

    def copies_meta(self, response: Response) -> Output:
        yield Request(self.child, self.note, meta=response.meta)

    async def awaits(self, response: Response) -> list[Any]:
        await asyncio.sleep(0)
        return [self.item, self.request(self.child)]

    def yields_what_cannot_be_queued(self, response: Response) -> Output:
        yield Request(self.child, self.note, meta={"object": object()})
        yield Request("data:,nowhere", self.note)
        yield Request(self.child, self.note, meta={"longline_job": "nonsense"})
        yield Request(f"{self.child}?last", self.note)

    # Errbacks

    def hears(self, failure: Failure) -> None:
        self.notes.append(type(failure.value).__name__)

    def mends(self, failure: Failure) -> Output:
        self.hears(failure)
        yield self.item
        yield self.request(self.child)

    async def mends_later(self, failure: Failure) -> list[Any]:
        self.hears(failure)
        await asyncio.sleep(0)
        return [self.item, self.request(self.child)]

    def fails_too(self, failure: Failure) -> None:
        raise RuntimeError("in the errback")


class RaisingStart(Trial):
    """Begins with its requests, and then raises."""

    async def start(self) -> AsyncIterator[Any]:
        async for request in super().start():
            yield request
        raise RuntimeError("in start")


class ItemsFirst(Trial):
    """Begins with an item."""

    async def start(self) -> AsyncIterator[Any]:
        yield self.item
        async for request in super().start():
            yield request


class Patient(Trial):
    """Waits in ``start()`` until what it has asked for is answered, and then asks for its child."""

    async def start(self) -> AsyncIterator[Any]:
        self.answered = asyncio.Event()
        async for request in super().start():
            yield request
        await self.answered.wait()
        yield self.request(self.child)

    def note(self, response: Response) -> None:
        super().note(response)
        self.answered.set()


class CarelessStart(Trial):
    """Begins with a request that cannot be written down."""

    async def start(self) -> AsyncIterator[Any]:
        yield Request(self.child, self.note, meta={"object": object()})
        async for request in super().start():
            yield request


class Doing:
    """A stage that does to an item what the item says: ``store``, ``drop``, ``fail``, ``lose``, ``picture``, ``wait``.

    It holds each item for some turns of the loop, so that whoever does not wait for it is found out.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0.3)
        match item["do"]:
            case "drop":
                raise DropItem("not wanted")
            case "fail":
                raise ValueError("no such shape")
            case "lose":
                raise StorageError("The disk is full.")
            case "picture":
                picture = await self._crawler.engine.download_async(Request(item["url"], NO_CALLBACK))
                item["status"] = picture.status
        return item


class Recovering:
    """An inner spider middleware that makes an item and a request of what a callback raises."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_spider_exception(self, response: Response, exception: Exception) -> Output:
        spider: Any = self._crawler.spider
        yield spider.item
        yield spider.request(spider.child)


class Refusing:
    """An inner spider middleware that refuses every response."""

    def process_spider_input(self, response: Response) -> None:
        raise RuntimeError("refused")


class Burdening:
    """A downloader middleware that leaves on each request what cannot be written down, as that of a browser may."""

    def process_request(self, request: Request) -> None:
        request.meta["object"] = object()


class Diary:
    """Notes, in order, what becomes of leases: ``["done" | "died", path, cause or None]`` and ``["item", …]``."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        diary = cls(crawler)
        crawler.signals.connect(diary.opened, signals.spider_opened)
        crawler.signals.connect(diary.item_ended, signals.item_scraped)
        return diary

    def opened(self) -> None:
        scheduler: Any = self._crawler.engine.scheduler
        turns = scheduler.turns
        finish = turns.finish

        def noted(request: Request, counts: Any = None, cause: str | None = None) -> None:
            lane = turns.lane(request)
            if lane and lane.holds(request):
                self._note("done" if cause is None else "died", request.url, cause)
            finish(request, counts, cause)

        turns.finish = noted

    def item_ended(self) -> None:
        self._note("item", "", None)

    def _note(self, what: str, url: str, cause: str | None) -> None:
        spider: Any = self._crawler.spider
        spider.notes.append([what, "/" + url.split("/", 3)[3] if "//" in url else url, cause])
