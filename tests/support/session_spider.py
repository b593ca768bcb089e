"""A spider that asks for one page after the other, as people do in one session: by HTTP, by the browser, by HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider


class InTurn(Spider):
    name = "in-turn"

    def __init__(self, steps: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.steps = steps
        self.notes: list[dict[str, Any]] = []

    async def start(self) -> AsyncIterator[Any]:
        yield Request(self.steps["url"], meta={"render": "never"})

    def parse(self, response: Any, **_: Any) -> Iterator[Request]:
        self.notes.append(
            {"url": response.url, "text": " ".join(response.css("#root ::text").getall()) or response.text}
        )
        if len(self.notes) <= 2:
            mode = "always" if len(self.notes) == 1 else "never"
            yield response.follow(self.steps["then"][len(self.notes) - 1], meta={"render": mode})
