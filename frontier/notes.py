"""What each worker says of itself, so that others can tell what holds it up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from redis.asyncio import Redis, RedisCluster

from frontier.codec import dumps, loads
from frontier.connection import not_now
from frontier.jobs import SILENCE_SECONDS
from schemas.redis_keys import worker_note


@dataclass(frozen=True, slots=True)
class Note:
    """A worker at one moment.

    Args:
        cpu: the part of a processor's core that it used since its last note.
        downloads: requests that are being fetched; ``most_downloads``: as many as it may fetch at once.
        rendering: those of them that are with the browser.
        proxyless: those of them that wait for a proxy that works; ``proxies`` says why.
        unstored: bytes of pages that are not stored yet; ``most_unstored``: where it stops to fetch more.
        away: servers that it waits for, and for how many seconds so far.
    """

    cpu: float = 0.0
    downloads: int = 0
    most_downloads: int = 0
    rendering: int = 0
    proxyless: int = 0
    proxies: str = ""
    unstored: int = 0
    most_unstored: int = 0
    away: dict[str, float] = field(default_factory=dict)


_NAMES = frozenset(Note.__dataclass_fields__)


async def leave_note(server: Redis | RedisCluster, worker: str, note: Note) -> None:
    """Say what a worker is about; it is forgotten when the worker is silent.

    Raises:
        RedisUnavailableError: Redis cannot be used now.
    """
    with not_now():
        await server.set(worker_note(worker), dumps(asdict(note)), px=round(1000 * SILENCE_SECONDS))


async def take_note_away(server: Redis | RedisCluster, worker: str) -> None:
    """The worker has ended.

    Raises:
        RedisUnavailableError: Redis cannot be used now.
    """
    with not_now():
        await server.delete(worker_note(worker))


async def notes_of(server: Redis | RedisCluster, workers: Iterable[str]) -> dict[str, Note]:
    """What those of the workers say that have said something lately.

    Raises:
        RedisUnavailableError: Redis cannot be used now.
    """
    names = list(workers)
    with not_now():
        async with server.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.get(worker_note(name))
            packed = await pipe.execute() if names else []
    return {name: _read(loads(one)) for name, one in zip(names, packed, strict=True) if one}


def _read(values: dict[str, Any]) -> Note:
    """Of a worker of another version, too: what is not known here is left out."""
    return Note(**{name: value for name, value in values.items() if name in _NAMES})
