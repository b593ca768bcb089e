"""How one site is crawled: which requests its pages lead to, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery import NO_TEXTS, Discovery, of_list
from crawler.failures import UNRENDERED, Failures, cause
from crawler.fetch.browser import LED_TO
from crawler.fetch.guard import PrivateAddressError
from crawler.fetch.keys import AGENT, BUDGET, DEMANDED, DIRECT, IDENTITY, IMPERSONATE, TIERS, UNJUDGED
from crawler.fetch.render import RENDER
from crawler.fetch.unfetched import note
from crawler.fetch.wishes import WISHES, wishes_of
from crawler.leases import ADMITTED, COUNTS, JOB, LEASE, SLOT
from crawler.responses import REDIRECTS, header, page_of
from crawler.walls import is_blocked, note_wall
from extractors.directives import NOFOLLOW, directives
from extractors.html import is_html, parse
from extractors.links import page_links
from extractors.sitemaps import SitemapTooLarge, read_sitemap
from schemas.addresses import join_url, url_key
from schemas.boundary import Boundary
from schemas.job import Job
from schemas.page import Page
from schemas.parameters import IgnoredParameters
from schemas.tiers import MILLION
from schemas.traps import REDIRECTS as MOST_REDIRECTS
from schemas.traps import Trap, Traps

START = "start_page"
"""``request.meta`` key of the start page, and of where it redirects to: the site is where they end."""
SITEMAPS = "start_sitemaps"
"""``request.meta`` key of the start page: the sitemaps that are asked for when it is known where it leads."""
CAME_BY = "start_came_by"
"""``request.meta`` key beside it: the URLs that have redirected to it."""
NOT_ITS_OWN = frozenset({"depth", ADMITTED, LEASE, SLOT})
"""``request.meta`` keys that say nothing of how a page is to be asked for. Scrapy's own depth counts redirects."""
REDIRECTED = "redirects"
"""``request.meta`` key: how many redirects in a row led to it."""
LONGEST_COOKIE_CHAIN = 3
"""Redirects of a URL to itself, as sites do that want to see their cookie first."""
REMEMBERED_LINKS = 500_000
"""Links that are known to be queued, so that no request is made for them; Redis knows them all."""
SITEMAP_PRIORITY = 100
START_PRIORITY = 50


