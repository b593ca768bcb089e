"""Pages of people's own spiders: whatever a callback makes of a response, the response itself is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.requests import check
from crawler.responses import is_kept, page_of
from crawler.scheduler import Scheduler
from crawler.walls import is_walled
from pipelines.processor import ItemProcessor
from pipelines.store import settle
from schemas.job import Job
from schemas.page import Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class PageMiddleware:
    """Yields the page of each response that a spider was given, then the items that came of it.

    Requests go on at once. Items are held until their page is on its way: each is stored after it. ``pages`` counts the
    responses, ``good`` those that were no errors, ``first_url`` is that of the first request.
    """

    def __init__(self, crawler: Crawler, job: Job) -> None:
        self._crawler = crawler
        self._job = job
        self._pages: WeakKeyDictionary[Response, Page | None] = WeakKeyDictionary()
        self.pages = 0
        self.good = 0
        self.first_url: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Setting: LONGLINE_JOB, the job as JSON. Where it is not set, a spider yields its own pages."""
        if not crawler.settings["LONGLINE_JOB"]:
            raise NotConfigured("LONGLINE_JOB is not set.")
        middleware = cls(crawler, Job.decode(crawler.settings["LONGLINE_JOB"].encode()))
        crawler.signals.connect(middleware.item_error, signals.item_error)
        return middleware

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Check what the spider begins with."""
        async for output in start:
            if isinstance(output, Request):
                self.first_url = self.first_url or output.url
                self._check(output)
            yield output

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """The callback's requests, the page, the callback's items; then what the callback raised, if it did."""
        page, items, failure = self._page(response), [], None
        try:
            async for output in result:
                if isinstance(output, Request):
                    self._check(output)
                    yield output
                elif output is not None:
                    items.append(output)
        except Exception as error:  # noqa: BLE001 - raised again below: what came before it is kept
            failure = error
        if page:
            yield page
        for item in items:
            self._note(item, self._pages.get(response))
            yield item
        if failure:
            raise failure

    def process_spider_exception(self, response: Response, exception: Exception) -> AsyncIterator[Page] | None:
        """A callback that raised at once: its page is kept all the same."""
        if response in self._pages:
            return None
        page = self._page(response)
        return _then_raise(page, exception) if page else None

    def item_error(self, item: Any, failure: Failure) -> None:
        """A page that could not be processed: its items need not wait for it."""
        if isinstance(item, Page):
            settle(item, failure.value)

    def _page(self, response: Response) -> Page | None:
        """The response's page, at the first call; None where it is not to be kept, or was made before."""
        if response in self._pages:
            return None
        self.pages += 1
        self.first_url = self.first_url or response.url
        self.good += response.status < 300 and not (response.request and is_walled(response.request))
        page = page_of(response, self._job) if is_kept(response, self._crawler.spider) else None
        if page:
            page.stored = asyncio.get_running_loop().create_future()
        self._pages[response] = page
        return page

    def _note(self, item: Any, page: Page | None) -> None:
        processor = self._crawler.engine.scraper.itemproc
        if page and isinstance(processor, ItemProcessor):
            processor.note(item, page)

    def _check(self, request: Request) -> None:
        spider = self._crawler.spider
        if spider and isinstance(self._crawler.engine.scheduler, Scheduler):
            check(request, spider)


async def _then_raise(page: Page, exception: Exception) -> AsyncIterator[Page]:
    yield page
    raise exception
