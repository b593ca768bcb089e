"""What spiders that crawl sites share: callbacks that find the job of a response."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Self
from uuid import UUID

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.failures import Failures
from crawler.fetch.guard import PrivateAddressError
from crawler.fetch.robots import NoRobotsError, RobotsMiddleware
from crawler.fetch.unfetched import note
from crawler.leases import job_of
from crawler.scheduler import Scheduler
from crawler.site_crawl import SiteCrawl
from schemas.addresses import join_url
from schemas.job import Job
from schemas.page import Page


class JobSpider(Spider):
    """Serves one job or several. Requests name these callbacks, so that any such spider can take up any of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.crawls: dict[UUID, SiteCrawl] = {}
        self.failures = Failures()
        self.pages = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Hears of what has passed the pipelines."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.passed, signals.item_scraped)
        return spider

    def passed(self, item: Any) -> None:
        """A page was stored: what it held says where to look first."""
        crawl = self.crawls.get(item.job_id) if isinstance(item, Page) else None
        if crawl:
            crawl.discovery.learn(item)

    def join(self, job: Job, failures: Failures) -> SiteCrawl:
        """Crawl a job from now on."""
        self.crawls[job.id] = SiteCrawl(self, job, failures)
        return self.crawls[job.id]

    async def seeds(self, job: UUID) -> AsyncIterator[Request]:
        """The start page of a job, and the sitemaps that robots.txt names or that are at the usual place."""
        crawl = self.crawls[job]
        config = crawl.job.config
        if crawl.begins_alone:
            yield crawl.start_request(await self._sitemaps(crawl) if config.sitemaps else ())
            return
        if not config.dry_run:
            yield crawl.start_request()
            for request in crawl.discovery.searches():
                yield request
        if config.sitemaps:
            for url in await self._sitemaps(crawl):
                yield crawl.sitemap_request(url)

    async def _sitemaps(self, crawl: SiteCrawl) -> list[str]:
        config = crawl.job.config
        robots = self.crawler.get_downloader_middleware(RobotsMiddleware)
        try:
            rules = await robots.rules(config.url, crawl.start_request().meta) if robots else None
        except PrivateAddressError as error:
            note(crawl.failures, crawl.start_request(), error)
            return []
        if rules and rules.problem and config.obey_robots:
            if config.dry_run:  # else the start page says it
                crawl.failures.add(NoRobotsError.__name__, f"{rules.problem}.")
            return []
        named = rules.sitemaps if rules else []
        found = [join_url(config.url, url) for url in (*named, "/sitemap.xml")]
        return list(dict.fromkeys(url for url in found if url))

    def shorten(self, request: Request) -> list[Any] | None:
        """A page's request in a few values; None where it has more to it than they can say."""
        crawl = self.crawl_of(request.meta)
        return crawl.shorten(request) if crawl else None

    def lengthen(self, values: list[Any], job: UUID, priority: int) -> Request:
        """The request that ``shorten`` wrote.

        Raises:
            KeyError: its job is none of this process's.
        """
        return self.crawls[job].lengthen(values, priority)

    def start_over(self, job: UUID) -> None:
        """Redis may have forgotten links that were queued."""
        if job in self.crawls:
            self.crawls[job].start_over()

    def leave(self, job: UUID) -> None:
        """The job has ended."""
        self.crawls.pop(job, None)

    def crawl_of(self, meta: dict[str, Any]) -> SiteCrawl | None:
        """The crawl that a request or response belongs to; None where its job has ended."""
        job = job_of(meta)
        return self.crawls.get(job) if job else None

    def on_site(self, request: Request) -> bool:
        """Whether a request stays on its site."""
        crawl = self.crawl_of(request.meta)
        if crawl is None:
            return False
        return request.url in crawl.boundary or crawl.discovery.allows(request.meta, request.url)

    def give_back(self, request: Request) -> None:
        """The request ended without a page: another one may be fetched in its place."""
        scheduler = self.crawler.engine.scheduler
        lane = scheduler.turns.lane(request) if isinstance(scheduler, Scheduler) else None
        if lane:
            lane.give_back_place(request)

    def parse(self, response: Response, **_: Any) -> Iterator[Request | Page]:
        """A page's links, then the page."""
        crawl = self.crawl_of(response.meta)
        self.pages += 1
        return crawl.parse(response) if crawl else iter(())

    def failed(self, failure: Failure) -> list[Request] | None:
        """A page that could not be fetched."""
        crawl = self.crawl_of(failure.request.meta)  # type: ignore[attr-defined] # set by Scrapy
        return crawl.failed(failure) if crawl else None

    def parse_sitemap(self, response: Response) -> Iterator[Request]:
        """What a sitemap names."""
        crawl = self.crawl_of(response.meta)
        return crawl.parse_sitemap(response) if crawl else iter(())

    def sitemap_failed(self, failure: Failure) -> None:
        """A sitemap that could not be fetched."""
        crawl = self.crawl_of(failure.request.meta)  # type: ignore[attr-defined] # set by Scrapy
        if crawl:
            crawl.sitemap_failed(failure)
