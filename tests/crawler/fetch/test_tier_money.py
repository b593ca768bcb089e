"""A budget of answers that are paid by their size."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from scrapy import Request

from crawler.fetch.tier_money import Money, OwnPurse, Takes, spent_by
from frontier.connection import connect_async
from frontier.purse import Purse
from schemas.tiers import Cost

LARGEST = 100_000
BUDGET = 1_000_000


def own(_: str) -> Takes:
    return OwnPurse()


def shared(redis_url: str) -> Takes:
    return Purse(connect_async(redis_url))


@pytest.mark.parametrize("purse", [own, shared])
def test_a_budget_is_overrun_by_one_answer_at_the_most_however_many_are_asked_at_once(
    redis_url: str, purse: Callable[[str], Takes]
) -> None:
    spent = asyncio.run(spend(purse(redis_url)))

    assert BUDGET - LARGEST <= spent <= BUDGET + LARGEST


async def spend(purse: Takes) -> int:
    """What forty requests cost that are asked at once, all of them far larger than expected, by two workers."""
    costs, job = {"proxy": Cost(byte=1.0)}, uuid4()
    workers = [Money(costs, purse, 10.0, LARGEST) for _ in range(2)]

    async def ask(number: int) -> int:
        money, request = workers[number % 2], Request(f"https://shop.example/{number}")
        if not await money.reserve(request, job, BUDGET, "proxy"):
            return 0
        await asyncio.sleep(0)  # others are asked meanwhile
        money.spend(request, job, "proxy", LARGEST - 10 * number, free=False)
        return spent_by(request)["proxy"].cost

    async with asyncio.timeout(60):
        spent = await asyncio.gather(*map(ask, range(40)))
    for money in workers:
        await money.close()
    if isinstance(purse, Purse):
        assert await purse.spent(job) == sum(spent)
        await purse.close()
    return sum(spent)
