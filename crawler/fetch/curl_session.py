"""curl with a browser's TLS and HTTP/2, to be used where an aiohttp session is: the same words, the same errors.

Names are resolved and checked by the crawl's guard, and curl connects to what was checked, whatever a URL or DNS says:
it resolves nothing itself. It follows no redirect, unpacks nothing, keeps no cookie, and reads neither the
environment's proxies nor a ``.netrc``.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Self

import aiohttp
from aiohttp.abc import ResolveResult
from curl_cffi import AsyncCurl, Curl, CurlError, CurlInfo, CurlOpt
from curl_cffi.curl import CURL_WRITEFUNC_ERROR
from multidict import CIMultiDict
from yarl import URL

from crawler.fetch.curl_failures import broken_off, failure, unknown_name, unsound
from crawler.fetch.guard import Guard
from schemas.networks import endpoint
from schemas.proxies import PORTS

MOST_HEADERS = 128
MOST_IDLE = 64
"""Selves whose connections stay open when nothing is asked for."""
IDLE_SECONDS = 60.0
KNOWN_SECONDS = 60.0
"""So long a checked address is connected to without asking for it again."""
HTTP_2_TLS = 4
_STATUS = re.compile(rb"HTTP/(\d)(?:\.(\d))? (\d{3})")
_UNSENDABLE = re.compile(r"[\r\n\0]")
_NO_PATH = re.compile(r"[\0-\x20\x7f]")
_SCHEMES = {"socks5": "socks5h"}
"""The proxy resolves names."""


class _Multi(AsyncCurl):
    """Without the package's own clock, which wakes each of them ten times a second: curl's timers suffice."""

    async def _force_timeout(self) -> None:
        return


class Connections:
    """Those of one self to one host by one way, with the TLS tickets that it has been given there."""

    def __init__(self) -> None:
        self.multi = _Multi()
        self.running = 0
        self.used = time.monotonic()
        self._idle: list[Curl] = []
        self._addresses: list[str] = []
        self._until = 0.0

    async def addresses(self, guard: Guard, host: str, port: int, allowed: frozenset[str]) -> list[str]:
        """Where the host is, as :meth:`Guard.resolve` says, for a minute."""
        if time.monotonic() > self._until:
            found: list[ResolveResult] = await guard.resolve(host, port, allowed)
            self._addresses = [result["host"] for result in found]
            self._until = time.monotonic() + KNOWN_SECONDS
        return self._addresses

    def forget_addresses(self) -> None:
        """They did not answer."""
        self._until = 0.0

    def take(self) -> Curl:
        """A handle without options."""
        self.running += 1
        return self._idle.pop() if self._idle else Curl()

    def give_back(self, curl: Curl) -> None:
        """It is used no longer."""
        self.running -= 1
        self.used = time.monotonic()
        curl.clean_handles_and_buffers()
        curl.reset()
        self._idle.append(curl)

    async def close(self) -> None:
        """Close all."""
        for curl in self._idle:
            curl.close()
        await self.multi.close()  # type: ignore[no-untyped-call] # the package's


class Curls:
    """All connections of a crawl. ``header_bytes``: of one header, of which an answer may have 128."""

    def __init__(self, guard: Guard, *, verify: bool, header_bytes: int) -> None:
        self.guard = guard
        self.verify = verify
        self.header_bytes = header_bytes
        self._connections: OrderedDict[tuple[Any, ...], Connections] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    def session(
        self, target: str, own: str, allowed: frozenset[str], most: int, more: list[tuple[str, str]]
    ) -> CurlSession:
        """For one request of a self. ``allowed``: endpoints that may be private. ``most``: bytes of the body, which
        ends soon after them; 0: any number. ``more``: headers that go behind those of the request."""
        return CurlSession(self, target, own, allowed, most, more)

    def connections(self, key: tuple[Any, ...]) -> Connections:
        """Those that go by this name. Others, that nobody has used for long, are closed."""
        if key not in self._connections:
            self._prune()
            self._connections[key] = Connections()
        self._connections.move_to_end(key)
        return self._connections[key]

    def _prune(self) -> None:
        stale = time.monotonic() - IDLE_SECONDS
        many = len(self._connections) - MOST_IDLE
        for place, (key, found) in enumerate(list(self._connections.items())):
            if not found.running and (place < many or found.used < stale):
                task = asyncio.ensure_future(self._connections.pop(key).close())
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close all."""
        while self._connections:
            await self._connections.popitem()[1].close()
        await asyncio.gather(*self._closing)


