"""What came over the wire, as a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.fetch.browser import LED_TO, RENDERED
from crawler.fetch.keys import TIER
from crawler.fetch.proxy_demand import carrier_of
from crawler.fetch.unchanged import archived_of, unchanged_of
from crawler.fetch.verdicts import verdict_of
from crawler.leases import LEASE
from crawler.settings import USER_AGENT
from extractors.directives import product_of
from schemas.addresses import join_url, normalize_url
from schemas.job import Job
from schemas.page import Page
from schemas.site import SiteConfig

REDIRECTS = frozenset({301, 302, 303, 307, 308})
ARCHIVE = "archive"
"""Attribute of a spider, and ``request.meta`` key, which wins: False where a response is not kept as a page."""


def is_kept(response: Response, spider: Spider | None) -> bool:
    """Whether a response to somebody's own spider becomes a page."""
    return bool(response.meta.get(ARCHIVE, getattr(spider, ARCHIVE, True)))


def page_of(response: Response, job: Job, tree: Any = None) -> Page:
    """The page that a response is; ``tree`` is its lexbor tree, where there is one already.

    From what stands in the place of a page, nothing is extracted.
    """
    request = cast("Request", response.request)
    verdict = verdict_of(request)
    location = header(response, "Location") if response.status in REDIRECTS else ""
    return Page(
        url=normalize_url(response.url) or response.url,
        final_url=(location and join_url(response.url, location)) or response.meta.get(LED_TO, response.url),
        status=response.status,
        request_headers=headers(request),
        headers=headers(response),
        body=response.body,
        content_type=header(response, "Content-Type"),
        fetched_at=datetime.now(UTC),
        site_id=job.site_id,
        job_id=job.id,
        fence=job.fence(response.meta.get(LEASE, 1)),
        leased=LEASE in response.meta,
        agent=agent_of(job.config),
        unchanged=unchanged_of(response),
        proxy=carrier_of(request),
        # A redirect that a browser has met, or an error without a page, is the server's own.
        rendered=RENDERED in response.flags and bool(response.body),
        known=archived_of(response),
        method=request.method,
        site=job.site,
        extract=frozenset() if verdict and verdict.is_wall else frozenset(job.config.extract),
        tree=tree,
        tier=response.meta.get(TIER, "direct"),
        verdict=verdict,
        selectors=job.config.posting_selectors,
    )


def agent_of(config: SiteConfig) -> str:
    """The name by which pages may say noindex and nofollow to a job; empty where it does not obey them."""
    return product_of(config.user_agent or USER_AGENT) if config.obey_directives else ""


def header(response: Response, name: str) -> str:
    """The first header of this name, as latin-1, which keeps any byte; empty where there is none."""
    return (response.headers.get(name) or b"").decode("latin-1")


def headers(message: Request | Response) -> list[tuple[str, str]]:
    """All headers, in their order, as latin-1."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in message.headers.items()
        for value in values
    ]
