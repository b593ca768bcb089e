"""A page or feed, as sources of postings read it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from extractors.html import is_html, parse
from extractors.metadata import page_metadata
from extractors.postings.closed import closed_badge, closed_marker
from extractors.postings.feeds import value_of
from extractors.postings.markup import visible_text
from extractors.postings.object_signs import is_about_jobs
from extractors.postings.page_lines import Line, page_lines
from schemas.page import PageMetadata
from schemas.selectors import PostingSelectors


class Document:
    """What one URL answered. ``tree`` is None for what is no HTML; ``fetched``: relative dates count from there;
    ``selectors``: a person's, for this site.

    All else is made when it is first asked for: most pages hold no posting, and are done with a look at their bytes.
    """

    def __init__(
        self, url: str, tree: LexborHTMLParser | None, body: bytes, content_type: str, fetched: datetime | None = None
    ) -> None:
        self.url = url
        self.tree = tree
        self.content_type = content_type
        self.fetched = fetched
        self.selectors: PostingSelectors | None = None
        self.bytes: bytes = body if tree is None else tree.raw_html
        """HTML in UTF-8; anything else as it came."""

    @classmethod
    def read(cls, url: str, body: bytes, content_type: str = "", fetched: datetime | None = None) -> Document:
        """From the bytes of an answer; ``content_type`` is the HTTP header's value, or empty."""
        tree = parse(body, content_type) if is_html(body, content_type) else None
        return cls(url, tree, body, content_type, fetched)

    @cached_property
    def metadata(self) -> PageMetadata:
        """What the page says of itself."""
        return PageMetadata() if self.tree is None else page_metadata(self.tree, self.url)

    @cached_property
    def is_marked(self) -> bool:
        """Whether schema.org's JobPosting stands anywhere in it: one look for all kinds of markup."""
        return b"JobPosting" in self.bytes

    @cached_property
    def is_about_jobs(self) -> bool:
        """Whether its address speaks of jobs."""
        parts = urlsplit(self.url)
        return is_about_jobs(parts.path) or is_about_jobs(parts.hostname or "")

    @cached_property
    def closed_marker(self) -> str | None:
        """The words of its head by which it says that its posting is closed."""
        return None if self.tree is None else closed_marker(self.tree)

    @cached_property
    def closed_words(self) -> str | None:
        """The same, or a badge that says so."""
        return self.closed_marker or (None if self.tree is None else closed_badge(self.tree))

    @cached_property
    def value(self) -> Any:
        """What a feed holds, JSON or XML, as dicts and lists; None for HTML and for anything else."""
        return None if self.tree is not None else value_of(self.bytes, self.content_type)

    @cached_property
    def lines(self) -> list[Line]:
        """What a reader sees, line by line, with where each stands; none for what is no HTML."""
        return [] if self.tree is None else page_lines(self.tree)

    @cached_property
    def text(self) -> str:
        """What a reader sees, a line for each block; empty for what is no HTML."""
        return "" if self.tree is None else visible_text(self.tree)
