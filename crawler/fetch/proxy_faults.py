"""Whose fault it is that a request failed which went through a proxy."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.failures import cause
from crawler.fetch.socks import SocksPasswordError

REFUSED = 407
GATEWAY_ERRORS = frozenset({502, 503, 504})
DOUBTFUL = (DownloadTimeoutError, DownloadFailedError, ResponseDataLossError)
TUNNEL_ERROR = "TunnelError"
"""Of Twisted's client, which takes a tenth of a second to load, and is not: by its name alone."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why it failed. Certain: it was the proxy. Else it may have been the site: another proxy will tell."""

    reason: str
    certain: bool


WRONG_PASSWORD = Fault("it does not take our user and password (407)", certain=True)
GARBLED = Fault("its answer is not packed as it says", certain=False)
GZIP = b"\x1f\x8b"


def fault_of_response(request: Request, response: Response) -> Fault | None:
    """A proxy says 502 to 504 of itself and of sites alike; Retry-After is what sites say."""
    if request.url.startswith("https:"):
        return None  # through TLS it is the site that answers
    if response.headers.get("Content-Encoding") == b"gzip" and response.body and not response.body.startswith(GZIP):
        return GARBLED
    if response.status == REFUSED:
        return WRONG_PASSWORD
    if response.status in GATEWAY_ERRORS and "Retry-After" not in response.headers:
        return Fault(f"it answered {response.status}", certain=False)
    return None


def fault_of_exception(error: Exception) -> Fault | None:
    """Where a proxy is used, its name alone is resolved here, and it alone is connected to."""
    inner = error.__cause__
    if isinstance(inner, SocksPasswordError):
        return Fault("it does not take our user and password", certain=True)
    if isinstance(inner, aiohttp.ClientConnectorSSLError | aiohttp.ClientConnectorCertificateError):
        # The site's, unless the proxy opens TLS, or garbles it.
        return Fault(f"TLS fails ({cause(error)})", certain=False)
    if isinstance(error, DownloadConnectionRefusedError | CannotResolveHostError):
        return Fault(cause(error), certain=True)
    if isinstance(inner, aiohttp.ClientHttpProxyError):
        return WRONG_PASSWORD if inner.status == REFUSED else Fault(f"it answered {inner.status}", certain=False)
    tunnel = type(error).__name__ == TUNNEL_ERROR
    if tunnel and str(REFUSED) in str(error):
        return WRONG_PASSWORD
    return Fault(cause(error), certain=False) if tunnel or isinstance(error, DOUBTFUL) else None
