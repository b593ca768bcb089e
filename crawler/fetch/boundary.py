"""What belongs to the site."""

from __future__ import annotations

from scrapy import Request, Spider, signals
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware
from scrapy.exceptions import IgnoreRequest


class BoundaryMiddleware(OffsiteMiddleware):
    """Scrapy's off-site rule, asking the spider's ``on_site(request)`` where it has one.

    Scrapy drops an off-site redirect without a word; this one sends ``request_dropped`` for it.
    """

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        """Refuse an off-site request before it is queued, and say so."""
        try:
            super().request_scheduled(request, spider)
        except IgnoreRequest:
            self.crawler.signals.send_catch_log(signals.request_dropped, request=request, spider=spider)
            raise

    def should_follow(self, request: Request, spider: Spider) -> bool:
        """Whether the request stays on the site."""
        on_site = getattr(spider, "on_site", None)
        return bool(on_site(request)) if on_site else super().should_follow(request, spider)
