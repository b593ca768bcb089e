"""Proxy rotation: each request through a proxy that does well for its host, and never past them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch.identity import JARS, IdentityMiddleware
from crawler.fetch.keys import DIRECT, GOES_BY, MAY_CLIMB, PROXY, SESSION, TIER
from crawler.fetch.proxy_demand import forget_proxy, has_smart_proxy
from crawler.fetch.proxy_faults import Fault, fault_of_exception, fault_of_response
from crawler.fetch.proxy_keeper import ProxyKeeper
from crawler.fetch.proxy_list import API_SECONDS, ProxyList
from crawler.fetch.proxy_pool import Lease, ProxyPool
from crawler.fetch.proxy_sessions import Sessions
from crawler.fetch.proxy_waiting import NoProxyError, Waiting
from crawler.fetch.retry_after import retry_after
from crawler.fetch.verdicts import Verdicts
from crawler.leases import JOB, host_in
from schemas.proxies import Proxy
from schemas.verdicts import Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

DOUBTED = "proxy_doubted"
"""``request.meta`` key: the proxies through which the request failed, while others are asked."""
SWITCHES = "proxy_switches"
"""``request.meta`` key: how many proxies in a row have failed the request."""
BANS = "proxy_bans"
"""``request.meta`` key: how many proxies in a row were refused by the host for this request."""
MOST_SWITCHES = 10
MOST_DOUBTED = 3
"""A request that fails, nobody knows by whose fault, through so many proxies fails by the site's."""
MOST_BANS = 2
"""A page that is refused to one proxy is asked for through so many others."""
LONGEST_WAIT = 120.0
"""Seconds for which requests wait where no proxy works."""
BLAME_SECONDS = 60.0
"""For which a host is known to fail by itself, unless it answers: so that no second proxy is asked."""


