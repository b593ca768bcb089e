"""By which tiers a request may go, and what its meta says of the one that it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetch.browser import RENDERED
from crawler.fetch.keys import BUDGET, DEMANDED, DIRECT, GOES_BY, MAY_CLIMB, TIER, TIERS, TRIED, UNJUDGED
from crawler.fetch.proxy import ProxyMiddleware
from crawler.fetch.render import RENDER
from crawler.fetch.smartproxy import SmartProxyMiddleware
from crawler.leases import host_in, job_of
from schemas.templates import template_of
from schemas.tiers import MILLION, read_tiers
from schemas.verdicts import Kind, Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CHOSEN = "tier_chosen"
"""``request.meta`` key: the tier that a request was given."""
PROBES = "tier_probes"
"""``request.meta`` key: True where it is a trial, whether a cheaper tier does now."""


NOBODY = UUID(int=0)


class NoTierError(RuntimeError):
    """None of the tiers that a site's config names can be had here."""


@dataclass(frozen=True, slots=True)
class Plan:
    """By which tiers a request may go, the cheapest first, and what its job may spend (None: any amount).

    ``named``: those that the site's config names; some may not be there.
    """

    tiers: Sequence[str]
    named: Sequence[str]
    job: UUID
    budget: int | None
    host: str
    template: str

    @property
    def key(self) -> tuple[str, str]:
        """Under which it is known what works."""
        return self.host, self.template


class Plans:
    """Settings: LONGLINE_TIERS, LONGLINE_BUDGET, LONGLINE_JOB_ID, LONGLINE_PROXY_REQUIRED, LONGLINE_RENDER."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.no_browser = False
        """There is none, as somebody has found out."""
        settings = crawler.settings
        self._proxy_required = settings.getbool("LONGLINE_PROXY_REQUIRED")
        self._render = settings["LONGLINE_RENDER"]
        self._tiers = read_tiers(settings.getlist("LONGLINE_TIERS"))
        budget = settings["LONGLINE_BUDGET"]
        self._budget = None if budget is None else float(budget) * MILLION
        self._job = UUID(settings["LONGLINE_JOB_ID"]) if settings["LONGLINE_JOB_ID"] else NOBODY

    def of(self, request: Request) -> Plan | None:
        """None where nothing climbs.

        Raises:
            NoTierError: none of its tiers is there.
        """
        meta = request.meta
        named = meta.get(TIERS) or self._tiers
        if not named or not request.url.startswith("http"):
            return None
        tiers = [tier for tier in named if self._is_there(tier, request)]
        if not tiers:
            if not is_judged(request):
                return None
            raise NoTierError(f"none of its tiers ({', '.join(named)}) is there: see LONGLINE_PROXIES and the browser")
        template = template_of(request.url).partition("/")[2]
        job, budget = self.job_of(request), self.budget_of(request)
        return Plan(tiers, named, job, budget, host_in(request.url), f"/{template}")

    def _is_there(self, tier: str, request: Request) -> bool:
        meta = request.meta
        match tier:
            case "direct":
                return not (meta.get(DEMANDED) or self._proxy_required)
            case "proxy":
                return bool(self._crawler.get_downloader_middleware(ProxyMiddleware)) and not meta.get(DIRECT)
            case "smartproxy":
                smart = self._crawler.get_downloader_middleware(SmartProxyMiddleware)
                return bool(smart and smart.enabled) and not meta.get(DIRECT)
            case _:
                never = meta.get(RENDER, self._render) == "never"
                by_others = meta.get(RENDERED) and meta.get(CHOSEN) != "browser"
                return not (never or self.no_browser or by_others) and is_judged(request)

    def job_of(self, request: Request) -> UUID:
        """Its job."""
        return job_of(request.meta) or self._job

    def budget_of(self, request: Request) -> int | None:
        """What its job may spend, in millionths."""
        budget = request.meta.get(BUDGET, self._budget)
        return None if budget is None else round(budget)


def is_judged(request: Request) -> bool:
    """Whether its answer is a page, and so says by which tier others come: not that of robots.txt or a sitemap."""
    return request.callback is not NO_CALLBACK and not request.meta.get(UNJUDGED)


def is_rendering(request: Request) -> bool:
    """Whether the middleware for rendering asks, for a page that was empty."""
    return request.callback is NO_CALLBACK and bool(request.meta.get(RENDERED))


def way_of(plan: Plan, tier: str) -> str | None:
    """A browser goes out as the requests before it may; where there are none, as the settings say."""
    return tier if tier != "browser" else next((one for one in plan.tiers if one in ("direct", "proxy")), None)


def tier_of(request: Request, response: Response) -> str:
    """By which an answer has come."""
    return "browser" if RENDERED in response.flags else str(request.meta.get(TIER, "direct"))


def tried(request: Request, but: str | None) -> list[str]:
    """The tiers that have refused a request, without one of them."""
    return [tier for tier in request.meta.get(TRIED, ()) if tier != but]


def waits_first(request: Request, verdict: Verdict) -> bool:
    """Who asks for patience gets it, once."""
    again = not (request.meta.get("retry_times") or request.meta.get("dont_retry"))
    return verdict.kind is Kind.RATE_LIMITED and again


def forget_way(request: Request) -> None:
    """What an earlier try was given, or the page that this request's meta was copied from."""
    meta = request.meta
    if meta.pop(CHOSEN, None) == "browser":
        meta.pop(RENDERED, None)
    for name in (TIER, GOES_BY, MAY_CLIMB, PROBES):
        meta.pop(name, None)
