"""What a text says of pay."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from extractors.postings.pay.amounts import amounts, near_period, plain_number
from extractors.postings.pay.judge import Around, is_pay
from extractors.postings.pay.labels import contract_of, gross_of, kind_of, where_of
from extractors.postings.pay.lexicon import PERIODS, cleaned, data, folded, pattern
from extractors.postings.pay.spans import Span, spans
from schemas.codes import CURRENCIES

_LONGEST = 60_000
_MOST_RANGES = 30
_EVIDENCE = 100
_LONGEST_ALONE = 80
_MILLION = 1_000_000
_ALIKE = 3
_JAPANESE = re.compile("[\u3040-\u30ff\u5186]|\u5e74[\u53ce\u4ff8]|[\u6708\u6642\u65e5]\u7d66|\u7d66\u4e0e")
_JUST_BEFORE = {
    "\u6708": "month",
    "\uc6d4": "month",
    "\u5e74": "year",
    "\uc5f0": "year",
    "\u65e5": "day",
    "\u6642": "hour",
}
"""Periods that stand right before an amount."""
_OF_COUNTRY = {"US": "USD", "GB": "GBP", "IN": "INR", "CN": "CNY", "JP": "JPY", "KR": "KRW"}
"""What pay without a currency is in, where a posting's only country is one of these."""
_CANADIAN = re.compile(r"\d ?\$ ?(?:\u00e0 |/ ?(?:an|heure)\b|de l.heure|par |brut|canad)")
_TRADITIONAL = re.compile("[\u842c\u6642\u8cc7\u500b\u8077\u734e\u9593]")
_CROWNS = {
    "SEK": r"\bkronor|l\u00f6n|m\u00e5nad|\bsek\b",
    "NOK": r"l\u00f8nn|\bnok\b",
    "DKK": r"l\u00f8n(?!n)|\bdkk\b",
}
_IN_DOLLARS = re.compile(r"(?:\bin |[Cc]urrency:? ?|\$ ?|\()([A-Z]{3})\b")
Range = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Text:
    """What is read: whether it says nothing but amounts, and what its signs of currencies mean."""

    text: str
    low: str
    alone: bool
    country: str | None
    code: Callable[[str | None], str | None]


def parse_salary(text: str, country: str | None = None) -> dict[str, Any] | None:
    """What ``text`` says of pay, in the shape of ``schemas.posting.Salary``; None where it says nothing.

    ``text`` is a phrase or a whole description, without markup. ``country`` (ISO 3166-1 alpha-2) tells which dollars
    or crowns are meant where the text does not; without it, ``$`` is USD and ``kr`` none. A period that is not said
    is None. Never raises; of a very long text only the beginning is read.
    """
    text, low = _own(cleaned(text[:_LONGEST]))
    # Which currency a sign means is looked for in the whole text: once for each sign.
    code = cache(partial(_currency, text=text, country=country))
    found = spans(list(amounts(text, low)), low)
    whole = _Text(text, low, _is_alone(low, found), country, code)
    ranges: list[Range] = []
    floor = 0
    before: tuple[Span, Range] | None = None
    for span in found:
        around = Around.of(span, text, low, floor)
        one = _range(span, around, before, whole)
        before = (span, one) if one is not None else None
        floor = span.end if span.currency or one is not None else floor
        if one is not None and one not in ranges and len(ranges) < _MOST_RANGES:
            ranges.append(one)
    return enveloped(_same_period(ranges), [one["evidence"] for one in ranges]) if ranges else None


def _same_period(ranges: list[Range]) -> list[Range]:
    """A range without a period has that of the others, if they have one and are of its size."""
    said = [one for one in ranges if one["period"] is not None]
    if len({one["period"] for one in said}) != 1:
        return ranges
    return [one | {"period": said[0]["period"]} if _is_alike(one, said[0]) else one for one in ranges]


def _is_alike(one: Range, other: Range) -> bool:
    first, second = (each["min"] or each["max"] or 0 for each in (one, other))
    same = one["period"] is None and one["currency"] == other["currency"]
    return same and second <= first * _ALIKE and first <= second * _ALIKE


@cache
def _others_pattern() -> re.Pattern[str]:
    return re.compile(rf"^[^\w\n]{{0,4}}{pattern('other_jobs').pattern}.{{0,40}}$", re.MULTILINE)


def _own(text: str) -> tuple[str, str]:
    """The text, and the same folded, without what follows under a heading like "Similar jobs": the pay of others."""
    low = folded(text)
    others = _others_pattern().search(low)
    return (text[: others.start()], low[: others.start()]) if others else (text, low)