class ProxyMiddleware:
    """Gives each request a proxy. One that fails rests, and its request goes through another at once.

    That is no failure of the site's: it is not counted as a retry. Where it is not clear whether the site or the proxy
    failed, others are asked. One that a host refuses rests for that host. A resting proxy is tried with one
    request before it comes back. While no proxy works, requests wait; none goes out directly, but for those with
    ``meta["dont_proxy"]``. Those of a ``meta["session"]`` keep their proxy and cookies, until both go together.
    Credentials leave the request with the answer, so that nothing stores them.

    Settings: LONGLINE_PROXIES (URLs, a file of them, or an HTTP API); LONGLINE_PROXY_WAIT (seconds; 120);
    LONGLINE_PROXY_LIST_SECONDS (between two questions to the API; 300); REDIS_URL, to share what is learned.
    """

    def __init__(self, crawler: Crawler, pool: ProxyPool, keeper: ProxyKeeper, longest_wait: float) -> None:
        self._crawler = crawler
        self._pool = pool
        self._keeper = keeper  # signals alone would not keep it
        self._sessions = Sessions(pool, time.monotonic, self._forget_cookies)
        self._leases: WeakKeyDictionary[Request, Lease] = WeakKeyDictionary()
        self._answered: WeakKeyDictionary[Request, Lease] = WeakKeyDictionary()
        self._blamed: dict[str, float] = {}
        self._leaves_all = has_smart_proxy(crawler.settings)
        """Whether requests without tiers are the smart proxy's."""
        self.waiting = Waiting(crawler, pool, longest_wait)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Off where LONGLINE_PROXIES is not set.

        Raises:
            ProxyListError: the proxies cannot be read.
        """
        settings = crawler.settings
        value = settings["LONGLINE_PROXIES"]
        if not value:
            raise NotConfigured("LONGLINE_PROXIES is not set.")
        proxies = ProxyList(value, settings.getfloat("LONGLINE_PROXY_LIST_SECONDS", API_SECONDS))
        pool = ProxyPool(proxies.proxies, time.monotonic)
        keeper = ProxyKeeper.of(crawler, pool, proxies)
        middleware = cls(crawler, pool, keeper, settings.getfloat("LONGLINE_PROXY_WAIT", LONGEST_WAIT))
        Verdicts.of(crawler).listen(middleware.judged)
        if middleware._leaves_all:
            logger.info("For sites without tiers, the smart proxy takes the place of LONGLINE_PROXIES.")
        return middleware

    async def process_request(self, request: Request) -> Request | None:
        """Give the request a proxy; one that it brings itself stays. The request once more, where it is to come again.

        Raises:
            NoProxyError: none works.
        """
        if urlparse_cached(request).scheme not in {"http", "https"} or request.meta.get(DIRECT):
            return None
        way = request.meta.get(GOES_BY)
        if way != "proxy" and (way or self._leaves_all):
            return None
        request.meta[TIER] = "proxy"
        if not request.meta.get("proxy"):
            lease = await self._lease(request, host_in(request.url))
            if isinstance(lease, Request):
                return lease
            self._leases[request] = lease
            self._lend(request, lease)
        return None

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
        if lease and not fault:
            self._pool.acquit(lease)
        return self._another(request, lease, fault) if lease and fault else None

    # A request's proxy

    async def _lease(self, request: Request, host: str) -> Lease | Request:
        """A proxy; the request as it is to come again, where it waits in the scheduler."""
        if self._keeper.share:
            await self._keeper.share.look_up(host)
        lease = self._choose(request, host)
        if lease is None and request.meta.get(MAY_CLIMB):
            raise NoProxyError(f"no proxy of LONGLINE_PROXIES is free for {host}")
        if lease is None and self.waiting.is_elsewhere(request):
            return await self.waiting.again(request, host)
        if lease is None:
            with self.waiting.at(host):
                while lease is None:
                    await asyncio.sleep(self.waiting.pause(request, host))
                    lease = self._choose(request, host)
        return lease

    def _choose(self, request: Request, host: str) -> Lease | None:
        meta, session = request.meta, _session(request)
        if session:
            return self._sessions.take(session, str(meta[SESSION]), host)
        avoid = [*meta.get(DOUBTED, ()), meta.get(PROXY, "") if meta.get("retry_times") else ""]
        return self._pool.take(host, avoid, careful=bool(meta.get(SWITCHES)))

    def _lend(self, request: Request, lease: Lease) -> None:
        """As Scrapy's HttpProxyMiddleware leaves them, so that it does not matter which of the two comes first."""
        proxy, session = lease.entry.proxy, _session(request)
        request.meta["proxy"], request.meta[PROXY] = proxy.address, lease.entry.id
        if proxy.authorization:
            request.headers["Proxy-Authorization"] = proxy.authorization
        if session:
            request.meta["cookiejar"] = self._sessions.jar(session)
        identity = self._crawler.get_downloader_middleware(IdentityMiddleware)
        if identity:
            identity.speak(request, proxy.country)
        self._count("proxy/requests")

    def _take_back(self, request: Request) -> Lease | None:
        lease = self._leases.pop(request, None)
        if lease is not None:
            forget_proxy(request)
        return lease

    def _forget_cookies(self, jar: str) -> None:
        self._count("proxy/sessions_ended")
        cookies = self._crawler.get_downloader_middleware(CookiesMiddleware)
        if cookies:
            cookies.jars.pop(jar, None)

    # What became of it

    def _worked(self, request: Request, lease: Lease) -> None:
        self._answered[request] = lease
        self._pool.worked(lease, request.meta.get("download_latency", 0.0))
        self._sessions.worked(_session(request), lease)
        request.meta.pop(SWITCHES, None)
        self._blamed.pop(lease.host, None)
        for name in request.meta.pop(DOUBTED, ()):
            doubted = self._pool.entry(name)
            if doubted and doubted is not lease.entry:
                self._tell(doubted.proxy, self._pool.doubt(name), "it fails where others do not")

    def judged(self, request: Request, response: Response, verdict: Verdict) -> Request | None:
        """A host that refuses a proxy is asked through another; None where the page is refused to several."""
        lease = self._answered.pop(request, None)
        if lease is None:
            return None
        if not verdict.is_block:
            request.meta.pop(BANS, None)
            return None
        rest = self._pool.banned(lease, retry_after(response))
        if rest:
            self._count("proxy/bans")
            self.waiting.last_failure = f"{lease.entry.proxy}: {lease.host} answered {verdict.name}"
            who, where = lease.entry.proxy, lease.host
            logger.info("The proxy %s rests for %.0f s for %s, which answered %s.", who, rest, where, verdict.name)
        bans = request.meta.get(BANS, 0) + 1
        if bans > MOST_BANS or not self._pool.others(lease):
            request.meta.pop(BANS, None)
            return None
        self._count("proxy/switches")
        again = request.replace(dont_filter=True)
        again.meta[BANS] = bans
        return again

    def _another(self, request: Request, lease: Lease, fault: Fault) -> Request | None:
        """The request for another proxy; None where the site is to blame."""
        session, doubted = _session(request), [*request.meta.pop(DOUBTED, ()), lease.entry.id]
        if fault.certain:
            self._tell(lease.entry.proxy, self._pool.failed(lease), fault.reason)
            return self._again(request)
        if session:
            # Its cookies must not come through another proxy.
            return self._again(request) if self._sessions.failed(session, lease) else None
        blamed = self._blamed.get(lease.host, 0.0) > time.monotonic()
        if len(doubted) < MOST_DOUBTED and self._pool.others(lease) and not blamed:
            again = self._again(request)
            again.meta[DOUBTED] = doubted
            return again
        if len(doubted) > 1:
            self._blame(lease.host)
        self._pool.acquit(lease)
        request.meta.pop(SWITCHES, None)
        return None

    def _again(self, request: Request) -> Request:
        self._count("proxy/switches")
        again = request.replace(dont_filter=True)
        again.meta[SWITCHES] = again.meta.get(SWITCHES, 0) + 1
        if again.meta[SWITCHES] > MOST_SWITCHES:
            raise NoProxyError(
                f"{MOST_SWITCHES} proxies in a row failed; the last failure: {self.waiting.last_failure}"
            )
        return again

    def _blame(self, host: str) -> None:
        now = time.monotonic()
        self._blamed = {name: until for name, until in self._blamed.items() if until > now}
        self._blamed[host] = now + BLAME_SECONDS

    def _tell(self, proxy: Proxy, rest: float, reason: str) -> None:
        if rest:
            self._count("proxy/rests")
            self.waiting.last_failure = f"{proxy}: {reason}"
            logger.warning("The proxy %s rests for %.0f s: %s.", proxy, rest, reason)

    def _count(self, name: str) -> None:
        if self._crawler.stats:
            self._crawler.stats.inc_value(name)


def _session(request: Request) -> Hashable:
    """Who keeps proxy and cookies together; nothing where the request has chosen cookies of its own.

    Those of an identity, or of the session as it has been, are none of its own.
    """
    meta: dict[str, Any] = request.meta
    name = meta.get(SESSION)
    jar = meta.get("cookiejar", name)
    ours = jar == name or str(jar).startswith(JARS) or str(jar).rpartition("~")[0] == str(name)
    return (meta.get(JOB), name) if name and ours else None
