"""Zyte's smart proxy, by scrapy-zyte-smartproxy."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, signals
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy_zyte_smartproxy import ZyteSmartProxyMiddleware  # type: ignore[import-untyped] # it has no types

from crawler.fetch.keys import GOES_BY, NOT_THE_SITES, TIER
from crawler.fetch.proxy_demand import forget_proxy

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)
ERROR = "X-Crawlera-Error"
"""The header of answers that are the smart proxy's own; the package sets it for the newer name, too."""


SIGNED = ("X-Crawlera-Client", "X-Crawlera-JobId", "Zyte-Client", "Zyte-JobId")
"""What the package puts on each request."""


class WrongKeyError(RuntimeError):
    """The smart proxy does not know the key."""


class SmartProxyMiddleware(ZyteSmartProxyMiddleware):  # type: ignore[misc] # the same
    """scrapy-zyte-smartproxy, without what Scrapy 2.19 deprecates, and with nothing of the key in logs and pages.

    Settings: its own. Off where ZYTE_SMARTPROXY_APIKEY is not set. Delays are kept unless
    ZYTE_SMARTPROXY_PRESERVE_DELAY is false, for they are agreed with the site.
    """

    preserve_delay = True
    # A wrong key stays wrong; its ten tries take ten minutes.
    max_auth_retry_times = 1

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As the package builds its own."""
        if not crawler.settings["ZYTE_SMARTPROXY_APIKEY"]:
            raise NotConfigured("ZYTE_SMARTPROXY_APIKEY is not set.")
        middleware = cls(crawler)
        logging.getLogger("scrapy_zyte_smartproxy.middleware").addFilter(_without_key)
        crawler.signals.connect(middleware.open_spider, signals.spider_opened)
        return middleware

    def _is_enabled_for_request(self, request: Request) -> bool:
        enabled: bool = super()._is_enabled_for_request(request)
        return enabled and request.meta.get(GOES_BY, "smartproxy") == "smartproxy"

    def process_request(self, request: Request) -> None:
        """Send the request through the smart proxy, unless its tier is another."""
        # What an earlier answer was says nothing of this one.
        request.meta.pop(NOT_THE_SITES, None)
        if request.meta.get(GOES_BY, "smartproxy") != "smartproxy":
            for name in SIGNED:
                request.headers.pop(name, None)  # the package warns of what an earlier try has left
        brought = request.meta.get("proxy")
        super().process_request(request, self.crawler.spider)
        if request.meta.get("proxy") and not brought:
            request.meta[TIER] = "smartproxy"

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Count what the smart proxy says of the answer; a ban passes on, to be tried again as any 503, but is no page.

        Raises:
            WrongKeyError: so that its refusal is not taken for a page.
        """
        sent = request.meta.get(TIER) == "smartproxy"
        self._take_back(request)
        result: Request | Response = super().process_response(request, response, self.crawler.spider)
        if isinstance(result, Response) and self._is_auth_error(result):
            raise WrongKeyError(f"The smart proxy {self.url} does not take the key of ZYTE_SMARTPROXY_APIKEY")
        said = result.headers.get(ERROR) if isinstance(result, Response) and sent else None
        if said:
            words = f"the smart proxy answered {response.status} ({said.decode('latin-1')}) in place of the site"
            request.meta[NOT_THE_SITES] = words
        return result

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Wait longer where the smart proxy cannot be reached."""
        self._take_back(request)
        super().process_exception(request, exception, self.crawler.spider)

    @staticmethod
    def _take_back(request: Request) -> None:
        if request.meta.get(TIER) == "smartproxy":
            forget_proxy(request)


def _without_key(record: logging.LogRecord) -> bool:
    """The package logs the beginning of the key."""
    message: Any = record.msg
    if isinstance(message, str):
        record.msg = message.partition(" with an API key")[0]
    return True
