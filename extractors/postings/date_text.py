"""Dates in words: absolute ones in many languages, and relative ones against the time of the fetch."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from extractors.postings.pay.lexicon import LETTER, any_of, cleaned, folded
from extractors.postings.words import word_list

_LONGEST = 80
_DAYS = {"minute": 0, "hour": 0, "day": 1, "week": 7, "month": 30, "year": 365}
_PRECISION = {"minute": "day", "hour": "day", "day": "day", "week": "week", "month": "month", "year": "year"}
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-./\u5e74\ub144]\s?(\d{1,2})\s?[-./\u6708\uc6d4]\s?(\d{1,2})(?!\d)")
_DAY_OR_MONTH_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2}) thang (\d{1,2})(?:,| nam)* (\d{4})(?!\d)")
_LAST_WORDS = re.compile(
    r"(?:^|(?:on|posted|published|am|le|el|il|vom|du|:)\s)"
    r"(?:\d{1,2}(?:st|nd|rd|th|\.)?\s(?:de )?[^\W\d_]{3,12}|[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?)$"
)
_CHANGED = re.compile(
    r"\b(?:updated|modified|edited|active|aktualisiert|geandert|mise? a jour|actualizad[oa]|atualizad[oa]|"
    r"aggiornat[oa]|"
    r"bijgewerkt|uppdaterad|opdateret|zaktualizowan\w*|aktualizov\w*|\u043e\u0431\u043d\u043e\u0432\u043b\w*)\b"
)
"""Words for when it was changed last, which is not when it was posted."""
_ONE = r"(?:an?|one|eine[mrn]?|une?|un|una|uno|um|uma|een|en|ett|et|jeden)"


def absolute_date(text: str, *, day_first: bool | None = None) -> date | None:
    """The date that a short text names: ``15 mars 2024``, ``March 15th, 2024``, ``27/4/2010``; None: none.

    ``day_first`` says how ``5/6/2024`` is meant; where that is not known, it is no date.
    """
    low = folded(cleaned(text[:_LONGEST]))
    if _CHANGED.search(low):
        return None
    if match := _VIETNAMESE.search(low):
        return _date(int(match[3]), int(match[2]), int(match[1]))
    return _year_first(low) or _numeric(low, day_first) or _with_month(low)


def _year_first(low: str) -> date | None:
    match = _YEAR_FIRST.search(low)
    return _date(*map(int, match.groups())) if match else None


def _numeric(low: str, day_first: bool | None) -> date | None:
    match = _DAY_OR_MONTH_FIRST.search(low)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or first > 12 or first == second:
        return _date(year, second, first)
    if second > 12 or day_first is False:
        return _date(year, first, second)
    return _date(year, second, first) if day_first else None


def _with_month(low: str) -> date | None:
    match = _month_pattern().search(low)
    if match is None:
        return None
    said = next(name for name, words in match.groupdict().items() if words and name[1:].isdigit())
    month = int(said[1:])
    day, year = (match["day_before"], match["year_after"]) if match["day_before"] else (match["day"], match["year"])
    return _date(int(year), month, int(day))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _words() -> dict[str, Any]:
    return word_list("date_words")


@cache
def _month_pattern() -> re.Pattern[str]:
    """``15 de marzo de 2024`` (groups a1 to a12), and ``March 15th, 2024`` (b1 to b12)."""
    months = _words()["months"]
    behind, before = (
        "|".join(f"(?P<{mark}{at}>{any_of(names)})" for at, names in enumerate(months, 1)) for mark in "ab"
    )
    return re.compile(
        rf"(?<!\d)(?P<day_before>\d{{1,2}})(?:st|nd|rd|th|er)?[.\s,/-]{{0,2}}(?:(?:de|of|den)\s)?(?:{behind})"
        rf"[.,\s/-]{{0,3}}(?:(?:de|del)\s)?(?P<year_after>\d{{4}})(?!\d)"
        rf"|(?:{before})\.?\s?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})(?!\d)"
    )


def relative_date(text: str, fetched: datetime) -> tuple[str, str] | None:
    """The date that ``3 days ago`` or ``Posted yesterday`` means at the time of the fetch (aware), and its precision.

    ISO 8601, midnight in UTC; the precision is ``day``, ``week``, ``month`` or ``year``. ``30+ days ago`` is only known
    to the month.
    """
    low = folded(cleaned(text[:_LONGEST])).strip(" .!\u2022\u00b7")
    if _CHANGED.search(low):
        return None
    match = _ago_pattern().search(low)
    if match is not None and (match["before"] or match["behind"] or match[0] == low):
        number = int(match["number"] or 1)
        unit = next(name for name in _DAYS if match[name])
        precision = "month" if match["more"] or (match["over"] and unit != "month") else _PRECISION[unit]
        return _before(fetched, _span(unit, number), precision) if number < 1000 else None
    for days, name in ((0, "today"), (1, "yesterday")):
        if _day_pattern(name).fullmatch(low):
            return _before(fetched, timedelta(days=days), "day")
    return _this_year(low, fetched)


def _this_year(low: str, fetched: datetime) -> tuple[str, str] | None:
    """``June 1``: the last one before the fetch."""
    match = _LAST_WORDS.search(low)
    now = fetched.astimezone(UTC)
    for year in (now.year, now.year - 1) if match else ():
        day = _with_month(f"{match[0]} {year}" if match else "")
        if day is not None and day <= now.date():
            return datetime.combine(day, time.min, UTC).isoformat(), "day"
    return None


def _span(unit: str, number: int) -> timedelta:
    short = {"minute": timedelta(minutes=number), "hour": timedelta(hours=number)}
    return short.get(unit) or timedelta(days=number * _DAYS[unit])


def _before(fetched: datetime, span: timedelta, precision: str) -> tuple[str, str] | None:
    try:
        day = (fetched.astimezone(UTC) - span).date()
    except OverflowError:
        return None
    return datetime.combine(day, time.min, UTC).isoformat(), precision


@cache
def _ago_pattern() -> re.Pattern[str]:
    """A number and a unit with a word for "ago" before or behind; or the two alone (``3d``, ``2 wks``)."""
    units = "|".join(f"(?P<{name}>{_tight(words)})" for name, words in _words()["units"].items())
    ago = _tight(_words()["ago"])
    over = r"(?P<over>(?:more than|over|mehr als|plus de|mas de|mais de|piu di|meer dan)\s)?"
    return re.compile(
        rf"(?P<before>{ago}\s)?{over}(?<!\d)(?:(?P<number>\d{{1,4}})\s?(?P<more>\+)?|\b{_ONE}\b)\s?(?:{units})"
        rf"(?P<behind>\s?{ago})?"
    )


def _tight(words: list[str]) -> str:
    """Any of them; a digit may touch it."""
    return any_of(words, apart_from=LETTER)


@cache
def _day_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:[^\W\d]+[:\s]\s?){{0,3}}{any_of(_words()[name])}")
