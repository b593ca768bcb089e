"""What one crawl has learned of rendered pages, the next one knows."""

from __future__ import annotations

import asyncio
from typing import Any

from scrapy import Request, signals
from scrapy.utils.test import get_crawler

from crawler.fetch.gains import MISSES
from crawler.fetch.render_share import RenderLearner
from crawler.fetch.rests import LEARNED
from crawler.fetch.wishes import WISHES

PAGE = "https://shop.example/jobs/{}"


async def until_heard(learner: RenderLearner) -> None:
    async with asyncio.timeout(120):
        while not learner.shared:  # noqa: ASYNC110 - nobody is told of it
            await asyncio.sleep(0.02)


def learner(redis_url: str) -> tuple[RenderLearner, Any]:
    crawler = get_crawler(settings_dict={"REDIS_URL": redis_url, "EXTENSIONS_BASE": {}})
    return RenderLearner.of(crawler), crawler


async def end(crawler: Any) -> None:
    await crawler.signals.send_catch_log_async(signals.spider_closed, spider=None, reason="finished")


def test_what_adds_nothing_for_one_is_not_rendered_by_another_until_it_gains(redis_url: str) -> None:
    async def act() -> None:
        one, first = learner(redis_url)
        assert await one.gains.worth(Request(PAGE.format(1)))
        await until_heard(one)
        for number in range(MISSES):
            await one.gains.note(Request(PAGE.format(number)), gained=False)
        await end(first)
        two, second = learner(redis_url)
        assert await two.gains.worth(Request(PAGE.format(9)))  # nothing waits for Redis
        await until_heard(two)
        assert not await two.gains.worth(Request(PAGE.format(9)))
        wished = Request(PAGE.format(9), meta={WISHES: {"wait_for": "#jobs"}})
        assert await two.gains.worth(wished)  # what waits for something is another page
        await two.gains.note(Request(PAGE.format(9)), gained=True)
        await end(second)
        three, third = learner(redis_url)
        await three.gains.worth(Request(PAGE.format(9)))
        await until_heard(three)
        assert await three.gains.worth(Request(PAGE.format(9)))
        await end(third)

    asyncio.run(act())


def test_how_pages_rest_is_known_to_the_next(redis_url: str) -> None:
    async def act() -> None:
        one, first = learner(redis_url)
        one.rests.needed(PAGE.format(0))
        await until_heard(one)
        for number in range(LEARNED):
            one.rests.note(PAGE.format(number), 0.1)
        await end(first)
        two, second = learner(redis_url)
        assert two.rests.needed(PAGE.format(7)) == 0.5
        await until_heard(two)
        assert two.rests.needed(PAGE.format(7)) == 0.5
        two.rests.note(PAGE.format(7), 0.05)
        assert two.rests.needed(PAGE.format(8)) == 0.2
        await end(second)

    asyncio.run(act())
