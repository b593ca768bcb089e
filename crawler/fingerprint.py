"""What makes two requests the same."""

from __future__ import annotations

from hashlib import blake2b

from scrapy import Request

from schemas.addresses import url_key

FINGERPRINT_BYTES = 16


class UrlKeyFingerprinter:
    """A request is its method, its URL (without fragment, its query in any order), and its body."""

    def fingerprint(self, request: Request) -> bytes:
        """Sixteen bytes that are equal for equal requests."""
        return _digest(request, FINGERPRINT_BYTES)


def fingerprint64(request: Request) -> int:
    """A signed number of 64 bits that is equal for equal requests: what is kept of each URL that was seen.

    Among n requests, one that is new is taken for one that was seen at odds of n in 2**64: at a billion requests in one
    job, there is such a case in one job of forty.
    """
    return int.from_bytes(_digest(request, 8), "big", signed=True)


def _digest(request: Request, size: int) -> bytes:
    url, _, _ = request.url.partition("#")
    parts = (request.method.encode(), url_key(url).encode(), request.body)
    return blake2b(b"\n".join(parts), digest_size=size).digest()