class SiteCrawl:
    """The rules of one job. Its callbacks are methods of the spider, since requests in Redis name them."""

    def __init__(self, spider: Spider, job: Job, failures: Failures) -> None:
        self._spider: Any = spider
        self.job = job
        self.boundary = Boundary(job.config.url, job.config.allowed_hosts)
        self.failures = failures
        self.seeds: list[str] = []
        self._known: set[str] = set()
        # Redirects are answers, stored and followed as links; Scrapy would hide them.
        self._page_meta = self._meta() | {COUNTS: True, "dont_redirect": True, "verbatim_url": True}
        self._parameters = IgnoredParameters(job.config.ignore_parameters)
        self._traps = Traps(job.config, datetime.now(UTC).year, failures.add_trap)
        self.discovery = Discovery(self)

    # Requests

    @property
    def begins_alone(self) -> bool:
        """Whether nothing is queued before it is known where the start page leads: of few pages, it shall be the
        first."""
        return self.job.config.max_pages is not None and not self.job.config.dry_run

    def start_request(self, sitemaps: Sequence[str] = ()) -> Request:
        """The request for the page where the crawl starts; ``sitemaps``: what is asked for when it has ended."""
        request = self.page_request(self.job.config.url, depth=0, priority=START_PRIORITY)
        request.meta[START] = True
        if sitemaps:
            request.meta[SITEMAPS], request.meta[CAME_BY] = list(sitemaps), []
        return request

    def _after_start(self, request: Request) -> list[Request]:
        return list(map(self.sitemap_request, request.meta.get(SITEMAPS, ())))

    def sitemap_request(self, url: str) -> Request:
        """The request for a sitemap."""
        spider = self._spider
        meta = self._meta() | {"verbatim_url": True, RENDER: "never", UNJUDGED: True}
        return Request(url, spider.parse_sitemap, errback=spider.sitemap_failed, priority=SITEMAP_PRIORITY, meta=meta)

    def page_request(self, url: str, depth: int, priority: int = 0, more: dict[str, Any] | None = None) -> Request:
        """The request for a page; ``more``: of its ``meta``."""
        meta = self._page_meta | {"depth_in_site": depth} | (more or {})
        return Request(url, self._spider.parse, errback=self._spider.failed, meta=meta, priority=priority)

    def shorten(self, request: Request) -> list[Any] | None:
        """The URL and depth of a page that was found by a link, and its redirects, if any: all else follows from the
        job."""
        meta = {name: value for name, value in request.meta.items() if name not in NOT_ITS_OWN}
        depth, redirects = meta.pop("depth_in_site", None), meta.pop(REDIRECTED, 0)
        plain = request.callback == self._spider.parse and request.method == "GET" and not request.headers
        if depth is None or not plain or request.dont_filter or meta != self._page_meta:
            return None
        return [request.url, depth, redirects] if redirects else [request.url, depth]

    def lengthen(self, values: list[Any], priority: int) -> Request:
        """The request that ``shorten`` wrote."""
        url, depth, *redirects = values
        request = self.page_request(url, depth, priority)
        if redirects:
            (request.meta[REDIRECTED],) = redirects
        return request

    def start_over(self) -> None:
        """No link is known to be queued any more."""
        self._known.clear()

    def _meta(self) -> dict[str, Any]:
        meta: dict[str, Any] = {JOB: str(self.job.id)}
        if not self.job.config.obey_robots:
            meta["dont_obey_robotstxt"] = True
        if self.job.config.user_agent:
            meta[AGENT] = self.job.config.user_agent
        if self.job.config.render != "auto":
            meta[RENDER] = self.job.config.render
        if wishes := wishes_of(self.job.config):
            meta[WISHES] = wishes
        if not self.job.config.proxy:
            meta[DIRECT] = True
        if self.job.config.proxy == "required":
            meta[DEMANDED] = True
        return meta | self._self() | self._tiers()

    def _self(self) -> dict[str, Any]:
        said = {IDENTITY: self.job.config.identity, IMPERSONATE: self.job.config.impersonate}
        return {name: word for name, word in said.items() if word not in {"robot", "never"}}

    def _tiers(self) -> dict[str, Any]:
        tiers, budget = self.job.config.tiers, self.job.config.budget
        if not tiers:
            return {}
        return {TIERS: list(tiers)} | ({} if budget is None else {BUDGET: int(budget * MILLION)})

    # Pages

    def parse(self, response: Response) -> Iterator[Request | Page]:
        """The links of a page that are new, then the page itself."""
        request = cast("Request", response.request)
        if self.discovery.is_miss(response):
            self._spider.give_back(request)
            return
        note_wall(self.failures, request)
        if response.status in REDIRECTS:
            self._spider.give_back(request)
            follow = self._redirect(request, response)
            yield from [follow] if follow else self._after_start(request)
            yield from self.discovery.redirected(request, response) if follow is None else ()
            yield page_of(response, self.job)
            return
        kind = header(response, "Content-Type")
        readable = is_html(response.body, kind) and not is_blocked(request)
        tree = parse(response.body, kind) if readable else None
        page = page_of(response, self.job, tree)
        yield from self._after_start(request)
        links = self._links(response, page) if tree is not None and response.status < 400 else []
        found = self.discovery.read(response, page, links)
        yield from found.requests
        yield from self._follow(found.links, request.meta["depth_in_site"] + 1, found.texts)
        yield page

    def _links(self, response: Response, page: Page) -> list[str]:
        if UNRENDERED in response.meta:
            self.failures.add(UNRENDERED, response.meta[UNRENDERED])
        led_to = join_url(response.url, response.meta.get(LED_TO, ""))
        if LED_TO not in response.meta or led_to is None:
            return self._followed(page, response.url)
        if response.meta.get(START):
            self.boundary.adopt(led_to)
        return [led_to, *self._followed(page, led_to)]

    def _followed(self, page: Page, url: str) -> list[str]:
        """Links, but for those that are not to be followed; the page notes it where there are any."""
        links = page_links(page.tree, url)
        if not page.agent:
            return list(links)
        page.directives |= directives(page.tree, page.headers, page.agent) & {NOFOLLOW}
        kept = [link for link, follow in links.items() if follow and not page.directives]
        if len(kept) < len(links) and any(link in self.boundary for link in links.keys() - set(kept)):
            page.directives |= {NOFOLLOW}
        return kept

    def _follow(self, links: list[str], depth: int, texts: Mapping[str, str] = NO_TEXTS) -> Iterator[Request]:
        if self.job.config.max_depth is not None and depth > self.job.config.max_depth:
            return
        links = self._parameters.strip_all(links)
        # Each once: a sitemap may name a page twice.
        new = dict.fromkeys(link for link in links if link not in self._known and link in self.boundary)
        for link in self._traps.passed(new, depth):
            self._remember(link)
            yield self.page_request(link, depth, self.discovery.worth(link, texts))

    def _remember(self, link: str) -> None:
        if len(self._known) >= REMEMBERED_LINKS:
            self._known.clear()
        self._known.add(link)

    def _redirect(self, request: Request, response: Response) -> Request | None:
        target = join_url(response.url, header(response, "Location"))
        depth: int = request.meta["depth_in_site"]
        if target is None:
            return None
        if request.meta.get(START):
            self.boundary.adopt(target)
        kept = of_list(request)
        if target not in self.boundary and not self.discovery.allows(kept, target):
            return None
        target = self._stripped(target, request.url)
        repeats = request.meta.get("cookie_chain", 0) + 1
        follow = self.page_request(target, depth, request.priority)
        redirects = request.meta.get(REDIRECTED, 0) + 1
        if redirects > MOST_REDIRECTS:
            self.failures.add_trap(Trap.REDIRECTS, target)
            return None
        follow.meta.update(kept)
        follow.meta[REDIRECTED] = redirects
        if request.meta.get(START):
            follow.meta.update(_of_start(request))
        if target != request.url:
            return None if _leads_back(request, target) else follow
        if repeats > LONGEST_COOKIE_CHAIN or "Set-Cookie" not in response.headers:
            return None
        follow.meta["cookie_chain"] = repeats
        return follow.replace(dont_filter=True)

    def _stripped(self, target: str, url: str) -> str:
        """As other links, but for one that would lead back to where it comes from."""
        (stripped,) = self._parameters.strip_all([target])
        return target if stripped == url else stripped

    def failed(self, failure: Failure) -> list[Request] | None:
        """Count a request that got no answer; what has waited for it, where it was to be the start page."""
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        self._spider.give_back(request)
        note(self.failures, request, failure.value)
        return self._after_start(request) or None

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
        yield from map(self.sitemap_request, filter(self.boundary.__contains__, sitemap.sitemaps))
        pages = list(filter(self.boundary.__contains__, sitemap.pages))
        self.seeds += pages
        if not self.job.config.dry_run:
            yield from self._follow(pages, depth=0)

    def sitemap_failed(self, failure: Failure) -> None:
        """A sitemap that cannot be fetched is named; the crawl goes on by links."""
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        if isinstance(failure.value, PrivateAddressError):
            note(self.failures, request, failure.value)
        elif not isinstance(failure.value, IgnoreRequest):
            self.failures.add("sitemap", f"{request.url} could not be fetched: {cause(failure.value)}.")


def _of_start(request: Request) -> dict[str, Any]:
    """What the start page hands on to where it redirects."""
    kept: dict[str, Any] = {START: True}
    if SITEMAPS in request.meta:
        kept |= {SITEMAPS: request.meta[SITEMAPS], CAME_BY: [*request.meta[CAME_BY], request.url]}
    return kept


def _leads_back(request: Request, target: str) -> bool:
    """Whether a start page redirects to one that has led to it: nobody would queue it once more."""
    return url_key(target) in map(url_key, request.meta.get(CAME_BY, ()))
