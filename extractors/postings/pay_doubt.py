"""Whether two texts of one posting name different pay: not rounded, not for another period, not in another currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from extractors.postings.words import word_list

Data = dict[str, Any]
_CONVERTED = 0.22
Ends = tuple[float, float]

_IN_A_YEAR = {"hour": (2080, 1560, 1040, 780), "day": (260, 130), "week": (52,), "month": (12,), "year": (1,)}
"""Hours and days of those who work part time, too."""
_ROUNDED = 0.03
_ESTIMATED = 0.3
"""How far pay for two periods may be apart: weeks of 35 hours, thirteen months."""
_OTHER = 0.05
_SIGNS = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "BRL"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "\u00a5": frozenset({"JPY", "CNY"}),
    "\u5143": frozenset({"CNY", "TWD", "HKD"}),
}


def pay_differs(taken: Data, shown: Data, words: str, is_there: Callable[[float], bool]) -> bool:
    """Whether ``shown`` contradicts ``taken``, both as ``schemas.posting.Salary``.

    ``words`` are those of the page; ``is_there`` says whether the page has an amount elsewhere.
    """
    here, there = _ends(taken), _ends(shown)
    if here is None or there is None or _kinds(taken) != _kinds(shown):
        return False
    alike = _agree(here, there, _ROUNDED)
    if _currencies_differ(taken["currency"], shown["currency"], words):
        return alike or not _is_converted(here, taken, there, shown)
    if alike:
        return bool(taken["period"] and shown["period"]) and taken["period"] != shown["period"]
    if _same_in_another_period(here, there, taken["period"], shown["period"]):
        return False
    return not any(map(is_there, here))


def _ends(pay: Data) -> Ends | None:
    said = [float(pay[end]) for end in ("min", "max") if pay.get(end)]
    return (said[0], said[-1]) if said else None


def _kinds(pay: Data) -> set[str]:
    """An estimate is one of base pay."""
    kinds = {one.get("kind") or "base" for one in pay.get("ranges") or [{}]}
    return {"base" if kind == "estimate" else kind for kind in kinds}


def _currencies_differ(one: str | None, other: str | None, words: str) -> bool:
    """A sign may be that of several; a page that names a code means that one."""
    if not one or not other or one == other:
        return False
    signs = (family for sign, family in _SIGNS.items() if sign in words.casefold() and other not in words)
    return not any(one in family and other in family for family in signs)


def _is_converted(here: Ends, taken: Data, there: Ends, shown: Data) -> bool:
    """Whether both may be the same in two currencies; yes, where the rate is not known."""
    rates = [_to_a_dollar().get(pay["currency"]) for pay in (taken, shown)]
    if not all(rates):
        return True
    mine, theirs = (_times(ends, 1 / (rate or 1)) for ends, rate in zip((here, there), rates, strict=True))
    return _agree(mine, theirs, _CONVERTED) or _same_in_another_period(
        mine, theirs, taken["period"], shown["period"], _CONVERTED
    )


def _to_a_dollar() -> dict[str, float]:
    """Roughly, so that an amount that was only converted is known."""
    rates: dict[str, float] = word_list("rough_rates")
    return rates


def _agree(one: Ends, other: Ends, apart: float) -> bool:
    """Whether one of two ranges says no more than a part of the other."""
    inside = any(_covers(*pair, apart) for pair in ((one, other), (other, one)))
    return inside or (_near(one[0], other[0], _OTHER) or _near(one[1], other[1], _OTHER))


def _covers(wide: Ends, narrow: Ends, apart: float) -> bool:
    return wide[0] * (1 - apart) <= narrow[0] and narrow[1] <= wide[1] * (1 + apart)


def _near(one: float, other: float, apart: float) -> bool:
    return abs(one - other) <= apart * max(one, other)


def _same_in_another_period(
    one: Ends, other: Ends, period: str | None, shown: str | None, rounded: float = _ROUNDED
) -> bool:
    """Where a period is not said, any may be meant."""
    factors = product(_factors(period), _factors(shown))
    return any(
        _agree(_times(one, mine), _times(other, theirs), _ESTIMATED if mine != theirs else rounded)
        for mine, theirs in factors
    )


def _factors(period: str | None) -> Iterable[int]:
    return _IN_A_YEAR[period] if period else [numbers[0] for numbers in _IN_A_YEAR.values()]


def _times(ends: Ends, factor: float) -> Ends:
    return ends[0] * factor, ends[1] * factor
