"""What is shared beside the crawl, while Redis answers and yet refuses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
import redis
from scrapy.utils.test import get_crawler

from crawler.fetch.proxy_pool import ProxyPool
from crawler.fetch.proxy_share import ProxyShare
from crawler.fetch.render_share import RenderLearner, RenderShare
from crawler.fetch.sharing import Share
from crawler.fetch.tier_policy import TierPolicy
from crawler.fetch.tier_share import TierShare
from frontier.connection import connect_async
from frontier.proxy_health import ProxyHealth
from frontier.rendering import RenderBook
from frontier.tiers import TierPolicies
from schemas.redis_keys import PROXY_EVENTS, RENDERING, TIER_POLICY

HOST = "shop.example"


def of_proxies(redis_url: str) -> ProxyShare:
    return ProxyShare(ProxyPool([], time.monotonic), ProxyHealth(connect_async(redis_url)))


def of_tiers(redis_url: str) -> TierShare:
    policy = TierPolicy(time.monotonic)
    policy.note((HOST, "/jobs/*"), "direct", good=False)
    return TierShare(policy, TierPolicies(connect_async(redis_url)))


def of_rendered_pages(redis_url: str) -> RenderShare:
    learner = RenderLearner.of(get_crawler())
    learner.rests.note(f"https://{HOST}/jobs/1", 0.1)
    return RenderShare(learner, RenderBook(connect_async(redis_url)))


@pytest.mark.parametrize(
    ("made", "key"),
    [
        (of_proxies, PROXY_EVENTS),
        (of_tiers, f"{TIER_POLICY}{HOST}"),
        (of_rendered_pages, f"{RENDERING}{HOST}"),
    ],
    ids=["proxies", "tiers", "rendered pages"],
)
def test_who_is_refused_goes_on_alone_until_it_is_refused_no_more(
    redis_url: str, made: Callable[[str], Share], key: str
) -> None:
    async def act() -> None:
        share = made(redis_url)
        # Of a kind that the script does not expect: it fails, as where a permission is missing.
        server.set(key, "of another kind")
        running = asyncio.get_running_loop().create_task(share.run())
        try:
            await until(share, heard=False)
            server.delete(key)
            await until(share, heard=True)
        finally:
            running.cancel()
            await asyncio.wait([running])
            await share.close()

    with redis.Redis.from_url(redis_url) as server:
        asyncio.run(act())


async def until(share: Share, *, heard: bool) -> None:
    async with asyncio.timeout(120):
        while share.heard is not heard:  # noqa: ASYNC110 - nobody is told of it
            await asyncio.sleep(0.05)
