"""An HTTP API that names proxies."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from schemas.proxies import BadProxyError, Proxy
from schemas.proxy_lists import read_answer

TIMEOUT_SECONDS = 30.0
MOST_BYTES = 16_000_000


async def ask(url: str) -> list[Proxy]:
    """The proxies that it names now.

    Raises:
        BadProxyError: why there are none, in a few words; never with the URL, which may have a key.
    """
    try:
        return read_answer((await _read(url)).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadProxyError("its answer is no text in UTF-8") from None
    except TimeoutError:
        raise BadProxyError(f"it did not answer within {TIMEOUT_SECONDS:g} s") from None
    except aiohttp.ClientConnectorError:
        raise BadProxyError("it cannot be reached") from None
    except (aiohttp.ClientError, OSError) as error:
        raise BadProxyError(f"it cannot be asked ({type(error).__name__})") from None


async def _read(url: str) -> bytes:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    # It is where an operator says, and nowhere else.
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, allow_redirects=False) as response:
        if response.status != 200:
            raise BadProxyError(f"it answered {response.status}")
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MOST_BYTES:
                raise BadProxyError(f"its answer is larger than {MOST_BYTES:,} bytes")
        return bytes(body)


def shown(url: str) -> str:
    """Without user, password, path and query, any of which may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
