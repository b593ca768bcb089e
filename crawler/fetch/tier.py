"""Tiers: each request goes by the cheapest way that works for pages like it, and climbs only when it must."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.http import Headers, Response

from crawler.failures import BUDGET_SPENT
from crawler.fetch.browser import RENDERED
from crawler.fetch.chromium import NoBrowserError
from crawler.fetch.keys import (
    CLIMBED,
    GOES_BY,
    MAY_CLIMB,
    NOT_THE_SITES,
    TRIED,
)
from crawler.fetch.proxy_waiting import NoProxyError
from crawler.fetch.smartproxy import ERROR
from crawler.fetch.tier_money import Money, OwnPurse
from crawler.fetch.tier_plan import (
    CHOSEN,
    PROBES,
    Plan,
    Plans,
    forget_way,
    is_judged,
    is_rendering,
    tier_of,
    tried,
    waits_first,
    way_of,
)
from crawler.fetch.tier_policy import TierPolicy
from crawler.fetch.tier_share import TierShare
from crawler.fetch.verdicts import Verdicts
from crawler.leases import lane_of
from frontier.connection import RedisUnavailableError, connect_async
from frontier.purse import Purse
from frontier.tiers import PROBE_SECONDS, TierPolicies
from schemas.environment import OUTAGE_SECONDS
from schemas.tiers import money, read_costs
from schemas.verdicts import Kind, Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

REFUSED = frozenset({403, 429, 503})
"""How robots.txt and sitemaps are refused, which are no pages."""
CACHED = "cached"
TIMEOUT_SECONDS = 2.0


class BudgetSpentError(RuntimeError):
    """The job has no money left, and its site has no tier that costs nothing."""


class TierMiddleware:
    """Gives a request with ``meta["tiers"]`` its way, which those that stand behind it obey, and has a page that was
    refused asked for by the next tier. Counts for each request what its tries have cost.

    What works is remembered for each host and template (``crawler/fetch/tier_policy.py``). Only verdicts teach it: an
    error of the network says nothing of a tier.

    Settings: LONGLINE_TIERS and LONGLINE_BUDGET (for requests that name none), LONGLINE_TIER_COSTS,
    LONGLINE_TIER_PROBE_SECONDS, LONGLINE_JOB_ID, LONGLINE_OUTAGE_SECONDS; REDIS_URL, to share what is learned.
    """

    def __init__(self, crawler: Crawler, policy: TierPolicy, share: TierShare | None, money: Money) -> None:
        self._crawler = crawler
        self._policy = policy
        self._share = share
        self._money = money
        self._plans = Plans(crawler)
        self._headers: WeakKeyDictionary[Request, Headers] = WeakKeyDictionary()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Always on, since a site's config may name tiers.

        Raises:
            BadTiersError: a setting names a tier that there is not, or a cost that is none.
        """
        settings = crawler.settings
        seconds = settings.getfloat("LONGLINE_TIER_PROBE_SECONDS", PROBE_SECONDS)
        policy = TierPolicy(time.monotonic, seconds)
        costs = read_costs(settings.getdict("LONGLINE_TIER_COSTS"))
        outage = settings.getfloat("LONGLINE_OUTAGE_SECONDS", OUTAGE_SECONDS)
        most = settings.getint("DOWNLOAD_MAXSIZE")
        if settings["REDIS_URL"]:
            server = connect_async(settings["REDIS_URL"], timeout_seconds=TIMEOUT_SECONDS)
            share: TierShare | None = TierShare(policy, TierPolicies(server, seconds))
            middleware = cls(crawler, policy, share, Money(costs, Purse(server), outage, most))
        else:
            middleware = cls(crawler, policy, None, Money(costs, OwnPurse(), outage, most))
        crawler.signals.connect(middleware.spider_closed, signals.spider_closed)
        Verdicts.of(crawler).listen(middleware.judged, last=True)
        return middleware

    async def spider_closed(self) -> None:
        """Tell what was not told."""
        with suppress(RedisUnavailableError):
            await self._money.close()
        if self._share:
            await self._share.close()

    # Out

    async def process_request(self, request: Request) -> None:
        """Choose a tier.

        Raises:
            NoTierError, BudgetSpentError: there is none.
        """
        meta = request.meta
        if is_rendering(request):
            await self._pay_for_rendering(request)
            return
        forget_way(request)
        plan = self._plans.of(request)
        if plan is None:
            return
        if self._share:
            await self._share.look_up(plan.host)
        tier = await self._paid(request, plan, self._chosen(request, plan))
        dearer = self._next(request, plan, tier)
        meta[CHOSEN], meta[MAY_CLIMB] = tier, dearer is not None and self._money.can_pay(plan.job, dearer)
        way = way_of(plan, tier)
        if way:
            meta[GOES_BY] = way
        if tier == "browser":
            meta[RENDERED] = True
            self._headers[request] = request.headers.copy()

    def _chosen(self, request: Request, plan: Plan) -> str:
        least = request.meta.get(CLIMBED)
        if least in plan.tiers:
            return str(least)
        if not is_judged(request):
            return plan.tiers[0]
        choice = self._policy.choose(plan.key, plan.tiers)
        if choice.probes:
            request.meta[PROBES] = True
            self._count("tier/probes")
        return choice.tier

    async def _paid(self, request: Request, plan: Plan, tier: str) -> str:
        """The tier, where the job can pay for it; else the dearest one that is free."""
        if await self._money.reserve(request, plan.job, plan.budget, tier):
            return tier
        self._tell_spent(request, plan)
        request.meta.pop(PROBES, None)
        free = [one for one in plan.tiers if self._money.cost(one).is_free]
        if not free:
            raise BudgetSpentError(f"the job's budget of {money(plan.budget or 0)} is spent")
        return free[-1]

    async def _pay_for_rendering(self, request: Request) -> None:
        """A page that the middleware for rendering asks for once more goes by the way of the first answer."""
        budget = self._plans.budget_of(request)
        if not await self._money.reserve(request, self._plans.job_of(request), budget, "browser"):
            raise BudgetSpentError(f"the job's budget of {money(budget or 0)} is spent")

    # Back

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Count what the answer has cost; a sitemap or robots.txt that was refused is asked for by the next tier."""
        if CACHED in response.flags:
            return response
        job, tier = self._plans.job_of(request), tier_of(request, response)
        self._money.spend(request, job, tier, len(response.body), free=NOT_THE_SITES in request.meta)
        if is_rendering(request) or CHOSEN not in request.meta:
            return response
        if response.headers.get(ERROR) == b"banned" and NOT_THE_SITES in request.meta:
            return self._smartproxy_banned(request) or response
        refused = response.status in REFUSED and not is_judged(request)
        return (refused and self._climbed(request)) or response

    def _smartproxy_banned(self, request: Request) -> Request | None:
        """The smart proxy has judged for itself."""
        plan = self._plans.of(request)
        if plan:
            self._policy.note(plan.key, request.meta[CHOSEN], good=False)
        again = self._climbed(request)
        if again:
            again.meta.pop(NOT_THE_SITES, None)
        return again

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Where a tier is not to be had just now, another one is tried; nothing is learned of it."""
        self._money.release(request, self._plans.job_of(request))
        if CHOSEN not in request.meta or is_rendering(request):
            return None
        if isinstance(exception, NoBrowserError) and request.meta[CHOSEN] == "browser":
            logger.warning("%s. The tier browser is left out.", str(exception).rstrip("."))
            self._plans.no_browser = True
            return self._below(request)
        return self._climbed(request) if isinstance(exception, NoProxyError) else None

    def judged(self, request: Request, response: Response, verdict: Verdict) -> Request | None:
        """Learn from an answer, and climb where it is a block."""
        plan = self._plans.of(request) if CHOSEN in request.meta else None
        if plan is None or CACHED in response.flags:
            return None
        tier, good = request.meta[CHOSEN], verdict.kind is Kind.OK and response.status < 500
        if is_rendering(request):
            self._rendered(plan, tier, good=good)
            return None
        if good:
            self._policy.note(plan.key, tier, good=True, probed=request.meta.get(PROBES, False))
        if not verdict.is_block or waits_first(request, verdict):
            return None
        if is_judged(request):
            self._policy.note(plan.key, tier, good=False)
        again = self._climbed(request)
        if again:
            self._count("tier/climbs")
        return again

    def _rendered(self, plan: Plan, tier: str, *, good: bool) -> None:
        """A page that was empty, and is none in the browser: others like it need not be asked for twice."""
        if good and "browser" in plan.named:
            self._policy.note(plan.key, "browser", good=True)
            self._policy.note(plan.key, tier, good=False)

    def _climbed(self, request: Request) -> Request | None:
        """The request for the next tier; None where there is none, or the job cannot pay for it."""
        plan, chosen = self._plans.of(request), request.meta.get(CHOSEN)
        tier = self._next(request, plan, chosen) if plan and chosen else None
        if plan is None or tier is None:
            return None
        if not self._money.can_pay(plan.job, tier):
            self._tell_spent(request, plan)
            return None
        again = self._again(request)
        # What one tier has not mended, the next one may try as often.
        again.meta.pop("retry_times", None)
        again.meta[CLIMBED], again.meta[TRIED] = tier, [*tried(request, chosen), chosen]
        return again

    def _again(self, request: Request) -> Request:
        """Without what a browser has sent of its own."""
        return request.replace(dont_filter=True, headers=self._headers.get(request, request.headers))

    def _below(self, request: Request) -> Request | None:
        plan = self._plans.of(request)
        again = self._again(request)
        again.meta.pop(CLIMBED, None)
        if plan:
            again.meta[CLIMBED] = plan.tiers[-1]
        return again

    def _next(self, request: Request, plan: Plan, tier: str) -> str | None:
        return self._policy.after(plan.key, plan.tiers, [*tried(request, tier), tier])

    def _tell_spent(self, request: Request, plan: Plan) -> None:
        self._count("tier/unpaid")
        lane = lane_of(self._crawler, request)
        if lane:
            said = f"The budget of {money(plan.budget or 0)} is spent: {request.url} could not be asked for by a tier"
            lane.fail(BUDGET_SPENT, f"{said} that costs something.")

    def _count(self, name: str) -> None:
        if self._crawler.stats:
            self._crawler.stats.inc_value(name)
