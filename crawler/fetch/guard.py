"""Keeps a crawl from being sent to private addresses, by links, redirects, sitemaps, pages' scripts or changing DNS.

``schemas/networks.py`` says what is private. What is allowed all the same: everything, where
LONGLINE_ALLOW_PRIVATE_ADDRESSES is set; else the endpoints (``host:port``) that a person named, and no others.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy import Request
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from crawler.fetch.typed import endpoints_of
from schemas.networks import address_in, endpoint, endpoint_of, why_private, why_private_host

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

RESOLVER = "aiohttp.ThreadedResolver"
LOOK_SECONDS = 5.0
"""For a name that somebody else will resolve: where it takes us longer, it is left to them."""
KNOWN_SECONDS = 60.0
MOST_KNOWN = 10_000

_guards: WeakKeyDictionary[Crawler, Guard] = WeakKeyDictionary()


class PrivateAddressError(RuntimeError):
    """A private address, which nothing allows. It would be as private at the next try: nobody tries again."""

    def __init__(self, host: str, what: str, address: str = "") -> None:
        is_what = f"resolves to {address}, {what}" if address and address != host else f"is {what}"
        super().__init__(f"{host} {is_what}; LONGLINE_ALLOW_PRIVATE_ADDRESSES=true allows those")


class Guard:
    """One for a crawl. Whoever connects takes the very addresses that were checked here.

    ``make_names`` makes aiohttp's kind of resolver.
    """

    def __init__(self, make_names: Callable[[], AbstractResolver], *, allows_all: bool = False) -> None:
        self._make_names = make_names
        self._names: AbstractResolver | None = None
        self.allows_all = allows_all
        self._known: dict[str, tuple[float, PrivateAddressError | None]] = {}

    @classmethod
    def of(cls, crawler: Crawler) -> Guard:
        """The crawl's guard."""
        if crawler not in _guards:
            _guards[crawler] = cls.from_settings(crawler.settings)
        return _guards[crawler]

    @classmethod
    def from_settings(cls, settings: BaseSettings, *, allows_all: bool = False) -> Self:
        """Reads LONGLINE_ALLOW_PRIVATE_ADDRESSES and LONGLINE_RESOLVER (a class of aiohttp's resolvers)."""
        make_names = load_object(settings.get("LONGLINE_RESOLVER", RESOLVER))
        return cls(make_names, allows_all=allows_all or settings.getbool("LONGLINE_ALLOW_PRIVATE_ADDRESSES"))

    @property
    def names(self) -> AbstractResolver:
        """Who resolves names. Made at the first use: it belongs to the loop that runs then."""
        if self._names is None:
            self._names = self._make_names()
        return self._names

    def allows(self, host: str, port: int, endpoints: frozenset[str] = frozenset()) -> bool:
        """Whether it does not matter where a host is."""
        return self.allows_all or (bool(endpoints) and endpoint(host, port) in endpoints)

    def check_name(self, host: str) -> None:
        """Refuse a host that need not be resolved.

        Raises:
            PrivateAddressError: it is a private address, or the name of a machine of a private network.
        """
        what = why_private_host(host)
        if what:
            raise PrivateAddressError(host, what, str(address_in(host) or ""))

    def public(self, host: str, found: Sequence[ResolveResult]) -> list[ResolveResult]:
        """Those of a name's addresses that may be connected to.

        Raises:
            PrivateAddressError: none of them.
        """
        words = {result["host"]: _what(result["host"]) for result in found}
        public = [result for result in found if words[result["host"]] is None]
        if found and not public:
            address, what = next(iter(words.items()))
            raise PrivateAddressError(host, what or "", address)
        return public

    async def resolve(self, host: str, port: int, endpoints: frozenset[str] = frozenset()) -> list[ResolveResult]:
        """The addresses of a host (a name or a literal) that may be connected to.

        Raises:
            PrivateAddressError: there is none that is not private.
            OSError: the name is unknown.
        """
        allowed = self.allows(host, port, endpoints)
        if not allowed:
            self.check_name(host)
        address = address_in(host.strip("[]"))
        if address is not None:
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            return [ResolveResult(hostname=host, host=str(address), port=port, family=family, proto=0, flags=0)]
        found = await self.names.resolve(host, port, family=socket.AF_UNSPEC)
        return list(found) if allowed else self.public(host, found)

    async def check(self, host: str, port: int, endpoints: frozenset[str] = frozenset()) -> None:
        """Refuse a host that somebody else will resolve: a proxy, or a client that is none of ours.

        A name that is unknown here is left to them. What is found holds for a minute.

        Raises:
            PrivateAddressError: it is private, or resolves to private addresses here.
        """
        if self.allows(host, port, endpoints):
            return
        now = time.monotonic()
        until, error = self._known.get(host, (0.0, None))
        if until < now:
            error = await self.look(host, port)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[host] = now + KNOWN_SECONDS, error
        if error:
            raise error.with_traceback(None)

    async def start(self, url: str, *, typed: bool) -> frozenset[str]:
        """The endpoint of a start URL, where it is on a private address and a person typed it at a prompt.

        Raises:
            PrivateAddressError: it is on a private address, and nothing allows that.
        """
        host, _, port = endpoint_of(url).rpartition(":")
        error = await self.look(host, int(port))
        if error and not typed and not self.allows_all:
            raise error
        return frozenset({endpoint_of(url)}) if error and typed else frozenset()

    async def refuses(self, url: str, endpoints: frozenset[str] = frozenset()) -> bool:
        """Whether a request for a URL is refused, wherever it may lead."""
        host, _, port = endpoint_of(url).rpartition(":")
        return not self.allows(host, int(port), endpoints) and await self.look(host, int(port)) is not None

    async def look(self, host: str, port: int) -> PrivateAddressError | None:
        """Why a host is private; None for one that is not, or whose name is unknown here. Whatever is allowed."""
        try:
            self.check_name(host)
            if address_in(host.strip("[]")) is None:
                async with asyncio.timeout(LOOK_SECONDS):
                    self.public(host, await self.names.resolve(host, port, family=socket.AF_UNSPEC))
        except PrivateAddressError as error:
            return error
        except OSError:  # TimeoutError is one
            return None
        return None


