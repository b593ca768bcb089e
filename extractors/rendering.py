"""What a browser has added to a page."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from extractors.blocked.shell import text_length
from extractors.links import page_links

MUCH_TEXT = 200
"""Characters: less is a word of greeting, or of regret."""
_RECORDS = 'script[type="application/ld+json"],[itemtype]'


def adds(before: LexborHTMLParser, after: LexborHTMLParser, url: str) -> bool:
    """Whether a page has links, records or much text that it did not have before its scripts ran."""
    if set(page_links(after, url)) - set(page_links(before, url)):
        return True
    return len(after.css(_RECORDS)) > len(before.css(_RECORDS)) or _text(after) >= _text(before) + MUCH_TEXT


def _text(tree: LexborHTMLParser) -> int:
    return text_length(tree.body) if tree.body else 0
