"""Spiders that read start URLs from Redis, and note what they see."""

from __future__ import annotations

import json
from typing import Any

import redis
from scrapy import Request, Spider
from scrapy.http import Response
from scrapy_redis.spiders import RedisSpider


class Reader(Spider):
    """Reads from its key; notes ``[URL, method, body, what meta has as "note"]``."""

    name = "reader"
    redis_key: str | None = None

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.notes: list[Any] = []

    def parse(self, response: Response) -> None:
        request = response.request
        assert request
        self.notes.append([response.url, request.method, request.body.decode(), response.meta.get("note")])


class Follower(Reader):
    """When it has seen its first page, somebody pushes ``then`` to the key."""

    redis_key = "urls"

    def __init__(self, then: str, **more: Any) -> None:
        super().__init__(**more)
        self.then = then

    def parse(self, response: Response) -> None:
        super().parse(response)
        if len(self.notes) == 1:
            with redis.Redis.from_url(self.settings["REDIS_URL"]) as client:
                client.rpush("urls", self.then)


class Maker(Reader):
    """Makes its requests itself: two of each entry but for those that it does not want."""

    redis_key = "urls"

    def make_request_from_data(self, data: bytes) -> list[Request]:
        said = json.loads(data)
        return [Request(url, meta={"note": said["note"]}) for url in said["urls"]]


class ScrapyRedis(RedisSpider):  # type: ignore[misc] # scrapy-redis has no types
    """As people have them who use scrapy-redis."""

    name = "scrapy-redis"

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.notes: list[Any] = []

    def parse(self, response: Response) -> None:
        self.notes.append([response.url, response.meta.get("note")])
