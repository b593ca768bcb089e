"""What spiders that crawl sites share: callbacks that find the job of a response."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.claims import job_of
from crawler.failures import Failures
from crawler.scheduler import Scheduler
from crawler.site_crawl import SiteCrawl
from schemas.job import Job
from schemas.page import Page


class JobSpider(Spider):
    """Serves one job or several. Requests name these callbacks, so that any such spider can take up any of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.crawls: dict[UUID, SiteCrawl] = {}
        self.failures = Failures()
        self.pages = 0

    def join(self, job: Job, failures: Failures) -> SiteCrawl:
        """Crawl a job from now on."""
        self.crawls[job.id] = SiteCrawl(self, job, failures)
        return self.crawls[job.id]

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
        return crawl is not None and request.url in crawl.boundary

    def give_back(self, request: Request) -> None:
        """The request ended without a page: another one may be fetched in its place."""
        scheduler = self.crawler.engine.scheduler
        lane = scheduler.lane(request) if isinstance(scheduler, Scheduler) else None
        if lane:
            lane.give_back(request)

    def parse(self, response: Response, **_: Any) -> Iterator[Request | Page]:
        """A page's links, then the page."""
        crawl = self.crawl_of(response.meta)
        self.pages += 1
        return crawl.parse(response) if crawl else iter(())

    def failed(self, failure: Failure) -> None:
        """A page that could not be fetched."""
        crawl = self.crawl_of(failure.request.meta)  # type: ignore[attr-defined] # set by Scrapy
        if crawl:
            crawl.failed(failure)

    def parse_sitemap(self, response: Response) -> Iterator[Request]:
        """What a sitemap names."""
        crawl = self.crawl_of(response.meta)
        return crawl.parse_sitemap(response) if crawl else iter(())

    def sitemap_failed(self, failure: Failure) -> None:
        """A sitemap that could not be fetched."""
        crawl = self.crawl_of(failure.request.meta)  # type: ignore[attr-defined] # set by Scrapy
        if crawl:
            crawl.sitemap_failed(failure)
