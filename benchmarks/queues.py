"""A job's queue and seen set, by Longline and by scrapy-redis: filled, emptied, and worked on page by page."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgpack
import uvloop
from scrapy import Request, Spider
from scrapy_redis import connection, dupefilter, queue

from frontier.connection import connect_async
from frontier.job import JobFrontier
from frontier.model import Answer, Batch, Done, Entry, Lease

LINKS = 5
"""Links of a page that no cache of the worker's knows; all but one were queued before."""
HOSTS = 1000
BATCH = 1000
"""Entries that Longline queues in one step to fill a queue."""
PAGES = 50
"""Pages that Longline speaks of in one step."""
LEASES = 500
"""The most that it takes in one step to empty one."""
FEW = 10
"""Entries of one host that it takes in one step."""


def host_of(number: int) -> str:
    """The host of a URL: there are ``HOSTS``."""
    return f"www.site{number % HOSTS}.com"


def url_of(number: int) -> str:
    """A URL of some 55 characters."""
    return f"https://{host_of(number)}/a-section/page-number-{number:09}.html"


def links_of(number: int) -> Iterator[int]:
    """The links of a page: known ones, and at last one that is new if ``number`` is."""
    return itertools.chain((number - at for at in range(1, LINKS)), [number])


class Contender(ABC):
    """A queue with a seen set. URLs are numbers here."""

    name: str

    @abstractmethod
    def fill(self, count: int) -> None:
        """Queue the first so many URLs, all new."""

    @abstractmethod
    def empty(self, count: int) -> None:
        """Take so many, and be done with them."""

    @abstractmethod
    def work(self, first: int, pages: int) -> None:
        """Take so many pages; each has ``LINKS`` links, of which one is new. New ones are numbered from ``first``."""

    @abstractmethod
    def close(self) -> None:
        """Close its connection."""


class LonglineQueue(Contender):
    """By ``frontier.job``: everything in batches."""

    name = "Longline"

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._runner.run(self._open(url))
        self._ids = itertools.count()
        self._hosts: deque[str] = deque()

    async def _open(self, url: str) -> None:
        self._server = connect_async(url)
        self._frontier = JobFrontier(self._server, uuid4(), "worker")
        await self._frontier.create([], None)

    def fill(self, count: int) -> None:
        self._runner.run(self._fill(count))

    async def _fill(self, count: int) -> None:
        for first in range(0, count, BATCH):
            await self._say(entries=[entry_of(number) for number in range(first, min(first + BATCH, count))])

    def empty(self, count: int) -> None:
        self._runner.run(self._empty(count))

    async def _empty(self, count: int) -> None:
        done: list[int] = []
        while count:
            answer = await self._say(endings=[Done(number) for number in done], wants=self._wants(min(count, LEASES)))
            self._hosts.extend(answer.hosts)
            done = [lease.number for lease in answer.leases]
            count -= len(done)
        await self._say(endings=[Done(number) for number in done])

    def work(self, first: int, pages: int) -> None:
        self._runner.run(self._work(first, pages))

    async def _work(self, first: int, pages: int) -> None:
        held: list[Lease] = []
        last = first + pages
        while first < last or held:
            links = [entry_of(link) for page in range(first, first + len(held)) for link in links_of(page)]
            first += len(held)
            endings = [Done(lease.number, {"pages": 1}) for lease in held]
            answer = await self._say(entries=links, endings=endings, wants=self._wants(min(PAGES, last - first)))
            self._hosts.extend(answer.hosts)
            held = answer.leases

    def _wants(self, most: int) -> dict[str, int]:
        """A few of each host that is known to have some."""
        wants: dict[str, int] = {}
        while self._hosts and most > 0:
            wants[self._hosts.popleft()] = few = min(most, FEW)
            most -= few
        return wants

    async def _say(self, **parts: Any) -> Answer:
        return await self._frontier.exchange(Batch(f"worker:{next(self._ids)}", **parts))

    def close(self) -> None:
        self._runner.run(self._server.aclose())
        self._runner.close()


def entry_of(number: int) -> Entry:
    """As the crawler queues a link: URL, depth, callback."""
    url = url_of(number)
    digest = hashlib.sha1(url.encode(), usedforsecurity=False).digest()
    fingerprint = int.from_bytes(digest[:8], "big", signed=True)
    payload: bytes = b"\x01" + msgpack.packb([url, 3, "parse"])
    return Entry(payload, host_of(number), fingerprint=fingerprint, page=True)


class ScrapyRedisQueue(Contender):
    """scrapy-redis' own priority queue and duplicate filter, one call for each request."""

    name = "scrapy-redis"

    def __init__(self, url: str) -> None:
        self._server = connection.get_redis(url=url)
        self._queue = queue.PriorityQueue(self._server, Spider("worker"), "worker:requests")
        self._filter = dupefilter.RFPDupeFilter(self._server, "worker:dupefilter")

    def fill(self, count: int) -> None:
        for number in range(count):
            self._enqueue(number)

    def _enqueue(self, number: int) -> None:
        request = Request(url_of(number), meta={"depth": 3})
        if not self._filter.request_seen(request):
            self._queue.push(request)

    def empty(self, count: int) -> None:
        for _ in range(count):
            self._queue.pop()

    def work(self, first: int, pages: int) -> None:
        for page in range(first, first + pages):
            self._queue.pop()
            for link in links_of(page):
                self._enqueue(link)

    def close(self) -> None:
        self._server.close()
