"""What a posting pays: as its structured data says it, and as a text does (``parse_salary``)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from extractors.postings.pay.amounts import near_period, plain_number
from extractors.postings.pay.lexicon import cleaned, data, folded
from extractors.postings.pay.reading import enveloped, parse_salary
from extractors.postings.values import Node, as_list, text_of
from extractors.postings.words import period
from schemas.codes import CURRENCIES

__all__ = ["parse_salary", "salary_of"]

_SYMBOLS = {"€": "EUR", "£": "GBP", "US$": "USD", "CA$": "CAD", "A$": "AUD", "₹": "INR", "R$": "BRL", "zł": "PLN"}
_OLD_CODES = {"RUR": "RUB", "BYR": "BYN", "NTD": "TWD", "UKP": "GBP", "STG": "GBP", "TRL": "TRY", "ROL": "RON"}
_UNITS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year", "ph": "hour", "pd": "day"}
_LONGEST_UNIT = 40
_AMOUNT = r"(?:\d[\d.,'\u2019 \u00a0\u202f]*(?:k\b)?)"
_CURRENCY = rf"(?:{'|'.join(sorted(CURRENCIES))}|[A-Z]{{0,3}}[€£$₹¥]|zł|Kč|kr\.?)"
_MONEY = rf"\s*{_CURRENCY}?\s*({_AMOUNT})\s*{_CURRENCY}?\s*"
_LONGEST = 100
_LABEL = "Salary: "
_MOST_RANGES = 50
Range = dict[str, Any]


def salary_of(posting: Node) -> dict[str, Any] | None:
    """The posting's salary in the shape of ``schemas.posting.Salary``, or None where it says nothing.

    A text without an amount (``Competitive``) is kept in ``raw`` alone.
    """
    currency = _currency_of(posting.get("salaryCurrency"))
    for field, kind in (("baseSalary", "base"), ("estimatedSalary", "estimate")):
        said = as_list(posting.get(field))[:_MOST_RANGES]
        ranges = [found for value in said for found in _ranges(value, currency, kind)]
        raw = [words for value in said if (words := _raw(value))]
        if ranges or raw:
            return enveloped(ranges, raw)
    return None


def _ranges(value: Any, currency: str | None, kind: str) -> list[Range]:
    """An object has one range; a text that says more than amounts may have several."""
    one = _range(value, currency, kind)
    if one is not None:
        return [one]
    inner = value.get("value", value.get("price")) if isinstance(value, dict) else value
    inner = inner.get("value") if isinstance(inner, dict) else inner
    read = parse_salary(f"{_LABEL}{text_of(inner) or ''}") if isinstance(inner, str) else None
    ranges: list[Range] = read["ranges"] if read is not None else []
    return [one | {"currency": one["currency"] or currency} for one in ranges]


def _range(value: Any, currency: str | None, kind: str) -> Range | None:
    node: Node = value if isinstance(value, dict) else {"value": value}
    inner = node.get("value", node.get("price"))
    quantity: Node = inner if isinstance(inner, dict) else {"value": inner}
    low, high = _ends(node | {name: each for name, each in quantity.items() if each is not None})
    if low is None and high is None:
        return None
    unit = _first_period(quantity, node)
    return {
        "min": low,
        "max": high,
        "currency": _currency_of(node.get("currency", node.get("priceCurrency"))) or currency or _currency_in(inner),
        "period": unit,
        "period_stated": unit is not None,
        "kind": kind,
        "evidence": _raw(value),
    }


def _ends(quantity: Node) -> tuple[int | float | None, int | float | None]:
    """Least and most. Zero is what forms send where nobody filled them in."""
    low, high = (_amounts(quantity.get(name))[:1] for name in ("minValue", "maxValue"))
    if not low and not high:
        both = _amounts(quantity.get("value"))
        low, high = both[:1], both[-1:]
    return (low[0] or None if low else None), (high[0] or None if high else None)


def _first_period(*nodes: Node) -> str | None:
    words = (_period_of(node.get(name)) for node in nodes for name in ("unitText", "unitCode", "duration"))
    return next(filter(None, words), None)


def _period_of(value: Any) -> str | None:
    """In a field for it a word means more than in a text: ``M``, ``mies.``, ``Annual salary``."""
    word = folded(cleaned((text_of(value) or "")[:_LONGEST_UNIT])).strip(" ./")
    known = period(value) or _UNITS.get(word) or near_period(f" {word}", last=False)
    said = (near_period(f"1 per {one}", last=False) for one in (word, word.removesuffix("s")))
    return known or next(filter(None, said), None)


def _amounts(value: Any) -> list[int | float]:
    """The one or two amounts that a value is; a text with other words has none."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        amount = plain_number(Decimal(str(value)))
        return [] if amount is None else [amount]
    text = text_of(value) or ""
    match = _amounts_only().fullmatch(text) if len(text) <= _LONGEST else None
    return _ascending(match[1], match[2] or "") if match else []


