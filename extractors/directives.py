"""What a page says to crawlers: noindex, nofollow (``<meta name="robots">`` and the header ``X-Robots-Tag``)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser

NOINDEX, NOFOLLOW = "noindex", "nofollow"
_OBEYED = frozenset({NOINDEX, NOFOLLOW})
# Directives that have a value; any other word before a colon is the name of a crawler.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_PRODUCT = re.compile(r"(?:mozilla/[\d.]+ \(compatible; *)?([a-z_-]+)")


def product_of(user_agent: str) -> str:
    """The name by which pages speak to a crawler: ``longline`` of ``Longline/0.1 (+https://…)``."""
    match = _PRODUCT.match(user_agent.strip().lower())
    return match[1] if match else "robots"


def directives(tree: LexborHTMLParser | None, headers: Iterable[tuple[str, str]], product: str) -> frozenset[str]:
    """``noindex`` and ``nofollow``, where the page says so to all crawlers, or to ``product``.

    Args:
        tree: None where it is no HTML.
        headers: of the answer; names in any case.
    """
    said: set[str] = set()
    for name, value in headers:
        if name.lower() == "x-robots-tag":
            said |= _of_header(value.lower(), product)
    # Where pages have it; the whole tree takes ten times as long.
    head = tree.head if tree is not None else None
    for node in head.css("meta[name][content]") if head is not None else ():
        if (node.attributes["name"] or "").strip().lower() in ("robots", product):
            said |= {word.strip() for word in (node.attributes["content"] or "").lower().split(",")}
    return _OBEYED if "none" in said else _OBEYED & said


def _of_header(value: str, product: str) -> set[str]:
    """A name holds for all that follows it: ``otherbot: noindex, nofollow``."""
    said, agent = set(), product
    for part in value.split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip() not in _VALUED:
            agent = name.strip()
        if agent == product:
            said.add((rest if colon else part).strip())
    return said
