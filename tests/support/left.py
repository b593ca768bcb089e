"""What Redis still has of a job, as a test asks when a crawl has ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgpack

from frontier.connection import connect_async
from frontier.control import JobControl
from schemas import redis_keys


@dataclass(frozen=True)
class Left:
    """Numbers of requests, and of the dead the last cause by path. ``gone``: Redis does not know the job."""

    pending: int = 0
    later: int = 0
    leased: int = 0
    seen: int = 0
    gone: bool = False
    dead: tuple[tuple[str, str], ...] = ()

    @property
    def undone(self) -> int:
        """Requests that somebody has yet to do."""
        return self.pending + self.later + self.leased


def left(redis_url: str, job: str) -> Left:
    """Ask Redis."""
    return asyncio.run(_left(redis_url, UUID(job)))


async def _left(redis_url: str, job: UUID) -> Left:
    server = connect_async(redis_url)
    try:
        status = await JobControl(server, job).status()
        if status is None:
            return Left(gone=True)
        found: dict[Any, Any] = await server.hgetall(redis_keys.job_key(job, "dead"))
        dead = tuple(sorted(_dead(packed) for packed in found.values()))
        return Left(status.pending, status.later, status.leased, status.seen, dead=dead)
    finally:
        await server.aclose()


def _dead(packed: bytes) -> tuple[str, str]:
    payload, _, _, causes, *_ = msgpack.unpackb(packed, raw=True)
    try:
        parts = urlsplit(msgpack.unpackb(payload)[2]["url"])
    except (ValueError, IndexError, TypeError, KeyError):
        return payload.decode("latin-1"), causes[-1].decode()
    return parts.path + (f"?{parts.query}" if parts.query else ""), causes[-1].decode()
