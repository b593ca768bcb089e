"""A list of postings, page after page: what was read of it so far goes along with the request for the next page.

So it is one count however many workers read it, and it survives each of them.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Self
from zlib import crc32

from extractors.postings.platforms import Board
from schemas.addresses import url_key
from schemas.listing import Listing

LIST = "list_of_postings"
"""``request.meta`` key of a page of a list: the list so far."""
MOST_PAGES = 1_000
MOST_REMEMBERED = 5_000
_BYTES = 4
WEB = "web"


@dataclass(frozen=True, slots=True)
class Chain:
    """A list so far.

    ``listed``: how many were read from it; ``seen``: short digests of these, so that none is counted twice.
    ``guessed``: nobody has said that it is a list; ``pressed``: a browser was to bring all of it. ``otherwise``: a page
    that tells of the postings, should this be no list.
    """

    url: str
    platform: str
    tenant: str
    listed: int = 0
    total: int | None = None
    pages: int = 0
    seen: str = ""
    guessed: bool = False
    pressed: bool = False
    otherwise: str = ""

    @classmethod
    def of(cls, board: Board, url: str) -> Self:
        """The list of a whole board."""
        otherwise = board.list or "" if url == board.feed else ""
        return cls(url, board.platform, board.place, otherwise=otherwise)

    @classmethod
    def web(cls, url: str, *, guessed: bool = False) -> Self:
        """A list of a site's own: one of several, perhaps."""
        return cls(url, WEB, url.partition("://")[2], guessed=guessed)

    @classmethod
    def in_meta(cls, meta: dict[str, Any]) -> Self | None:
        """The list that a request or response is a page of."""
        return cls(**meta[LIST]) if LIST in meta else None

    @property
    def meta(self) -> dict[str, Any]:
        """What a request carries."""
        return {LIST: asdict(self)}

    def read(self, links: Iterable[str], count: int, total: int | None) -> Self:
        """The list with one page more: its links, how many postings it lists, and how many it says there are."""
        known = b64decode(self.seen)
        digests = {known[at : at + _BYTES] for at in range(0, len(known), _BYTES)}
        marks = dict.fromkeys(crc32(url_key(link).encode()).to_bytes(_BYTES, "big") for link in links)
        new = [mark for mark in marks if mark not in digests]
        # What has no address cannot be told from others.
        listed = self.listed + len(new) + max(0, count - len(marks))
        kept = b"".join([known, *new])[: MOST_REMEMBERED * _BYTES]
        known_total = self.total if total is None else total
        seen = b64encode(kept).decode()
        return replace(self, listed=listed, total=known_total, pages=self.pages + 1, seen=seen)

    def listing(self, problems: Iterable[str] = ()) -> dict[str, Any]:
        """What is known of it: complete, if nothing is in the way of that."""
        found = list(problems)
        if self.total is not None and self.listed < self.total:
            found.append(f"It says that it has {self.total:,} postings, and listed {self.listed:,}.")
        listing = Listing(
            url=self.url,
            platform=self.platform,
            tenant=self.tenant,
            declared_total=self.total,
            listed=self.listed,
            complete=not found,
            problems=tuple(found),
        )
        return listing.model_dump()
