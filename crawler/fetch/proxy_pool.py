"""Forward proxies in turn, each with its health. No Scrapy, no network, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count

from schemas.proxies import Proxy

FIRST_REST = 30.0
"""Seconds that a proxy rests after a failure; doubled for each further one in a row."""
LONGEST_REST = 600.0
DOUBTS = 3
"""So many requests in a row that failed through one proxy and not through another count as its failure."""


@dataclass(slots=True)
class Entry:
    """A proxy and how it fares. ``number`` tells it from others on one address, without its password."""

    proxy: Proxy
    number: int
    failures: int = 0
    doubts: int = 0
    rests_until: float = 0.0
    rested_at: float = -1.0


@dataclass(frozen=True, slots=True)
class Lease:
    """One use of a proxy, from ``taken_at``."""

    entry: Entry
    taken_at: float


class ProxyPool:
    """Hands out proxies in equal shares, but for those that rest.

    Args:
        clock: seconds, as ``time.monotonic``.
    """

    def __init__(self, proxies: Iterable[Proxy], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._entries: list[Entry] = []
        self._dead_since: float | None = None
        self.replace(proxies)

    def __len__(self) -> int:
        return len(self._entries)

    def replace(self, proxies: Iterable[Proxy]) -> None:
        """Have these proxies from now on; those that were there before keep their health."""
        known = {entry.proxy: entry for entry in self._entries}
        self._entries = [known.get(proxy) or Entry(proxy, next(self._numbers)) for proxy in proxies]
        if self._alive():
            self._dead_since = None

    def take(self, avoid: int | None = None) -> Lease | None:
        """The proxy that was not used for longest; None while all of them rest.

        ``avoid`` is the number of one that is taken only where there is no other.
        """
        alive = self._alive()
        if not alive:
            return None
        entry = next((entry for entry in alive if entry.number != avoid), alive[0])
        # To the end of the list: so the next one is the one that was not used for longest.
        self._entries.remove(entry)
        self._entries.append(entry)
        return Lease(entry, self._clock())

    def others(self, lease: Lease) -> bool:
        """Whether another proxy could be asked now."""
        return any(entry is not lease.entry for entry in self._alive())

    def worked(self, lease: Lease) -> None:
        """An answer came through it."""
        self._dead_since = None
        if lease.taken_at >= lease.entry.rested_at:
            lease.entry.failures = lease.entry.doubts = 0

    def failed(self, lease: Lease) -> float:
        """Have it rest.

        Returns:
            The seconds that it rests; 0 where it does so already. What was under way when it broke counts once.
        """
        return 0.0 if lease.taken_at < lease.entry.rested_at else self._rest(lease.entry)

    def entry(self, number: int | None) -> Entry | None:
        """The proxy of this number, where it is still among them."""
        return next((entry for entry in self._entries if entry.number == number), None)

    def doubt(self, entry: Entry) -> float:
        """A request failed through this proxy, and not through another one.

        Returns:
            The seconds that it rests now; 0 where it does not.
        """
        if entry.rests_until > self._clock():
            return 0.0
        entry.doubts += 1
        return self._rest(entry) if entry.doubts >= DOUBTS else 0.0

    def wait(self) -> float:
        """Seconds until the first proxy returns; 0 where one is there."""
        if not self._entries:
            return LONGEST_REST
        return max(0.0, min(entry.rests_until for entry in self._entries) - self._clock())

    def dead_for(self) -> float:
        """Seconds since the last proxy was lost, without an answer through any of them meanwhile; 0 while one works."""
        return 0.0 if self._dead_since is None else self._clock() - self._dead_since

    def _rest(self, entry: Entry) -> float:
        rest = min(FIRST_REST * 2.0**entry.failures, LONGEST_REST)
        entry.failures += 1
        entry.doubts = 0
        entry.rested_at = self._clock()
        entry.rests_until = entry.rested_at + rest
        if not self._alive() and self._dead_since is None:
            self._dead_since = self._clock()
        return rest

    def _alive(self) -> list[Entry]:
        now = self._clock()
        return [entry for entry in self._entries if entry.rests_until <= now]
