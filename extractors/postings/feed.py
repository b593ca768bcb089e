"""A list of postings as data: how many it says there are, which these are, and where it goes on.

Found by its shape, whatever the platform. What a platform has beside it stands in ``platforms/platforms.json``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from extractors.postings.asking import Ask, whole
from extractors.postings.document import Document
from extractors.postings.embedded import embedded_values
from extractors.postings.flat import Flat, by_words, words_of
from extractors.postings.following import first_value, heads_of, next_of, text_in, total_of
from extractors.postings.hidden import is_hidden
from extractors.postings.object_signs import is_about_jobs, is_described, signs_of
from extractors.postings.platforms import board_of, cap_of, detail_of, page_of
from extractors.postings.values import Node, text_of
from extractors.postings.words import word_list
from schemas.addresses import join_url

_MOST_OBJECTS = 50_000
_DEEPEST = 12
_LOOKED_AT = 20
_LONGEST_TITLE = 250


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a list.

    ``total``: how many postings it says that there are on all pages; None: it does not say. ``next``: the request for
    the page after this one; None: this is the last. ``listed``: where each of them is to be read, itself or its data;
    ``count``: how many these are, those without an address, too; one that stands there for each of its places is one.
    ``whole``: it says all of each, so that nothing need be asked for again. ``capped``: the platform shows no more than
    these, however many there are.
    """

    total: int | None = None
    next: Ask | None = None
    listed: tuple[str, ...] = ()
    count: int = 0
    whole: bool = False
    capped: bool = False


def feed(document: Document, asked: Ask | None = None, link: str = "") -> Feed | None:
    """What a page of a list says of the list; None where it is none, as an error.

    Args:
        asked: what it is the answer to; without it, a GET of its URL.
        link: the ``Link`` header.
    """
    return _feed(document.value, document.url, asked or Ask(document.url), link)


def shown_feed(document: Document, asked: Ask | None = None) -> Feed | None:
    """The same of the data that a page of a board has for its own scripts; None where there is no list in it."""
    asked = asked or Ask(document.url)
    values = embedded_values(document.bytes) if document.tree is not None else ()
    found = (_feed(value, document.url, asked, "") for value in values)
    return max((one for one in found if one and one.count), key=lambda one: one.count, default=None)


def _feed(value: Any, url: str, asked: Ask, link: str) -> Feed | None:
    if not isinstance(value, dict | list):
        return None
    entries = _entries(value, url)
    if entries is None:
        return None
    heads = list(heads_of(value, entries.path))
    shown = [one for one in entries.nodes if not is_hidden(Flat(one))]
    total = total_of(heads, asked, len(entries.nodes))
    following = next_of(heads, asked, link, len(entries.nodes), total)
    addresses = [_address(one, url) for one in shown]
    cap = cap_of(url)
    return Feed(
        total=total,
        next=following if following != asked else None,
        listed=tuple(dict.fromkeys(filter(None, addresses))),
        count=len(set(addresses) - {None}) + addresses.count(None),
        whole=bool(shown) and all(is_described(Flat(one)) for one in shown[:_LOOKED_AT]),
        capped=cap is not None and total is not None and total >= cap,
    )


# Entries


@dataclass(slots=True)
class _Entries:
    """Objects that stand in lists at one path, as ``data.jobs[]``."""

    path: tuple[str, ...] = ()
    nodes: list[Node] = field(default_factory=list)


def _entries(value: Any, url: str) -> _Entries | None:
    places: dict[tuple[str, ...], _Entries] = {}
    for path, node in _walked(value):
        places.setdefault(path, _Entries(path)).nodes.append(node)
    parts = urlsplit(url)
    about = board_of(url) is not None or is_about_jobs(parts.path) or is_about_jobs(parts.hostname or "")
    found = [(_worth(one, about=about), one) for one in places.values()]
    best = max(found, key=lambda pair: (pair[0], len(pair[1].nodes)), default=(0.0, None))
    return best[1] if best[0] else _none_of_them(value, about=about)


def _walked(value: Any) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Each object that stands in a list, or alone where XML would have a list, with its path; bounded."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), value)]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        path, one = waiting.pop()
        if isinstance(one, dict):
            if path and path[-1] in _IN_LISTS:
                yield path if path[-1] == "[]" else (*path, "[]"), one
            inner = [
                ((*path, _step(name)), value) for name, value in reversed(one.items()) if isinstance(value, dict | list)
            ]
        else:
            inner = [((*path, "[]"), value) for value in reversed(one) if isinstance(value, dict | list)]
        waiting += inner if len(path) < _DEEPEST else []


def _step(name: Any) -> str:
    """Objects under their numbers are as good as a list: ``{"jobs": {"17": {…}}}``."""
    return "[]" if str(name).isdecimal() else str(name)


_IN_LISTS = frozenset(
    {"[]", "item", "job", "position", "posting", "vacancy", "offer", "entry", "opening", "Job", "JOB"}
)
"""Where an object stands in a list: an element of XML of which there is but one is none, then."""


def _worth(entries: _Entries, *, about: bool) -> float:
    """How much the objects look like postings: 0 where they do not."""
    about = about or any(is_about_jobs(name) for name in entries.path)
    looked = entries.nodes[:_LOOKED_AT]
    return sum(_signs(Flat(one), about=about) for one in looked) / len(looked)


def _signs(flat: Flat, *, about: bool) -> int:
    title = text_of(flat.first("title"))
    if not title or len(title) > _LONGEST_TITLE:
        return 0
    has_place = first_value(flat.values, "id") is not None or flat.first("url") is not None
    sure, other = signs_of(flat)
    found = sure + (other if about or sure else 0) + (bool(flat.first("url")) if about else 0)
    return found + is_described(flat) if found and has_place else 0


def _none_of_them(value: Any, *, about: bool) -> _Entries | None:
    """A list without a posting, where nothing speaks of an error."""
    if value == []:
        return _Entries()
    if not isinstance(value, dict) or _is_error(value):
        return None
    names = word_list("paging")["empty"]
    for name, inner in value.items():
        key = words_of(name)
        named = is_about_jobs(key) or (about and key in names)
        if named and (inner == [] or (inner == "" and about)):
            return _Entries((str(name),))
        if isinstance(inner, dict) and (found := _none_of_them(inner, about=about or is_about_jobs(key))):
            return _Entries((str(name), *found.path))
    return None


def _is_error(value: Node) -> bool:
    said = by_words(value)
    status = whole(said.get("status", said.get("status code", said.get("code"))))
    failed = any(said.get(name) for name in word_list("paging")["errors"])
    return failed or said.get("ok") is False or said.get("success") is False or (status or 0) >= 400


def _address(node: Node, url: str) -> str | None:
    """Where an entry is to be read: where the platform has its data, else its own address."""
    flat = Flat(node)
    known = detail_of(url, flat.values)
    if known:
        return known
    for value in flat.all("url"):
        text = text_in(value)
        if text and (text.startswith("/") or text.lower().startswith(("http://", "https://"))):
            return join_url(url, text)
    path = first_value(flat.values, "path")
    return join_url(url, path) if isinstance(path, str) and path.startswith("/") else page_of(url, flat.values)
