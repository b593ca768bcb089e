"""The ways that lead from the browser's proxy to a site: directly, or through a request's own forward proxy."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import aiohappyeyeballs
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)

from crawler.fetch.egress_http import read_head
from crawler.fetch.guard import Guard
from schemas.proxies import Proxy, credentials, place_of

CONNECT_SECONDS = 30.0
EYEBALLS_SECONDS = 0.25
"""How long one address may keep silent before the next is tried as well (RFC 8305)."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection. ``is_proxy``: a forward proxy reads it, which wants ``fields`` with each request."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_proxy: bool = False
    fields: str = ""


class Way(Protocol):
    """How to get to a host. Two that are equal share an exit."""

    def __hash__(self) -> int: ...

    async def connect(self, guard: Guard, host: str, port: int, *, tunnel: bool) -> Wire:
        """A connection to a host (``tunnel``: all bytes of which go there), or to a proxy that is to be asked.

        Raises:
            PrivateAddressError, CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError: none.
        """
        ...

    def refusal(self, status: int) -> Exception:
        """What it means that a proxy on the way answers this."""
        ...


@dataclass(frozen=True, slots=True)
class Direct:
    """Straight to the address that the guard has passed. ``endpoints``: those that are allowed."""

    endpoints: frozenset[str] = frozenset()

    async def connect(self, guard: Guard, host: str, port: int, *, tunnel: bool) -> Wire:  # noqa: ARG002 - as Way has it
        """As Way."""
        try:
            found = await guard.resolve(host, port, self.endpoints)
        except OSError as error:
            raise CannotResolveHostError(f"{host} is unknown") from error
        addresses: list[aiohappyeyeballs.AddrInfoType] = [
            (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (result["host"], port, 0, 0))
            if ":" in result["host"]
            else (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (result["host"], port))
            for result in found
        ]
        return await _connected(addresses, f"{host}:{port}")

    def refusal(self, status: int) -> Exception:
        """As Way."""
        return DownloadFailedError(f"it answered {status}")


@dataclass(frozen=True, slots=True)
class Through:
    """Through a forward proxy, which an operator has chosen, and may be anywhere.

    ``address``: http, https or socks5, without credentials; ``authorization``: the header Proxy-Authorization.
    """

    address: str
    authorization: str = field(default="", repr=False)
    endpoints: frozenset[str] = frozenset()

    async def connect(self, guard: Guard, host: str, port: int, *, tunnel: bool) -> Wire:
        """As Way."""
        await guard.check(host.strip("[]"), port, self.endpoints)
        scheme = urlsplit(self.address).scheme
        if scheme == "socks5":
            return await self._socks(host, port)
        wire = await _to_proxy(*place_of(self.address), tls=scheme == "https")
        fields = f"Proxy-Authorization: {self.authorization}\r\n" if self.authorization else ""
        if not tunnel:
            return Wire(wire.reader, wire.writer, is_proxy=True, fields=fields)
        try:
            await self._ask(wire, f"{host}:{port}", fields)
        except BaseException:
            wire.writer.close()
            raise
        return wire

    async def _ask(self, wire: Wire, place: str, fields: str) -> None:
        wire.writer.write(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{fields}\r\n".encode("latin-1"))
        async with asyncio.timeout(CONNECT_SECONDS):
            answer = await read_head(wire.reader)
        if not answer.target.startswith("200"):
            raise self.refusal(int(answer.target[:3]))

    async def _socks(self, host: str, port: int) -> Wire:
        from crawler.fetch.socks import reach, shake_hands  # noqa: PLC0415 - few have such a proxy

        try:
            tunnel = await reach(*place_of(self.address))
        except OSError as error:
            raise DownloadConnectionRefusedError(f"the proxy {self.address} cannot be reached") from error
        try:
            await shake_hands(tunnel, host, port, *credentials(self.authorization))
            return Wire(*await asyncio.open_connection(sock=tunnel))
        except BaseException:
            tunnel.close()
            raise

    def refusal(self, status: int) -> Exception:
        """As Way."""
        words = "does not take our user and password (407)" if status == 407 else f"answered {status}"
        return DownloadFailedError(f"the proxy {self.address} {words}")


def way_of(request: Request, endpoints: frozenset[str], usual: dict[str, str] | None = None) -> Way:
    """The way of a request: through the proxy that it names, or the ``usual`` one of its browser, both as Playwright
    takes them, or through its own. ``endpoints``: those that it may go to wherever they are."""
    proxy = request.meta.get("proxy")
    given = request.meta.get("playwright_context_kwargs", {}).get("proxy") or (None if proxy else usual)
    if given:
        return Through(given["server"], _authorization(given), endpoints)
    if not proxy:
        return Direct(endpoints)
    parts = urlsplit(proxy)
    header = request.headers.get("Proxy-Authorization") or b""
    return Through(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", header.decode("ascii"), endpoints)


def _authorization(given: dict[str, str]) -> str:
    return Proxy("", given.get("username", ""), given.get("password", "")).authorization or ""


async def _to_proxy(host: str, port: int, *, tls: bool) -> Wire:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            context = ssl.create_default_context() if tls else None
            return Wire(*await asyncio.open_connection(host, port, ssl=context))
    except OSError as error:
        raise DownloadConnectionRefusedError(f"the proxy {host}:{port} cannot be reached") from error


async def _connected(addresses: list[aiohappyeyeballs.AddrInfoType], name: str) -> Wire:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=EYEBALLS_SECONDS)
            return Wire(*await asyncio.open_connection(sock=connection))
    except TimeoutError as error:
        raise DownloadTimeoutError(f"{name} did not answer within {CONNECT_SECONDS:g} s") from error
    except OSError as error:
        raise DownloadConnectionRefusedError(f"{name} cannot be connected to: {error.strerror or error}") from error
