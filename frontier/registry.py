"""Which jobs are alive, and which workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis import Redis

from schemas import redis_keys

SILENCE_SECONDS = 15.0
"""A worker that has not been heard of for so long is dead."""
FORGET_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Announcement:
    """A job as its owner describes it; ``owned``: the owner lives."""

    description: bytes
    owned: bool


class Registry:
    """The jobs that any worker may join, as their owners announce them, and who works."""

    def __init__(self, server: Redis) -> None:
        self._server: Any = server

    def announce(self, job: UUID, owner: str, description: bytes) -> None:
        """Invite workers to a job that ``owner``, a worker, will end."""
        self._server.hset(redis_keys.JOBS, str(job), owner.encode() + b"\n" + description)

    def withdraw(self, job: UUID) -> None:
        """The job has ended."""
        self._server.hdel(redis_keys.JOBS, str(job))

    def jobs(self) -> dict[UUID, Announcement]:
        """The jobs that were announced and not withdrawn. One whose owner is dead would never end: leave it alone."""
        found: dict[bytes, bytes] = self._server.hgetall(redis_keys.JOBS)
        alive = set(self.alive()) if found else set()
        parts = {UUID(job.decode()): value.partition(b"\n") for job, value in found.items()}
        return {job: Announcement(text, owner.decode() in alive) for job, (owner, _, text) in parts.items()}

    def beat(self, worker: str) -> None:
        """The worker lives. By the server's clock: those of workers may differ."""
        now = self._now()
        self._server.zadd(redis_keys.WORKERS, {worker: now})
        self._server.zremrangebyscore(redis_keys.WORKERS, "-inf", now - FORGET_SECONDS)

    def leave(self, worker: str) -> None:
        """The worker has ended."""
        self._server.zrem(redis_keys.WORKERS, worker)

    def alive(self) -> list[str]:
        """Workers that were heard of in the last ``SILENCE_SECONDS``."""
        found: list[bytes] = self._server.zrangebyscore(redis_keys.WORKERS, self._now() - SILENCE_SECONDS, "+inf")
        return [worker.decode() for worker in found]

    def _now(self) -> float:
        seconds, microseconds = self._server.time()
        return float(seconds) + float(microseconds) / 1e6


def forget(server: Redis, job: UUID) -> None:
    """Withdraw a job and drop all its keys: for an owner that was stopped before it could do so in good order."""
    Registry(server).withdraw(job)
    server.delete(*redis_keys.of_job(job))
    server.close()
