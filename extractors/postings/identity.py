"""Which posting it is: the key by which a second look finds the same row."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from extractors.postings.platforms import key_of
from schemas.addresses import site_host, url_sha256
from schemas.page import PageMetadata

Data = dict[str, Any]
PLATFORM = "web"
"""The platform of a page that belongs to none that is known."""


def identified(postings: list[Data], page: PageMetadata, url: str) -> list[Data]:
    """The same postings with ``platform``, ``tenant``, ``source_id`` and ``url``; no two with one key."""
    canonical = _canonical(page, url)
    own_urls = Counter(posting.get("url") for posting in postings)
    alone = len(postings) == 1
    seen: Counter[str] = Counter()
    for posting in postings:
        own = posting.get("url")
        identity = canonical if alone else own if own and own_urls[own] == 1 else _described(posting, canonical)
        seen[identity] += 1
        posting["source_id"] = _digest(identity, seen[identity])
        posting |= {"platform": PLATFORM, "tenant": site_host(canonical), "url": own or canonical}
        _take_key(posting, own or canonical)
    return postings


def _take_key(posting: Data, url: str) -> None:
    """On a platform, its own key: the same on the posting's page and in the board's feed."""
    key = key_of(url)
    if key is not None:
        posting |= {"platform": key.platform, "tenant": key.tenant or key.platform, "source_id": key.source_id}


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
