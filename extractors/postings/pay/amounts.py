"""Amounts of money in a text: the number, its currency, and what stands right behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from extractors.postings.pay.lexicon import LETTER, PERIODS, any_of, data, folded, pattern
from schemas.codes import CURRENCIES

_NUMBER = re.compile(
    r"(?<![\d.,])(?:"
    r"\d{1,3}(?:(?P<mark>[ .,'\u2019\u02bc`])\d{3})(?:(?P=mark)\d{3})*(?:[.,]\d{1,2})?(?![.,']?\d)"
    r"|\d{1,2}(?:,\d{2}){1,3},\d{3}(?:\.\d{1,2})?(?![.,]?\d)"  # 1,42,400
    r"|\d{1,12}(?:[.,]\d{1,4})?(?!\d))"
)
_MOST = 200
_LARGEST = Decimal(10) ** 11
_BEFORE, _BEHIND = 14, 48
_NO_PREFIX = {"ALL", "TOP", "CUP", "PEN", "MOP"}
_PREFIX_ONLY = {"R", "N", "S/", "S/.", "RM", "N$"}
_STANDS_CLOSE = {"m", "M", "b", "B", "T", "L", "w", "W", "tr", "mil", "bi", "mn", "cr"}
_DASHES = re.compile(r"\s?\(\+ ?vat\)|\s?/-+|[.,]?[-\u2013\u2014]{1,2}(?!\s?[\d$\u20ac\u00a3])(?=[\s)]|$)|\*+|\)|=")
_MONTHS_PAID = re.compile(r"\s?[\u00b7x\u00d7*]?\s?1[2-9]\u85aa")
_NORDIC = frozenset({"kr", "DKK", "NOK", "SEK"})
_TWICE = re.compile(r"\b(?:bi|semi)[ -]?$")
"""``bi-weekly`` is not each week."""
_PLANS = re.compile(r"40[13] ?\(?[kb]\b|457 ?\(?b\b")
_NO_AMOUNT = re.compile(
    r"\s?(?:%|percent|prozent|pour ?cent|\([kb]\)|(?:st|nd|rd|th)\b|\+?\s?(?:years?|days|hours|hrs)\b)"
)


@dataclass(slots=True)
class Amount:
    """A number of a text with what belongs to it; ``start`` and ``end`` include that."""

    start: int
    end: int
    value: Decimal
    factor: int = 1
    currency: str | None = None
    period: str | None = None
    gross: bool | None = None
    more: bool = False
    grouped: bool = False


def amounts(text: str, low: str) -> Iterator[Amount]:
    """The first amounts of a cleaned text, and of the same text folded."""
    end = 0
    for count, number in enumerate(_NUMBER.finditer(text)):
        if count == _MOST:
            return
        if number.start() < end:
            continue
        amount = _amount(number, text, low, end)
        if amount is not None:
            end = amount.end
            yield amount


def _amount(number: re.Match[str], text: str, low: str, floor: int) -> Amount | None:
    start, currency = _prefix(text, number.start(), floor)
    if (start == number.start() and _in_a_word(text, start)) or _PLANS.match(low, number.start()):
        return None
    amount = Amount(start, number.end(), _value(number[0], number["mark"]), currency=currency)
    amount.grouped = number["mark"] is not None
    _read_factor(amount, text)
    if _NO_AMOUNT.match(low, amount.end) or (number[0][0] == "0" and number[0][1:2].isdigit()):
        return None
    _read_tail(amount, text, low)
    behind = text[amount.end : amount.end + 1]
    return None if amount.end == number.end() and behind.isalpha() and behind.isascii() else amount


def _in_a_word(text: str, start: int) -> bool:
    before = text[start - 1 : start]
    return before == "#" or (before.isalpha() and before.isascii()) or before == "_"


def _value(digits: str, mark: str | None) -> Decimal:
    """A number with any of the world's separators."""
    if mark is not None:
        whole, *decimals = re.split(r"[.,]", digits.replace(mark, "")) if mark in ".," else re.split(r"[.,]", digits)
        whole = whole.replace(mark, "")
        return Decimal(f"{whole}.{decimals[0]}" if decimals else whole)
    if digits.count(",") > 1:
        return Decimal(digits.replace(",", ""))
    return Decimal(digits.replace(",", "."))


@cache
def _currencies() -> dict[str, tuple[str, int]]:
    """Each way to write a currency: its code, or a sign that several share, and whether it counts thousands."""
    table = data("currencies")
    found = {code: (code, 1) for code in CURRENCIES} | {sign: (code, 1) for sign, code in table["symbols"].items()}
    return found | {sign: (code, 1000) for sign, code in table["thousands"].items()}


def _signs(names: Iterable[str]) -> str:
    """Any of them as it stands; digits may touch it, letters may not."""
    return any_of(names, fold=False, apart_from=LETTER)


@cache
def _prefix_pattern() -> re.Pattern[str]:
    words = [name for name in _currencies() if not (name.isalpha() and name.islower() and len(name) > 3)]
    signs = _signs([name for name in words if name not in _NO_PREFIX])
    return re.compile(rf"({signs})[ .:]?(?:({signs})\s?)?$")


@cache
def _suffix_pattern() -> re.Pattern[str]:
    return re.compile(rf"\s?\(?(?:in )?({_signs([name for name in _currencies() if name not in _PREFIX_ONLY])})\)?")


