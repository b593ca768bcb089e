"""robots.txt (RFC 9309): read for each host once an hour and obeyed, with its Crawl-delay."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from protego import Protego
from scrapy import Request, signals
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import load_object

from crawler.failures import cause
from crawler.fetch.guard import Guard, PrivateAddressError
from crawler.fetch.keys import AGENT, BUDGET, DEMANDED, DIRECT, IDENTITY, IMPERSONATE, ROBOTS, SESSION, SPENT, TIERS
from crawler.fetch.retry_after import backoff, retry_after
from crawler.fetch.tier_money import Spent, add_spent, note_spent
from crawler.fetch.typed import endpoints_of
from crawler.fetch.verdicts import verdict_of
from crawler.leases import JOB, LEASE, SLOT, host_in, job_of
from extractors.robots import without_contact
from frontier.connection import connect_async
from frontier.robots_cache import MAX_BYTES, SECONDS, RobotsCache

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

PRIORITY = 1000
LIKEWISE = (AGENT, JOB, IDENTITY, IMPERSONATE, SESSION, DIRECT, DEMANDED, TIERS, BUDGET, SLOT)
"""``request.meta`` keys: as the page is asked for, so is its robots.txt."""
SECONDS_UNREADABLE = 60
"""What could not be read is asked for again after a minute, and what could be after an hour (``SECONDS``)."""
MAX_HOSTS = 1000
"""Rules in memory; those of the host that was met first are dropped."""
TRIES = 3
NEVER = float("inf")
"""The pause before a try that would end as this one."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries; Retry-After may ask for more."""
CACHE_TIMEOUT = 2.0
"""Seconds. Where Redis takes longer, robots.txt is read from the site."""
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
    read_at: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, address: str, status: int, text: str) -> Self:
        """The rules of an answer. Status 0: there was none, and ``text`` says why, in a few words."""
        if status == 0:
            return cls(Protego.parse(""), address, f"{address.removesuffix('robots.txt')} cannot be reached: {text}")
        if refuses(status):
            problem = f"{address} answered {status}, so nothing of its host may be fetched"
            return cls(Protego.parse(""), address, problem)
        return cls(Protego.parse(text if status < 400 else ""), address)

    @property
    def seconds(self) -> int:
        """How long they hold."""
        return SECONDS if self.problem is None else SECONDS_UNREADABLE

    @property
    def is_old(self) -> bool:
        """Whether they hold no longer."""
        return time.monotonic() - self.read_at > self.seconds

    @property
    def sitemaps(self) -> list[str]:
        """The sitemaps that it names."""
        return list(self.parser.sitemaps)

    def delay(self, user_agent: str) -> float | None:
        """Its Crawl-delay in seconds, if any; one over ``LONGEST_DELAY`` is cut."""
        delay = self.parser.crawl_delay(user_agent)
        return None if delay is None else min(float(delay), LONGEST_DELAY)

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

    With a ``cache``, workers share what they read. What stands there from before ``since`` (seconds of ``time.time()``)
    is read anew.

    Setting: ROBOTSTXT_OBEY (what a site's config says of ``obey_robots``).
    """

    def __init__(
        self, crawler: Crawler, *, obey: bool, user_agent: str, cache: RobotsCache | None = None, since: float = 0.0
    ) -> None:
        self._crawler = crawler
        self._obey = obey
        self._user_agent = without_contact(user_agent)
        self._cache = cache
        self._since = since
        self._rules: dict[str, asyncio.Task[Rules]] = {}
        self._spent: dict[UUID | None, Spent] = {}
        """By job: what reading has cost that no request of it has counted yet."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Reads ROBOTSTXT_OBEY, ROBOTSTXT_USER_AGENT, USER_AGENT, REDIS_URL, SCHEDULER and LONGLINE_JOB_ID.

        Whoever starts a job wants the site's robots.txt as it is now; a worker, which has no job of its own, takes what
        others have read within the hour.
        """
        settings = crawler.settings
        agent = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        cache = _cache(crawler)
        since = time.time() if settings["LONGLINE_JOB_ID"] else 0.0
        return cls(crawler, obey=settings.getbool("ROBOTSTXT_OBEY", True), user_agent=agent, cache=cache, since=since)

    async def process_request(self, request: Request) -> None:
        """Refuse what robots.txt disallows.

        Raises:
            NoRobotsError, DisallowedByRobotsError: with the reason.
        """
        if self._obey and not request.meta.get("dont_obey_robotstxt"):
            rules = await self.rules(request.url, request.meta)
            if LEASE in request.meta:
                # With its lease it is counted, and so once.
                note_spent(request, self._spent.pop(job_of(request.meta), {}))
            rules.check(request.url, self._agent(request.meta))

    async def rules(self, url: str, meta: Mapping[str, Any] = MappingProxyType({})) -> Rules:
        """The rules of the URL's host; read at the first call, shared by those that come meanwhile.

        ``meta`` is that of the request: it says by whom, and which way, robots.txt is asked for, too.
        """
        parts = urlparse_cached(Request(url))
        address = f"{parts.scheme}://{parts.netloc}/robots.txt"
        task = self._rules.get(address)
        if task is None or _is_over(task):
            self._make_room()
            likewise = {key: meta[key] for key in LIKEWISE if key in meta}
            task = self._rules[address] = asyncio.ensure_future(self._read(address, likewise))
        try:
            return await asyncio.shield(task)
        except PrivateAddressError:
            # Another job of this process may be allowed to go there.
            self._rules.pop(address, None)
            raise

    def _agent(self, meta: Mapping[str, Any]) -> str:
        """Whose rules hold for a request."""
        return without_contact(meta[AGENT]) if AGENT in meta else self._user_agent

    def _make_room(self) -> None:
        if len(self._rules) >= MAX_HOSTS:
            del self._rules[next(iter(self._rules))]

    async def _read(self, address: str, likewise: dict[str, Any]) -> Rules:
        """From the cache, or from the site."""
        origin = address.removesuffix("/robots.txt")
        kept = await self._cache.get(origin, self._since) if self._cache else None
        if kept is not None:
            rules = Rules.of(address, kept.status, kept.text)
        else:
            rules, status, text = await self._fetch(address, likewise)
            if self._cache:
                await self._cache.put(origin, status, text, rules.seconds)
        if rules.problem is None:
            self._keep_delay(address, rules, self._agent(likewise))
        return rules

    async def _fetch(self, address: str, likewise: dict[str, Any]) -> tuple[Rules, int, str]:
        """The rules, and the answer that says them."""
        meta = {"dont_obey_robotstxt": True, "dont_retry": True, "allow_offsite": True, SLOT: host_in(address)}
        # One account for all tries and redirects: middlewares copy the rest.
        spent: Spent = {}
        meta |= {ROBOTS: True, **likewise, SPENT: spent}
        try:
            return await self._fetched(address, meta)
        finally:
            add_spent(self._spent.setdefault(job_of(likewise), {}), spent)

    async def _fetched(self, address: str, meta: dict[str, Any]) -> tuple[Rules, int, str]:
        for attempt in range(1, TRIES + 1):
            status, text, pause = await self._try(Request(address, NO_CALLBACK, priority=PRIORITY, meta=dict(meta)))
            rules = Rules.of(address, status, text)
            if rules.problem is None or pause == NEVER:
                break
            if attempt < TRIES:
                await asyncio.sleep(backoff(attempt, min(pause, LONGEST_PAUSE)))
        return rules, status, text

    async def _try(self, request: Request) -> tuple[int, str, float]:
        """The answer, and the seconds that the server asks to wait before the next try."""
        try:
            response = await self._crawler.engine.download_async(request)
        except PrivateAddressError as error:
            if await Guard.of(self._crawler).refuses(request.url, endpoints_of(self._crawler, request)):
                raise  # so is the page that it is asked for
            return 0, cause(error), NEVER  # it redirects there
        except Exception as error:  # noqa: BLE001 - a download handler or middleware may raise anything
            logger.info("%s could not be fetched: %s", request.url, error)
            return 0, cause(error), 0.0
        verdict = verdict_of(response.request) if response.request else None
        if verdict and verdict.is_block and not refuses(response.status):
            return 0, f"its robots.txt {verdict}", retry_after(response)
        text = response.body[:MAX_BYTES].decode("utf-8-sig", "replace")
        return response.status, text, retry_after(response)

    def _keep_delay(self, address: str, rules: Rules, user_agent: str) -> None:
        delay = rules.delay(user_agent) if self._obey else None
        if delay is None:
            return
        downloader, host = self._crawler.engine.downloader, host_in(address)
        # Our scheduler's slots have the port in their names.
        for key in (downloader.get_slot_key(Request(address)), host):
            # The slot of this host, and any that Scrapy makes anew for it after it has been idle.
            downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0}
            slot = downloader.slots.get(key)
            if slot and delay > slot.delay:
                slot.concurrency, slot.delay, slot.jitter = 1, delay, 0
        politeness = getattr(self._crawler.engine.scheduler, "politeness", None)
        if politeness:
            politeness.crawl_delay(host, delay)


def refuses(status: int) -> bool:
    """Whether it says that robots.txt is not to be had now, and not that there is none."""
    return status >= 500 or status == 429


def _is_over(task: asyncio.Task[Rules]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None or task.result().is_old)


def _cache(crawler: Crawler) -> RobotsCache | None:
    """Where our scheduler has made Redis a matter of ours; the connection is made at the first use."""
    url = crawler.settings["REDIS_URL"]
    if not url:
        return None
    from crawler.scheduler import Scheduler  # noqa: PLC0415 - heavy, and of no use to those who have another

    if not issubclass(load_object(crawler.settings["SCHEDULER"]), Scheduler):
        return None
    cache = RobotsCache(connect_async(url, timeout_seconds=CACHE_TIMEOUT))
    crawler.signals.connect(cache.close, signal=signals.spider_closed)
    return cache
