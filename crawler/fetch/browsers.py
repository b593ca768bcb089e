"""Which browsers there are, how often, and the headers that each one sends. No Scrapy.

Families, platforms and their shares come from the data of ``fake-useragent``. What that data has no news of is made
here: later versions, and the headers that go with a user agent.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fake_useragent.utils import BrowserUserAgentData

Engine = Literal["Chrome", "Edge", "Firefox", "Safari"]

NEWEST, DATA_FROM = 136, date(2025, 4, 15)
"""Data of that day have user agents of this version of Chrome, and of no newer."""
CADENCE = timedelta(days=28)
"""Of Chrome's versions: newer data have a newer Chrome, and so are dated by it."""
OLD = timedelta(days=730)
"""Data that are older say little of who uses what."""
RELEASE_DAYS = 32
"""Chrome, Edge and Firefox have come out every 28 days and more: so counted, no version is named before it exists."""
RECENT: Mapping[Engine, int] = {"Chrome": 4, "Edge": 4, "Firefox": 4, "Safari": 2}
"""Versions that people use: browsers update themselves, and what is older in the data is mostly robots."""
_CHROMIUM = re.compile(
    r"Mozilla/5\.0 \((?:Windows NT 10\.0; Win64; x64|Macintosh; Intel Mac OS X 10_15_7|X11; Linux x86_64"
    r"|X11; CrOS x86_64 14541\.0\.0|Linux; Android 10; K)\) AppleWebKit/537\.36 \(KHTML, like Gecko\) "
    r"Chrome/(?P<version>\d+)\.0\.0\.0 (?:Mobile )?Safari/537\.36(?: Edg/(?P=version)\.0\.0\.0)?"
)
_FIREFOX = re.compile(
    r"Mozilla/5\.0 \((?:Windows NT 10\.0; Win64; x64|Macintosh; Intel Mac OS X 10\.15|X11; (?:Ubuntu; )?Linux x86_64); "
    r"rv:(?P<version>\d+)\.0\) Gecko/20100101 Firefox/(?P=version)\.0"
)
_SAFARI = re.compile(
    r"Mozilla/5\.0 \((?:Macintosh; Intel Mac OS X 10_15_7"
    r"|iPhone; CPU iPhone OS (?P<system>\d+)_\d+(?:_\d+)? like Mac OS X)\) AppleWebKit/605\.1\.15 "
    r"\(KHTML, like Gecko\) Version/(?P<version>\d+)\.\d+(?:\.\d+)? (?:Mobile/15E148 )?Safari/(?:605\.1\.15|604\.1)"
)
_KINDS: Mapping[str, tuple[Engine, re.Pattern[str]]] = {
    "Chrome": ("Chrome", _CHROMIUM),
    "Chrome Mobile": ("Chrome", _CHROMIUM),
    "Edge": ("Edge", _CHROMIUM),
    "Firefox": ("Firefox", _FIREFOX),
    "Safari": ("Safari", _SAFARI),
    "Mobile Safari": ("Safari", _SAFARI),
}
_PLATFORMS = {"Mac OS X": "macOS", "Ubuntu": "Linux"}
"""As client hints name them; the others have the same name there."""


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser on a platform; ``platform`` as client hints name it."""

    engine: Engine
    version: int
    platform: str
    mobile: bool
    user_agent: str

    @property
    def chromium(self) -> bool:
        """Whether it sends client hints."""
        return self.engine in {"Chrome", "Edge"}


@dataclass(frozen=True, slots=True)
class Browsers:
    """The browsers that people use, to choose one from."""

    all: tuple[Browser, ...]
    bounds: tuple[float, ...]

    def choose(self, key: str) -> Browser:
        """The browser of ``key``: always the same for the same one, and over many keys each in its share."""
        point = int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) / 2**64
        return self.all[bisect(self.bounds, point * self.bounds[-1], hi=len(self.bounds) - 1)]


def data_from(chrome: int) -> date:
    """The day of data whose newest Chrome is of this version."""
    return DATA_FROM + (chrome - NEWEST) * CADENCE


def data_age(today: date) -> timedelta:
    """How old the data are."""
    from fake_useragent.utils import load  # noqa: PLC0415 - most crawls go by their own name

    found = filter(None, map(_browser, load()))
    return today - data_from(max(browser.version for browser in found if browser.engine == "Chrome"))


@cache
def browsers(today: date) -> Browsers:
    """Each browser that people use and whose headers are known here, in an order that does not change."""
    from fake_useragent.utils import load  # noqa: PLC0415 - most crawls go by their own name

    shares: dict[Browser, float] = {}
    for row in load():
        browser = _browser(row)
        if browser:
            shares[browser] = shares.get(browser, 0.0) + row["percent"]
    newest = {engine: max(b.version for b in shares if b.engine == engine) for engine in RECENT}
    recent = [browser for browser in shares if browser.version > newest[browser.engine] - RECENT[browser.engine]]
    recent.sort(key=lambda browser: browser.user_agent)
    releases = max(0, (today - data_from(newest["Chrome"])).days // RELEASE_DAYS)
    later = tuple(_later(browser, releases) for browser in recent)
    return Browsers(later, tuple(accumulate(shares[browser] for browser in recent)))


def _browser(row: BrowserUserAgentData) -> Browser | None:
    """None for what is no browser, contradicts itself, or is one whose headers are not known here."""
    engine, pattern = _KINDS.get(row["browser"] or "", (None, None))
    match = pattern.fullmatch(row["useragent"]) if pattern else None
    platform = row["os"] or ""
    mobile = row["type"] == "mobile"
    if not engine or not match or mobile != ("Mobile" in row["useragent"]) or row["type"] == "tablet":
        return None
    if match.groupdict().get("system") not in {None, match["version"]}:
        return None
    if (engine == "Edge") != ("Edg/" in row["useragent"]) or (platform == "Android") != ("Android" in row["useragent"]):
        return None
    return Browser(engine, int(match["version"]), _PLATFORMS.get(platform, platform), mobile, row["useragent"])


def _later(browser: Browser, releases: int) -> Browser:
    """The same browser after so many releases; Safari's come with its system, and stay as they are."""
    if browser.engine == "Safari":
        return browser
    version = browser.version + releases
    agent = re.sub(rf"(?<=[/:]){browser.version}\.0", f"{version}.0", browser.user_agent)
    return replace(browser, version=version, user_agent=agent)
