"""What is asked of the browser for a page beside showing it: by the site's config, the settings, or the request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, cached_property
from hashlib import blake2b
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.settings import BaseSettings

from crawler.fetch.trackers import TRACKERS
from schemas.actions import Action, read_action
from schemas.site import SiteConfig

KINDS: Mapping[str, str] = {"image": "Image", "media": "Media", "font": "Font"}
"""What changes no text, as the config and as Chromium name it. ``tracker`` is by address."""
WISHES = "browser"
"""``request.meta`` key: a dict with any of ``wait_for``, ``actions``, ``loads``, ``blocks``, before the settings."""
OWN_META = frozenset(
    f"playwright_{name}"
    for name in ("page", "include_page", "page_event_handlers", "page_init_callback", "page_goto_kwargs")
)
"""What only scrapy-playwright's own way through a page knows."""
# In the order of the fields of a site's config.
SETTINGS = {
    "wait_for": "LONGLINE_BROWSER_WAIT_FOR",
    "actions": "LONGLINE_BROWSER_ACTIONS",
    "loads": "LONGLINE_BROWSER_LOADS",
    "blocks": "LONGLINE_BROWSER_BLOCKS",
}


@dataclass(frozen=True)
class Wishes:
    """``loads``: which of ``image``, ``media``, ``font`` and ``tracker`` are loaded all the same; ``blocks``: patterns
    of addresses that are not."""

    wait_for: str = ""
    actions: tuple[Action, ...] = ()
    loads: frozenset[str] = frozenset()
    blocks: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: BaseSettings, meta: Mapping[str, Any]) -> Self:
        """The request's, and where it has none, the settings'.

        Raises:
            ValueError: an action is none.
        """
        own: Mapping[str, Any] = meta.get(WISHES) or {}
        said = {name: own[name] if name in own else settings[setting] for name, setting in SETTINGS.items()}
        return cls(
            wait_for=said["wait_for"] or "",
            actions=_actions(tuple(said["actions"] or ())),
            loads=frozenset(said["loads"] or ()),
            blocks=tuple(said["blocks"] or ()),
        )

    def patterns(self, flagged: frozenset[str]) -> Sequence[dict[str, str]]:
        """What Chromium is to ask about before it loads it; ``flagged`` are the kinds that it does not load anyway."""
        kinds = [KINDS[kind] for kind in KINDS if kind not in self.loads | flagged]
        places = (*self.blocks, *(() if "tracker" in self.loads else TRACKERS))
        return [
            *({"resourceType": kind, "requestStage": "Request"} for kind in kinds),
            *({"urlPattern": place, "requestStage": "Request"} for place in places),
        ]

    def refuse(self, kind: str, url: str, page: str) -> bool:
        """Whether a resource that Chromium asks about is not loaded; ``page``: where it is wanted."""
        if any(kind == name and word not in self.loads for word, name in KINDS.items()) or self._blocked.match(url):
            return True
        # A tracker's own site is as good as any other.
        return "tracker" not in self.loads and bool(_tracker().match(url)) and _site(url) != _site(page)

    @cached_property
    def _blocked(self) -> re.Pattern[str]:
        return _any_of(self.blocks)


def sign_of(settings: BaseSettings, meta: Mapping[str, Any]) -> str:
    """A few signs that are the same for the same wishes; none where nothing is wished for."""
    own: Mapping[str, Any] = meta.get(WISHES) or {}
    said = [own[name] if name in own else settings[setting] for name, setting in SETTINGS.items()]
    return f" {blake2b(repr(said).encode(), digest_size=6).hexdigest()}" if any(said) else ""


def wishes_of(config: SiteConfig) -> dict[str, Any]:
    """What a site's config says, for ``request.meta``; empty where it says nothing."""
    said = (config.wait_for, config.actions, config.browser_loads, config.browser_blocks)
    plain = (list(value) if isinstance(value, tuple) else value for value in said)
    return {name: value for name, value in zip(SETTINGS, plain, strict=True) if value}


def is_plain(request: Request) -> bool:
    """Whether it is a GET that asks for nothing that only scrapy-playwright itself can do."""
    return request.method == "GET" and not request.body and not OWN_META & request.meta.keys()


@cache
def _actions(lines: tuple[str, ...]) -> tuple[Action, ...]:
    return tuple(map(read_action, lines))


@cache
def _tracker() -> re.Pattern[str]:
    return _any_of(TRACKERS)


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    # The protocol knows no brackets.
    escaped = (pattern.replace("[", "[[]") for pattern in patterns)
    return re.compile("|".join(map(translate, escaped)) or r"(?!)")


def _site(url: str) -> list[str]:
    return (urlsplit(url).hostname or "").split(".")[-2:]
