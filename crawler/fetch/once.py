"""One URL, without a crawl around it."""

from __future__ import annotations

import asyncio

import aiohttp

from crawler.settings import DOWNLOAD_MAXSIZE, DOWNLOAD_TIMEOUT, USER_AGENT


class FetchError(OSError):
    """The URL could not be fetched."""


def fetch(url: str) -> tuple[bytes, str, str]:
    """Body, content type and final URL.

    Raises:
        FetchError: no answer, an error answer, or more than ``DOWNLOAD_MAXSIZE`` bytes.
    """
    try:
        return asyncio.run(_fetch(url))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise FetchError(str(error) or type(error).__name__) from error


async def _fetch(url: str) -> tuple[bytes, str, str]:
    timeout = aiohttp.ClientTimeout(total=DOWNLOAD_TIMEOUT)
    async with (
        aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": USER_AGENT}) as session,
        session.get(url) as response,
    ):
        if response.status >= 400:
            raise FetchError(f"it answered {response.status} {response.reason}")
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > DOWNLOAD_MAXSIZE:
                raise FetchError(f"it is larger than {DOWNLOAD_MAXSIZE:,} bytes")
        return bytes(body), response.headers.get("Content-Type", ""), str(response.url)