@dataclass(frozen=True, slots=True)
class CurlSession:
    """As much of ``aiohttp.ClientSession`` as Scrapy's handler uses."""

    curls: Curls
    target: str
    own: str
    allowed: frozenset[str]
    most: int
    more: list[tuple[str, str]]

    async def request(  # noqa: PLR0913 - aiohttp's signature
        self,
        method: str,
        url: str | URL,
        *,
        headers: Iterable[tuple[str, str]],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
        data: bytes | None = None,
        proxy: str | None = None,
        **_: Any,
    ) -> Exchange:
        """Send it, and wait for the headers of the answer.

        Raises:
            aiohttp.ClientError, TimeoutError: there is none, or the URL cannot be asked for.
            PrivateAddressError: it would go to one.
        """
        url = URL(url) if isinstance(url, str) else url
        if _NO_PATH.search(url.raw_path_qs):
            raise aiohttp.InvalidUrlClientError(url)
        connections = self.curls.connections((self.own, self.target, str(url.origin()), proxy, self.allowed))
        exchange = Exchange(connections, url, self.curls.header_bytes, self.most, timeout.total)
        try:
            async with exchange.time():
                place = await self._place(connections, url, URL(proxy) if proxy else None)
                exchange.prepare(self._options(method, url, [*headers], data, proxy) | place, self.target)
                await exchange.begin()
        except BaseException:
            exchange.finish()
            raise
        return exchange

    async def _place(self, connections: Connections, url: URL, proxy: URL | None) -> dict[CurlOpt, Any]:
        """Where curl connects to, whatever else it would make of the host."""
        host, port = _host(url), url.port or 443
        allowed = self.allowed
        if proxy is not None:
            # The operator's choice; what is behind it, GuardMiddleware has looked at.
            host, port = _host(proxy), proxy.port or PORTS[proxy.scheme]
            allowed = frozenset({endpoint(host, port)})
        try:
            found = await connections.addresses(self.curls.guard, host, port, allowed)
        except OSError as error:
            raise unknown_name(proxy or url, error) from error
        return {CurlOpt.RESOLVE: [f"*:{port}:{','.join(map(_bracketed, found))}"]}

    def _options(
        self, method: str, url: URL, headers: list[tuple[str, str]], data: bytes | None, proxy: str | None
    ) -> dict[CurlOpt, Any]:
        names = {name.lower() for name, _ in headers}
        headers += [pair for pair in self.more if pair[0].lower() not in names]
        if url.user:
            headers.append(("Authorization", aiohttp.encode_basic_auth(url.user, url.password or "")))
        options: dict[CurlOpt, Any] = {
            CurlOpt.URL: str(url.origin()),
            CurlOpt.REQUEST_TARGET: url.raw_path_qs,
            CurlOpt.PROTOCOLS_STR: "https",
            CurlOpt.HTTPHEADER: [_line(name, value) for name, value in headers],
            CurlOpt.ACCEPT_ENCODING: None,
            CurlOpt.HTTP_CONTENT_DECODING: 0,
            CurlOpt.SUPPRESS_CONNECT_HEADERS: 1,
            CurlOpt.PIPEWAIT: 1,
        }
        options |= self._verified() | _by(proxy)
        if method == "HEAD":
            return options | {CurlOpt.NOBODY: 1}
        if method == "GET" and data is None:
            return options
        if data is not None:
            unwanted = [b"Expect:"] + ([] if "content-type" in names else [b"Content-Type:"])
            options[CurlOpt.HTTPHEADER] += unwanted
            options |= {CurlOpt.POSTFIELDSIZE_LARGE: len(data), CurlOpt.POSTFIELDS: data}
        return options | {CurlOpt.CUSTOMREQUEST: method}

    def _verified(self) -> dict[CurlOpt, Any]:
        if self.curls.verify:
            return {}
        names = (CurlOpt.SSL_VERIFYPEER, CurlOpt.SSL_VERIFYHOST)
        return dict.fromkeys((*names, CurlOpt.PROXY_SSL_VERIFYPEER, CurlOpt.PROXY_SSL_VERIFYHOST), 0)


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


def _host(url: URL) -> str:
    return url.raw_host or ""


def _by(proxy: str | None) -> dict[CurlOpt, Any]:
    """The way out. An empty word keeps curl from looking into the environment."""
    if proxy is None:
        return {CurlOpt.PROXY: "", CurlOpt.NOPROXY: ""}
    url = URL(proxy)
    scheme = _SCHEMES.get(url.scheme, url.scheme)
    options = {CurlOpt.PROXY: f"{scheme}://{_bracketed(_host(url))}:{url.port or PORTS[url.scheme]}"}
    if url.user or url.password:
        options[CurlOpt.PROXYUSERNAME] = (url.user or "").encode("latin-1")  # type: ignore[assignment] # octets
        options[CurlOpt.PROXYPASSWORD] = (url.password or "").encode("latin-1")  # type: ignore[assignment] # the same
    return {**options, CurlOpt.NOPROXY: ""}


def _bracketed(host: str) -> str:
    with suppress(ValueError):
        return f"[{host}]" if ip_address(host).version == 6 else host
    return host


def _line(name: str, value: str) -> bytes:
    """As curl takes it, which leaves out what has no value unless it is told so."""
    if _UNSENDABLE.search(f"{name}{value}"):
        raise ValueError(f"The header {name} has a line break in it, and is not sent.")
    return (f"{name}: {value}" if value else f"{name};").encode("utf-8", "surrogateescape")
