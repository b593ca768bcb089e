"""What is known of the pages that requests are for; answers that the archive gave, because a page is as it was."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.http import Response

from schemas.page import Archived, Unchanged

UNCHANGED = "unchanged"
"""The flag of such a response."""
_known: WeakKeyDictionary[Request, Unchanged] = WeakKeyDictionary()
_archived: WeakKeyDictionary[Request, Archived] = WeakKeyDictionary()


def mark(request: Request, known: Unchanged) -> None:
    """Note what is known of the page that a request is for. Not in its ``meta``, which people hand on."""
    _known[request] = known


def unchanged_of(response: Response) -> Unchanged | None:
    """What is known of a page that is as it was; None where it was fetched."""
    if UNCHANGED not in response.flags or response.request is None:
        return None
    return _known.get(response.request)


def note_archived(request: Request, body: Archived) -> None:
    """Note the body that a page had when it was last seen."""
    _archived[request] = body


def archived_of(response: Response) -> Archived | None:
    """The body that a page had when it was last seen, where that is known."""
    return _archived.get(response.request) if response.request else None
