"""Why a posting is not open any more, and what does not say so."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from schemas.addresses import site_host


class CloseReason(StrEnum):
    """What a posting was closed by; ``VALID_THROUGH`` makes it ``expired``, the others ``closed``."""

    GONE = "gone"
    """Its page answers 404 or 410."""
    REDIRECT = "redirect"
    """Its page sends the reader to the front of the board."""
    MARKER = "marker"
    """The head of its page says that it is closed."""
    PLATFORM = "platform"
    """The platform says so of the posting."""
    WITHDRAWN = "withdrawn"
    """A newer extractor reads no such posting from the bytes that an older one read it from."""
    ABSENCE = "absence"
    """Two complete listings, hours apart, had it no more."""
    VALID_THROUGH = "valid_through"
    """The day has passed until which it was to hold, and a complete listing after that day had it no more."""


INFERRED = (CloseReason.ABSENCE, CloseReason.VALID_THROUGH)
"""What nobody said: a posting that is seen again anywhere, or whose page is as it was, is open after all."""
OVER = frozenset({"closed", "expired"})
"""States in which nobody can apply."""
GONE = frozenset({404, 410})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def closing_status(status: int, url: str, final_url: str) -> CloseReason | None:
    """What an answer of a posting's page says of the posting; None: nothing, as 401, 403, 429 and 5xx."""
    if status in GONE:
        return CloseReason.GONE
    if status in REDIRECTS and is_root(final_url, url):
        return CloseReason.REDIRECT
    return None


def is_root(target: str, url: str) -> bool:
    """Whether ``target`` is the front of the board that ``url`` is on: a folder above it, on the same host.

    What has a digit may be the posting itself under a shorter address, and is none.
    """
    if site_host(target) != site_host(url):
        return False
    above, below = _path(target), _path(url)
    return len(above) < len(below) and below[: len(above)] == above and not any(map(str.isdigit, "".join(above)))


def _path(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.split("/") if part]
