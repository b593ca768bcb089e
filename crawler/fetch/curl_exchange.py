"""One request by curl and its answer, as Scrapy's handler knows aiohttp's."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Self

import aiohttp
from curl_cffi import CurlError, CurlInfo, CurlOpt
from curl_cffi.curl import CURL_WRITEFUNC_ERROR
from multidict import CIMultiDict
from yarl import URL

from crawler.fetch.curl_connections import Connections
from crawler.fetch.curl_failures import broken_off, failure, unsound

MOST_HEADERS = 128
_STATUS = re.compile(rb"HTTP/(\d)(?:\.(\d))? (\d{3})")


class Exchange:
    """One request and its answer, as an ``aiohttp.ClientResponse``."""

    _ssl_object = None

    def __init__(self, connections: Connections, url: URL, header_bytes: int, most: int, seconds: float | None) -> None:
        self.status = 0
        self.version = aiohttp.HttpVersion(1, 1)
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.content = self
        self._peername: tuple[str, int] | None = None
        self._connections, self._url = connections, url
        self._header_bytes, self._most = header_bytes, most
        self._ends = None if seconds is None else asyncio.get_running_loop().time() + seconds
        self._curl = connections.take()
        self._done: asyncio.Future[None] | None = None
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._complete = False
        self._error: Exception | None = None
        self._news = asyncio.Event()

    def time(self) -> asyncio.Timeout:
        """What is left of the request's time."""
        return asyncio.timeout_at(self._ends)

    def prepare(self, options: dict[CurlOpt, Any], target: str) -> None:
        """Tell curl what to do."""
        self._curl.impersonate(target, default_headers=False)
        for option, value in options.items():
            if value is not None:
                self._curl.setopt(option, value)
        self._curl.setopt(CurlOpt.HEADERFUNCTION, self._take_header)
        self._curl.setopt(CurlOpt.WRITEFUNCTION, self._take)

    async def begin(self) -> None:
        """Wait for the headers."""
        self._done = self._connections.multi.add_handle(self._curl)
        self._done.add_done_callback(lambda _: self._news.set())
        while not self._complete and not self._done.done():
            await self._wait()
        if not self._complete:
            error = self._error or self._done.exception()
            if isinstance(error, CurlError):
                self._connections.forget_addresses()
                raise failure(error, self._url, self._number) from None
            raise error or aiohttp.ServerDisconnectedError()
        peer = self._curl.getinfo(CurlInfo.PRIMARY_IP)
        self._peername = (peer.decode() if isinstance(peer, bytes) else "", 0)

    async def iter_any(self) -> AsyncIterator[bytes]:
        """The body, as it comes."""
        while True:
            while self._pieces:
                yield self._pieces.popleft()
            if self._done is None or self._done.done():
                break
            async with self.time():
                await self._wait()
        error = self._error or (self._done.exception() if self._done else None)
        if isinstance(error, CurlError):
            raise broken_off(error)
        if error:
            raise error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        """Break off what is still going on."""
        if self._done and not self._done.done():
            self._connections.multi.remove_handle(self._curl)
        elif self._done and not self._done.cancelled():
            self._done.exception()  # somebody has looked at it
        self._connections.give_back(self._curl)

    async def _wait(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _number(self, option: CurlInfo) -> int:
        value = self._curl.getinfo(option)
        return value if isinstance(value, int) else 0

    def _take_header(self, line: bytes) -> int:
        """A line of the answer's head, or of what comes behind its body."""
        if self._complete:
            return len(line)
        if status := _STATUS.match(line):
            major, minor, code = status.groups()
            self.version, self.status = aiohttp.HttpVersion(int(major), int(minor or 0)), int(code)
            self.headers.clear()
        elif not line.strip():
            if self.status >= 200:
                self._complete = True
                self._news.set()
        else:
            self._add(line)
        return CURL_WRITEFUNC_ERROR if self._error else len(line)

    def _add(self, line: bytes) -> None:
        if len(line) > self._header_bytes:
            self._error = unsound(self._url, "a header is too large")
        elif len(self.headers) >= MOST_HEADERS:
            self._error = unsound(self._url, "Too many headers received")
        else:
            name, _, value = line.decode("utf-8", "surrogateescape").partition(":")
            self.headers.add(name.strip(), value.strip())

    def _take(self, piece: bytes) -> int:
        """A piece of the body. One that is too large by it is still seen to be so."""
        self._pieces.append(piece)
        self._size += len(piece)
        self._news.set()
        return CURL_WRITEFUNC_ERROR if self._most and self._size > self._most else len(piece)
