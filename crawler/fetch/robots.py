"""robots.txt (RFC 9309): fetched once for each host and obeyed, with its Crawl-delay."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.claims import JOB
from crawler.failures import cause
from crawler.fetch.keys import DIRECT, IDENTITY, SESSION
from crawler.fetch.retry import backoff, retry_after

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

PRIORITY = 1000
LIKEWISE = (JOB, IDENTITY, SESSION, DIRECT)
"""``request.meta`` keys: as the page is asked for, so is its robots.txt."""
MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: a parser reads at least so much."""
TRIES = 3
LONGEST_PAUSE = 30.0
"""Seconds between two tries; Retry-After may ask for more."""
LONGEST_DELAY = 300.0
"""Seconds. A longer Crawl-delay is taken for a mistake, and cut."""


class DisallowedByRobotsError(IgnoreRequest):
    """robots.txt does not allow this request."""


class NoRobotsError(IgnoreRequest):
    """robots.txt could not be read, so that nothing of its host may be fetched."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host's robots.txt says. ``problem`` is set where it could not be read: then nothing is allowed."""

    parser: Protego
    url: str
    problem: str | None = None

    @property
    def sitemaps(self) -> list[str]:
        """The sitemaps that it names."""
        return list(self.parser.sitemaps)

    def check(self, url: str, user_agent: str) -> None:
        """Refuse a URL that must not be fetched.

        Raises:
            NoRobotsError, DisallowedByRobotsError: with the reason.
        """
        if self.problem:
            raise NoRobotsError(self.problem)
        if not self.parser.can_fetch(url, user_agent):
            raise DisallowedByRobotsError(f"{self.url} disallows {url}")


class RobotsMiddleware:
    """Asks each host's robots.txt before the first request to it. Off for a request by ``meta["dont_obey_robotstxt"]``.

    Setting: ROBOTSTXT_OBEY (what a site's config says of ``obey_robots``).
    """

    def __init__(self, crawler: Crawler, *, obey: bool, user_agent: str) -> None:
        self._crawler = crawler
        self._obey = obey
        self._user_agent = user_agent
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Reads ROBOTSTXT_OBEY, ROBOTSTXT_USER_AGENT and USER_AGENT."""
        settings = crawler.settings
        agent = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        return cls(crawler, obey=settings.getbool("ROBOTSTXT_OBEY", True), user_agent=agent)

    async def process_request(self, request: Request) -> None:
        """Refuse what robots.txt disallows.

        Raises:
            NoRobotsError, DisallowedByRobotsError: with the reason.
        """
        if self._obey and not request.meta.get("dont_obey_robotstxt"):
            (await self.rules(request.url, request.meta)).check(request.url, self._user_agent)

    async def rules(self, url: str, meta: Mapping[str, Any] = MappingProxyType({})) -> Rules:
        """The rules of the URL's host; fetched at the first call, shared by those that come meanwhile.

        ``meta`` is that of the request: it says by whom, and which way, robots.txt is asked for, too.
        """
        parts = urlparse_cached(Request(url))
        address = f"{parts.scheme}://{parts.netloc}/robots.txt"
        if address not in self._rules:
            self._rules[address] = asyncio.ensure_future(
                self._fetch(address, {key: meta[key] for key in LIKEWISE if key in meta})
            )
        return await asyncio.shield(self._rules[address])

    async def _fetch(self, address: str, likewise: dict[str, Any]) -> Rules:
        meta = {"dont_obey_robotstxt": True, "dont_retry": True, "allow_offsite": True, **likewise}
        for attempt in range(1, TRIES + 1):
            request = Request(address, NO_CALLBACK, priority=PRIORITY, meta=dict(meta))
            rules, pause = await self._try(request)
            if rules.problem is None:
                self._keep_delay(request, rules)
                break
            if attempt < TRIES:
                await asyncio.sleep(backoff(attempt, min(pause, LONGEST_PAUSE)))
        return rules

    async def _try(self, request: Request) -> tuple[Rules, float]:
        """The rules, and the seconds that the server asks to wait before the next try."""
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - a download handler or middleware may raise anything
            logger.info("%s could not be fetched: %s", request.url, error)
            origin = request.url.removesuffix("robots.txt")
            return Rules(Protego.parse(""), request.url, f"{origin} cannot be reached: {cause(error)}"), 0.0
        return _read(request.url, response), retry_after(response, datetime.now(UTC))

    def _keep_delay(self, request: Request, rules: Rules) -> None:
        delay = rules.parser.crawl_delay(self._user_agent) if self._obey else None
        if delay is None:
            return
        delay = min(float(delay), LONGEST_DELAY)
        downloader = self._crawler.engine.downloader
        key = downloader.get_slot_key(request)
        # The slot of this request, and any that Scrapy makes anew for the host after it has been idle.
        downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0}
        slot = downloader.slots.get(key)
        if slot and delay > slot.delay:
            slot.concurrency, slot.delay, slot.jitter = 1, delay, 0


def _read(address: str, response: Response) -> Rules:
    if response.status >= 500 or response.status == 429:
        problem = f"{address} answered {response.status}, so nothing of its host may be fetched"
        return Rules(Protego.parse(""), address, problem)
    if response.status >= 400:
        return Rules(Protego.parse(""), address)
    return Rules(Protego.parse(response.body[:MAX_BYTES].decode("utf-8-sig", "replace")), address)