@cache
def _amounts_only() -> re.Pattern[str]:
    """Only amounts: "according to grade 5" and "20 days" pay nothing. Made when it is first used, for it takes long."""
    return re.compile(rf"{_MONEY}(?:(?:[-\u2013\u2014]|to){_MONEY})?", re.IGNORECASE)


def _ascending(first: str, second: str) -> list[int | float]:
    """``30-40k`` is from 30,000; what goes down is no range."""
    if second.strip().casefold().endswith("k") and first.strip().isdecimal() and len(first.strip()) < 4:
        first = f"{first.strip()}k"
    amounts = [amount for text in (first, second) if text and (amount := _amount(text)) is not None]
    return amounts if amounts == sorted(amounts) else []


def _amount(text: str) -> int | float | None:
    """A number with any of the world's separators: ``1,42,400``, ``1.500,50``, ``50 000``, ``60k``."""
    digits = re.sub(r"[^\d.,k]", "", text.casefold()).rstrip(".,")
    thousands = 1000 if digits.endswith("k") else 1
    digits = digits.rstrip("k")
    mark = max(digits.rfind("."), digits.rfind(","))
    decimals = len(digits) - mark - 1
    repeated = mark >= 0 and digits.count(digits[mark]) > 1
    if mark >= 0 and not repeated and (decimals != 3 or ("." in digits and "," in digits)):
        digits = f"{digits[:mark]}_{digits[mark + 1 :]}"
    try:
        return plain_number(Decimal(re.sub("[.,]", "", digits).replace("_", ".")) * thousands)
    except InvalidOperation:
        return None


def _currency_of(value: Any) -> str | None:
    text = (text_of(value) or "").strip()
    code = _OLD_CODES.get(text.upper(), text.upper())
    named = data("currencies")["symbols"].get(text) or data("currencies")["symbols"].get(text.lower())
    return code if code in CURRENCIES else named if named in CURRENCIES else None


def _currency_in(value: Any) -> str | None:
    """The one currency that a text like ``EUR 40,000`` names; a mere ``$`` is that of many countries."""
    text = text_of(value) or ""
    codes = {code for code in re.findall(r"\b[A-Z]{3}\b", text) if code in CURRENCIES}
    codes |= {code for symbol, code in _SYMBOLS.items() if symbol in text}
    return codes.pop() if len(codes) == 1 else None


def _raw(value: Any) -> str | None:
    """The words of a text, or the amounts and units of an object, as the page has them."""
    if not isinstance(value, dict):
        return (text_of(value) or "")[:_LONGEST] or None
    inner = value.get("value", value.get("price"))
    quantity: Node = inner if isinstance(inner, dict) else {"value": inner}
    ends = [text_of((value | quantity).get(name)) for name in ("minValue", "maxValue", "value")]
    said = " - ".join(filter(None, ends))
    currency = text_of(value.get("currency", value.get("priceCurrency")))
    words = " ".join(filter(None, (currency, said, text_of(quantity.get("unitText")))))
    return words[:_LONGEST] if said else None
