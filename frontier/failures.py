"""What went wrong in a job, from all of its workers: how often each cause, and the first example."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from redis import Redis

from schemas import redis_keys


class JobFailures:
    """Counts and examples by cause."""

    def __init__(self, server: Redis, job: UUID) -> None:
        self._server: Any = server
        self._key = redis_keys.job_failures(job)

    def add(self, cause: str, example: str) -> None:
        """Count one failure; the first example of a cause is kept."""
        with self._server.pipeline(transaction=False) as pipe:
            pipe.hincrby(self._key, f"count {cause}", 1).hsetnx(self._key, f"first {cause}", example).execute()

    def read(self) -> dict[str, tuple[int, str]]:
        """Count and first example by cause."""
        found = {name.decode(): value.decode() for name, value in self._server.hgetall(self._key).items()}
        causes = [name.removeprefix("count ") for name in found if name.startswith("count ")]
        return {cause: (int(found[f"count {cause}"]), found.get(f"first {cause}", "")) for cause in causes}

    def clear(self) -> None:
        """Forget them."""
        self._server.delete(self._key)
