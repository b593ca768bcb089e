"""The signs by which the database finds what a posting may be the same as: numbers, equal for equal words."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from extractors.postings.same import Advert, city_keys
from schemas.addresses import normalize_url, url_key
from schemas.parameters import IgnoredParameters

# What says where somebody came from, and nothing of the page.
_WAYS = ("utm_*", "gclid", "fbclid", "msclkid", "gh_src", "lever-source", "lever-origin", "ref", "source", "src")
_WITHOUT_WAYS = IgnoredParameters(_WAYS)


@dataclass(frozen=True, slots=True)
class Signs:
    """``stored`` with the posting; ``near``: who has one of these may be the same job. A link has two: see below."""

    stored: frozenset[int]
    near: frozenset[int]
    links: tuple[Link, ...]
    requisition: int | None


@dataclass(frozen=True, slots=True)
class Link:
    """An address: whose own it is has the sign ``target``, who sends applicants there has ``pointing``."""

    target: int
    pointing: int


def signs_of(row: dict[str, Any], advert: Advert) -> Signs:
    """The signs of a posting's row."""
    own, apply = _link(row["url"]), _link(row["apply_url"])
    stored = {own.target} if own else set()
    stored |= {apply.pointing} if apply else set()
    near: set[int] = set()
    requisition = None
    if advert.named:
        job = ("job", advert.company, advert.title)
        # A town of no name stands for a place that fits all.
        towns = {_sign(*job, "in", town) for town in city_keys(advert.places)}
        anywhere = _sign(*job, "in", "")
        stored |= {_sign(*job)} | (towns or {anywhere})
        near = towns | {anywhere} if towns else {_sign(*job)}
        requisition = _sign("requisition", *job[1:], advert.requisition) if advert.requisition else None
        stored |= {requisition} if requisition is not None else set()
    links = tuple(link for link in (own, apply) if link)
    return Signs(frozenset(stored), frozenset(near), links, requisition)


def _link(url: str | None) -> Link | None:
    normal = normalize_url(url) if url else None
    if normal is None:
        return None
    key = url_key(_WITHOUT_WAYS.strip(normal))
    return Link(_sign("url", key), _sign("apply", key))


def _sign(*words: str) -> int:
    """64 bits: of ten million postings, some thousandth of a pair share one by chance, and are compared in vain."""
    return int.from_bytes(sha256("\0".join(words).encode("utf-8", "replace")).digest()[:8], "big", signed=True)
