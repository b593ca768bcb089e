"""Postings in data of any shape: a feed, or what a page embeds for its own scripts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from extractors.postings import jsonld
from extractors.postings.document import Document
from extractors.postings.embedded import embedded_values
from extractors.postings.fields import reading_of
from extractors.postings.flat import Flat
from extractors.postings.hidden import is_hidden
from extractors.postings.object_signs import About, is_about_jobs
from extractors.postings.object_text import description_text, title_of
from extractors.postings.packed import is_packed, unpacked
from extractors.postings.platforms import board_of, page_of
from extractors.postings.reading import FEED, STATE, Reading
from extractors.postings.shape import Found, found_in
from extractors.postings.values import Node, nodes_in, text_of, types_of

_MOST_POSTINGS = 5_000
_LOOKED_AT = 2_000_000
_MARKED = frozenset({"@type", "@graph", "@context"})


def read_feed(document: Document) -> list[Reading]:
    """The postings of a feed: JSON or XML of any shape."""
    value = document.value if document.tree is None else None
    if value is not None and is_packed(document.bytes[:_LOOKED_AT].decode("utf-8", "replace"), value):
        value = unpacked(value)
    return _readings(value, FEED, document)


def read_state(document: Document) -> list[Reading]:
    """The postings in what a page embeds for its scripts."""
    if document.tree is None:
        return []
    values = embedded_values(document.bytes, lambda: document.metadata.language or "en")
    return _each_once(reading for value in values for reading in _readings(value, STATE, document))


def _each_once(readings: Iterable[Reading]) -> list[Reading]:
    """A page may hold the same data twice, as text and as markup for another script."""
    found: list[Reading] = []
    for reading in readings:
        if not any(known.fields == reading.fields for known in found):
            found.append(reading)
    return found


def _readings(value: Any, source: str, document: Document) -> list[Reading]:
    if not isinstance(value, dict | list):
        return []
    marked = list(nodes_in(value))
    if any("JobPosting" in types_of(node) for node in marked):
        return jsonld.readings(_completed(marked), source, document)
    found = found_in(value, _about(source, document))[:_MOST_POSTINGS]
    read = ((one, reading_of(one, source, document)) for one in found if not is_hidden(one.flat))
    return [_with_page(reading, one, document.url) for one, reading in read if reading is not None]


def _completed(nodes: list[Node]) -> list[Node]:
    """The same, each marked posting with what the entry says that it stands in, as in a JSON Feed."""
    entries: dict[int, Node] = {}
    for node in nodes:
        for inner in node.values():
            if isinstance(inner, dict) and "JobPosting" in types_of(inner) and not _MARKED & node.keys():
                entries[id(inner)] = node
    return [_with_entry(node, entries[id(node)]) if id(node) in entries else node for node in nodes]


def _with_entry(node: Node, entry: Node) -> Node:
    flat = Flat({name: value for name, value in entry.items() if value is not node})
    title = title_of(flat)
    if title is not None and title[0] != text_of(node.get("title")):
        return node
    said = {"description": description_text(flat), "url": text_of(flat.first("url"))}
    return {name: value for name, value in said.items() if value} | node


def _about(source: str, document: Document) -> About:
    """What the address says of data: that of a feed of jobs is about nothing else, a page's has much beside them."""
    if source == FEED and (document.is_about_jobs or board_of(document.url) is not None):
        return About.NAME
    is_about = document.is_about_jobs or (source == FEED and _is_entitled(document.value))
    return About.PAGE if is_about else About.NOTHING


def _is_entitled(value: Any, depth: int = 3) -> bool:
    """Whether a feed's own title speaks of jobs."""
    if not isinstance(value, dict) or not depth:
        return False
    title = text_of(value.get("title")) if not isinstance(value.get("title"), list) else None
    inner = [one for name, one in value.items() if not name.startswith("@")]
    return is_about_jobs(title or "") or (len(inner) == 1 and _is_entitled(inner[0], depth - 1))


def _with_page(reading: Reading, found: Found, url: str) -> Reading:
    """With the posting's own page, where its platform's feed does not say it."""
    if reading.source == FEED and "url" not in reading.fields:
        page = page_of(url, found.flat.values)
        if page:
            reading.fields["url"], reading.where["url"] = page, found.path
    return reading
