"""What is known of each proxy, by itself and with each host: here, and as all workers know it. Bounded in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crawler.fetch.proxy_standing import Standing
from frontier.proxy_health import ITSELF, PROBE_SECONDS, Answer, Counts, Key, Known, News
from schemas.proxies import Proxy

MOST_HOSTS = 1000
MOST_STANDINGS = 100_000
"""Of proxies with hosts; those of the host that was asked longest ago are forgotten first."""


@dataclass(slots=True)
class Entry:
    """A proxy and how it fares by itself."""

    proxy: Proxy
    id: str
    standing: Standing = field(default_factory=Standing)


@dataclass(slots=True)
class Host:
    """How proxies fare with one host.

    Args:
        clock: the turn of the proxy that was chosen last.
        best: the latency of the quickest one, in seconds; 0: not known.
        dead_since: when it was first found that no proxy works for it.
    """

    standings: dict[str, Standing] = field(default_factory=dict)
    clock: float = 0.0
    best: float = 0.0
    dead_since: float | None = None


class Records:
    """``clock``: seconds, as ``time.monotonic``."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.entries: dict[str, Entry] = {}
        self._clock = clock
        self._hosts: OrderedDict[str, Host] = OrderedDict()
        self._size = 0
        self._news: dict[Key, float] = {}
        self._counted: set[Key] = set()

    def replace(self, proxies: Iterable[Proxy]) -> None:
        """Have these proxies from now on; those that were there before keep their health."""
        known, self.entries = self.entries, {}
        for proxy in proxies:
            entry = known.get(proxy.id) or Entry(proxy, proxy.id)
            entry.proxy = proxy
            self.entries[entry.id] = entry
        for host in self._hosts.values():
            host.standings = {name: one for name, one in host.standings.items() if name in self.entries}
        self._size = sum(len(host.standings) for host in self._hosts.values())

    def host(self, name: str) -> Host:
        """What is known of a host; it is the last to be forgotten now."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = Host()
        self._hosts.move_to_end(name)
        while len(self._hosts) > 1 and (len(self._hosts) > MOST_HOSTS or self._size > MOST_STANDINGS):
            _, gone = self._hosts.popitem(last=False)
            self._size -= len(gone.standings)
        return host

    def hosts(self) -> list[str]:
        """Those of which something is known here; the one that was asked last comes last."""
        return list(self._hosts)

    def standing(self, host: str, name: str) -> Standing:
        """Of a proxy with a host."""
        standings = self.host(host).standings
        if name not in standings:
            standings[name] = Standing()
            self._size += 1
        return standings[name]

    def at(self, key: Key) -> Standing | None:
        """None where nothing is known here of the host, or of the proxy."""
        host, name = key
        entry = self.entries.get(name)
        if host == ITSELF or entry is None:
            return entry.standing if entry else None
        return self.standing(host, name) if host in self._hosts else None

    # What is learned here

    def count(self, key: Key, standing: Standing, counts: Counts) -> None:
        """Something became of a request."""
        standing.count(counts, self._clock())
        self._counted.add(key)

    def rest(self, key: Key, standing: Standing, longest: float, at_least: float = 0.0) -> float:
        """Have it rest: for so many seconds."""
        length = standing.begin_rest(self._clock(), longest, at_least)
        self._news[key] = length
        return length

    def recover(self, key: Key, standing: Standing) -> None:
        """It works again."""
        if standing.rest:
            self._news[key] = 0.0
        standing.recover()

    # What all workers know

    def news(self, *, counts: bool) -> list[News]:
        """What is to be told: rests, and with ``counts`` what was counted. It is told once, unless ``untold``."""
        now = self._clock()
        keys = set(self._news) | (self._counted if counts else set())
        found = []
        for key in keys:
            standing, rest = self.at(key), self._news.get(key)
            if standing is not None:
                found.append(News(key, standing.unsaid, rest, max(0.0, standing.rests_until - now) if rest else 0.0))
                standing.unsaid = Counts()
        self._news.clear()
        self._counted -= keys
        return found

    def untold(self, news: Iterable[News]) -> None:
        """Nobody has heard it: it is news again."""
        for one in news:
            standing = self.at(one.key)
            if standing is not None:
                standing.unsaid = standing.unsaid + one.counts
                self._counted.add(one.key)
                if one.rest is not None:
                    self._news.setdefault(one.key, one.rest)

    def learn(self, answer: Answer) -> None:
        """What all workers know, and which proxies this one may try."""
        for key, known in answer.known.items():
            standing = self.at(key)
            # What became of requests since it was asked is newer.
            if standing is not None and key not in self._news:
                self._learn(standing, known)
        for key in answer.allowed:
            standing = self.at(key)
            if standing is not None:
                standing.allowed_until = self._clock() + PROBE_SECONDS

    def _learn(self, standing: Standing, known: Known) -> None:
        now = self._clock()
        standing.counts, standing.at = known.counts + standing.unsaid, now
        if not known.rest:
            standing.recover()
        elif standing.rest != known.rest or known.left > standing.rests_until - now + 1:
            standing.rests(now, known.rest, known.left)

    def due(self) -> list[Key]:
        """Whose rest is over, and who may not be tried yet."""
        now = self._clock()
        found = [(ITSELF, name) for name, one in self.entries.items() if one.standing.waits_for_leave(now)]
        for host, known in self._hosts.items():
            found += [(host, name) for name, one in known.standings.items() if one.waits_for_leave(now)]
        return found
