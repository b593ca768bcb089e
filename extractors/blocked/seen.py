"""An answer as it is judged: what the rules ask of it, read once and no earlier than needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from selectolax.lexbor import LexborHTMLParser

from extractors.blocked.shell import shown
from extractors.html import parse

LARGEST = 128 * 1024
"""Bytes of a body that are looked at. Block pages with pictures in them have up to some 60,000."""
MANY_LINKS = 15
"""A page with more links than these is the site's own. Block pages have up to five."""
MUCH_TEXT = 3000
"""Characters that people see. A block page in seven languages has 2,100."""
HEAD = 4096
"""Bytes in which a title begins."""
_SPACE = re.compile(r"\s+")
_TEXTUAL = ("html", "xml", "json", "text/", "javascript")


@dataclass(frozen=True, slots=True)
class Seen:
    """What came over the wire. ``headers`` have lower-case names; several of one name are joined by commas.

    ``tree`` is the lexbor tree of ``body`` where there is one already; else it is made if it is needed.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    tree: LexborHTMLParser | None = None


class Facts:
    """What rules ask about an answer."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.status = seen.status

    @property
    def good(self) -> bool:
        """Whether the status is that of a page."""
        return self.status < 300

    @cached_property
    def textual(self) -> bool:
        """Whether it can be read as text, by what it says of itself."""
        kind = self.seen.headers.get("content-type", "").lower()
        return not kind or any(part in kind for part in _TEXTUAL)

    @cached_property
    def html(self) -> bool:
        """Whether it is HTML, by what it says of itself or by its first character."""
        kind = self.seen.headers.get("content-type", "").lower()
        return "html" in kind or (not kind and self.seen.body[:256].lstrip()[:1] == b"<")

    @cached_property
    def low(self) -> bytes:
        """The body in lower case."""
        return self.seen.body[:LARGEST].lower() if self.textual else b""

    @cached_property
    def many_links(self) -> bool:
        """Whether there are more than ``MANY_LINKS``, without counting on."""
        body, at = self.seen.body, -1
        for _ in range(MANY_LINKS + 1):
            at = body.find(b"<a ", at + 1)
            if at < 0:
                return False
        return True

    @cached_property
    def title(self) -> str:
        """The title, in lower case, with single spaces; read off the bytes."""
        body = self.seen.body
        start = body.find(b"<title", 0, HEAD)
        start = body.find(b"<TITLE", 0, HEAD) if start < 0 else start
        start = body.find(b">", start, start + 200) if start >= 0 else -1
        if start < 0:
            return ""
        end = body.find(b"</", start, start + 400)
        raw = body[start + 1 : end if end >= 0 else start + 200]
        return plain(unescape(raw.decode("utf-8", "replace")))

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The parsed page; of a page that is too long, its beginning."""
        return self.seen.tree or parse(self.seen.body[:LARGEST], self.seen.headers.get("content-type", ""))

    def whole_tree(self) -> LexborHTMLParser:
        """The parsed page, however long it is."""
        if len(self.seen.body) <= LARGEST or self.seen.tree:
            return self.tree
        return parse(self.seen.body, self.seen.headers.get("content-type", ""))

    @cached_property
    def text(self) -> str:
        """What people see of it, up to about ``MUCH_TEXT`` characters, in lower case, with single spaces."""
        if not self.html:
            return plain(self.low[:MUCH_TEXT].decode("utf-8", "replace"))
        body = self.tree.body
        return plain(" ".join(shown(body, MUCH_TEXT))) if body is not None else ""

    @cached_property
    def slight(self) -> bool:
        """Whether there is so little that it may be something in the place of a page."""
        return len(self.seen.body) <= LARGEST and not self.many_links and len(self.text) < MUCH_TEXT


def plain(text: str) -> str:
    """In lower case, with one kind of space and of quotes, and without what cannot be seen."""
    return _SPACE.sub(" ", text).strip().lower().replace("\u2019", "'").replace("\u2026", "...")
