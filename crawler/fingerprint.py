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
        url, _, _ = request.url.partition("#")
        parts = (request.method.encode(), url_key(url).encode(), request.body)
        return blake2b(b"\n".join(parts), digest_size=FINGERPRINT_BYTES).digest()
