"""What requests in Redis are of, read as the scheduler writes them, without a spider."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from crawler.leases import COUNTS, SLOT, host_in
from crawler.queues import REQUEST, SEED, SHORT, VERSION
from frontier.codec import loads
from frontier.model import Entry
from schemas.addresses import normalize_url, url_key


@dataclass(frozen=True, slots=True)
class Queued:
    """A request: its URL, its depth in the site, its ``meta``, and its priority as it says itself.

    ``page``: whether it counts among the pages of its job; None where that depends on the spider.
    """

    url: str
    depth: int | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    priority: int = 0
    page: bool | None = True

    def entry(self, payload: bytes, *, own: bool) -> Entry:
        """To be queued again, whether it was seen or not. ``own``: of a spider of somebody's own, whose requests count
        unless they say otherwise."""
        page = own if self.page is None else self.page
        return Entry(payload, str(self.meta.get(SLOT) or host_in(self.url)), self.priority, page=page)


def read_payload(payload: bytes) -> Queued | None:
    """None for the beginning of a job, and for what this version cannot read."""
    try:
        version, kind, *values = loads(payload)
        if version != VERSION or kind == SEED:
            return None
        if kind == SHORT:
            url, depth, *_ = values
            return Queued(url, depth)
        return _request(values[0]) if kind == REQUEST else None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):  # of any origin
        return None


def _request(values: dict[str, Any]) -> Queued:
    meta = values.get("meta", {})
    counts = bool(meta[COUNTS]) if COUNTS in meta else None
    return Queued(values["url"], meta.get("depth_in_site"), meta, values.get("priority", 0), counts)


def mark_of(payload: bytes) -> str:
    """By which a request is known that cannot be read: a parameter, unlike that of any other."""
    return f"unreadable={hashlib.blake2b(payload, digest_size=8).hexdigest()}"


def name_of_unreadable(host: str, payload: bytes) -> str:
    """What stands for the URL of a request that cannot be read, and people may ask for."""
    name = f"http://{host}/?{mark_of(payload)}"
    return normalize_url(name) or name


class SameUrl:
    """Whether a payload is of a URL, as the crawl tells URLs apart."""

    def __init__(self, url: str) -> None:
        self._key = url_key(url)

    def __call__(self, payload: bytes) -> bool:
        queued = read_payload(payload)
        return queued is not None and url_key(queued.url) == self._key
