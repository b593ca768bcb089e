"""By which tier pages come, for all workers: what one of them learns, the others know soon, and after a restart.

A page belongs to a host and to a template, a form of URLs; the template of no name is the host as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis, RedisCluster

from frontier.codec import dumps, loads
from frontier.scripts import Script
from schemas.redis_keys import TIER_POLICY

MOST_ANSWERS = 20.0
"""As many answers as a moving average remembers."""
MOST_TEMPLATES = 500
"""Of a host."""
KEPT_SECONDS = 7 * 86_400
"""A host of which nobody has said anything for so long is forgotten."""
PROBE_SECONDS = 60.0
"""A cheaper tier is tried after so long, and after twice as long each time it does not do."""
LONGEST_PROBE_SECONDS = 86_400.0

WHOLE = ""
"""Stands for a template, where it is about a host as a whole."""
Key = tuple[str, str]
"""A host (its name, with a port), and a template."""


@dataclass(frozen=True, slots=True)
class News:
    """What became of requests by one tier; ``anew``: a trial of a cheaper tier, which went well."""

    key: Key
    tier: str
    answers: float
    good: float
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What all workers know: by tier, answers and how many of them were pages; seconds until a cheaper tier may be
    tried, None where there is no reason to."""

    tiers: Mapping[str, tuple[float, float]]
    probe_in: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is new of the hosts that were asked about, and for which of those due a cheaper tier may be tried once."""

    known: dict[Key, Known] = field(default_factory=dict)
    allowed: frozenset[Key] = frozenset()


class TierPolicies:
    """What workers know, in Redis; one exchange is one step there.

    Args:
        probe_seconds: after which a cheaper tier is tried for the first time.
    """

    def __init__(self, server: Redis | RedisCluster, probe_seconds: float = PROBE_SECONDS) -> None:
        self._script = Script(server, "room", "tiers")
        self._server = server
        self._probe_seconds = probe_seconds
        self._read: dict[str, int] = {}

    async def exchange(self, news: Sequence[News] = (), hosts: Iterable[str] = (), due: Iterable[Key] = ()) -> Answer:
        """Say what is new, and hear what is new of these hosts since they were asked about last.

        Args:
            due: a cheaper tier may be tried by one request, where no other worker does so.

        Raises:
            RedisUnavailableError: Redis cannot be used now. What was said may have been heard or not.
        """
        hosts = list(hosts)
        request = {
            "news": [[*one.key, one.tier, one.answers, one.good, one.anew] for one in news],
            "hosts": [[host, self._read.get(host, 0)] for host in hosts],
            "due": list(due),
            "most": MOST_ANSWERS,
            "most_templates": MOST_TEMPLATES,
            "kept": KEPT_SECONDS,
            "wait": self._probe_seconds * 1e6,
            "longest": LONGEST_PROBE_SECONDS * 1e6,
        }
        now, known, allowed = loads(await self._script.run([TIER_POLICY], [TIER_POLICY, dumps(request)]))
        self._read |= dict.fromkeys(hosts, now)
        return Answer(
            {(host, template): _known(entry, now) for host, template, entry in known},
            frozenset((host, template) for host, template in allowed),
        )

    def forget(self, host: str) -> None:
        """Hear all of a host again when it is asked about next."""
        self._read.pop(host, None)

    async def close(self) -> None:
        """Close the connections."""
        await self._server.aclose()


def _known(entry: list[object], now: int) -> Known:
    _, probe_at, _, tiers = entry
    probe = float(probe_at)  # type: ignore[arg-type] # msgpack's numbers
    # An empty table of Lua's is an empty list.
    counts = {tier: (float(one[0]), float(one[1])) for tier, one in dict(tiers or {}).items()}  # type: ignore[call-overload]
    return Known(counts, max(0.0, (probe - now) / 1e6) if probe else None)
