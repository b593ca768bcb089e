"""At most so many pages: a job never fetches one more, and a failed fetch gives its place back."""

from __future__ import annotations

from scrapy import Request

COUNTS = "counts_as_page"
ADMITTED = "admitted"


class PageBudget:
    """Counts requests for pages (``meta["counts_as_page"]``) that are under way or have become a page.

    A request that is tried again keeps its place, since its ``meta`` is copied.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._taken = 0

    @property
    def open(self) -> bool:
        """Whether one more page may be fetched."""
        return self._limit is None or self._taken < self._limit

    def admit(self, request: Request) -> None:
        """Take a place, unless the request has one or needs none."""
        if request.meta.get(COUNTS) and not request.meta.get(ADMITTED):
            request.meta[ADMITTED] = True
            self._taken += 1

    def give_back(self, request: Request) -> None:
        """The request ended without a page."""
        if request.meta.pop(ADMITTED, False):
            self._taken -= 1
