"""Which posting it is: the key by which a second look finds the same row."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from extractors.postings.document import Document
from extractors.postings.platforms import Board, Key, asks_for, board_of, key_of
from extractors.postings.platforms.embedded import boards_in
from schemas.addresses import join_url, site_host, url_sha256
from schemas.page import PageMetadata

Data = dict[str, Any]
PLATFORM = "web"
"""The platform of a page that belongs to none that is known."""


def identified(postings: list[Data], document: Document) -> list[Data]:
    """The same postings with ``platform``, ``tenant``, ``source_id`` and ``url``; no two with one key."""
    canonical = _canonical(document.metadata, document.url)
    own_urls = Counter(posting.get("url") for posting in postings)
    alone = len(postings) == 1
    seen: Counter[str] = Counter()
    for posting in postings:
        own = posting.get("url")
        identity = canonical if alone else own if own and own_urls[own] == 1 else _described(posting, canonical)
        seen[identity] += 1
        posting["source_id"] = _digest(identity, seen[identity])
        posting |= {"platform": PLATFORM, "tenant": site_host(canonical), "url": own or canonical}
        _take_key(posting, own or canonical, document, alone=alone)
    return postings


def _take_key(posting: Data, url: str, document: Document, *, alone: bool) -> None:
    """On a platform, its own key: the same on the posting's page and in the board's feed."""
    key = _key(url, document) or (_key(document.url, document) if alone else None)
    if key is not None:
        posting |= {"platform": key.platform, "tenant": key.tenant or key.platform, "source_id": key.source_id}


def _key(url: str, document: Document) -> Key | None:
    """The key at an address of the platform's, or at the employer's own, where the document says which board it is.

    What a feed holds is of the feed's board, whatever its address calls that: boards have names and numbers.
    """
    key = key_of(url)
    if key is not None and key.tenant and document.tree is not None:
        return key
    asked = (key.platform, key.source_id) if key else asks_for(url)
    board = _board(document, asked[0] if asked else None)
    if board is None:
        return key
    if asked:
        return Key(board.platform, board.place, asked[1])
    # The employer's host stands for the board's: all else of the address is the same.
    return key_of(join_url(board.feed or "", urlsplit(url).path) or "")


def _board(document: Document, platform: str | None) -> Board | None:
    """The board whose feed the document is; of a page that is on a platform, that it is on, or that it shows."""
    own = board_of(document.url)
    if own is not None:
        return own if platform in (own.platform, None) else None
    shown = {one.board for one in boards_in(document) if one.board.platform == platform} if platform else set()
    return shown.pop() if len(shown) == 1 else None


def _canonical(page: PageMetadata, url: str) -> str:
    """The page's canonical URL; its own, where all pages of a site claim to be its front page, or another's."""
    canonical = page.canonical_url
    if canonical is None or site_host(canonical) != site_host(url):
        return url
    return url if urlsplit(canonical).path == "/" else canonical


def _described(posting: Data, canonical: str) -> str:
    """For one of several postings on a page: by its number, else by its title."""
    return f"{canonical}#{posting.get('requisition_id') or posting.get('title') or ''}"


def _digest(identity: str, ordinal: int) -> str:
    return url_sha256(identity if ordinal == 1 else f"{identity}#{ordinal}").hex()
