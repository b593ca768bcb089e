"""When a server asks to be asked again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.http import Response


def retry_after(response: Response, now: datetime | None = None) -> float:
    """Seconds that the header Retry-After asks for (RFC 9110, 10.2.3: a number or a date); 0 where it does not."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():  # "²" is a digit, and no number
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - (now or datetime.now(UTC))).total_seconds())
    except (TypeError, ValueError):
        return 0.0
