"""Ranges: which amounts belong together, and which end of a range is open."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from extractors.postings.pay.amounts import Amount, sharper
from extractors.postings.pay.lexicon import pattern

_LONGEST_GAP = 24
_WIDEST = 25
_WIDEST_SLASH = 3
_OPENER_WINDOW = 40
_AND_MORE = re.compile(
    r"\s?(?:\+(?!\s?\w)|and up\b|or more\b|and above\b|plus\b(?! )|~\s*$|-t(?:ol|\u0151l)\b|"
    r"\u4ee5\u4e0a|\u8d77|\u304b\u3089|\uc774\uc0c1)"
)

_MIDDLE = re.compile(r"\s?[;,.|/-]?\s?mid(?:dle|point)?\b[.:]?\s?")


@dataclass(slots=True)
class Span:
    """From ``low`` to ``high``, where the text says so; None is an open end. ``start`` and ``end`` are its place."""

    start: int
    end: int
    low: Decimal | None
    high: Decimal | None
    currency: str | None
    period: str | None
    gross: bool | None
    two_ended: bool
    large: bool
    converted_from: str | None = None

    @property
    def least(self) -> Decimal:
        """Whichever end is said, the lower one."""
        return self.low if self.low is not None else self.high or Decimal(0)


def spans(found: list[Amount], low: str) -> list[Span]:
    """The amounts of a text as ranges and single amounts, in their order."""
    found = _without_middles(found, low)
    joined: list[Span] = []
    position = 0
    while position < len(found):
        taken = _interleaved(found[position : position + 4], low) or _next(found[position : position + 2], low)
        joined += taken[1]
        position += taken[0]
    return _converted(joined, low)


def _without_middles(found: list[Amount], low: str) -> list[Amount]:
    """``Min: 50 Mid: 60 Max: 70``: what stands between the ends belongs to the first of them."""
    kept: list[Amount] = []
    for amount in found:
        if kept and _MIDDLE.fullmatch(low, kept[-1].end, amount.start):
            kept[-1] = replace(kept[-1], end=amount.end)
        else:
            kept.append(amount)
    return kept


def _next(found: list[Amount], low: str) -> tuple[int, list[Span]]:
    """How many amounts the next range takes, and the range."""
    pair = _pair(found[0], found[1], low) if len(found) == 2 else None
    return (2, [pair]) if pair is not None else (1, [_single(found[0], low)])


def _interleaved(found: list[Amount], low: str) -> tuple[int, list[Span]] | None:
    """``610 BGN / ~305 EUR to 2050 BGN / ~1025 EUR``: each end is followed by its conversion."""
    currencies = [amount.currency for amount in found]
    if len(found) < 4 or None in currencies or currencies[:2] != currencies[2:] or currencies[0] == currencies[1]:
        return None
    first, converted, second, last = found
    if not (_restates(first, converted, low) and _restates(second, last, low)):
        return None
    pair = _pair(replace(first, end=converted.end), second, low)
    if pair is None:
        return None
    pair.end = last.end
    other = replace(pair, low=_total(converted), high=_total(last), currency=converted.currency)
    return 4, [pair, replace(other, converted_from=first.currency)]


def _restates(first: Amount, second: Amount, low: str) -> bool:
    gap = low[first.end : second.start]
    return len(gap) <= _LONGEST_GAP and _conversion_pattern().fullmatch(gap) is not None


def _total(amount: Amount) -> Decimal:
    return amount.value * amount.factor


@cache
def _gap_pattern() -> re.Pattern[str]:
    ends = f"{pattern('up_to').pattern}|{pattern('approx').pattern}"
    return re.compile(
        rf"[\s*/)]*(?:(?P<range>{pattern('between').pattern})|(?P<and>{pattern('and').pattern})|"
        rf"(?P<max>[;,.]?\s*(?:and\s)?max(?:imum)?\b\.?(?:\s\w{{1,12}})?:?)|(?P<slash>/))\s*(?:{ends})?\s*"
    )


def _pair(first: Amount, second: Amount, low: str) -> Span | None:
    """The two as one range, if what stands between them and before them says so."""
    gap = low[first.end : second.start]
    match = _gap_pattern().fullmatch(gap) if len(gap) <= _LONGEST_GAP else None
    if match is None or ((match["and"] or match["max"]) and not _opened(first, low)):
        return None
    if (
        first.currency
        and second.currency
        and len({first.currency, second.currency} - {"$", "kr", "¥", "元", "peso"}) > 1
    ):
        return None
    bottom, top = _ends(first, second)
    widest = _WIDEST_SLASH if match["slash"] else _WIDEST
    if not 0 < bottom <= top or top > bottom * widest or (match["slash"] and first.period):
        return None
    return Span(
        first.start,
        second.end,
        bottom,
        top,
        sharper(second.currency, first.currency),
        second.period or first.period,
        second.gross if second.gross is not None else first.gross,
        two_ended=True,
        large=max(first.factor, second.factor) > 1,
    )


def _opened(first: Amount, low: str) -> bool:
    """``between 1 and 2`` is a range, ``1 and 2`` is none."""
    window = low[max(0, first.start - _OPENER_WINDOW) : first.start]
    return pattern("opener").search(window) is not None


def _ends(first: Amount, second: Amount) -> tuple[Decimal, Decimal]:
    """Both with what stands behind one of them alone: ``80-100k``, ``50-80.000``."""
    bottom, top = _total(first), _total(second)
    if first.factor == 1 < second.factor and first.value <= second.value:
        bottom = first.value * second.factor
    elif second.factor == 1 < first.factor and first.value <= second.value:
        top = second.value * first.factor
    elif second.grouped and not first.grouped and first.value < 1000 and first.value * 1000 <= top:
        bottom *= 1000
    return bottom, top


@cache
def _before_pattern(concept: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern(concept).pattern}[\s:(]*(?:{pattern('approx').pattern}\s*)?$")


def _single(amount: Amount, low: str) -> Span:
    before = low[max(0, amount.start - 30) : amount.start]
    value = _total(amount)
    bottom: Decimal | None = value
    top: Decimal | None = value
    if _before_pattern("up_to").search(before):
        bottom = None
    elif amount.more or _open_above(amount, before, low):
        top = None
    return Span(
        amount.start,
        amount.end,
        bottom,
        top,
        amount.currency,
        amount.period,
        amount.gross,
        two_ended=False,
        large=amount.factor > 1,
    )


def _open_above(amount: Amount, before: str, low: str) -> bool:
    sentence = low[max(0, amount.start - 60) : amount.start].rpartition("\n")[2]
    behind = low[amount.end : amount.end + 16]
    return bool(
        _before_pattern("from").search(before) or pattern("starting").search(sentence) or _AND_MORE.match(behind)
    )


@cache
def _conversion_pattern() -> re.Pattern[str]:
    approx = pattern("approx").pattern
    return re.compile(rf"[\s/(\[|=,]*(?:{approx}[\s(]*)?|\s*or\s*{approx}\s*")


def _converted(found: list[Span], low: str) -> list[Span]:
    """``1,800 BGN (920 EUR)``: the second says the first once more, in another currency."""
    for index in range(1, len(found)):
        before, after = found[index - 1], found[index]
        gap = low[before.end : after.start]
        other = bool(before.currency and after.currency and before.currency != after.currency)
        alike = before.two_ended == after.two_ended
        if other and alike and len(gap) <= _LONGEST_GAP and gap.strip() and _conversion_pattern().fullmatch(gap):
            found[index] = replace(after, converted_from=before.converted_from or before.currency)
            before.period = before.period or after.period
    return found
