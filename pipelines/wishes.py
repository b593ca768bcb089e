"""What is to be erased: captures of a URL or of a whole site, all of them or those before a moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.catalogue import STAMP
from pipelines.cdxj import Line, surt
from schemas.addresses import url_key


@dataclass(frozen=True, slots=True)
class Wish:
    """``url`` or all, of the site whose slug is ``site`` or of any, before ``before`` (UTC, whole seconds) or ever."""

    site: str | None = None
    url: str | None = None
    before: datetime | None = None
    _key: str | None = field(init=False, default=None)
    _stamp: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Ready for comparisons with many captures."""
        object.__setattr__(self, "_key", self.url and url_key(self.url))
        object.__setattr__(self, "_stamp", self.before and self.before.strftime(STAMP))

    def meets(self, site: str, url: str, stamp: str) -> bool:
        """Whether a capture is meant; ``stamp`` is its time as indexes have it."""
        return (
            self.site in {None, site}
            and (self._stamp is None or stamp < self._stamp)
            and (self._key is None or url_key(url) == self._key)
        )

    def meets_line(self, line: Line) -> bool:
        """Whether the capture of an index's line is meant."""
        return self.meets(line.site, line.url, line.timestamp)


def common_bytes(wishes: Collection[Wish]) -> bytes:
    """What the index's line of each capture that is meant has in it, so that other lines need not be read."""
    urls = {wish.url for wish in wishes}
    if len(urls) == 1 and (url := next(iter(urls))):
        return f"{surt(url)} ".encode()
    return of_one_site(wishes)


def of_one_site(wishes: Collection[Wish]) -> bytes:
    """What each line of the site has in it that all wishes are about; nothing, where they are about several."""
    sites = {wish.site for wish in wishes}
    return f'"site":"{next(iter(sites))}"'.encode() if len(sites) == 1 and None not in sites else b""