def _is_alone(low: str, found: list[Span]) -> bool:
    """Whether a text says nothing but amounts and what goes with them, as the field of a form does."""
    if len(low) > _LONGEST_ALONE:
        return False
    rest, end = "", 0
    for span in found:
        rest, end = f"{rest}{low[end : span.start]} ", span.end
    return not re.search(r"\w", _beside_pattern().sub(" ", rest + low[end:]))


@cache
def _beside_pattern() -> re.Pattern[str]:
    return re.compile(
        "|".join(pattern(name).pattern for name in ("beside", "from", "up_to", "approx", *PERIODS.values()))
    )


def _range(span: Span, around: Around, before: tuple[Span, Range] | None, whole: _Text) -> Range | None:
    converted = span.converted_from is not None and before is not None
    if converted and before is not None:
        span.period = span.period or before[1]["period"]
    else:
        span.period = span.period or _period_around(around)
    if not converted and not is_pay(span, around, alone=whole.alone):
        return None
    return {
        "min": plain_number(span.low),
        "max": plain_number(span.high),
        "currency": whole.code(span.currency) or _by_size(span) or _OF_COUNTRY.get(whole.country or ""),
        "period": span.period,
        "period_stated": span.period is not None,
        "kind": kind_of(around),
        "gross": gross_of(span, around),
        "contract": contract_of(around),
        "where": where_of(around),
        "converted_from": whole.code(span.converted_from) if converted else None,
        "evidence": " ".join(whole.text[span.start : span.end].split())[:_EVIDENCE],
    }


def _period_around(around: Around) -> str | None:
    """``Monthly salary: …``, ``… for each hour``: the nearest that is not of another number."""
    behind = re.split(r"\d", around.behind[:40])[0]
    said = near_period(f" {around.sentence}", last=True) or near_period(behind, last=False) or _period_above(around)
    return said or _JUST_BEFORE.get(around.said.rstrip()[-1:])


def _period_above(around: Around) -> str | None:
    return near_period(f" {around.heading}", last=True) if pattern("pay").search(around.heading) else None


def _currency(sign: str | None, text: str, country: str | None) -> str | None:
    """The code; of a sign that several share, the one that the text or the country means."""
    if sign is None or sign in CURRENCIES:
        return sign
    table: dict[str, dict[str | None, str]] = data("currencies")
    if sign == "$":
        return _dollars(text) or table["dollars"].get(country) or ("CAD" if _CANADIAN.search(text) else "USD")
    if sign == "peso":
        return table["pesos"].get(country)
    if sign == "\u5143":
        return table["yuan"].get(country) or (None if _TRADITIONAL.search(text) else "CNY")
    if sign == "kr":
        return _crowns(text) or table["kronor"].get(country)
    return _yen(text) or table["yen"].get(country)


def _by_size(span: Span) -> str | None:
    """Nobody is paid a million yuan."""
    return "JPY" if span.currency == "\u00a5" and span.least >= _MILLION else None


def _dollars(text: str) -> str | None:
    """The one kind of dollars that the text names."""
    named = {match[1] for match in _IN_DOLLARS.finditer(text)} & set(data("currencies")["dollars"].values())
    words = {"canadian dollar": "CAD", "australian dollar": "AUD", "singapore dollar": "SGD", "us dollar": "USD"}
    named |= {code for word, code in words.items() if word in text.lower()}
    return named.pop() if len(named) == 1 else None


def _crowns(text: str) -> str | None:
    low = text.lower()
    found = [code for code, mark in _CROWNS.items() if re.search(mark, low)]
    return found[0] if len(found) == 1 else None


def _yen(text: str) -> str | None:
    if _JAPANESE.search(text):
        return "JPY"
    return "CNY" if re.search("[\u4e00-\u9fff]", text) else None


def enveloped(ranges: list[Range], raw: list[str]) -> dict[str, Any]:
    """The ranges with their envelope: of base pay in the currency and for the period of the first."""
    own = [one for one in ranges if not one.get("converted_from")]
    own = [one for one in own if one["kind"] == "base"] or own
    return _envelope(own) | {"raw": raw, "ranges": ranges}


def _envelope(ranges: list[Range]) -> Range:
    """Of the ranges that can be compared with the first one."""
    if not ranges:
        return {"min": None, "max": None, "currency": None, "period": None}
    currency, each = ranges[0]["currency"], ranges[0]["period"]
    alike = [one for one in ranges if (one["currency"], one["period"]) == (currency, each)]
    return {
        "min": min((one["min"] for one in alike if one["min"] is not None), default=None),
        "max": max((one["max"] for one in alike if one["max"] is not None), default=None),
        "currency": currency,
        "period": each,
    }
