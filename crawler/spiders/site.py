"""One job: a site, from its seeds to its last page. Other workers may join it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request

from crawler.job_spider import JobSpider
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
    def found(self) -> list[str]:
        """The pages that sitemaps named."""
        return self.crawl.seeds

    async def start(self) -> AsyncIterator[Request]:
        """What the job begins with."""
        async for request in self.seeds(self.job.id):
            yield request
