"""Forward proxies: which is next for a host, and what becomes of one. No Scrapy, no network, no clock of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from crawler.fetch.proxy_records import Entry, Host, Records
from crawler.fetch.proxy_standing import Standing
from frontier.proxy_health import ITSELF, PROBE_SECONDS, Counts, Key
from schemas.proxies import Proxy

LONGEST_REST = 600.0
LONGEST_BAN = 3600.0
DOUBTS = 3
"""So many requests in a row that failed through one proxy and not through another count as its failure."""
LEAST_WEIGHT = 0.02
"""A proxy that does badly still gets so much of a good one's share, by which its recovery is found out."""
SAMPLE = 64
"""Of a longer list, so many by chance are compared for each request."""
LONGEST_LATENCY = 60.0


@dataclass(slots=True)
class Lease:
    """One use of a proxy for a host, from ``taken_at``. ``dead_before`` and ``rest_before``: how it was before its
    answer came."""

    entry: Entry
    host: str
    taken_at: float
    probes: bool
    dead_before: float | None = None
    rest_before: float = 0.0

    @property
    def keys(self) -> tuple[Key, Key]:
        """The proxy by itself, and with the host."""
        return (ITSELF, self.entry.id), (self.host, self.entry.id)


class ProxyPool:
    """Hands out proxies: each in a share by how it does for the host, but for those that rest.

    Args:
        clock: seconds, as ``time.monotonic``.
    """

    def __init__(self, proxies: Iterable[Proxy], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._dead_since: float | None = None
        self.records = Records(clock)
        self.shared = False
        """Whether a proxy whose rest is over is tried only when all workers agree to it."""
        self.replace(proxies)

    def __len__(self) -> int:
        return len(self.records.entries)

    def replace(self, proxies: Iterable[Proxy]) -> None:
        """Have these proxies from now on; those that were there before keep their health."""
        self.records.replace(proxies)

    # Which proxy is next

    def take(self, host: str, avoid: Collection[str] = (), *, careful: bool = False) -> Lease | None:
        """The proxy whose turn it is for ``host``; None while none may be used.

        Args:
            avoid: digests of proxies that are taken only where there is no other.
            careful: one whose rest is over is tried only where there is no other.
        """
        now, known = self._clock(), self.records.host(host)
        entries = list(self.records.entries.values())
        found = None
        if len(entries) > SAMPLE:
            found = self._best(random.sample(entries, SAMPLE), host, avoid, careful=careful)
        found = found or self._best(entries, host, avoid, careful=careful)
        if found is None:
            known.dead_since = now if known.dead_since is None else known.dead_since
            return None
        known.clock = max(known.clock, self.records.standing(host, found.id).turn)
        return self._lease(found, host)

    def take_again(self, name: str, host: str, since: float) -> Lease | None:
        """A proxy that was chosen before; None where it is gone, or may not be used, or rested after ``since``."""
        entry = self.records.entries.get(name)
        if entry is None:
            return None
        standings = (entry.standing, self.records.standing(host, name))
        if any(standing.rest > 0 or standing.rested_at > since for standing in standings):
            return None
        return self._lease(entry, host)

    def _best(self, entries: list[Entry], host: str, avoid: Collection[str], *, careful: bool) -> Entry | None:
        now, standings = self._clock(), self.records.host(host).standings
        free, due = [], []
        for entry in entries:
            both = (entry.standing, standings.get(entry.id))
            resting = [one for one in both if one is not None and one.rest > 0]
            if not resting:
                free.append(entry)
            elif all(one.may_probe(now, shared=self.shared) for one in resting):
                due.append(entry)
        wanted = [entry for entry in free if entry.id not in avoid]
        tried = [entry for entry in due if entry.id not in avoid]
        if tried and not (careful and wanted):
            return tried[0]
        return self._next_of(wanted, host) or self._next_of(free, host) or (due[0] if due else None)

    def _next_of(self, entries: list[Entry], host: str) -> Entry | None:
        """The one whose turn is next. Who has not had one yet, or rested, comes in where the others are."""
        known = self.records.host(host)
        turns = {}
        for entry in entries:
            standing = self.records.standing(host, entry.id)
            if standing.turn < known.clock or not standing.turn:
                standing.turn = known.clock + random.random()  # noqa: S311 - no secret
            turns[entry.id] = standing.turn
        return min(entries, key=lambda entry: turns[entry.id], default=None)

    def _lease(self, entry: Entry, host: str) -> Lease:
        now, standing = self._clock(), self.records.standing(host, entry.id)
        standing.turn += 1 / _weight(entry.standing, standing, self.records.host(host))
        resting = [one for one in (entry.standing, standing) if one.rest > 0]
        for one in resting:
            one.probed_until = now + PROBE_SECONDS
        return Lease(entry, host, now, probes=bool(resting))

    # What became of it

    def worked(self, lease: Lease, latency: float = 0.0) -> None:
        """An answer came through it, after ``latency`` seconds."""
        known, here = self.records.host(lease.host), self.records.standing(lease.host, lease.entry.id)
        lease.dead_before, lease.rest_before = known.dead_since, here.rest
        known.dead_since = self._dead_since = None
        good = Counts(answers=1, good=1, seconds=min(latency, LONGEST_LATENCY))
        for key, standing in zip(lease.keys, (lease.entry.standing, here), strict=True):
            self.records.count(key, standing, good)
            if lease.taken_at >= standing.rested_at:
                self.records.recover(key, standing)
        if here.latency:
            # It forgets, slowly: hosts become slower, too.
            known.best = min(here.latency, (known.best or here.latency) * 1.001)

    def failed(self, lease: Lease) -> float:
        """Have the proxy rest, for all hosts.

        Returns:
            The seconds that it rests; 0 where it does so already. What was under way when it broke counts once.
        """
        return 0.0 if lease.taken_at < lease.entry.standing.rested_at else self._fail(lease.entry)

    def banned(self, lease: Lease, at_least: float = 0.0) -> float:
        """What it ``worked`` for was a refusal: have it rest for that host.

        Args:
            at_least: seconds that the host asked for.

        Returns:
            As ``failed``.
        """
        _, key = lease.keys
        standing = self.records.standing(*key)
        self.records.count(key, standing, Counts(good=-1, bans=1))
        self.records.host(lease.host).dead_since = lease.dead_before
        if lease.taken_at < standing.rested_at:
            return 0.0
        # That the refusal came through is no reason to begin with short rests again.
        standing.rest = lease.rest_before
        return self.records.rest(key, standing, LONGEST_BAN, at_least)

    def doubt(self, name: str) -> float:
        """A request failed through this proxy, and not through another one.

        Returns:
            The seconds that it rests now; 0 where it does not.
        """
        entry, now = self.records.entries.get(name), self._clock()
        if entry is None or entry.standing.rests_until > now:
            return 0.0
        entry.standing.doubts += 1
        if entry.standing.doubts >= DOUBTS or entry.standing.is_due(now):
            return self._fail(entry)
        self.records.count((ITSELF, name), entry.standing, Counts(answers=1))
        return 0.0

    def acquit(self, lease: Lease) -> None:
        """The request failed by no fault of the proxy: another one may try whether its rest is over."""
        for standing in (lease.entry.standing, self.records.standing(lease.host, lease.entry.id)):
            standing.probed_until = 0.0

    def _fail(self, entry: Entry) -> float:
        key = (ITSELF, entry.id)
        self.records.count(key, entry.standing, Counts(answers=1))
        rest = self.records.rest(key, entry.standing, LONGEST_REST)
        self._note_dead()
        return rest

    # How it stands

    def entry(self, name: str | None) -> Entry | None:
        """The proxy of this digest, where it is still among them."""
        return self.records.entries.get(name) if name else None

    def others(self, lease: Lease) -> bool:
        """Whether another proxy could be asked now."""
        standings = self.records.host(lease.host).standings
        return any(
            entry is not lease.entry and not entry.standing.rest and not _rest(standings.get(entry.id))
            for entry in self.records.entries.values()
        )

    def wait(self, host: str) -> float:
        """Seconds until the first proxy may be tried again for ``host``; 0 where one is there."""
        standings, now = self.records.host(host).standings, self._clock()
        ends = [
            max(entry.standing.rests_until, standings[name].rests_until if name in standings else 0.0)
            for name, entry in self.records.entries.items()
        ]
        return max(0.0, min(ends, default=now + LONGEST_REST) - now)

    def dead_for(self, host: str) -> float:
        """Seconds for which no proxy has worked for ``host``; 0 while one does."""
        self._note_dead()
        since = [at for at in (self._dead_since, self.records.host(host).dead_since) if at is not None]
        return self._clock() - min(since) if since else 0.0

    @property
    def is_dead(self) -> bool:
        """Whether no proxy works for any host. That a rest has ended does not make a proxy work."""
        return all(entry.standing.rest for entry in self.records.entries.values())

    def _note_dead(self) -> None:
        if not self.is_dead:
            self._dead_since = None
        elif self._dead_since is None:
            self._dead_since = self._clock()

    def resting(self, host: str) -> tuple[int, int]:
        """How many proxies rest by themselves, and how many of the others for this host."""
        standings, entries = self.records.host(host).standings, self.records.entries
        alone = sum(1 for entry in entries.values() if entry.standing.rest)
        banned = sum(1 for name, entry in entries.items() if not entry.standing.rest and _rest(standings.get(name)))
        return alone, banned


def _rest(standing: Standing | None) -> float:
    return standing.rest if standing else 0.0


def _weight(itself: Standing, here: Standing, host: Host) -> float:
    """Its share beside that of one that does well: 1 or less. Who is not twice as slow as the quickest is quick."""
    weight = (itself.goodness * here.goodness) ** 2
    if here.latency and host.best:
        weight *= min(1.0, (2 * host.best + 0.2) / here.latency)
    return max(LEAST_WEIGHT, weight)
