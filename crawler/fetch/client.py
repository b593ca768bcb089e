"""aiohttp as Scrapy's handler uses it, with what it sends mended."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, NoReturn, cast

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.http import Headers

from crawler.fetch.browser_headers import AS_SENT
from crawler.fetch.decompress import BodyTooLargeError
from crawler.fetch.guard import Guard, GuardedConnector
from crawler.fetch.impersonate import Impersonator
from crawler.fetch.socks import carry_socks
from crawler.fetch.typed import endpoints_of
from schemas.networks import endpoint_of
from schemas.proxies import url_with_credentials

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

HEADER_BYTES = 65_536
"""Of one header, of which an answer may have 128. aiohttp's 8,190 are too few for the policies that some sites send."""
BODYLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class _Sent:
    """A request as it is sent. The handler's own would send ``Content-Length: 0`` with each GET, as no browser does."""

    def __init__(self, request: Request) -> None:
        self.method, self.url, self.meta, self.headers = request.method, request.url, request.meta, request.headers
        self.body = request.body or (None if request.method in BODYLESS else b"")


class _Names:
    """Headers by the names that are sent: Scrapy writes each with capitals."""

    def __init__(self, headers: Headers) -> None:
        self._headers = headers

    def to_tuple_list(self) -> list[tuple[str, str]]:
        return [(AS_SENT.get(name, name), value) for name, value in self._headers.to_tuple_list()]


class Client(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler. Scrapy warns at each start that it is an experiment: the tests of this project run
    it against a misbehaving site, and ``settings.py`` says how to go back to Twisted's.

    It connects to no private address, but for an operator's proxy and for what the guard allows. Those connections
    have a pool of their own, so that no other request finds one in it.
    """

    experimental = False
    pins_addresses = True
    """What was checked is what is connected to: a name cannot be resolved otherwise in between."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        carry_socks(
            self._session,
            local_addr=self._bind_address,
            limit=self._pool_size_total,
            limit_per_host=self._pool_size_per_host,
        )
        self._guard = Guard.of(crawler)
        # Scrapy makes it with aiohttp's own bound.
        self._session._max_field_size = HEADER_BYTES  # noqa: SLF001 - there is no other way
        self._impersonator = Impersonator(crawler, self._guard, HEADER_BYTES)
        self._unguarded, self._unguarded_session = copy(self), self._session
        if not self._guard.allows_all:
            self._session = self._guarded_session()

    def _guarded_session(self) -> aiohttp.ClientSession:
        """As Scrapy makes its own, but for the connector."""
        connector = GuardedConnector(
            self._guard,
            local_addr=self._bind_address,
            limit=self._pool_size_total,
            limit_per_host=self._pool_size_per_host,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_field_size=HEADER_BYTES,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    def _make_request(self, request: Request, timeout: float) -> Any:
        return super(Client, self._chosen(request))._make_request(cast("Request", _Sent(request)), timeout)

    def _chosen(self, request: Request) -> Client:
        """This client with the connections that a request takes."""
        session = self._impersonator.session_of(request)
        if session is None:
            return self._unguarded if self._is_allowed(request) else self
        chosen = copy(self)
        chosen._session = cast("aiohttp.ClientSession", session)  # noqa: SLF001 - its own
        return chosen

    def _is_allowed(self, request: Request) -> bool:
        if self._guard.allows_all or request.meta.get("proxy"):
            return True
        endpoints = endpoints_of(self.crawler, request)
        return bool(endpoints) and endpoint_of(request.url) in endpoints

    async def close(self) -> None:
        """Close the connections."""
        await super().close()
        await self._impersonator.close()
        await self._unguarded_session.close()

    @staticmethod
    def _request_headers(request: Request) -> Any:
        headers = request.headers.copy()
        headers.pop("Proxy-Authorization", None)
        return _Names(headers)

    def _extract_proxy_url_with_creds(self, request: Request) -> str | None:
        """The handler's own would take a slash in a proxy's password for the end of its host."""
        proxy, authorization = self._extract_proxy(request)
        return url_with_credentials(proxy, authorization) if proxy and authorization else proxy

    @staticmethod
    def _cancel_maxsize(size: int, limit: int, request: Request, *, expected: bool) -> NoReturn:  # noqa: ARG004 - Scrapy's signature
        raise BodyTooLargeError(f"its body has more than {limit:,} bytes")
