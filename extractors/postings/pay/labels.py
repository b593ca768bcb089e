"""What the words around a range say of it: its kind, gross or net, contract, place."""

from __future__ import annotations

import re

from extractors.postings.pay.judge import Around
from extractors.postings.pay.lexicon import pattern
from extractors.postings.pay.spans import Span

_PLACE_IN_BRACKETS = re.compile(r"\(([^()\d]{2,60}?)(?: [Oo]nly)?\)[^()]{0,60}$")
_ZONE = re.compile(r"((?i:zone|tier|band|level|area|geo) ?[A-Za-z0-9]{1,3})\b[\s:(-]*[^:]{0,30}$")
_NO_PLACE = re.compile(
    r"time|gross|net|brutt?o|year|month|hour|annual|contract|base|approx|usd|eur|depending|incl|doe|m/w|w/m|f/m|b2b"
)
_NEAR = 40


def kind_of(around: Around) -> str:
    """``ote``, ``estimate``, or ``base``."""
    near = f"{around.clause[-_NEAR:]} | {around.behind[:_NEAR]}"
    for concept in ("ote", "estimate"):
        if pattern(concept).search(near):
            return concept
    return "base"


def gross_of(span: Span, around: Around) -> bool | None:
    """Whether taxes are still to be paid of it; None: not said."""
    if span.gross is not None:
        return span.gross
    for text, nearest in ((around.sentence, -1), (around.behind, 0)):
        both = [(gross, pattern(name)) for name, gross in (("gross", True), ("net", False))]
        ends = [(match.end(), gross) for gross, words in both for match in words.finditer(text)]
        if ends:
            return sorted(ends)[nearest][1]
    return None


def contract_of(around: Around) -> str | None:
    """The kind of contract that the amount is for, in the words of the text."""
    before = list(pattern("contract").finditer(around.sentence))
    if before:
        return around.said[before[-1].start() : before[-1].end()]
    behind = pattern("contract").search(around.behind)
    return behind[0] if behind else None


def where_of(around: Around) -> str | None:
    """The place that the amount is for, as the text has it."""
    for place in (_PLACE_IN_BRACKETS, _ZONE):
        match = place.search(around.said)
        if match and not _NO_PLACE.search(match[1].lower()):
            return match[1].strip()
    return None
