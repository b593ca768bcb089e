"""How a job's keys are read by ``frontier.control``, in steps that hold Redis up for no longer than a moment."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgpack

from frontier.wire import read_item

FOUND_AT_MOST = 20
_STEP = 1000
_SAMPLES = 20
_MANY_HOSTS = 10_000
_SECOND = 1_000_000
Key = Callable[[str], str]
"""The name of a job's key."""
_SINGLE = ("meta", "hosts", "later", "leases", "expiry", "stale", "replies", "stats", "failures", "dead", "unburied")


@dataclass(frozen=True, slots=True)
class HostStatus:
    """How many entries of a host wait, and how many are leased."""

    host: str
    pending: int
    leased: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry is.

    Args:
        where: ``pending``, ``leased``, ``later`` or ``dead``.
        deliveries: how often it was handed out in vain, and why each time.
        ahead: of one that is pending, how many of its host leave before it.
        worker: who has leased it.
        since: when it was leased, seconds since 1970 by the server's clock.
        until: when its lease runs out, if nobody renews it.
        due: when it may be handed out.
    """

    where: str
    payload: bytes
    host: str
    priority: int
    deliveries: int
    causes: list[str] = field(default_factory=list)
    ahead: int | None = None
    worker: str | None = None
    since: float | None = None
    until: float | None = None
    due: float | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """The leases of one worker, as it has them.

    Args:
        leases: how many.
        since: when it got the oldest, seconds since 1970 by the server's clock.
        until: when the first of them runs out, if it is not renewed; None where Redis is taking them back.
    """

    worker: str
    leases: int
    since: float
    until: float | None


async def holdings(server: Any, key: Key) -> list[Holding]:
    """What each worker has leased, the most first."""
    expiry = {number: until async for number, until in server.zscan_iter(key("expiry"), count=_STEP)}
    numbers: dict[str, list[bytes]] = {}
    async for number, packed in server.hscan_iter(key("leases"), count=_STEP):
        numbers.setdefault(msgpack.unpackb(packed, raw=True)[0].decode(), []).append(number)
    found = [_holding(worker, held, expiry) for worker, held in numbers.items()]
    return sorted(found, key=lambda holding: (-holding.leases, holding.worker))


def _holding(worker: str, numbers: list[bytes], expiry: dict[bytes, float]) -> Holding:
    ends = [expiry[number] / _SECOND for number in numbers if number in expiry]
    return Holding(worker, len(numbers), min(map(int, numbers)) / _SECOND, min(ends, default=None))


async def failures(server: Any, key: Key) -> dict[str, tuple[int, str]]:
    """How often each cause, and its first example."""
    raw = await server.hgetall(key("failures"))
    found = {name.decode(): value.decode("utf-8", "replace") for name, value in raw.items()}
    causes = [name.removeprefix("count ") for name in found if name.startswith("count ")]
    return {cause: (int(found[f"count {cause}"]), found.get(f"first {cause}", "")) for cause in causes}


async def dead_tokens(server: Any, key: Key, matches: Callable[[bytes], bool]) -> dict[bytes, bytes]:
    """Tokens of the dead whose payload matches, and the payloads."""
    found = {}
    async for token, packed in server.hscan_iter(key("dead"), count=_STEP):
        payload = msgpack.unpackb(packed, raw=True)[0]
        if matches(payload):
            found[token] = payload
    return found


async def find(server: Any, key: Key, host: str, matches: Callable[[bytes], bool]) -> list[Place]:
    """Where the entries of a host are whose payload matches. In the order in which entries move, so that none is
    missed that moves meanwhile, but for one that is given back."""
    search = _Search(server, key, host, matches)
    found = []
    for places in (search.pending(), search.leased(), search.later(), search.dead()):
        async for place in places:
            found.append(place)
            if len(found) == FOUND_AT_MOST:
                return found
    return found


@dataclass(frozen=True, slots=True)
class _Search:
    server: Any
    key: Key
    host: str
    matches: Callable[[bytes], bool]

    def _place(self, where: str, item: bytes, level: int, **more: Any) -> Place | None:
        _, deliveries, causes, payload = read_item(item)
        if not self.matches(payload):
            return None
        return Place(where, payload, self.host, level // 2, deliveries, causes, **more)

    async def pending(self) -> AsyncIterator[Place]:
        before = 0
        for level in await self.server.zrange(self.key(f"levels:{self.host}"), 0, -1, desc=True):
            key = self.key(f"queue:{level.decode()}:{self.host}")
            async for number, item in _numbered(self.server, key):
                place = self._place("pending", item, int(level), ahead=before + number)
                if place:
                    yield place
            before += await self.server.llen(key)

    async def leased(self) -> AsyncIterator[Place]:
        async for number, packed in self.server.hscan_iter(self.key("leases"), count=_STEP):
            worker, host, level, item, _ = msgpack.unpackb(packed, raw=True)
            if host.decode() == self.host:
                until = await self.server.zscore(self.key("expiry"), number)
                held = {"since": int(number) / _SECOND, "until": until and until / _SECOND}
                place = self._place("leased", item, level, worker=worker.decode(), **held)
                if place:
                    yield place

    async def later(self) -> AsyncIterator[Place]:
        async for packed, due in self.server.zscan_iter(self.key("later"), count=_STEP):
            _, host, level, item = msgpack.unpackb(packed, raw=True)
            place = self._place("later", item, level, due=due / _SECOND) if host.decode() == self.host else None
            if place:
                yield place

    async def dead(self) -> AsyncIterator[Place]:
        async for packed in _values(self.server, self.key("dead")):
            payload, host, attempts, causes, priority, *_ = msgpack.unpackb(packed, raw=True)
            if host.decode() == self.host and self.matches(payload):
                texts = [cause.decode() for cause in causes]
                yield Place("dead", payload, self.host, priority, attempts, texts)


async def _values(server: Any, key: str) -> AsyncIterator[bytes]:
    async for _, value in server.hscan_iter(key, count=_STEP):
        yield value


async def _numbered(server: Any, key: str) -> AsyncIterator[tuple[int, bytes]]:
    number = 0
    while items := await server.lrange(key, number, number + _STEP - 1):
        for item in items:
            yield number, item
            number += 1


async def hosts_of(server: Any, key: Key, most: int) -> list[HostStatus]:
    """Up to so many hosts, those with the most entries first; of very many hosts, some at random."""
    leased: Counter[str] = Counter()
    async for packed in _values(server, key("leases")):
        leased[msgpack.unpackb(packed, raw=True)[1].decode()] += 1
    pending = await _pending_by_host(server, key("hosts"))
    hosts = [HostStatus(host, pending.get(host, 0), leased[host]) for host in pending.keys() | leased.keys()]
    return heapq.nsmallest(most, hosts, key=lambda status: (-status.pending, -status.leased, status.host))


async def _pending_by_host(server: Any, key: str) -> dict[str, int]:
    if await server.hlen(key) <= _MANY_HOSTS:
        return {host.decode(): int(count) for host, count in (await server.hgetall(key)).items()}
    flat = await server.execute_command("HRANDFIELD", key, _STEP, "WITHVALUES")
    return dict(_pairs(flat))


def _pairs(found: list[Any]) -> Iterator[tuple[str, int]]:
    """Pairs, or names and values in turn: it depends on the protocol that client and server speak."""
    pairs = found if found and isinstance(found[0], list) else zip(found[::2], found[1::2], strict=True)
    return ((name.decode(), int(value)) for name, value in pairs)


async def memory_of(server: Any, key: Key, pending: int, buckets: int) -> int:
    """About how many bytes the job's keys take: the single ones measured, lists and buckets from samples."""
    single = [key(name) for name in _SINGLE]
    some = random.sample(range(buckets), min(buckets, _SAMPLES))
    seen = await _bytes(server, [key(f"seen:{bucket}") for bucket in some])
    lists, listed = await _sampled_lists(server, key)
    queued = lists * pending // listed if listed else 0
    return await _bytes(server, single) + seen * buckets // len(some) + queued


async def _bytes(server: Any, keys: list[str]) -> int:
    sizes = [await server.memory_usage(key, samples=_SAMPLES) for key in keys]
    return sum(size or 0 for size in sizes)


async def _sampled_lists(server: Any, key: Key) -> tuple[int, int]:
    """Bytes of the lists of some hosts, and how many entries they hold."""
    size = held = 0
    for host in await server.hrandfield(key("hosts"), _SAMPLES) or []:
        levels = key(f"levels:{host.decode()}")
        found = await server.zrange(levels, 0, -1)
        keys = [key(f"queue:{level.decode()}:{host.decode()}") for level in found]
        size += await _bytes(server, [levels, *keys])
        held += sum([await server.llen(key) for key in keys])
    return size, held
