"""Tiers: the ways to fetch a page, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Tier = Literal["direct", "proxy", "smartproxy", "browser"]
TIERS: tuple[Tier, ...] = ("direct", "proxy", "smartproxy", "browser")
MILLION = 1_000_000
GIGABYTE = 1_000_000_000


class BadTiersError(ValueError):
    """Somebody names a tier that there is not, or a cost that is none."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a tier costs, in millionths of whatever currency somebody counts in: for a request, and for a byte."""

    request: int = 0
    byte: float = 0.0

    def of(self, body_bytes: float) -> int:
        """The cost of an answer of this size, in millionths."""
        return self.request + round(self.byte * body_bytes)

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return not (self.request or self.byte)


FREE = Cost()


@dataclass(slots=True)
class TierUse:
    """What a job has asked of a tier: requests that were answered, bytes of the answers' bodies as they came over the
    wire, and what they cost, in millionths."""

    requests: int = 0
    bytes: int = 0
    cost: int = 0

    def counts(self) -> Iterator[tuple[str, int]]:
        """What is not zero, by name."""
        return ((name, count) for name, count in asdict(self).items() if count)

    def add(self, more: TierUse) -> None:
        """Count more."""
        self.requests += more.requests
        self.bytes += more.bytes
        self.cost += more.cost


def read_costs(said: Mapping[str, Mapping[str, Any]]) -> dict[str, Cost]:
    """The costs of tiers, each a mapping of ``request`` and ``gb`` to amounts of money; one that is not named is free.

    Raises:
        BadTiersError: a tier or a cost is none.
    """
    return {tier: _cost(tier, costs) for tier, costs in said.items()}


def read_tiers(said: str | Sequence[str]) -> tuple[str, ...]:
    """Tiers in their order, as a list or with commas between them.

    Raises:
        BadTiersError: one of them is none, or is named twice.
    """
    words = said.split(",") if isinstance(said, str) else said
    tiers = tuple(word.strip() for word in words if word.strip())
    for tier in tiers:
        if tier not in TIERS:
            raise BadTiersError(f"{tier} is no tier. There are: {', '.join(TIERS)}.")
    if len(set(tiers)) < len(tiers):
        raise BadTiersError("must name each tier once, the cheapest first")
    return tiers


def _cost(tier: str, costs: Mapping[str, Any]) -> Cost:
    if tier not in TIERS or not set(costs) <= {"request", "gb"}:
        raise BadTiersError(f"LONGLINE_TIER_COSTS: {tier} {dict(costs)}: name a tier's costs by request and gb.")
    try:
        request, gigabyte = float(costs.get("request", 0)), float(costs.get("gb", 0))
    except (TypeError, ValueError):
        request = gigabyte = -1.0
    if request < 0 or gigabyte < 0:
        raise BadTiersError(f"LONGLINE_TIER_COSTS: {tier}: {dict(costs)} are no amounts of money of at least 0.")
    return Cost(round(request * MILLION), gigabyte * MILLION / GIGABYTE)


def money(cost: int) -> str:
    """Millionths for people: 0.0123, 5.00."""
    whole, part = divmod(cost, MILLION)
    digits = f"{part:06}".rstrip("0")
    return f"{whole:,}.{digits:0<2}"
