"""Where employers publish their postings: platforms, known by the addresses of their boards.

A platform is an entry of ``platforms.json``; CONTRIBUTING says what it may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from extractors.postings.words import word_list

_LONGEST = 2_000
_NO_NAMES = ("number", "company", "token")
"""Groups of patterns that find a board by something else than the employer's name."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which posting of which board it is: the platform's own number of it.

    ``tenant``: as of its board's listing (``place``); empty where the address does not say it.
    """

    platform: str
    tenant: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Board:
    """All postings of one employer on a platform; ``feed``: where they are read, None where there is no feed.

    ``body``: what is sent to the feed by POST; empty: it is asked for by GET. ``list``: a page that lists them, where
    there is no feed. ``part``: which of a tenant's several boards it is. ``employer``: what its address calls the
    employer; empty where that is a number or a key.
    """

    platform: str
    tenant: str
    feed: str | None = field(default=None, compare=False)
    body: str = field(default="", compare=False)
    list: str | None = field(default=None, compare=False)
    part: str = ""
    employer: str = field(default="", compare=False)

    @property
    def place(self) -> str:
        """The tenant; where a tenant has several boards, ``tenant/part``."""
        return _place(self.tenant, self.part)


@dataclass(frozen=True, slots=True)
class Platform:
    """An entry of ``platforms.json``."""

    name: str
    postings: tuple[re.Pattern[str], ...]
    boards: tuple[re.Pattern[str], ...]
    embeds: tuple[re.Pattern[str], ...]
    said: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A template; empty where it has none."""
        return str(self.said.get(name, ""))

    def templates(self, name: str) -> list[str]:
        """Several, where a platform has several kinds of boards; the first is taken of which all is known."""
        said = self.said.get(name, [])
        return [said] if isinstance(said, str) else list(said)


def key_of(url: str) -> Key | None:
    """The key of the posting at a platform's address; None for any other."""
    for platform in platforms():
        for pattern in platform.postings:
            match = pattern.match(_bare(url))
            if match:
                return Key(platform.name, _place(_tenant(match), _part(platform, match)), unquote(match["id"]))
    return None


def asks_for(url: str) -> tuple[str, str] | None:
    """The platform and the number of the posting that an employer's own page is asked for: ``?gh_jid=4012345``."""
    query = dict(parse_qsl(url[:_LONGEST].partition("#")[0].partition("?")[2]))
    for platform in platforms():
        for name in platform.said.get("ids", ()):
            if re.fullmatch(r"[\w-]{1,60}", query.get(name, "")):
                return platform.name, query[name]
    return None


def board_of(url: str) -> Board | None:
    """The board that an address belongs to, of a posting, a list or a feed; None for what is on no known platform."""
    return next((board_in(platform, match) for platform, match in _matches(url)), None)


def board_in(platform: Platform, match: re.Match[str]) -> Board:
    """The board that a platform's pattern has found."""
    values = _values(match)
    feed, lists = (_first_made(platform.templates(name), values) for name in ("feed", "list"))
    part, employer = _part(platform, match), _employer(values)
    return Board(platform.name, _tenant(match), feed, platform.text("body"), lists, part, employer)


def cap_of(url: str) -> int | None:
    """How many postings a platform's lists show at most, however many there are; None: all."""
    return next((platform.said.get("cap") for platform, _ in _matches(url)), None)


def detail_of(url: str, values: Mapping[str, Any]) -> str | None:
    """Where the data of a posting is that a platform's feed only lists; ``values`` of its entry, by words of names."""
    return _filled("detail", url, values)


def page_of(url: str, values: Mapping[str, Any]) -> str | None:
    """The page of a posting in a platform's feed that does not say it."""
    return _filled("page", url, values)


def _filled(name: str, url: str, values: Mapping[str, Any]) -> str | None:
    for platform, match in _matches(url):
        template = platform.text(name)
        said = {key.replace(" ", "_"): quote(str(value), safe="/%") for key, value in values.items() if _plain(value)}
        try:
            return template.format_map(said | _values(match)) or None
        except KeyError:
            return None
    return None


def _plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _matches(url: str) -> Iterator[tuple[Platform, re.Match[str]]]:
    bare = _bare(url)
    for platform in platforms():
        for pattern in platform.boards:
            match = pattern.match(bare)
            if match and match["tenant"]:
                yield platform, match


def _bare(url: str) -> str:
    return url[:_LONGEST].partition("://")[2]


def _tenant(match: re.Match[str]) -> str:
    return unquote(match["tenant"] or "").lower()


def _part(platform: Platform, match: re.Match[str]) -> str:
    return _made(platform.text("part"), _values(match)).lower()


def _employer(values: Mapping[str, str]) -> str:
    if values.get("name") or any(values.get(name) for name in _NO_NAMES) or values["tenant"].isdecimal():
        return unquote(values.get("name", "")).lower()
    return unquote(values["tenant"]).lower()


def _place(tenant: str, part: str) -> str:
    return "/".join(filter(None, (tenant, part)))


def _first_made(templates: Iterable[str], values: Mapping[str, str]) -> str | None:
    return next(filter(None, (_made(template, values) for template in templates)), None)


def _made(template: str, values: Mapping[str, str]) -> str:
    """The template with values in it; empty where one is wanted that is not there."""
    try:
        return template.format_map(values)
    except KeyError:
        return ""


def _values(match: re.Match[str]) -> dict[str, str]:
    return {name: value or "" for name, value in match.groupdict().items()}


@cache
def platforms() -> tuple[Platform, ...]:
    """All that are known."""
    known: Any = word_list("platforms", __package__)
    return tuple(map(_platform, known))


def _platform(said: Mapping[str, Any]) -> Platform:
    postings, boards, embeds = (_compiled(said.get(name, [])) for name in ("postings", "boards", "embeds"))
    return Platform(said["platform"], postings, boards, embeds, said)


def _compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
