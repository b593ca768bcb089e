"""What one job has already queued."""

from __future__ import annotations

from typing import Any

from redis import Redis


class SeenSet:
    """A set of request fingerprints (bytes)."""

    def __init__(self, server: Redis, key: str) -> None:
        self._server: Any = server
        self._key = key

    def add(self, fingerprint: bytes) -> bool:
        """Remember a fingerprint; True where it is new."""
        return bool(self._server.sadd(self._key, fingerprint))

    def __len__(self) -> int:
        return int(self._server.scard(self._key))

    def clear(self) -> None:
        """Forget everything."""
        self._server.delete(self._key)
