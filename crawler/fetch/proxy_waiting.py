"""Requests that wait for a proxy: how long, who is told, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from crawler.fetch.proxy_pool import ProxyPool
from crawler.leases import DELAY, host_in, host_of, lane_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 1.0
"""Seconds: by then there may be others in the file, or another worker may have found that one works."""

LEAST_PAUSE = 0.5
"""Of a request that waits in the scheduler: each time it goes through Redis."""
COMES_BACK = 2.0
"""Seconds, in which a request that has waited there is here again, if it waits on."""


class NoProxyError(RuntimeError):
    """No proxy worked for so long that requests no longer wait; or too many in a row failed one request."""


class Waiting:
    """``longest``: seconds."""

    def __init__(self, crawler: Crawler, pool: ProxyPool, longest: float) -> None:
        self._crawler = crawler
        self._pool = pool
        self._longest = longest
        self._hosts: Counter[str] = Counter()
        self._later: dict[str, tuple[str, float]] = {}
        """Of requests that wait in the scheduler: the host, and until when they count."""
        self.last_failure = ""

    @property
    def count(self) -> int:
        """Requests that wait now, as far as this process knows."""
        return self._hosts.total() + len(self._elsewhere())

    @property
    def words(self) -> str:
        """Why; nothing while none waits."""
        host = next(iter([*self._hosts, *self._elsewhere().values()]), None)
        return self._why(host) if host else ""

    def is_elsewhere(self, request: Request) -> bool:
        """Whether the request waits in our scheduler, and so leaves its place in the downloader to others."""
        lane = lane_of(self._crawler, request) if request.callback is not NO_CALLBACK else None
        return lane is not None and lane.holds(request)

    async def again(self, request: Request, host: str) -> Request:
        """The request as the scheduler hands it out later. Meanwhile no other leaves for its host.

        Raises:
            NoProxyError: as ``pause``.
        """
        pause = max(self.pause(request, host), LEAST_PAUSE)
        if host not in self._hosts and host not in self._elsewhere().values():
            self._tell(host)
        self._later[request.url] = host, time.monotonic() + pause + COMES_BACK
        engine: Any = self._crawler.engine
        engine.scheduler.gates.hold(host_of(request), pause)
        # A spider that downloads something by itself, with the meta of a response, asks again at once.
        await asyncio.sleep(LEAST_PAUSE / 10)
        again = request.replace(dont_filter=True)
        again.meta[DELAY] = pause
        return again

    def _elsewhere(self) -> dict[str, str]:
        """Of requests that wait in the scheduler, the hosts."""
        now = time.monotonic()
        self._later = {url: (host, until) for url, (host, until) in self._later.items() if until > now}
        return {url: host for url, (host, _) in self._later.items()}

    def _tell(self, host: str) -> None:
        logger.warning("%s. Requests for %s wait, for up to %g s.", self._why(host), host, self._longest)

    @contextmanager
    def at(self, host: str) -> Iterator[None]:
        """Within, a request for the host waits."""
        self._hosts[host] += 1
        if self._hosts[host] == 1 and host not in self._elsewhere().values():
            self._tell(host)
        try:
            yield
        finally:
            self._hosts[host] -= 1
            if not self._hosts[host]:
                del self._hosts[host]

    def pause(self, request: Request, host: str) -> float:
        """Seconds until one may look again.

        Raises:
            NoProxyError: it has lasted too long. Where no other host could be asked, or it is that of the job's site,
                the job fails.
        """
        if self._pool.dead_for(host) < self._longest:
            return min(max(self._pool.wait(host), 0.05), LONGEST_PAUSE)
        why = f"{self._why(host, f' for {self._longest:g} s')}."
        self._fail_job(request, host, why)
        raise NoProxyError(why.removesuffix("."))

    def _why(self, host: str, how_long: str = "") -> str:
        if not len(self._pool):
            return f"LONGLINE_PROXIES has named no proxy yet{how_long}"
        resting, banned = self._pool.resting(host)
        states = [f"{resting} rest" if resting else "", f"{banned} banned by {host}" if banned else ""]
        state = " and ".join(filter(None, states)) or "none is free"
        last = f"; the last failure: {self.last_failure}" if self.last_failure else ""
        return f"None of the {len(self._pool)} proxies of LONGLINE_PROXIES worked{how_long} ({state}){last}"

    def _fail_job(self, request: Request, host: str, why: str) -> None:
        lane = lane_of(self._crawler, request)
        # With another scheduler, each request fails by itself.
        if lane and lane.job and (self._pool.is_dead or host == host_in(lane.job.config.url)):
            engine: Any = self._crawler.engine
            engine.scheduler.watch.give_up(lane, why)
