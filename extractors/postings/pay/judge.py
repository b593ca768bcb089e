"""Whether an amount is pay: by the words around it, and by its size."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from extractors.postings.pay.lexicon import data, pattern
from extractors.postings.pay.spans import Span

_LEFT, _RIGHT = 160, 60
_SENTENCE = re.compile(r"(?:(?:(?<!\b\d)\.|[!?])\s+(?=[^\W\d_a-z])|;\s|\n|\s[|\u2022\u00b7]\s)")
_OR = "or|oder|ou"
_JOINING = (
    r"plus|and|und|et|y|e|och|og|i|with|mit|avec|con|com|incl\w*|inkl\w*|depending|based|doe|offers?",
    _OR,
    r"excl\w*|exkl\w*",
)


def _clause(joining: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"[,;|\u2022\u00b7+\n\u203b\u3010\u3011\u3002]|\s&\s|\.\s|\s-\s|\b(?:{'|'.join(joining)})\b")


# Before an amount, what "or" joins is one clause.
_CLAUSE, _CLAUSE_BEFORE = _clause(_JOINING), _clause(words for words in _JOINING if words != _OR)
# "In addition to your salary you get ...", "our customers pay ...": no word for one's own pay.
_NOT_OWN = re.compile(
    r"(?:in addition to|on top of|besides|apart from|next to|zusatzlich zu|neben|en plus de|ademas de) (?:\w+ ){0,3}?"
    r"(?:salary|pay|wages?|compensation|gehalt|lohn|salaire|salario)\b|"
    r"(?<=customers )pays?\b|(?<=clients )pays?\b|(?<=users )pays?\b|(?<=students )pays?\b|(?<=patients )pays?\b"
)
_HEADING = re.compile(r"[\w ]{1,30}:")
_FREQUENCY = re.compile(r"^ ?(?:(?:pay|salary|wage|rate|compensation) )?(?:frequency|period|basis|type|unit) ?:")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEW, _SOME = 8, 10
_PLAUSIBLE_YEAR = {"hour": 1800, "day": 220, "week": 50, "month": 12, "year": 1}
_LEAST_YEAR, _MOST_YEAR = Decimal(2_000), Decimal(20_000_000)
_CLEARLY_PAY = Decimal(15_000)
_MILLION = 1_000_000
_LEAST_ALONE = 1000
_PER_PIECE = re.compile(
    r"\s?(?:/|per|pro|par|por|za|a|each)\s?(?:mile|km\b|kilomet|word|page|unit|piece|order|deliver|lead\b|sale|user|seat|"
    r"person|share|load|stop|visit|click|head|guest|night|kg\b|lit[er]{2}|meal|ticket|shipment|customer|client|student)"
)
"""What is paid for a piece of work has no period."""
_STRONG = frozenset({"$", "USD", "EUR", "GBP", "CHF", "CAD", "AUD"})
_YEARS = (Decimal(1900), Decimal(2100))


@dataclass(slots=True)
class Around:
    """The folded words around a range: of its sentence, of its clause, behind it, and of the line above.

    ``said`` is the sentence up to the range, as it stands in the text.
    """

    said: str
    sentence: str
    clause: str
    behind: str
    heading: str

    @classmethod
    def of(cls, span: Span, text: str, low: str, floor: int) -> Around:
        """``floor``: where the range before it ends."""
        window = max(0, span.start - _LEFT)
        cut = _last_end(_SENTENCE, text, window, span.start)
        sentence = low[cut : span.start]
        clause = _NOT_OWN.sub(_blank, low[max(cut, floor) : span.start])
        clause = clause[_last_end(_CLAUSE_BEFORE, clause, 0, len(clause)) :]
        return cls(
            text[cut : span.start],
            _NOT_OWN.sub(_blank, sentence),
            clause,
            _behind(low, span.end),
            _heading(text, low, span.start),
        )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _last_end(mark: re.Pattern[str], text: str, start: int, end: int) -> int:
    last = start
    for match in mark.finditer(text, start, end):
        last = match.end()
    return last


def _behind(low: str, end: int) -> str:
    """Up to the end of the clause; what begins a new heading does not belong to it."""
    behind = low[end : end + _RIGHT]
    cut = _CLAUSE.search(behind)
    behind = behind[: cut.start()] if cut else behind
    heading = _HEADING.search(behind)
    if heading and _FREQUENCY.search(heading[0]):
        return behind
    return behind[: heading.start()] if heading else behind


def _heading(text: str, low: str, start: int) -> str:
    """The line above, if it is a short one without numbers, and the amount stands near the beginning of its line."""
    line = text.rfind("\n", 0, start)
    if line < 0 or start - line > 60:
        return ""
    above = low[max(0, line - 80) : line].rstrip()
    heading = above.rpartition("\n")[2] if "\n" in above or line < 80 else ""
    return "" if _DIGIT.search(heading) else heading


def is_pay(span: Span, around: Around, *, alone: bool) -> bool:
    """Whether the range is what someone is paid. In doubt it is not; ``alone``: the text says nothing else."""
    if not _possible(span) or _PER_PIECE.match(around.behind) or _is_company_money(around) or _is_benefit(span, around):
        return False
    if alone and _is_told(span):
        return _is_modest(span)
    named = _is_named(around) or span.gross is not None
    if span.currency is None:
        return _is_bare_pay(span, around)
    if span.two_ended:
        return named or span.period is not None or (_words(around) <= _SOME and _is_modest(span))
    if span.low is None and not _is_clearly_pay(span):
        return named
    return named or (span.period is not None and _words(around) <= _FEW and _is_plausible(span))


def _possible(span: Span) -> bool:
    """Within what people are paid: in large currencies nobody earns millions."""
    if span.least <= 0:
        return False
    if span.currency in data("currencies")["small_units"]:
        return span.least >= 10
    most = _MOST_YEAR if span.currency is None or len(span.currency) < 3 else Decimal(3_000_000)
    return (span.high or span.least) * _PLAUSIBLE_YEAR[span.period or "year"] <= most


def _is_plausible(span: Span) -> bool:
    least = span.least * _PLAUSIBLE_YEAR[span.period or "year"]
    return span.currency in data("currencies")["small_units"] or least >= _LEAST_YEAR


def _is_told(span: Span) -> bool:
    """Whether an amount that stands alone says enough: its currency, or its period and its size."""
    if span.currency is not None and span.period is not None:
        return True
    return span.least >= _LEAST_ALONE and bool(span.currency or span.large or (span.two_ended and span.period))


def _is_modest(span: Span) -> bool:
    """``$1M - $5M`` is what a company earns."""
    return span.currency not in _STRONG or span.least < _MILLION


def _is_clearly_pay(span: Span) -> bool:
    """What is paid each year, and too much for a benefit."""
    if span.period is None or span.currency in data("currencies")["small_units"]:
        return False
    return span.least * _PLAUSIBLE_YEAR[span.period] >= _CLEARLY_PAY


def _is_company_money(around: Around) -> bool:
    money = pattern("company_money")
    if money.search(around.behind):
        return True
    return _nearest(around.clause, "company_money") > _nearest(around.clause, "pay")


def _is_benefit(span: Span, around: Around) -> bool:
    named = _is_named(around)
    nearer = _nearest(around.clause, "benefit") > _nearest(around.clause, "pay")
    if _is_clearly_pay(span) and (span.two_ended or (named and not nearer)):
        return False
    if span.two_ended and named and span.currency in _STRONG and span.least >= _CLEARLY_PAY:
        return nearer
    if pattern("referral").search(around.sentence):
        return True
    benefit = pattern("benefit").search(around.behind)
    if benefit is not None and pattern("pay").search(around.behind[: benefit.start()]) is None:
        return True
    return nearer


def _nearest(text: str, concept: str) -> int:
    """Where the last such word ends; -1 where there is none."""
    return max((match.end() for match in pattern(concept).finditer(text)), default=-1)


def _is_named(around: Around) -> bool:
    """A word for pay stands before it in its sentence, right behind it, or alone above it."""
    pay = pattern("pay")
    return bool(
        pay.search(around.sentence)
        or pay.search(around.behind[:24])
        or _gross_or_ote(around)
        or (pay.search(around.heading) and len(_WORD.findall(around.heading)) <= _FEW)
    )


def _gross_or_ote(around: Around) -> bool:
    near = f"{around.clause[-24:]} {around.behind[:24]}"
    return any(pattern(concept).search(near) for concept in ("gross", "net", "ote"))


@cache
def _label() -> re.Pattern[str]:
    return re.compile(rf"{pattern('pay').pattern}[^\d\n.]{{0,40}}$")


@cache
def _close_label() -> re.Pattern[str]:
    ends = f"{pattern('from').pattern}|{pattern('up_to').pattern}|{pattern('approx').pattern}"
    return re.compile(rf"{pattern('pay').pattern}[\s:=(-]*(?:(?:is|of|{ends})[\s:]*)?$")


def _is_bare_pay(span: Span, around: Around) -> bool:
    """Without a currency: right behind a word for pay, and not a year; or with a period and large units."""
    if span.period is not None and (span.large or span.two_ended) and _words(around) <= _FEW and span.least >= 5:
        return span.large or _label().search(around.sentence) is not None
    if _label().search(around.sentence) is None or _words(around) > 2 * _FEW:
        return False
    if not span.two_ended and span.period is None:
        return (
            _close_label().search(around.sentence) is not None
            and span.least >= 1000
            and not _is_year(span.least)
            and (span.large or span.least >= 10_000)
        )
    small = span.period in {"hour", "day"} or (span.two_ended and span.period is not None)
    return span.least >= (5 if small else 1000) and not (span.period is None and _is_year(span.least))


def _is_year(value: Decimal) -> bool:
    return _YEARS[0] <= value <= _YEARS[1]


def _words(around: Around) -> int:
    return len(_WORD.findall(around.sentence)) + len(_WORD.findall(around.behind))
