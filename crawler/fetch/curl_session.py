"""curl with a browser's TLS and HTTP/2, to be used where an aiohttp session is: the same words, the same errors.

Names are resolved and checked by the crawl's guard, and curl connects to what was checked, whatever a URL or DNS says:
it resolves nothing itself. It follows no redirect, unpacks nothing, keeps no cookie, and reads neither the
environment's proxies nor a ``.netrc``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import aiohttp
from curl_cffi import CurlOpt
from yarl import URL

from crawler.fetch.curl_connections import Connections, Curls
from crawler.fetch.curl_exchange import Exchange
from crawler.fetch.curl_failures import unknown_name
from schemas.networks import endpoint
from schemas.proxies import PORTS

_UNSENDABLE = re.compile(r"[\r\n\0]")
_NO_PATH = re.compile(r"[\0-\x20\x7f]")
_SCHEMES = {"socks5": "socks5h"}
"""The proxy resolves names."""


@dataclass(frozen=True, slots=True)
class CurlSession:
    """As much of ``aiohttp.ClientSession`` as Scrapy's handler uses, for one request.

    ``own``: whose connections it takes. ``allowed``: endpoints that may be private. ``most``: bytes of the body, which
    ends soon after them; 0: any number. ``more``: headers that go behind those of the request.
    """

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
        if self.curls.bind:
            options[CurlOpt.INTERFACE] = f"host!{self.curls.bind}"
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
