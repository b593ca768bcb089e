"""When a server is asked again: not before it says, and later each time."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.http import Response

FIRST_DELAY = 0.5
"""Seconds before the first retry; doubled for each further one, and up to half of it added by chance."""
LONGEST_DELAY = 300.0
"""Seconds. Retry-After may ask for more: such a server is asked again after this time, and counted as failed then."""


def retry_after(response: Response, now: datetime | None = None) -> float:
    """Seconds that the header Retry-After asks for (RFC 9110, 10.2.3: a number or a date); 0 where it does not."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():  # "²" is a digit, and no number
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - (now or datetime.now(UTC))).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def backoff(attempt: int, at_least: float) -> float:
    """Seconds to wait after the failed ``attempt`` (1, 2, …)."""
    delay = FIRST_DELAY * 2.0 ** (attempt - 1) * random.uniform(1, 1.5)  # noqa: S311 - no secret
    return min(max(delay, at_least), LONGEST_DELAY)
