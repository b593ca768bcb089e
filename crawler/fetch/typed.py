"""Which endpoints on private addresses a job may go to, since a person named them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from scrapy import Request

from crawler.arguments import BY_SCRAPYD
from crawler.leases import job_of
from schemas.job import Job
from schemas.networks import endpoint_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

NOTHING: frozenset[str] = frozenset()

_own: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()


def endpoints_of(crawler: Crawler, request: Request) -> frozenset[str]:
    """What was typed at a prompt for the request's job; for somebody's own spider, where its code says it starts."""
    spider, own_job = crawler.spider, crawler.settings["LONGLINE_JOB"]
    crawls = None if own_job else getattr(spider, "crawls", None)
    if isinstance(crawls, dict):
        crawl = crawls.get(job_of(request.meta))
        return crawl.job.typed if crawl else NOTHING
    if spider not in _own:
        _own[spider] = of_spider(spider, own_job) if spider else NOTHING
    return _own[spider] if spider else NOTHING


def of_spider(spider: Any, job: str | None) -> frozenset[str]:
    """The endpoints of ``start_urls``, and of all arguments that are URLs. Of a job that came by Scrapyd's API, neither
    arguments count, nor what the spider may have made of them, but the start URLs of its class."""
    arguments = Job.decode(job.encode()).arguments if job else {}
    if BY_SCRAPYD in arguments:
        return of_urls(getattr(type(spider), "start_urls", None))
    given = [url for value in arguments.values() for url in value.split(",")]
    return of_urls(getattr(spider, "start_urls", None)) | of_urls(given)


def of_urls(urls: Any) -> frozenset[str]:
    """The endpoints of what may be a list of URLs."""
    if not isinstance(urls, list | tuple):
        return NOTHING
    return frozenset(filter(None, (endpoint_of(url) for url in urls if isinstance(url, str) and "://" in url)))
