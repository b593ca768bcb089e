"""One URL, without a crawl around it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import aiohttp
from yarl import URL

from crawler.aside import run_aside
from crawler.fetch.guard import Guard, GuardedConnector, PrivateAddressError
from crawler.fetch.proxy_list import ProxyList
from crawler.fetch.socks import SocksConnector, SocksError
from crawler.settings import DOWNLOAD_MAXSIZE, DOWNLOAD_TIMEOUT, USER_AGENT
from schemas.environment import Environment
from schemas.networks import endpoint_of
from schemas.proxies import Proxy, url_with_credentials

SMARTPROXY = "http://proxy.zyte.com:8011"
MOST_PROXIES = 5


class FetchError(OSError):
    """The URL could not be fetched."""


class RefusedByProxyError(FetchError):
    """The proxy wants another user or password."""


def fetch(url: str, proxies: Sequence[Proxy] = (), *, allows_private_addresses: bool = False) -> tuple[bytes, str, str]:
    """Body, content type and final URL, through the first of the proxies that works; without any, directly.

    The URL may be on a private address; where it redirects to may not.

    Raises:
        FetchError: no answer, an error answer, or more than ``DOWNLOAD_MAXSIZE`` bytes.
    """
    guard = Guard(aiohttp.ThreadedResolver, allows_all=allows_private_addresses)
    try:
        return asyncio.run(_fetch_by_any(url, proxies, guard))
    except (aiohttp.ClientError, TimeoutError, PrivateAddressError) as error:
        raise FetchError(str(error) or type(error).__name__) from error


def proxies_of(environment: Environment) -> list[Proxy]:
    """Those to try, in this order; none: directly. The smart proxy comes before all others.

    Raises:
        ProxyListError: the proxies cannot be read.
    """
    if environment.smartproxy_apikey:
        key = environment.smartproxy_apikey.get_secret_value()
        return [Proxy(environment.smartproxy_url or SMARTPROXY, user=key)]
    if environment.proxies is None:
        return []
    listed = ProxyList(environment.proxies.get_secret_value())
    run_aside(listed.renew())
    proxies = listed.proxies
    return random.sample(proxies, min(len(proxies), MOST_PROXIES))


async def _fetch_by_any(url: str, proxies: Sequence[Proxy], guard: Guard) -> tuple[bytes, str, str]:
    for proxy in proxies[:-1]:
        try:
            return await _fetch(url, proxy, guard)
        except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError, SocksError, RefusedByProxyError):
            continue  # the last one's failure is told
    return await _fetch(url, proxies[-1] if proxies else None, guard)


def _session(url: str, proxy: Proxy | None, guard: Guard) -> aiohttp.ClientSession:
    """Of which each connection is checked; through a proxy, each redirect."""
    typed = frozenset({endpoint_of(url)})
    headers, timeout = {"User-Agent": USER_AGENT}, aiohttp.ClientTimeout(total=DOWNLOAD_TIMEOUT)
    if proxy is None:
        connector = GuardedConnector(guard, endpoints=typed)
        return aiohttp.ClientSession(timeout=timeout, headers=headers, connector=connector)

    async def check(_: object, __: object, redirect: aiohttp.TraceRequestRedirectParams) -> None:
        target = redirect.url.join(URL(redirect.response.headers.get("Location", "")))
        if target.host:
            await guard.check(target.host, target.port or 80, typed)

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(check)
    return aiohttp.ClientSession(timeout=timeout, headers=headers, trace_configs=[trace], connector=SocksConnector())


async def _fetch(url: str, proxy: Proxy | None, guard: Guard) -> tuple[bytes, str, str]:
    async with (
        _session(url, proxy, guard) as session,
        session.get(url, proxy=_address(proxy)) as response,
    ):
        if proxy and response.status == 407:
            raise RefusedByProxyError(f"the proxy {proxy.address} does not take our user and password (407)")
        if response.status >= 400:
            raise FetchError(f"it answered {response.status} {response.reason}")
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > DOWNLOAD_MAXSIZE:
                raise FetchError(f"it is larger than {DOWNLOAD_MAXSIZE:,} bytes")
        return bytes(body), response.headers.get("Content-Type", ""), str(response.url)


def _address(proxy: Proxy | None) -> str | None:
    if proxy is None or proxy.authorization is None:
        return proxy.address if proxy else None
    return url_with_credentials(proxy.address, proxy.authorization)
