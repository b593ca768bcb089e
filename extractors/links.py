"""Where a page leads."""

from __future__ import annotations

import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from schemas.addresses import join_url, looks_binary

_LINKS = (
    "a[href],area[href],link[rel~=next i][href],link[rel~=prev i][href],link[rel~=alternate i][hreflang][href],"
    "meta[http-equiv=refresh i][content]"
)
# As the HTML standard has it: seconds, then perhaps a URL, which may be named, and quoted.
_REFRESH = re.compile(
    r"\s*[0-9.]+(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?+(?:\"(?P<double>[^\"]*)|'(?P<single>[^']*)|(?P<plain>\S.*))",
    re.IGNORECASE | re.DOTALL,
)
_BLANKS = "".join(map(chr, range(0x21)))


def page_links(tree: LexborHTMLParser, url: str) -> dict[str, bool]:
    """The normalised URLs that the page at ``url`` links to, of any host, each once, in document order; and whether a
    crawler may follow them: False where each link to it says ``rel="nofollow"``.

    Left out: places on the same page, files that are certainly no pages, and what is not http or https.
    """
    base = base_url(tree, url)
    folder = _folder(base)
    found: dict[str, bool] = {}
    for href, follow in _references(tree).items():
        # A bare query replaces that of the page itself; all else depends on the page's folder alone.
        link = _page_link(base if href[0] == "?" else folder, href)
        if link is not None:
            found[link] = follow or found.get(link, False)
    return found


def base_url(tree: LexborHTMLParser, url: str) -> str:
    """What references on the page are relative to: its ``<base href>``, else its own URL."""
    head = tree.head
    base = head.css_first("base[href]") if head is not None else None
    href = base.attributes["href"] if base is not None else None
    return join_url(url, href) or url if href else url


def _references(tree: LexborHTMLParser) -> dict[str, bool]:
    """The raw references without their fragments, each once; a page repeats most of its links."""
    references: dict[str, bool] = {}
    for node in tree.css(_LINKS):
        attributes = node.attributes
        href = (attributes.get("href") or _refresh(attributes)).strip(_BLANKS)
        head, mark, _ = href.partition("#")
        reference = head if mark and head[-1:] > " " else href
        follow = "rel" not in attributes or "nofollow" not in (attributes["rel"] or "").lower().split()
        references[reference] = follow or references.get(reference, False)
    return {href: follow for href, follow in references.items() if href and href[0] != "#"}


def _refresh(attributes: dict[str, str | None]) -> str:
    """Where a ``<meta http-equiv="refresh">`` leads."""
    match = _REFRESH.match(attributes.get("content") or "")
    return (match[match.lastgroup or 0] or "") if match else ""


def _folder(url: str) -> str:
    path = url.partition("?")[0]
    return path[: path.rindex("/") + 1]


@lru_cache(maxsize=16_384)
def _page_link(base: str, href: str) -> str | None:
    """Pages of one folder have most of their links in common: a join costs twenty times a look-up."""
    link = join_url(base, href)
    return None if link is None or looks_binary(link) else link