def _what(address: str) -> str | None:
    literal = address_in(address)
    return why_private(literal) if literal else "no address"


class GuardedConnector(aiohttp.TCPConnector):
    """aiohttp's connector, which connects to those addresses alone that the guard has passed. Not for proxies: the
    one that is asked for is an operator's choice.

    ``endpoints``: those that are allowed wherever they are.
    """

    def __init__(self, guard: Guard, *, endpoints: frozenset[str] = frozenset(), **options: object) -> None:
        super().__init__(resolver=guard.names, **options)  # type: ignore[arg-type] # as they are given
        self._guard = guard
        self._endpoints = endpoints

    # Each connection asks it for its addresses, literals too; the resolver hears of names only.
    async def _resolve_host(self, host: str, port: int, traces: object = None) -> list[ResolveResult]:
        if self._guard.allows(host, port, self._endpoints):
            return await super()._resolve_host(host, port, traces)  # type: ignore[arg-type] # aiohttp's own
        self._guard.check_name(host)
        return self._guard.public(host, await super()._resolve_host(host, port, traces))  # type: ignore[arg-type]


class GuardMiddleware:
    """Refuses private addresses where another resolves the name: a proxy, a browser that is not our own, or a client
    that is none of ours. Our own client checks the addresses that it connects to.

    Settings: LONGLINE_ALLOW_PRIVATE_ADDRESSES, LONGLINE_RESOLVER, DOWNLOAD_HANDLERS.
    """

    def __init__(self, crawler: Crawler, guard: Guard) -> None:
        self._crawler = crawler
        self._guard = guard
        settings = crawler.settings
        handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
        client = load_object(handlers["http"]) if handlers.get("http") else None
        self._pins = bool(getattr(client, "pins_addresses", False))
        self._distant_browser = bool(settings["PLAYWRIGHT_CDP_URL"] or settings["PLAYWRIGHT_CONNECT_URL"])

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the crawl's guard."""
        return cls(crawler, Guard.of(crawler))

    async def process_request(self, request: Request) -> None:
        """Look where the request would go.

        Raises:
            PrivateAddressError: to a private address.
        """
        meta = request.meta
        distant = self._distant_browser and meta.get("playwright")
        if self._pins and not distant and not meta.get("proxy"):
            return
        host, _, port = endpoint_of(request.url).rpartition(":")
        if host:
            await self._guard.check(host, int(port), endpoints_of(self._crawler, request))
