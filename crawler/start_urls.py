"""Start URLs that people push to a key in Redis while a spider crawls, as for scrapy-redis' ``RedisSpider``.

A spider that has ``redis_key`` reads them: the key's name, or None for REDIS_START_URLS_KEY ("%(name)s:start_urls").
It may have ``redis_batch_size``, ``redis_encoding``, ``max_idle_time`` and ``make_request_from_data(data)``. Settings:
REDIS_START_URLS_BATCH_SIZE, REDIS_ENCODING, MAX_IDLE_TIME_BEFORE_CLOSE.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import FormRequest, Request, Spider
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from crawler.lane import Lane
from crawler.leases import ADMITTED, JOB, LEASE
from frontier.model import Answer
from frontier.start_key import StartKey, Taken

DEFAULT_KEY = "%(name)s:start_urls"
LOOK_SECONDS = 0.5
"""How often an empty key is looked at."""
KEEPS_OPEN = "start URLs may come"


class BadStartUrlError(ValueError):
    """An entry of which no request can be made."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a spider says of its start URLs.

    ``idle_seconds``: how long a job without work waits for more; 0: for ever.
    """

    key: str
    batch: int
    encoding: str
    idle_seconds: float

    @classmethod
    def of(cls, spider: Spider, settings: BaseSettings) -> Self | None:
        """None where the spider wants none.

        Raises:
            ValueError: the key has no name, or a number is none.
        """
        if not hasattr(spider, "redis_key"):
            return None

        def said(attribute: str, name: str, default: Any) -> Any:
            own = getattr(spider, attribute, None)
            return settings.get(name, default) if own is None else own

        key = said("redis_key", "REDIS_START_URLS_KEY", DEFAULT_KEY).replace("%(name)s", spider.name)
        if not key.strip():
            raise ValueError(f"The spider {spider.name}: redis_key is empty. Name the key of its start URLs.")
        batch = said("redis_batch_size", "REDIS_START_URLS_BATCH_SIZE", settings.getint("CONCURRENT_REQUESTS", 16))
        idle = said("max_idle_time", "MAX_IDLE_TIME_BEFORE_CLOSE", 0)
        return cls(key, int(batch), said("redis_encoding", "REDIS_ENCODING", "utf-8"), float(idle))


class StartUrls:
    """Takes entries as there is room, queues what they lead to, and confirms them when Redis has it."""

    def __init__(self, spider: Spider, lane: Lane, key: StartKey, wish: Wish, count: Callable[[str], None]) -> None:
        self._spider = spider
        self._lane = lane
        self._key = key
        self._wish = wish
        self._count = count
        self._unconfirmed: deque[tuple[int, Taken]] = deque()
        self._answers = 0
        self._last_answer: Answer | None = None
        self._look_at = 0.0
        self._busy_at = time.monotonic()
        lane.kept_open.add(KEEPS_OPEN)

    @classmethod
    def wanted(cls, crawler: Crawler, server: Any, lane: Lane) -> Self | None:
        """For the spider of a crawl; None where it wants none."""
        assert crawler.spider
        assert crawler.stats
        wish = Wish.of(crawler.spider, crawler.settings)
        if wish is None:
            return None
        return cls(crawler.spider, lane, StartKey(server, wish.key), wish, crawler.stats.inc_value)

    async def look(self) -> None:
        """See whether there are more; called before each round of the courier."""
        lane, answer = self._lane, self._lane.answer
        if answer is None or lane.ended or lane.cancelled:
            return
        if answer is not self._last_answer:
            self._last_answer = answer
            self._answers += 1
        await self._confirm()
        room = self._wish.batch - answer.pending - answer.later - len(self._unconfirmed)
        if room > 0 and time.monotonic() >= self._look_at and not (lane.closing or lane.paused):
            await self._take(room, answer)

    async def _confirm(self) -> None:
        sure = []
        while self._unconfirmed and self._unconfirmed[0][0] <= self._answers:
            sure.append(self._unconfirmed.popleft()[1])
        await self._key.confirm(sure)

    async def _take(self, room: int, answer: Answer) -> None:
        stock = await self._key.take(room)
        for taken in stock.taken:
            await self._queue(taken)
        now = time.monotonic()
        self._look_at = now if stock.left else now + LOOK_SECONDS
        if stock.left or stock.unconfirmed or answer.pending or answer.later or answer.leased or not self._lane.silent:
            self._busy_at = now
        self._keep_open(now)

    def _keep_open(self, now: float) -> None:
        if self._wish.idle_seconds and now - self._busy_at >= self._wish.idle_seconds:
            self._lane.kept_open.discard(KEEPS_OPEN)
        else:
            self._lane.kept_open.add(KEEPS_OPEN)

    async def _queue(self, taken: Taken) -> None:
        try:
            for place, request in enumerate(self._requests(taken.data)):
                if self._lane.push(request, once=_once(taken, place)):
                    self._count("scheduler/enqueued/redis")
        except Exception as error:  # noqa: BLE001 - a bad entry costs no other, and is kept with what is wrong
            reason = str(error) if isinstance(error, BadStartUrlError) else f"{type(error).__name__}: {error}"
            await self._key.set_aside(taken, reason)
            self._count("start_urls/bad")
            return
        # The next answer may be to what was said before; the one after it is not.
        self._unconfirmed.append((self._answers + 2, taken))

    def _requests(self, data: bytes) -> list[Request]:
        own = getattr(self._spider, "make_request_from_data", None)
        made = own(data) if own else request_of(data, self._wish.encoding)
        requests = [made] if isinstance(made, Request) else list(made or ())
        if not requests:
            raise BadStartUrlError("no request was made of it")
        for request in requests:
            for name in (LEASE, ADMITTED, JOB):
                request.meta.pop(name, None)
        return requests


def request_of(data: bytes, encoding: str = "utf-8") -> Request:
    """The request of an entry: a URL, or a JSON object as scrapy-redis takes it.

    Of an object, ``url``, ``method`` and ``meta`` are the request's; all else is its form's data.

    Raises:
        BadStartUrlError: it is neither.
        ValueError: the URL or the method is none.
    """
    text = data.decode(encoding).strip()
    try:
        said = json.loads(text)
    except ValueError:
        return Request(text, dont_filter=True)
    if not isinstance(said, dict):
        raise BadStartUrlError("it is JSON, but no object")
    url, method, meta = said.pop("url", None), said.pop("method", "GET"), said.pop("meta", None)
    if not url:
        raise BadStartUrlError("it has no url")
    if not urlsplit(url).netloc:
        raise BadStartUrlError("its url names no host")
    return FormRequest(url, method=method.upper(), meta=meta, formdata=said, dont_filter=True)


def _once(taken: Taken, place: int) -> int:
    """A fingerprint of the entry itself: taken twice, since its worker died, it is queued once."""
    digest = hashlib.blake2b(f"{taken.number} {place}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
