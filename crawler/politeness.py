"""How politely a host is asked: as its jobs' configs and its robots.txt say, and as its answers suggest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.request import getproxies

from scrapy import Request
from scrapy.http import Response

from crawler.fetch.blocked import BlockedMiddleware, is_judged
from crawler.fetch.keys import ROBOTS, TIER
from crawler.fetch.proxy_demand import has_proxies
from crawler.fetch.retry_after import retry_after
from crawler.gates import Gate, Gates, Terms
from crawler.lane import Lane
from crawler.leases import SLOT, host_in
from schemas.job import Job
from schemas.site import POLITE_TO
from schemas.verdicts import Kind, Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


FORBIDDEN, TOO_MANY = 403, 429
"""As what a block and a refusal for too many requests count, that come with the status of a page."""


class UnknownPolitenessError(ValueError):
    """A setting names something to be polite to that is not known."""


class Politeness:
    """``lanes`` are the jobs that this process works on.

    Setting: LONGLINE_POLITE_TO, for spiders of people's own (what a site's config says of ``polite_to``).

    Raises:
        UnknownPolitenessError: LONGLINE_POLITE_TO is neither host nor address.
    """

    def __init__(self, crawler: Crawler, lanes: Callable[[], Iterable[Lane]]) -> None:
        whom = crawler.settings["LONGLINE_POLITE_TO"]
        if whom not in (None, *POLITE_TO):
            raise UnknownPolitenessError(f"LONGLINE_POLITE_TO={whom}: it takes {' or '.join(POLITE_TO)}.")
        self._crawler = crawler
        self._lanes = lanes
        self._robots: dict[str, float] = {}
        self.hurry: Callable[[str], None] | None = None
        """Told of a host that is to be asked more slowly from now on."""

    def of_settings(self) -> Terms:
        """What the process's settings say."""
        settings = self._crawler.settings
        return settings.getfloat("DOWNLOAD_DELAY"), settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")

    def of_job(self, job: Job) -> Terms:
        """What a job's config says."""
        return job.config.delay, job.config.concurrency

    def crawl_delay(self, host: str, delay: float) -> None:
        """What a host's robots.txt asks for, in seconds."""
        self._robots[host] = delay
        if self.hurry:
            self.hurry(host)

    def terms(self, host: str) -> Terms:
        """The longest delay and the smallest concurrency of all that have a say."""
        terms = [lane.politeness for lane in self._lanes() if host in lane.hosts] or [self.of_settings()]
        own = self._crawler.settings.getdict("DOWNLOAD_SLOTS").get(host, {})
        delay = max([float(own.get("delay", 0)), *(delay for delay, _ in terms)])
        concurrency = min([int(own.get("concurrency", 1_000)), *(concurrency for _, concurrency in terms)])
        if host in self._robots:
            return max(delay, self._robots[host]), 1
        return delay, max(1, concurrency)

    def last_sent(self, host: str) -> float | None:
        """When Scrapy's downloader began the last request to a host, by the monotonic clock; robots.txt counts, too."""
        slot = self._crawler.engine.downloader.slots.get(host)
        return slot.lastseen if slot and slot.lastseen else None

    def apply(self, gates: Iterable[Gate]) -> None:
        """Have Scrapy's downloader obey as well: robots.txt and what middlewares ask again do not pass the gates."""
        downloader = self._crawler.engine.downloader
        for gate in gates:
            concurrency, delay = max(1, gate.share), max(gate.delay, self._robots.get(gate.host, 0.0))
            downloader.per_slot_settings[gate.host] = {"concurrency": concurrency, "delay": delay, "jitter": 0}
            slot = downloader.slots.get(gate.host)
            if slot:
                slot.concurrency, slot.delay, slot.jitter = concurrency, delay, 0

    def note(self, gates: Gates, request: Request, response: Response) -> None:
        """Learn from an answer as it comes; one with the status of a page waits for its verdict, where one follows."""
        if not self._awaits_verdict(request, response):
            self._tell(gates, request, response.status, retry_after(response))

    def judged(self, gates: Gates, request: Request, response: Response, verdict: Verdict) -> None:
        """Learn from an answer that has waited: a block is no good one, whatever its status."""
        if self._awaits_verdict(request, response):
            refused = TOO_MANY if verdict.kind is Kind.RATE_LIMITED else FORBIDDEN
            self._tell(gates, request, refused if verdict.is_block else response.status, retry_after(response))

    def _awaits_verdict(self, request: Request, response: Response) -> bool:
        if not 200 <= response.status < 300 or ROBOTS in request.meta or not is_judged(request, response):
            return False
        return self._crawler.get_downloader_middleware(BlockedMiddleware) is not None

    def _tell(self, gates: Gates, request: Request, status: int, wait: float) -> None:
        # What the smart proxy answers says nothing of the host.
        if request.meta.get(TIER) != "smartproxy":
            host = request.meta.get(SLOT) or host_in(request.url)
            gates.answered(host, status, request.meta.get("download_latency", 0.0), wait)

    def to_addresses(self, lane: Lane) -> bool:
        """Whether a job asks all hosts at one address as one; where a host behind a proxy is, is not known here."""
        settings, job = self._crawler.settings, lane.job
        if job is None or job.spider != "site":
            return settings["LONGLINE_POLITE_TO"] == "address" and not self._proxied
        return job.config.polite_to == "address" and not (job.config.proxy and self._proxied)

    @cached_property
    def _proxied(self) -> bool:
        settings = self._crawler.settings
        named = settings.getbool("HTTPPROXY_ENABLED") and {"http", "https"} & getproxies().keys()
        return has_proxies(settings) or bool(named)

    def first_host(self, lane: Lane) -> str:
        """The host whose turn it is when a job begins."""
        return host_in(lane.job.config.url) if lane.job else "start"
