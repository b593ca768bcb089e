"""How proxies fare, for all workers: what one of them learns, the others know a second later, and after a restart.

Nothing of a proxy is in Redis but its digest: no address, no user, no password.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis, RedisCluster

from frontier.codec import dumps, loads
from frontier.scripts import Script
from schemas.redis_keys import PROXY_EVENTS, PROXY_HEALTH

HALF_LIFE = 600.0
"""Seconds after which an answer counts for half."""
MOST_ANSWERS = 50.0
"""As many answers as a moving average remembers."""
KEPT_SECONDS = 86_400
"""What nobody has said anything of for so long is forgotten."""
PROBE_SECONDS = 90.0
"""How long one request may take that tries whether a proxy's rest is over; then another one may, of any worker."""

ITSELF = ""
"""Stands for a host, where it is about a proxy alone."""
Key = tuple[str, str]
"""A host (its name, with a port), and a proxy's digest."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums of what became of requests; ``seconds`` is the sum of the latencies of the good ones."""

    answers: float = 0.0
    good: float = 0.0
    bans: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.answers + other.answers,
            self.good + other.good,
            self.bans + other.bans,
            self.seconds + other.seconds,
        )

    def scaled(self, factor: float) -> Counts:
        """The same, counting for more or less."""
        return Counts(self.answers * factor, self.good * factor, self.bans * factor, self.seconds * factor)


@dataclass(frozen=True, slots=True)
class News:
    """What a worker has learned.

    Args:
        counts: since it said so last.
        rest: the length of a rest that it gave, in seconds; 0: a rest is over; None: neither.
        left: what is left of that rest.
    """

    key: Key
    counts: Counts = Counts()
    rest: float | None = None
    left: float = 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """What all workers know: a rest of ``rest`` seconds, of which ``left`` are left; 0: none."""

    counts: Counts
    rest: float
    left: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What is new since the last exchange, and of the hosts that were asked about; which proxies may be tried."""

    known: dict[Key, Known] = field(default_factory=dict)
    allowed: frozenset[Key] = frozenset()


class ProxyHealth:
    """What workers know, in Redis; one exchange is one step there."""

    def __init__(self, server: Redis | RedisCluster) -> None:
        self._script = Script(server, "proxy_health")
        self._server = server
        self._since = 0

    async def exchange(self, news: Sequence[News] = (), hosts: Iterable[str] = (), due: Iterable[Key] = ()) -> Answer:
        """Say what is new, and hear what is.

        Args:
            hosts: those of which everything is told; of others, only rests that began or ended since the last exchange.
            due: whose rest is over, and who may be tried with one request, where no other worker does so.

        Raises:
            RedisUnavailableError: Redis cannot be used now. What was said may have been heard or not.
        """
        request = {
            "since": self._since,
            "news": [_packed(one) for one in news],
            "hosts": list(hosts),
            "due": list(due),
            "half_life": HALF_LIFE,
            "most": MOST_ANSWERS,
            "kept": KEPT_SECONDS,
            "probe": PROBE_SECONDS,
        }
        now, known, allowed = loads(await self._script.run([PROXY_EVENTS], [PROXY_HEALTH, dumps(request)]))
        self._since = now
        return Answer(
            {(host, proxy): _known(entry, now) for host, proxy, entry in known},
            frozenset((host, proxy) for host, proxy in allowed),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._server.aclose()


def _packed(news: News) -> list[Any]:
    counts = news.counts
    rest = -1 if news.rest is None else news.rest
    return [*news.key, counts.answers, counts.good, counts.bans, counts.seconds, rest, news.left]


def _known(entry: list[float], now: int) -> Known:
    answers, good, bans, seconds, _, until, rest, _ = entry
    return Known(Counts(answers, good, bans, seconds), rest, max(0.0, (until - now) / 1e6))
