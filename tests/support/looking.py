"""A plain spider that notes what it gets, as plain values: for small crawls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse


class Looking(Spider):
    name = "looking"
    custom_settings = {"HTTPERROR_ALLOW_ALL": True}

    def __init__(self, requests: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.requests = requests
        self.notes: list[dict[str, Any]] = []

    async def start(self) -> AsyncIterator[Any]:
        for request in self.requests:
            yield Request(**request, callback=self.parse, errback=self.failed)

    def parse(self, response: Response, **_: Any) -> None:
        is_text = isinstance(response, TextResponse)
        words = response.css("#root ::text").getall() if is_text else []
        self.note(
            response.url,
            response.meta,
            status=response.status,
            text=" ".join(" ".join(words).split()),
            links=response.css("a::attr(href)").getall() if is_text else [],
            headers=dict(response.headers.to_unicode_dict()),
            cookies=[value.decode() for value in response.headers.getlist("Set-Cookie")],
        )

    def failed(self, failure: Any) -> None:
        self.note(failure.request.url, failure.request.meta, error=f"{failure.type.__name__}: {failure.value}")

    def note(self, url: str, meta: dict[str, Any], **what: Any) -> None:
        kept = {name: meta.get(name) for name in ("tier", "unrendered", "browser_led_to")}
        self.notes.append({"url": url} | kept | what)
