"""One job: a site, from its seeds to its last page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any, cast

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.budget import COUNTS
from crawler.failures import DISALLOWED, Failures, cause
from crawler.fetch.robots import DisallowedByRobotsError, NoRobotsError, RobotsMiddleware
from crawler.scheduler import Scheduler
from extractors.html import parse
from extractors.links import page_links
from extractors.sitemaps import SitemapTooLarge, read_sitemap
from schemas.addresses import join_url, normalize_url
from schemas.boundary import Boundary
from schemas.job import Job
from schemas.page import Page

HTML_TYPES = ("text/html", "application/xhtml+xml")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
START = "start_page"
"""``request.meta`` key of the start page, and of where it redirects to: the site is where they end."""
LONGEST_COOKIE_CHAIN = 3
"""Redirects of a URL to itself, as sites do that want to see their cookie first."""
REMEMBERED_LINKS = 500_000
"""Links that are known to be queued, so that no request is made for them; Redis knows them all."""
SITEMAP_PRIORITY = 100
START_PRIORITY = 50


class SiteSpider(Spider):
    """Follows a site's links from its start page and sitemaps; each response becomes a page."""

    name = "site"

    def __init__(self, job: Job | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if job is None:
            raise ValueError("The spider site needs a job. Start it by: scrapy crawl site -a url=https://example.com")
        self.job = job
        self.boundary = Boundary(job.config.url, job.config.allowed_hosts)
        self.failures = Failures()
        self.seeds: list[str] = []
        self.pages = 0
        self._known: set[str] = set()

    def on_site(self, url: str) -> bool:
        """Whether a URL belongs to the site."""
        return url in self.boundary

    async def start(self) -> AsyncIterator[Request]:
        """The start page, and the sitemaps that robots.txt names or that are at the usual place."""
        if not self.job.config.dry_run:
            start = self._page_request(self.job.config.url, depth=0, priority=START_PRIORITY)
            start.meta[START] = True
            yield start
        if self.job.config.sitemaps:
            for url in await self._sitemaps():
                yield self._sitemap_request(url)

    async def _sitemaps(self) -> list[str]:
        start = self.job.config.url
        robots = self.crawler.get_downloader_middleware(RobotsMiddleware)
        rules = await robots.rules(start) if robots else None
        if rules and rules.problem and self.job.config.obey_robots:
            if self.job.config.dry_run:  # else the start page says it
                self.failures.add(NoRobotsError.__name__, f"{rules.problem}.")
            return []
        named = rules.sitemaps if rules else []
        found = [join_url(start, url) for url in (*named, "/sitemap.xml")]
        return list(dict.fromkeys(url for url in found if url))

    # Pages

    def parse(self, response: Response, **_: Any) -> Iterator[Request | Page]:
        """The links of a page that are new, then the page itself."""
        request = cast("Request", response.request)
        if response.status in REDIRECTS:
            self._budget_back(request)
            yield from self._redirect(request, response)
            yield self._page(response, tree=None)
            return
        tree = parse(response.body, _header(response, "Content-Type")) if _is_html(response) else None
        if tree is not None and response.status < 400:
            yield from self._follow(page_links(tree, response.url), request.meta["depth_in_site"] + 1)
        yield self._page(response, tree)

    def _follow(self, links: list[str], depth: int) -> Iterator[Request]:
        if self.job.config.max_depth is not None and depth > self.job.config.max_depth:
            return
        for link in links:
            if link not in self._known and link in self.boundary:
                self._remember(link)
                yield self._page_request(link, depth)

    def _remember(self, link: str) -> None:
        if len(self._known) >= REMEMBERED_LINKS:
            self._known.clear()
        self._known.add(link)

    def _redirect(self, request: Request, response: Response) -> Iterator[Request]:
        target = join_url(response.url, _header(response, "Location"))
        depth: int = request.meta["depth_in_site"]
        if target is None:
            return
        if request.meta.get(START):
            self.boundary.adopt(target)
        if target not in self.boundary:
            return
        repeats = request.meta.get("cookie_chain", 0) + 1
        follow = self._page_request(target, depth, request.priority)
        follow.meta[START] = request.meta.get(START, False)
        if target != request.url:
            yield follow
        elif repeats <= LONGEST_COOKIE_CHAIN and "Set-Cookie" in response.headers:
            follow.meta["cookie_chain"] = repeats
            yield follow.replace(dont_filter=True)

    def _page_request(self, url: str, depth: int, priority: int = 0) -> Request:
        # Redirects are answers, stored and followed as links; Scrapy would hide them.
        meta = {"depth_in_site": depth, COUNTS: True, "dont_redirect": True, "verbatim_url": True}
        return Request(url, self.parse, errback=self.failed, meta=meta, priority=priority)

    def _page(self, response: Response, tree: Any) -> Page:
        self.pages += 1
        request = cast("Request", response.request)
        job = self.job
        location = _header(response, "Location") if response.status in REDIRECTS else ""
        return Page(
            url=response.url,
            final_url=(location and join_url(response.url, location)) or response.url,
            status=response.status,
            request_headers=_headers(request),
            headers=_headers(response),
            body=response.body,
            content_type=_header(response, "Content-Type"),
            fetched_at=datetime.now(UTC),
            site_id=job.site_id,
            job_id=job.id,
            fence=job.fence,
            site=job.site,
            extract=frozenset(job.config.extract),
            tree=tree,
        )

    def failed(self, failure: Failure) -> None:
        """Count a request that got no answer."""
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        self._budget_back(request)
        error = failure.value
        if isinstance(error, DisallowedByRobotsError):
            self.failures.add(DISALLOWED, f"{error}.")
        elif isinstance(error, NoRobotsError):
            self.failures.add(type(error).__name__, f"{error}.")
        elif not isinstance(error, IgnoreRequest):
            self.failures.add(type(error).__name__, f"{request.url} could not be fetched: {cause(error)}.")

    def _budget_back(self, request: Request) -> None:
        scheduler = self.crawler.engine.scheduler
        if isinstance(scheduler, Scheduler):
            scheduler.budget.give_back(request)

    # Sitemaps

    def parse_sitemap(self, response: Response) -> Iterator[Request]:
        """The pages and further sitemaps that a sitemap names."""
        if response.status != 200:
            return
        try:
            sitemap = read_sitemap(response.body)
        except SitemapTooLarge as error:
            self.failures.add("sitemap", f"{response.url}: {error}")
            return
        for url in sitemap.sitemaps:
            address = join_url(response.url, url)
            if address and address in self.boundary:
                yield self._sitemap_request(address)
        pages = [page for page in map(normalize_url, sitemap.pages) if page and page in self.boundary]
        self.seeds += pages
        if not self.job.config.dry_run:
            yield from self._follow(pages, depth=0)

    def _sitemap_request(self, url: str) -> Request:
        return Request(url, self.parse_sitemap, errback=self.sitemap_failed, priority=SITEMAP_PRIORITY)

    def sitemap_failed(self, failure: Failure) -> None:
        """A sitemap that cannot be fetched is named; the crawl goes on by links."""
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        if not isinstance(failure.value, IgnoreRequest):
            self.failures.add("sitemap", f"{request.url} could not be fetched: {cause(failure.value)}.")


def _is_html(response: Response) -> bool:
    kind = _header(response, "Content-Type").partition(";")[0].strip().lower()
    return kind in HTML_TYPES or (not kind and response.body[:256].lstrip()[:1] == b"<")


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _headers(message: Request | Response) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in message.headers.items()
        for value in values
    ]
