"""When a request is done: when its callback has ended, and whatever came of it is queued or stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, signals
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.defer import ensure_awaitable
from scrapy.utils.spider import iterate_spider_output
from twisted.python.failure import Failure

from crawler import stop_signals
from crawler.cancelled import CallbackCancelledError, guard
from crawler.failures import cause
from crawler.leases import child
from crawler.responses import is_kept
from crawler.start_items import StartItems
from crawler.tally import Lease, Tally, lease_of
from crawler.walls import counts_of_wall, is_walled
from pipelines.counting import counts_of, item_counts
from pipelines.failures import SetAsideError, StorageError
from pipelines.processor import PageKeptError, cleaned_of_item
from schemas.page import Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

ANSWERED = "answered"
"""The count of responses without an error, that a spider of somebody's own was given."""


class Delivery:
    """The outermost spider middleware: counts what each callback yields, and what has become of it.

    A request whose item could not be stored keeps its lease: when this process has ended, another one does it again.
    One whose callback or item failed by its own fault is dead, with the cause.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._tallies: dict[Lease, Tally] = {}
        self._seed: Tally | None = None
        self._start_items = StartItems(crawler)
        # A crawl of a site is judged by its pages; a spider of somebody's own need not keep any.
        self._own = bool(crawler.settings["LONGLINE_JOB"])

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Always on; without leases it does nothing."""
        delivery = cls(crawler)
        for handler, signal in (
            (delivery.item_scraped, signals.item_scraped),
            (delivery.item_dropped, signals.item_dropped),
            (delivery.item_error, signals.item_error),
            (delivery.spider_error, signals.spider_error),
            (delivery.request_dropped, signals.request_dropped),
        ):
            crawler.signals.connect(handler, signal)
        return delivery

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Let a spider begin when this process is the one that starts the job, and note when it has begun."""
        # The engine runs now.
        stop_signals.release()
        scheduler = self._scheduler()
        seed = None if scheduler is None else await scheduler.seeding()
        if scheduler is not None and seed is None:
            return
        self._seed = Tally(seed) if seed else None
        try:
            async for output in start:
                if self._seed and not isinstance(output, Request):
                    self._seed.items += 1
                yield output
        except Exception:
            self._seeded()
            raise
        self._seeded()

    def _seeded(self) -> None:
        if self._seed:
            self._end(self._seed)

    def process_spider_input(self, response: Response) -> None:
        """From now on, whatever comes of the response passes by here: also where a middleware refuses it."""
        if response.request:
            guard(response.request, self._crawler.spider)
            self._open(response.request)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Count items, and take the lease out of what a callback makes of its own request."""
        request = response.request
        tally = self._open(request) if request else None
        if request is None or tally is None:
            async for output in result:
                yield output
            return
        tally.counts[ANSWERED] += self._own and response.status < 300 and not is_walled(request)
        if self._own and not is_kept(response, self._crawler.spider):
            tally.counts.update(counts_of_wall(request))
        async for output in self._watched(request, tally, result):
            yield output

    async def _watched(self, request: Request, tally: Tally, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        # Once more, where a middleware makes something of what the callback raised.
        tally.output = tally.callback = True
        try:
            async for output in result:
                if isinstance(output, Request):
                    output = child(output, request)  # noqa: PLW2901 - the child is what goes on
                elif output is not None:
                    tally.items += 1
                yield output
        except asyncio.CancelledError as error:
            # Of something that the callback waited for. Scrapy's task for its output would end, and the crawl hang.
            cancelled = CallbackCancelledError(request.url)
            tally.failed = str(cancelled)
            raise cancelled from error
        except Exception as error:
            if not isinstance(error, CloseSpider):
                tally.failed = _sentence(error)
            raise
        finally:
            self._end(tally)

    def process_spider_exception(self, response: Response, exception: Exception) -> None:
        """A callback that closes the crawl before it has any output: Scrapy tells nobody else."""
        tally = self._tally(response)
        if tally and not tally.output and isinstance(exception, CloseSpider):
            self._end(tally)

    def _open(self, request: Request) -> Tally | None:
        lease = lease_of(request)
        if lease is None:
            return None
        return self._tallies.setdefault(lease, Tally(request))

    def _tally(self, response: Response | Failure | None) -> Tally | None:
        request = getattr(response, "request", None)
        lease = lease_of(request) if request else None
        return self._tallies.get(lease) if lease else None

    # What becomes of items

    def item_scraped(self, item: Any, response: Response | Failure | None) -> None:
        """An item is stored."""
        own = not isinstance(item, Page)
        self._item_ended(response, _item_counts() if own else counts_of(item))

    def item_dropped(self, item: Any, response: Response | Failure | None, exception: BaseException) -> None:
        """An item was dropped on purpose, or set aside with what is wrong with it; a page that goes no further."""
        if isinstance(exception, PageKeptError):
            self._item_ended(response, counts_of(item))
        else:
            aside = isinstance(exception, SetAsideError)
            self._item_ended(response, _item_counts(rejected=True) if aside else {})

    def item_error(self, response: Response | Failure | None, failure: Failure) -> None:
        """An item failed: by its own fault, or because nothing can be stored here any more."""
        if not isinstance(failure.value, StorageError):
            self._item_ended(response, {}, _sentence(failure.value))
        elif response is None:
            self._start_items.ended()

    def _item_ended(self, response: Response | Failure | None, counts: dict[str, int], failed: str = "") -> None:
        if response is None:
            self._start_items.ended()
        tally = self._seed if response is None else self._tally(response)
        if tally:
            tally.items -= 1
            tally.counts.update(counts)
            tally.failed = tally.failed or failed or None
            self._check(tally)

    # What becomes of requests

    def spider_error(self, response: Response | Failure | None, failure: Failure) -> None:
        """A callback raised before it had any output, and nobody made anything of that."""
        tally = self._tally(response)
        if tally and not tally.output:
            tally.failed = _sentence(failure.value)
            self._end(tally)

    def request_dropped(self, request: Request) -> None:
        """A retry or redirect of a leased request is not queued: it ends here."""
        self._give_back_place(request)
        self._finish(request, {})

    def failed(self, request: Request, failure: Failure, original: Callable[[Failure], Any] | None) -> Any:
        """A request without a response: what its errback makes of it, and then its end.

        Raises:
            Exception: what the errback raises; the failure itself where there is none.
        """
        lease = lease_of(request)
        if lease is None or lease in self._tallies:  # there is a response, which a middleware refused
            return original(failure) if original else failure
        tally = self._tallies[lease] = Tally(request)
        self._give_back_place(request)
        if not isinstance(failure.value, IgnoreRequest):
            tally.failed = cause(failure.value)
        try:
            output = original(failure) if original else failure
        except BaseException:
            self._end(tally)
            raise
        if isinstance(output, Failure) or output is None:
            self._end(tally)
            return output
        return self._watched(request, tally, _asynchronous(output))

    def _end(self, tally: Tally) -> None:
        tally.callback = False
        self._check(tally)

    def _check(self, tally: Tally) -> None:
        if tally.done:
            # What a middleware makes of an error begins when the callback's output has ended, in the same turn.
            asyncio.get_running_loop().call_soon(self._settle, tally)

    def _settle(self, tally: Tally) -> None:
        if tally.settled or not tally.done:
            return
        tally.settled = True
        lease = lease_of(tally.request)
        if lease:
            self._tallies.pop(lease, None)
        self._finish(tally.request, dict(tally.counts), tally.failed)

    def _give_back_place(self, request: Request) -> None:
        scheduler = self._scheduler()
        if scheduler is not None:
            scheduler.turns.request_dropped(request)

    def _finish(self, request: Request, counts: dict[str, int], failed: str | None = None) -> None:
        scheduler = self._scheduler()
        if scheduler is not None:
            scheduler.turns.finish(request, {name: count for name, count in counts.items() if count}, failed)

    def _scheduler(self) -> Any:
        from crawler.scheduler import Scheduler  # noqa: PLC0415 - it imports this module

        scheduler = self._crawler.engine.scheduler
        return scheduler if isinstance(scheduler, Scheduler) else None


class Finishing:
    """An errback that ends its request, after what the spider wants to do about the failure."""

    def __init__(self, original: Callable[[Failure], Any] | None, delivery: Delivery) -> None:
        self.original = original
        self._delivery = delivery

    def __call__(self, failure: Failure) -> Any:
        """Call the spider's errback where there is one; else hand the failure on."""
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        return self._delivery.failed(request, failure, self.original)


def _item_counts(*, rejected: bool = False) -> dict[str, int]:
    return item_counts(rejected=rejected, cleaned=cleaned_of_item())


async def _asynchronous(output: Any) -> AsyncIterator[Any]:
    output = await ensure_awaitable(iterate_spider_output(output))
    if hasattr(output, "__aiter__"):
        async for one in output:
            yield one
    else:
        for one in output:
            yield one


def _sentence(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0].rstrip(".: ")
