"""Where employers publish their postings: platforms, known by the addresses of their boards.

A platform is an entry of ``platforms.json``: patterns of a posting's address (with its ``tenant`` and ``id``) and of a
board's, without ``https://``, and the address of the board's feed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

from extractors.postings.words import word_list

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Key:
    """Which posting of which board it is: the platform's own number of it."""

    platform: str
    tenant: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Board:
    """All postings of one employer on a platform; ``feed``: where they are read, None where there is no feed."""

    platform: str
    tenant: str
    feed: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class _Platform:
    name: str
    postings: tuple[re.Pattern[str], ...]
    boards: tuple[re.Pattern[str], ...]
    feed: str | None


def key_of(url: str) -> Key | None:
    """The key of the posting at a platform's address; None for any other."""
    for platform in _platforms():
        for pattern in platform.postings:
            match = pattern.match(_bare(url))
            if match:
                return Key(platform.name, _tenant(match), unquote(match["id"]))
    return None


def board_of(url: str) -> Board | None:
    """The board that an address belongs to, of a posting, a list or a feed; None for what is on no known platform."""
    for platform in _platforms():
        for pattern in platform.boards:
            match = pattern.match(_bare(url))
            if match and match["tenant"]:
                return Board(platform.name, _tenant(match), _feed(platform, match))
    return None


def _bare(url: str) -> str:
    return url[:_LONGEST].partition("://")[2]


def _tenant(match: re.Match[str]) -> str:
    return unquote(match["tenant"] or "").lower()


def _feed(platform: _Platform, match: re.Match[str]) -> str | None:
    if platform.feed is None:
        return None
    return platform.feed.format(**{name: value or "" for name, value in match.groupdict().items()})


@cache
def _platforms() -> tuple[_Platform, ...]:
    known: Any = word_list("platforms", __package__)
    return tuple(
        _Platform(one["platform"], _compiled(one["postings"]), _compiled(one["boards"]), one.get("feed"))
        for one in known
    )


def _compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
