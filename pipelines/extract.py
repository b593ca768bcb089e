"""Stage 2: what is in a page. The extractors are pure; this stage calls those that the site asked for."""

from __future__ import annotations

import asyncio
import logging
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Any

from extractors.directives import NOINDEX, directives
from extractors.html import as_utf8, is_html, parse
from extractors.metadata import page_metadata
from extractors.postings import postings
from extractors.postings.document import Document
from pipelines.items import as_page
from schemas.page import Page, Record

logger = logging.getLogger(__name__)


class ExtractPipeline:
    """Fills ``metadata`` and ``records``, then lets the body and the tree go.

    Nothing is read of a page that is as it was, for it has been read, nor of one that says ``noindex``.
    """

    for_pages = True

    async def process_item(self, item: Any) -> Any:
        """Read a page; pass anything else on."""
        page = as_page(item)
        if page is None:
            return item
        if page.unchanged is None:
            await self._fetched(page)
        page.tree = None
        page.body = b""
        return page

    async def _fetched(self, page: Page) -> None:
        if page.tree is None and page.extract and page.status // 100 != 3 and is_html(page.body, page.content_type):
            page.tree = parse(page.body, page.content_type)
        if page.agent:
            page.directives |= directives(page.tree, page.headers, page.agent)
        if NOINDEX not in page.directives:
            await self._read(page)

    async def _read(self, page: Page) -> None:
        if "page" in page.extract and page.tree is not None:
            self._try(page, "metadata", self._metadata)
        if page.status != 200:
            return
        if "posting" in page.extract:
            self._try(page, "posting", self._postings)
        if "text" in page.extract and page.tree is not None:
            page.tree = None
            await asyncio.to_thread(self._try, page, "text", self._text)

    @staticmethod
    def _metadata(page: Page) -> None:
        page.metadata = page_metadata(page.tree, page.url)

    @staticmethod
    def _postings(page: Page) -> None:
        document = Document(page.url, page.tree, page.body, page.content_type, page.fetched_at)
        document.selectors = page.selectors
        if "page" in page.extract and page.tree is not None:
            document.metadata = page.metadata
        found = postings(document)
        if found or document.is_about_jobs:
            page.closed = document.closed_marker
        page.records += [Record("posting", data) for data in found]

    @staticmethod
    def _text(page: Page) -> None:
        from extractors.text import main_markdown  # noqa: PLC0415 - few crawls ask for text

        # The mark says UTF-8 where the page itself says something else, or the charset stood in the header alone.
        html = BOM_UTF8 + as_utf8(page.body, page.content_type)
        page.records.append(Record("text", {"markdown": main_markdown(html, page.url)}))

    @staticmethod
    def _try(page: Page, kind: str, read: Callable[[Page], None]) -> None:
        """An extractor that fails must not cost the page: its bytes are archived and can be read again."""
        try:
            read(page)
        except Exception as error:
            page.problems.append(f"{kind}: {type(error).__name__}: {error}")
            logger.exception("%s: the %s extractor failed; the page is kept.", page.url, kind)
