"""How items reach the stages: those of people's own spiders, and the pages that they came from."""

from __future__ import annotations

from asyncio import CancelledError
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DropItem
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.defer import ensure_awaitable

from pipelines.failures import StoppedError
from schemas.page import Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_page: ContextVar[Page | None] = ContextVar("page", default=None)
_cleaned: ContextVar[int] = ContextVar("cleaned", default=0)


class PageKeptError(DropItem):
    """No failure: a page is stored and goes no further. Feeds, limits and handlers are for the spider's own items."""


def page_of_item() -> Page | None:
    """The page that the item came from which is in the pipelines right now; None where it came from none."""
    return _page.get()


def note_cleaned(texts: int) -> None:
    """Say how many texts of the item that is in the pipelines right now had to be cleaned."""
    _cleaned.set(texts)


def cleaned_of_item() -> int:
    """What ``note_cleaned`` said of the item that is in the pipelines right now, or has just left them."""
    return _cleaned.get()


class ItemProcessor(ItemPipelineManager):
    """Scrapy's, which does not tell a stage where an item came from: ``page_of_item`` does.

    A page that others wait for (``page.stored``) passes only the stages that say ``for_pages``: pipelines of people's
    own never see it.
    """

    def __init__(self, *stages: Any, crawler: Crawler | None = None) -> None:
        super().__init__(*stages, crawler=crawler)
        self._for_pages = [stage for stage in stages if getattr(stage, "for_pages", False)]
        self._pages: dict[int, tuple[Any, list[Page]]] = {}

    def note(self, item: Any, page: Page) -> None:
        """Say where an item comes from, before it is processed."""
        # The item is kept too, so that no other can have its id meanwhile.
        self._pages.setdefault(id(item), (item, []))[1].append(page)

    async def process_item_async(self, item: Any) -> Any:
        """Send an item through the stages.

        Raises:
            PageKeptError: it was a page, and is stored.
            StoppedError: a stage was cut off. Scrapy expects no cancellation here: its crawl would hang.
        """
        try:
            return await self._through_stages(item)
        except CancelledError as error:
            raise StoppedError(f"{getattr(item, 'url', type(item).__name__)} was cut off in the pipelines.") from error

    async def _through_stages(self, item: Any) -> Any:
        if isinstance(item, Page) and item.stored:
            for stage in self._for_pages:
                item = await ensure_awaitable(stage.process_item(item))
            raise PageKeptError(item.url, log_level="DEBUG")
        _page.set(self._origin(item))
        _cleaned.set(0)
        return await super().process_item_async(item)

    def _origin(self, item: Any) -> Page | None:
        _, pages = self._pages.get(id(item), (item, []))
        page = pages.pop() if pages else None
        if not pages:
            self._pages.pop(id(item), None)
        return page