def _prefix(text: str, start: int, floor: int) -> tuple[int, str | None]:
    window = max(floor, start - _BEFORE)
    match = _prefix_pattern().search(text[window:start])
    if match is None:
        return start, None
    codes = [_currencies()[name][0] for name in match.groups() if name]
    return window + match.start(), sharper(*codes)


def sharper(*codes: str | None) -> str | None:
    """The one that says most: a code says more than a sign that several currencies share; a word more than ``$``."""
    said = [code for code in codes if code]
    words = [code for code in said if code != "$"]
    return next((code for code in words if code in CURRENCIES), next(iter([*words, *said]), None))


@cache
def _factor_pattern() -> re.Pattern[str]:
    names = list(data("currencies")["multipliers"])
    near = _signs([name for name in names if name in _STANDS_CLOSE])
    far = _signs([name for name in names if name not in _STANDS_CLOSE])
    return re.compile(rf"(?:({near})|\s?({far}))")


def _read_factor(amount: Amount, text: str) -> None:
    match = _factor_pattern().match(text, amount.end)
    if match is None or text.startswith("(k)", amount.end):
        return
    name = match[1] or match[2]
    amount.factor = data("currencies")["multipliers"][name]
    amount.end = match.end()
    amount.currency = amount.currency or data("currencies")["implied"].get(folded(name))
    if folded(name) == "lpa":
        amount.period = "year"


def _read_tail(amount: Amount, text: str, low: str) -> None:
    """Currency, period, gross or net, in any order, up to the next word that says something else."""
    limit = amount.end + _BEHIND
    while amount.end < limit and (_read_currency(amount, text) or _read_word(amount, text, low)):
        pass


def _read_currency(amount: Amount, text: str) -> bool:
    match = _suffix_pattern().match(text, amount.end)
    if match is None or (text[match.end() : match.end() + 1].isdigit() and (amount.currency or "(" in match[0])):
        return False
    code, factor = _currencies()[match[1]]
    amount.currency = sharper(amount.currency, code)
    amount.factor *= factor
    amount.end = match.end()
    return True


@cache
def _period_pattern() -> re.Pattern[str]:
    words = data("words")
    parts = []
    for period, alone in PERIODS.items():
        long = [word for word in words[period] if len(word) > 1 or not word.isascii()]
        marks = any_of(mark for mark in words["per"] if mark != "/")
        parts.append(
            rf"(?P<{period}>/\s?{any_of(words[period])}\.?|(?:/\s?)?{any_of(words[alone])}|"
            rf"(?:{marks}\s?){{1,2}}{any_of(long)}\.?)"
        )
    touching = "|".join(rf"(?P<{period}_>{period}|p{period[0]})" for period in PERIODS)
    return re.compile(rf"[\s(,.]{{0,2}}(?:{'|'.join(parts)})\)?|(?<=\d)(?:{touching})\b")


def _read_word(amount: Amount, text: str, low: str) -> bool:
    if match := _DASHES.match(low, amount.end):
        amount.end = match.end()
        return True
    if match := _MONTHS_PAID.match(low, amount.end):
        amount.period = amount.period or "month"
        amount.end = match.end()
        return True
    if text.startswith("+", amount.end) and not text[amount.end + 1 : amount.end + 2].isalnum():
        amount.more = True
        amount.end += 1
        return True
    return _read_period(amount, low) or _read_gross(amount, low)


def _read_period(amount: Amount, low: str) -> bool:
    match = _period_pattern().match(low, amount.end)
    if match is None or amount.period is not None or _is_of_next(match, low):
        return False
    amount.period = (match.lastgroup or "").rstrip("_")
    if amount.currency in _NORDIC and match[0].strip(" /.)").endswith("md"):
        amount.period = "month"
    amount.end = match.end()
    return True


def _is_of_next(match: re.Match[str], low: str) -> bool:
    """``450万円(月給32万円)``: in languages that set no blanks the word belongs to what it touches."""
    return not match[0].isascii() and match[0][-1].isalpha() and _NUMBER.match(low, match.end()) is not None


@cache
def _behind_pattern(concept: str) -> re.Pattern[str]:
    return re.compile(rf"[\s(/,]{{0,2}}{pattern(concept).pattern}\)?")


def _read_gross(amount: Amount, low: str) -> bool:
    for concept, gross in (("gross", True), ("net", False)):
        match = _behind_pattern(concept).match(low, amount.end)
        if match is not None:
            amount.gross = gross if amount.gross is None else amount.gross
            amount.end = match.end()
            return True
    return False


def near_period(low: str, *, last: bool) -> str | None:
    """The first, or the last, period that a piece of folded text names."""
    matches = _period_pattern().finditer(low)
    found = [
        (match.lastgroup or "").rstrip("_")
        for match in matches
        if not _TWICE.search(low[max(0, match.start() - 5) : match.start()])
    ]
    return found[-1 if last else 0] if found else None


def plain_number(amount: Decimal | None) -> int | float | None:
    """As JSON has it, to four digits behind the point; None for what nobody is paid."""
    if amount is None or not amount.is_finite() or not 0 <= amount < _LARGEST:
        return None
    amount = round(amount, 4)
    return int(amount) if amount == amount.to_integral_value() else float(amount)
