"""Does a proxy answer, and does it take our password? Without asking any site."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.fetch.socks import SocksError, agree, reach
from schemas.proxies import Proxy, credentials, place_of

SECONDS = 10.0
MOST_AT_ONCE = 20
NOWHERE = "longline.invalid:443"
"""A name that nobody may have (RFC 2606): whoever is asked for it says so, or asks for another password first."""


async def check_all(proxies: Iterable[Proxy]) -> dict[Proxy, str]:
    """Those that do not work, with the reason in a few words."""
    places = asyncio.Semaphore(MOST_AT_ONCE)

    async def within(proxy: Proxy) -> tuple[Proxy, str | None]:
        async with places:
            return proxy, await check(proxy)

    found = await asyncio.gather(*map(within, proxies))
    return {proxy: reason for proxy, reason in found if reason}


async def check(proxy: Proxy) -> str | None:
    """Why a proxy does not work; None where it does, as far as can be seen."""
    scheme, place = urlsplit(proxy.address).scheme, place_of(proxy.address)
    try:
        async with asyncio.timeout(SECONDS):
            if scheme == "socks5":
                await _socks(proxy, *place)
                return None
            return await _http(proxy, *place, tls=scheme == "https")
    except TimeoutError:
        return f"no answer within {SECONDS:g} s"
    except SocksError as error:
        return str(error)
    except ssl.SSLError as error:
        return f"TLS fails ({error.reason or 'no certificate that is trusted'})"
    except OSError as error:
        # Of an unknown name, the number is none of the system's.
        return (os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)).lower()


async def _socks(proxy: Proxy, host: str, port: int) -> None:
    tunnel = await reach(host, port)
    with tunnel:
        await agree(tunnel, *credentials(proxy.authorization or ""))


async def _http(proxy: Proxy, host: str, port: int, *, tls: bool) -> str | None:
    reader, writer = await asyncio.open_connection(host, port, ssl=tls or None)
    try:
        login = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
        writer.write(f"CONNECT {NOWHERE} HTTP/1.1\r\nHost: {NOWHERE}\r\n{login}\r\n".encode())
        line = (await reader.readline()).split()
    finally:
        writer.close()
    if len(line) < 2 or not line[0].startswith(b"HTTP/"):
        return "it is no HTTP proxy"
    return "it does not take our user and password (407)" if line[1] == b"407" else None
