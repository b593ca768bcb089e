"""A spider that hears what answers turn out to be, and sends blocked ones elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.fetch.verdicts import Verdicts, verdict_of
from schemas.verdicts import Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Listening(Spider):
    name = "listening"

    def __init__(self, urls: list[str], elsewhere: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls, self.elsewhere = urls, elsewhere
        self.notes: list[tuple[str, str, str]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        Verdicts.of(crawler).listen(spider.hear)
        Verdicts.of(crawler).listen(spider.hear_later)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            yield Request(url, self.parse)

    def hear(self, request: Request, response: Response, verdict: Verdict) -> None:
        self.notes.append(("heard", urlsplit(response.url).path, verdict.kind))

    async def hear_later(self, request: Request, response: Response, verdict: Verdict) -> Request | None:
        return request.replace(url=self.elsewhere, dont_filter=True) if verdict.is_block else None

    def parse(self, response: Response, **_: Any) -> None:
        assert response.request
        verdict = verdict_of(response.request)
        assert verdict
        self.notes.append(("got", urlsplit(response.url).path, verdict.kind))
