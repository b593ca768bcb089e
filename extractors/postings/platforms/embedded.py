"""Boards of platforms that a page embeds or links to: most employers' careers pages are made of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors.postings.document import Document
from extractors.postings.platforms import Board, Key, Platform, board_in, board_of, key_of, platforms
from schemas.addresses import join_url, site_host

_HOST = re.compile(rb"//([A-Za-z0-9.-]{4,100})")
_ADDRESS = re.compile(rb"//([A-Za-z0-9.-]{4,100})([^\s\"'<>\\)]{0,500})")
_BACKWARDS = 12
_LINK = re.compile(rb"href\s*=\s*[\"']?(?:https?:)?$", re.IGNORECASE)
_MOST_ADDRESSES = 5_000
_MOST_TEXT = 2_000_000
_NOBODY = frozenset(
    """
    _next api app apply assets __assets__ careers cdn css embed favicon.ico fonts images img js jobs legal login my
    my-applications ni oneclick-ui platform privacy public robots.txt search signin static support terms v1 v2 v3 widget
    recursos tt widgets www
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)
"""What stands where a board has its tenant, and is none."""
_FILES = (".js", ".mjs", ".css", ".png", ".svg", ".ico", ".json")
WEB = "web"
"""The platform of postings on an employer's own host."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A board, and how the page has it: ``linked`` by a link alone, or shown as a part of itself.

    What leads to one of its postings alone, as the button of a job board, is neither.
    """

    board: Board
    linked: bool


def boards_in(document: Document, *, escaped: bool = True) -> list[Embedded]:
    """The boards of platforms that a page leads to, each once, in its order; by a look at the addresses on it.

    A script, a frame, a data attribute or a script's own settings show a board; a link to it, or addresses of two of
    its postings, only lead there. ``escaped``: addresses count that scripts write as ``https:\\/\\/``, which costs as
    much again.
    """
    found: dict[Board, bool] = {}
    names: dict[str, None] = {}
    keys: dict[Board, set[Key]] = {}
    page = document.bytes[:_MOST_TEXT]
    if escaped and b"\\/\\/" in page:
        page = page.replace(b"\\/", b"/")
    for domain, address, is_link in _addresses(page):
        names[domain] = None
        board = board_of(address) if domain in _domains() else None
        if board is None or board.tenant in _NOBODY or board.tenant.endswith(_FILES):
            continue
        key = key_of(address)
        if key:
            keys.setdefault(board, set()).add(key)
        if key is None or len(keys[board]) > 1:
            found[board] = found.get(board, True) and (is_link or key is not None)
    known = {_domains()[name].name: _domains()[name] for name in names if name in _domains()}
    for platform in known.values():
        found |= dict.fromkeys(_in_settings(platform, document.bytes), False)
    found |= dict.fromkeys(_own(document.url, names), False)
    return [Embedded(board, linked) for board, linked in found.items()]


def _addresses(page: bytes) -> Iterator[tuple[str, str, bool]]:
    """The last two parts of the host, the address, and whether it is a link's: of what leads to a known platform."""
    if not any(_is_known(host) for host in set(_HOST.findall(page))):
        return
    for count, match in enumerate(_ADDRESS.finditer(page)):
        if count >= _MOST_ADDRESSES:
            return
        if _is_known(match[1]):
            before = page[max(0, match.start() - _BACKWARDS) : match.start()]
            address = html.unescape(f"https:{match[0].decode('utf-8', 'replace')}")
            yield _domain(match[1]), address, _LINK.search(before) is not None and not _is_script(page, match.start())


@lru_cache(4_096)
def _is_known(host: bytes) -> bool:
    domain = _domain(host)
    return domain in _domains() or domain in _assets()


def _domain(host: bytes) -> str:
    return b".".join(host.lower().rsplit(b".", 2)[-2:]).decode()


def _is_script(page: bytes, position: int) -> bool:
    """Whether the ``href`` is that of a ``<link>``, which loads something."""
    return page[page.rfind(b"<", 0, position) :][:5].lower() == b"<link"


def _in_settings(platform: Platform, page: bytes) -> Iterator[Board]:
    """What a platform's script is told about the board: ``accountName: 'acme'``."""
    text = page[:_MOST_TEXT].decode("utf-8", "replace") if platform.embeds else ""
    for pattern in platform.embeds:
        yield from (board_in(platform, match) for match in pattern.finditer(text) if match["tenant"])


def _own(url: str, names: dict[str, None]) -> Iterator[Board]:
    """The board that is the page's own host: it loads what only that platform's boards do."""
    for name in names:
        platform = _assets().get(name)
        feed = join_url(url, platform.text("own")) if platform else None
        if feed:
            yield Board(WEB, site_host(url), feed)


@cache
def _domains() -> dict[str, Platform]:
    return {name: platform for platform in platforms() for name in platform.said.get("domains", ())}


@cache
def _assets() -> dict[str, Platform]:
    return {name: platform for platform in platforms() for name in platform.said.get("assets", ())}
