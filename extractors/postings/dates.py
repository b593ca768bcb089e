"""Dates, as pages write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from extractors.postings.date_text import absolute_date, relative_date

_LONGEST = 64
_LONGEST_OPEN = timedelta(days=5 * 366)
_PUBLISHED = (
    "first_published",
    "firstPublished",
    "firstPublishedAt",
    "published_at",
    "publishedAt",
    "published_on",
    "publishedDate",
    "published",
    "releasedDate",
    "datePosted",
    "date_posted",
    "postedAt",
    "posted_at",
    "postedDate",
    "posted_date",
    "postedOn",
    "posted_on",
    "openedAt",
    "opened_at",
    "createdAt",
    "created_at",
    "creationDate",
    "created",
    "dateCreated",
    "pubDate",
)
_AS_PROGRAMS = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2})(?: (\d{4}))? (\d\d:\d\d:\d\d) ([A-Z]{2,5}(?:[+-]\d\d:?\d\d)?)"
    r"(?: \([^()]{0,40}\))?(?: (\d{4}))?"
)
"""``Wed Aug 05 02:00:00 UTC 2026``, ``Wed Aug 05 2026 02:00:00 GMT+0200 (CEST)``, as languages print dates."""
_ZONES = {
    "CET": "+01:00",
    "CEST": "+02:00",
    "BST": "+01:00",
    "EET": "+02:00",
    "EEST": "+03:00",
    "MSK": "+03:00",
    "EST": "-05:00",
    "EDT": "-04:00",
    "CST": "-06:00",
    "CDT": "-05:00",
    "MST": "-07:00",
    "MDT": "-06:00",
    "PST": "-08:00",
    "PDT": "-07:00",
}
_STAMP = re.compile(r"([12]\d{9}(?:\d{3})?)|/Date\((\d{9,13})(?:[+-]\d{4})?\)/")
"""Seconds or milliseconds since 1970, as texts."""
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def posted(value: Any, fetched: datetime | None = None, *, day_first: bool | None = None) -> tuple[str, str] | None:
    """ISO 8601 with its offset, and its precision (``second``, or ``day`` for midnight in UTC); None: no date.

    ``3 days ago`` counts from ``fetched`` (aware), and is no date without it. ``day_first`` says how ``5/6/2024`` is
    meant. A year that no posting is from (0001, 1970) means that nobody set the date.
    """
    moment, is_date = _moment(value, day_first)
    if moment is not None:
        return moment.isoformat(), "day" if is_date else "second"
    return relative_date(value, fetched) if isinstance(value, str) and fetched is not None else None


def valid_until(value: Any, since: str | None = None) -> str | None:
    """ISO 8601 with its offset; a date without a time holds to its last second, in UTC.

    More than five years after ``since`` (ISO 8601, when it was posted) nobody means it: forms fill it in.
    """
    moment, is_date = _moment(value, None)
    if moment is None or (since is not None and moment - datetime.fromisoformat(since) > _LONGEST_OPEN):
        return None
    return (moment + timedelta(days=1, seconds=-1) if is_date else moment).isoformat()


def first_published(record: Mapping[str, Any]) -> Any:
    """Of a feed's record, the value that says when it was first published; never when it was changed last."""
    return next((record[name] for name in _PUBLISHED if record.get(name)), None)


def _moment(value: Any, day_first: bool | None) -> tuple[datetime | None, bool]:
    """The moment, in UTC where no zone is said, and whether only its date was said."""
    if isinstance(value, str) and (stamp := _STAMP.fullmatch(value[:_LONGEST].strip())):
        value = int(stamp[1] or stamp[2])
    moment = _parsed(value.strip(), day_first) if isinstance(value, str) else _from_epoch(value)
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


def _parsed(text: str, day_first: bool | None) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    if match := _AS_PROGRAMS.fullmatch(text):
        text = f"Day, {match[2]} {match[1]} {match[3] or match[6]} {match[4]}{_offset(match[5])}"
    text = re.sub(r"\s*\b(UTC|GMT)$", "+00:00", text)
    moment = _read(text, datetime.fromisoformat) or _read(text, _as_in_feeds)
    if moment is not None:
        return moment.replace(microsecond=0)
    named = absolute_date(text, day_first=day_first)
    return None if named is None else datetime.combine(named, time.min)


def _offset(zone: str) -> str:
    """Of ``CEST`` and ``GMT+0200``; a zone that is not known is UTC."""
    said = re.search(r"[+-]\d{2}:?\d{2}$", zone)
    return said[0] if said else _ZONES.get(zone, "+00:00")


def _as_in_feeds(text: str) -> datetime:
    """``Mon, 15 Jan 2024 10:00:00+01:00``; ``ValueError`` for anything else."""
    return datetime.strptime(text.partition(",")[2].strip(), "%d %b %Y %H:%M:%S%z")


def _read(text: str, reader: Callable[[str], datetime]) -> datetime | None:
    try:
        return reader(text)
    except ValueError:
        return None
