"""One job: a site, from its seeds to its last page. Other workers may join it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request

from crawler import stop_signals
from crawler.fetch.robots import NoRobotsError, RobotsMiddleware
from crawler.job_spider import JobSpider
from schemas.addresses import join_url
from schemas.job import Job


class SiteSpider(JobSpider):
    """Follows a site's links from its start page and sitemaps; each response becomes a page."""

    name = "site"

    def __init__(self, job: Job | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if job is None:
            raise ValueError("The spider site needs a job. Start it by: scrapy crawl site -a url=https://example.com")
        self.job = job
        self.crawl = self.join(job, self.failures)

    @property
    def seeds(self) -> list[str]:
        """The pages that sitemaps named."""
        return self.crawl.seeds

    async def start(self) -> AsyncIterator[Request]:
        """The start page, and the sitemaps that robots.txt names or that are at the usual place."""
        stop_signals.release()
        if not self.job.config.dry_run:
            yield self.crawl.start_request()
        if self.job.config.sitemaps:
            for url in await self._sitemaps():
                yield self.crawl.sitemap_request(url)

    async def _sitemaps(self) -> list[str]:
        start = self.job.config.url
        robots = self.crawler.get_downloader_middleware(RobotsMiddleware)
        rules = await robots.rules(start, self.crawl.start_request().meta) if robots else None
        if rules and rules.problem and self.job.config.obey_robots:
            if self.job.config.dry_run:  # else the start page says it
                self.failures.add(NoRobotsError.__name__, f"{rules.problem}.")
            return []
        named = rules.sitemaps if rules else []
        found = [join_url(start, url) for url in (*named, "/sitemap.xml")]
        return list(dict.fromkeys(url for url in found if url))
