"""Dates, as pages write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

_FORMATS = ("%d.%m.%Y", "%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%a, %d %b %Y %H:%M:%S%z")
_LONGEST = 64
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def posted(value: Any) -> tuple[str, str] | None:
    """ISO 8601 with its offset, and its precision (``second``, or ``day`` for midnight in UTC); None: no date.

    A year that no posting is from (0001, 1970) means that nobody set the date.
    """
    moment, is_date = _moment(value)
    return None if moment is None else (moment.isoformat(), "day" if is_date else "second")


def valid_until(value: Any) -> str | None:
    """ISO 8601 with its offset; a date without a time holds to its last second, in UTC."""
    moment, is_date = _moment(value)
    if moment is None:
        return None
    return (moment + timedelta(days=1, seconds=-1) if is_date else moment).isoformat()


def _moment(value: Any) -> tuple[datetime | None, bool]:
    """The moment, in UTC where no zone is said, and whether only its date was said."""
    moment = _parsed(value.strip()) if isinstance(value, str) else _from_epoch(value)
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None, False
    if moment.tzinfo is not None:
        return moment, False
    return moment.replace(tzinfo=UTC), moment.time() == time.min


def _from_epoch(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = value / 1000 if value > 1e11 else value
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0) if 0 < seconds < 4e9 else None


def _parsed(text: str) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    text = re.sub(r"\s*\b(UTC|GMT)$", "+00:00", text)
    try:
        return datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return next(filter(None, (_by_format(text, form) for form in _FORMATS)), None)


def _by_format(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a date without a zone is told apart later
    except ValueError:
        return None
