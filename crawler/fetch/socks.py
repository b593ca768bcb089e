"""SOCKS5 proxies (RFC 1928, RFC 1929) for aiohttp. Names are resolved by the proxy."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.hdrs import PROXY_AUTHORIZATION

from schemas.proxies import PORTS

SCHEME = "socks5"
VERSION, NO_PASSWORD, PASSWORD, CONNECT, NAME = 5, 0, 2, 1, 3
_ADDRESS_BYTES = {1: 4, 4: 16}
_REPLIES = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "time ran out",
}


class SocksError(aiohttp.ClientError):
    """The proxy does not speak SOCKS5, or could not connect."""


class SocksPasswordError(SocksError):
    """The proxy does not take our user and password."""


class SocksConnector(aiohttp.TCPConnector):
    """aiohttp's connector, which knows proxies of the scheme ``socks5``, too."""

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109 - aiohttp's signature
        """As aiohttp's."""
        connection = await super().connect(req, traces, timeout)
        if _is_socks(req):
            # The site is spoken to as if there was no proxy; for a connection that is used again, aiohttp has written
            # down the password for it.
            req.headers.popall(PROXY_AUTHORIZATION, None)
            req.update_proxy(None, None, None)
        return connection

    async def _create_proxy_connection(
        self,
        req: Any,
        traces: Any,
        timeout: Any,  # noqa: ASYNC109 - aiohttp's signature
    ) -> tuple[asyncio.BaseTransport, ResponseHandler]:
        if not _is_socks(req):
            return await super()._create_proxy_connection(req, traces, timeout)
        try:
            tunnel = await self._reach(req)
        except OSError as error:
            raise aiohttp.ClientProxyConnectionError(req.connection_key, error) from error
        try:
            await shake_hands(tunnel, req.host, req.port, req.proxy.user or "", req.proxy.password or "")
            return await self._wrap_existing_connection(
                self._factory,
                timeout=timeout,
                ssl=self._get_ssl_context(req),
                sock=tunnel,
                server_hostname=req.host if req.is_ssl() else None,
                req=req,
            )
        except BaseException:
            tunnel.close()
            raise

    async def _reach(self, req: Any) -> socket.socket:
        return await reach(req.proxy.host, req.proxy.port or PORTS[SCHEME])


def carry_socks(session: aiohttp.ClientSession, **options: Any) -> None:
    """Have a session that has sent nothing yet know such proxies, too; ``options`` as for aiohttp's connector."""
    session._connector = SocksConnector(**options)  # noqa: SLF001 - whoever made the session made the connector


async def reach(host: str, port: int) -> socket.socket:
    """A connection to a proxy.

    Raises:
        OSError: there is none.
    """
    loop = asyncio.get_running_loop()
    error: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        tunnel = socket.socket(family, kind, protocol)
        tunnel.setblocking(False)
        try:
            await loop.sock_connect(tunnel, address)
        except OSError as reason:
            tunnel.close()
            error = reason
        except BaseException:
            tunnel.close()
            raise
        else:
            return tunnel
    raise error


async def shake_hands(tunnel: socket.socket, host: str, port: int, user: str, password: str) -> None:
    """Have the proxy connect to ``host``; each character of user and password is an octet.

    Raises:
        SocksPasswordError, SocksError: it does not.
    """
    try:
        await agree(tunnel, user, password)
        name = host.encode("idna") if not host.isascii() else host.encode()
        await _send(tunnel, bytes([VERSION, CONNECT, 0, NAME, len(name)]) + name + port.to_bytes(2))
        _, reply, _, kind = await _receive(tunnel, 4)
        if reply:
            raise SocksError(f"the proxy says: {_REPLIES.get(reply, f'error {reply}')}")
        length = _ADDRESS_BYTES[kind] if kind in _ADDRESS_BYTES else (await _receive(tunnel, 1))[0]
        await _receive(tunnel, length + 2)
    except (OSError, ValueError) as error:
        raise SocksError(f"the proxy broke off ({error})") from error


async def agree(tunnel: socket.socket, user: str, password: str) -> None:
    """Begin: by which method we say who we are, and who.

    Raises:
        SocksPasswordError, SocksError: the proxy will have none of us.
    """
    method = PASSWORD if user or password else NO_PASSWORD
    await _send(tunnel, bytes([VERSION, 1, method]))
    version, chosen = await _receive(tunnel, 2)
    if version != VERSION:
        raise SocksError("the proxy does not speak SOCKS5")
    if chosen != method:
        raise SocksPasswordError("the proxy asks for a user and a password, or takes none")
    if method == PASSWORD:
        words = [text.encode("latin-1")[:255] for text in (user, password)]
        await _send(tunnel, b"\x01" + b"".join(bytes([len(word)]) + word for word in words))
        if (await _receive(tunnel, 2))[1]:
            raise SocksPasswordError("the proxy does not take our user and password")


async def _send(tunnel: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(tunnel, data)


async def _receive(tunnel: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = await asyncio.get_running_loop().sock_recv(tunnel, length - len(data))
        if not more:
            raise SocksError("the proxy closed the connection")
        data += more
    return data


def _is_socks(req: Any) -> bool:
    return req.proxy is not None and req.proxy.scheme == SCHEME
