"""Proxy rotation: each request through the next proxy, and never past them."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch.keys import DIRECT, TIER
from crawler.fetch.proxy_faults import Fault, fault_of_exception, fault_of_response
from crawler.fetch.proxy_list import ProxyList, ProxyListError
from crawler.fetch.proxy_pool import Lease, ProxyPool
from schemas.proxies import Proxy

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

DOUBTED = "proxy_doubted"
"""``request.meta`` key: the proxy through which the request failed, while another one is asked."""
SWITCHES = "proxy_switches"
"""``request.meta`` key: how many proxies in a row have failed the request."""
MOST_SWITCHES = 10
LONGEST_WAIT = 120.0
"""Seconds for which requests wait where no proxy works."""
LOOK_SECONDS = 1.0
"""Between two looks at the file of proxies."""
BLAME_SECONDS = 60.0
"""For which a host is known to fail by itself, so that no second proxy is asked."""


class NoProxyError(RuntimeError):
    """No proxy worked for so long that requests no longer wait; or too many in a row failed one request."""


class ProxyMiddleware:
    """Gives each request the next proxy. One that fails rests, and its request goes through another at once.

    That is no failure of the site's: it is not counted as a retry. Where it is not clear whether the site or the proxy
    failed, one other proxy is asked. While no proxy works, requests wait; none goes out directly, but for those with
    ``meta["dont_proxy"]``. Credentials leave the request with the answer, so that nothing stores them.

    Settings: LONGLINE_PROXIES (URLs, or a file of them); LONGLINE_PROXY_WAIT (seconds; 120).
    """

    def __init__(self, crawler: Crawler, proxies: ProxyList, longest_wait: float) -> None:
        self._crawler = crawler
        self._list = proxies
        self._pool = ProxyPool(proxies.proxies, time.monotonic)
        self._longest_wait = longest_wait
        self._looked = time.monotonic()
        self._leases: WeakKeyDictionary[Request, Lease] = WeakKeyDictionary()
        self._blamed: dict[str, float] = {}
        self._last_failure = ""
        self.waiting = 0
        """Requests that wait for a proxy that works."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Off where LONGLINE_PROXIES is not set, or where the smart proxy is.

        Raises:
            ProxyListError: the proxies cannot be read.
        """
        settings = crawler.settings
        value = settings["LONGLINE_PROXIES"]
        if not value:
            raise NotConfigured("LONGLINE_PROXIES is not set.")
        if settings.getbool("ZYTE_SMARTPROXY_ENABLED") and settings["ZYTE_SMARTPROXY_APIKEY"]:
            raise NotConfigured("the smart proxy takes the place of LONGLINE_PROXIES.")
        return cls(crawler, ProxyList(value), settings.getfloat("LONGLINE_PROXY_WAIT", LONGEST_WAIT))

    async def process_request(self, request: Request) -> None:
        """Give the request a proxy; one that it brings itself stays.

        Raises:
            NoProxyError: none works.
        """
        if urlparse_cached(request).scheme not in {"http", "https"} or request.meta.get(DIRECT):
            return
        request.meta[TIER] = "proxy"
        if not request.meta.get("proxy"):
            lease = self._leases[request] = await self._lease(request.meta.get(DOUBTED))
            self._lend(request, lease)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Note how the proxy fared; the request once more, where it did badly."""
        lease = self._take_back(request)
        if lease is None:
            return response
        fault = fault_of_response(request, response)
        if fault is None:
            self._worked(request, lease)
        return (fault and self._another(request, lease, fault)) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Note how the proxy fared; the request once more, where it did badly."""
        lease = self._take_back(request)
        fault = fault_of_exception(exception) if lease else None
        return self._another(request, lease, fault) if lease and fault else None

    # A request's proxy

    async def _lease(self, doubted: int | None) -> Lease:
        while True:
            self._look()
            lease = self._pool.take(avoid=doubted)
            if lease:
                return lease
            if self._pool.dead_for() >= self._longest_wait:
                raise NoProxyError(self._none_works())
            self.waiting += 1
            try:
                # No longer than a second: the file may have others by then.
                await asyncio.sleep(min(self._pool.wait(), LOOK_SECONDS))
            finally:
                self.waiting -= 1

    def _none_works(self) -> str:
        none = f"None of the {len(self._pool)} proxies of LONGLINE_PROXIES worked for {self._longest_wait:g} s"
        return f"{none}; the last failure: {self._last_failure}"

    def _look(self) -> None:
        """Have the proxies that the file names now."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            if self._list.changed():
                self._pool.replace(self._list.proxies)
                logger.info("LONGLINE_PROXIES was read again: %d proxies.", len(self._pool))
        except ProxyListError as error:
            logger.warning("%s The proxies stay as they were.", error)

    def _lend(self, request: Request, lease: Lease) -> None:
        """As Scrapy's HttpProxyMiddleware leaves them, so that it does not matter which of the two comes first."""
        proxy = lease.entry.proxy
        request.meta["proxy"] = proxy.address
        if proxy.authorization:
            request.headers["Proxy-Authorization"] = proxy.authorization
        self._count("proxy/requests")

    def _take_back(self, request: Request) -> Lease | None:
        lease = self._leases.pop(request, None)
        if lease is not None:
            request.headers.pop("Proxy-Authorization", None)
            request.meta.pop("proxy", None)
            request.meta.pop("_auth_proxy", None)  # HttpProxyMiddleware's
        return lease

    # What became of it

    def _worked(self, request: Request, lease: Lease) -> None:
        self._pool.worked(lease)
        request.meta.pop(SWITCHES, None)
        doubted = self._pool.entry(request.meta.pop(DOUBTED, None))
        if doubted and doubted is not lease.entry:
            self._tell(doubted.proxy, self._pool.doubt(doubted), "it fails where others do not")

    def _another(self, request: Request, lease: Lease, fault: Fault) -> Request | None:
        """The request for another proxy; None where the site is to blame."""
        if fault.certain:
            self._tell(lease.entry.proxy, self._pool.failed(lease), fault.reason)
            return self._again(request)
        host = urlparse_cached(request).netloc
        if request.meta.pop(DOUBTED, None) is not None:
            self._blame(host)
        elif self._pool.others(lease) and self._blamed.get(host, 0.0) < time.monotonic():
            again = self._again(request)
            again.meta[DOUBTED] = lease.entry.number
            return again
        request.meta.pop(SWITCHES, None)
        return None

    def _again(self, request: Request) -> Request:
        self._count("proxy/switches")
        again = request.replace(dont_filter=True)
        again.meta[SWITCHES] = again.meta.get(SWITCHES, 0) + 1
        if again.meta[SWITCHES] > MOST_SWITCHES:
            raise NoProxyError(f"{MOST_SWITCHES} proxies in a row failed; the last failure: {self._last_failure}")
        return again

    def _blame(self, host: str) -> None:
        now = time.monotonic()
        self._blamed = {name: until for name, until in self._blamed.items() if until > now}
        self._blamed[host] = now + BLAME_SECONDS

    def _tell(self, proxy: Proxy, rest: float, reason: str) -> None:
        if rest:
            self._count("proxy/rests")
            self._last_failure = f"{proxy}: {reason}"
            logger.warning("The proxy %s rests for %g s: %s.", proxy, rest, reason)

    def _count(self, name: str) -> None:
        if self._crawler.stats:
            self._crawler.stats.inc_value(name)
