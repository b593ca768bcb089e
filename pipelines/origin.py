"""Which page an item of somebody's own spider came from. Scrapy does not tell its pipelines."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import NotConfigured

from schemas.page import Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_page: ContextVar[Page | None] = ContextVar("page", default=None)


def page_of_item() -> Page | None:
    """The page that the item came from which is in the pipelines right now; None where it came from none."""
    return _page.get()


class OriginPipeline:
    """The first stage. What it says of an item holds for the stages after it, even where one makes a new item."""

    def __init__(self) -> None:
        self._pages: dict[int, tuple[Any, list[Page]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Off where LONGLINE_JOB is not set: the spider yields its own pages."""
        if not crawler.settings["LONGLINE_JOB"]:
            raise NotConfigured("LONGLINE_JOB is not set.")
        return cls()

    def note(self, item: Any, page: Page) -> None:
        """Say where an item comes from, before it enters the pipelines."""
        # The item is kept too, so that no other can have its id meanwhile.
        self._pages.setdefault(id(item), (item, []))[1].append(page)

    def process_item(self, item: Any) -> Any:
        """Look the item's page up. Not async, so that it runs in the task in which the later stages run."""
        _, pages = self._pages.get(id(item), (item, []))
        _page.set(pages.pop() if pages else None)
        if not pages:
            self._pages.pop(id(item), None)
        return item
