"""How a proxy fares, in itself or with one host: moving averages, rests, and the one request that ends a rest.

No Scrapy, no network, no clock of its own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from frontier.proxy_health import HALF_LIFE, MOST_ANSWERS, Counts

FIRST_REST = 10.0
"""Seconds that something rests at least; at first up to three times that, and then up to three times the last rest."""
PRIOR = 2.0
"""As many good answers are assumed before there are any: who is new is tried."""


@dataclass(slots=True)
class Standing:
    """A proxy's, or a proxy's with one host. Times are those of the pool's clock, in seconds.

    ``rest``: the length of the last rest; 0 where an answer came well since. ``turn`` orders proxies for a host: the
    smallest is next.
    """

    counts: Counts = field(default_factory=Counts)
    at: float = 0.0
    unsaid: Counts = field(default_factory=Counts)
    rest: float = 0.0
    rests_until: float = 0.0
    rested_at: float = -1.0
    doubts: int = 0
    turn: float = 0.0
    allowed_until: float = 0.0
    probed_until: float = 0.0

    def count(self, counts: Counts, now: float) -> None:
        """Something became of a request."""
        self.counts = self.decayed(now) + counts
        self.counts = self.counts.scaled(min(1.0, MOST_ANSWERS / max(self.counts.answers, 1e-9)))
        self.at = now
        self.unsaid = self.unsaid + counts

    def decayed(self, now: float) -> Counts:
        """What is known, old news counting for less."""
        return self.counts.scaled(0.5 ** (max(0.0, now - self.at) / HALF_LIFE)) if self.counts.answers else self.counts

    @property
    def goodness(self) -> float:
        """The part of its answers that were good, 0 to 1."""
        return (max(0.0, self.counts.good) + PRIOR) / (max(0.0, self.counts.answers) + PRIOR)

    @property
    def latency(self) -> float | None:
        """Seconds, on average; None where too little is known."""
        return self.counts.seconds / self.counts.good if self.counts.good >= 2.5 else None

    def begin_rest(self, now: float, longest: float, at_least: float = 0.0) -> float:
        """Have it rest: the seconds, by chance between the first rest's and three times the last one's."""
        last = max(self.rest, FIRST_REST)
        length = min(longest, max(at_least, random.uniform(FIRST_REST, 3 * last)))  # noqa: S311 - no secret
        self.rests(now, length, length)
        return length

    def rests(self, now: float, length: float, left: float) -> None:
        """It rests for ``left`` seconds more."""
        self.rest, self.rests_until, self.rested_at = length, now + left, now
        self.allowed_until = self.probed_until = 0.0
        self.doubts = 0

    def recover(self) -> None:
        """An answer came well."""
        self.rest = self.rests_until = self.allowed_until = self.probed_until = 0.0
        self.doubts = 0

    def is_due(self, now: float) -> bool:
        """Its rest is over, and nobody knows whether it works again."""
        return self.rest > 0 and self.rests_until <= now

    def may_probe(self, now: float, *, shared: bool) -> bool:
        """Whether one request may find that out, here and now; ``shared``: only where all workers agree to it."""
        return self.is_due(now) and self.probed_until <= now and (not shared or self.allowed_until > now)

    def waits_for_leave(self, now: float) -> bool:
        """Whether its rest is over, and nobody has said yet that it may be tried here."""
        return self.is_due(now) and self.allowed_until <= now and self.probed_until <= now
