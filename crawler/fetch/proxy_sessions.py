"""Sessions: cookies and a proxy that stay together, until the proxy fails or is banned."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count

from crawler.fetch.proxy_pool import Lease, ProxyPool

MOST_SESSIONS = 10_000
FAILURES = 2
"""Requests in a row that failed by whose fault nobody knows: then a session goes on elsewhere."""


@dataclass(slots=True)
class Session:
    """A proxy since a time, and the name of the cookies that came through it."""

    proxy: str
    since: float
    jar: str
    failures: int = 0


class Sessions:
    """``forget`` is told the names of cookies that nobody will send again."""

    def __init__(self, pool: ProxyPool, clock: Callable[[], float], forget: Callable[[str], None]) -> None:
        self._pool = pool
        self._clock = clock
        self._forget = forget
        self._numbers = count(1)
        self._sessions: OrderedDict[Hashable, Session] = OrderedDict()

    def take(self, key: Hashable, name: str, host: str) -> Lease | None:
        """The session's proxy; where that may not be used, a new session with another one. None: there is none.

        ``name`` is what people call the session.
        """
        session = self._sessions.get(key)
        lease = self._pool.take_again(session.proxy, host, session.since) if session else None
        if lease is None:
            lease = self._pool.take(host, careful=True)
            if lease is None:
                return None
            self._begin(key, name, lease)
        self._sessions.move_to_end(key)
        return lease

    def _begin(self, key: Hashable, name: str, lease: Lease) -> None:
        self.retire(key)
        jar = f"{name}~{next(self._numbers)}"
        self._sessions[key] = Session(lease.entry.id, self._clock(), jar)
        if len(self._sessions) > MOST_SESSIONS:
            _, oldest = self._sessions.popitem(last=False)
            self._forget(oldest.jar)

    def retire(self, key: Hashable) -> None:
        """What comes next has another proxy, and no cookies."""
        session = self._sessions.pop(key, None)
        if session:
            self._forget(session.jar)

    def jar(self, key: Hashable) -> str:
        """The name of the session's cookies."""
        return self._sessions[key].jar

    def worked(self, key: Hashable, lease: Lease) -> None:
        """An answer came."""
        session = self._sessions.get(key)
        if session and session.proxy == lease.entry.id:
            session.failures = 0

    def failed(self, key: Hashable, lease: Lease) -> bool:
        """A request failed, and it is not known by whose fault: whether the session has ended now."""
        session = self._sessions.get(key)
        if session is None or session.proxy != lease.entry.id:
            return True
        session.failures += 1
        if session.failures >= FAILURES:
            self.retire(key)
        return session.failures >= FAILURES
