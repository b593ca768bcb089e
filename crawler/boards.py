"""Boards of platforms, which are on other hosts than the site: which are the site's own, and what of them may be asked
for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy import Request

from extractors.postings.document import Document
from extractors.postings.platforms import Board, board_of, key_of
from extractors.postings.platforms.embedded import boards_in
from schemas.page import Page

BOARD = "board"
"""``request.meta`` key of what is on a platform's host: the only board that it may lead to."""
MOST_BOARDS = 20
"""Boards that one worker follows from a site."""
MOST_LINKED = 3
"""Boards that a site links to as its own; one that links to more is about other people's."""


class Boards:
    """Those of one job, as one worker knows them."""

    def __init__(self) -> None:
        self._followed: set[Board] = set()
        self._linked: set[Board] = set()

    def follow(self, board: Board) -> bool:
        """Whether it is to be read now: it has not been, and there are not too many."""
        if board in self._followed or len(self._followed) >= MOST_BOARDS or not (board.feed or board.list):
            return False
        self._followed.add(board)
        return True

    def of_page(self, page: Page, url: str, *, about_jobs: bool, escaped: bool) -> Iterator[Board]:
        """Those that a page shows, and those that it links to as the site's own."""
        found = boards_in(Document(url, page.tree, b"", page.content_type), escaped=escaped)
        linked = {one.board for one in found if one.linked} if about_jobs else set()
        self._linked |= linked
        yield from (one.board for one in found if not one.linked)
        if len(self._linked) <= MOST_LINKED:
            yield from linked


def name_of(board: Board | None) -> list[str]:
    """The board as ``request.meta`` has it."""
    return [board.platform, board.tenant, board.part] if board else []


def kept(request: Request) -> dict[str, Any]:
    """What a request on a board hands on to those that it leads to."""
    return {BOARD: request.meta[BOARD]} if BOARD in request.meta else {}


def allows(meta: dict[str, Any], url: str) -> bool:
    """Whether a request goes to the board that a page of the site has led to."""
    return BOARD in meta and name_of(board_of(url)) == meta[BOARD]


def of_posting(request: Request, link: str) -> dict[str, Any] | None:
    """What a request for a posting carries that a board lists; None where it is none of the platform's.

    A board that is known by a number has its postings where the employer's name stands.
    """
    meta = kept(request)
    if allows(meta, link):
        return meta
    key, board = key_of(link), board_of(link)
    same = meta and key is not None and board is not None and key.platform == meta[BOARD][0]
    return {BOARD: name_of(board)} if same else None


def is_feed(url: str) -> bool:
    """Whether an address is that of a board's feed."""
    board = board_of(url)
    return board is not None and board.feed == url
