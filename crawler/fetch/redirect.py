"""Redirects of sitemaps, of robots.txt and of people's own requests. Pages of a site have theirs stored as answers."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.fetch.unfetched import give_up


class TooManyRedirectsError(Exception):
    """Each answer leads to the next, and REDIRECT_MAX_TIMES of them are enough."""


class BoundedRedirectMiddleware(RedirectMiddleware):
    """Scrapy's, but that a chain without an end is a failure, and not something that somebody left out on purpose.

    Settings: REDIRECT_ENABLED, REDIRECT_MAX_TIMES.
    """

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        try:
            return super()._redirect(redirected, request, reason)
        except IgnoreRequest:
            first = [*request.meta.get("redirect_urls", []), request.url][0]
            error = TooManyRedirectsError(f"{self.max_redirect_times} redirects led from {first} to {request.url}")
            give_up(self.crawler, request, error)
