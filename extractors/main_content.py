"""Which element of a page holds what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborNode

_PLACES = (
    '[itemprop="articleBody"]',
    ".entry-content,.post-content,.article-body,.article__body,.articleBody",
    "article",
    'main,[role="main"]',
)
_PROSE = 40
"""Characters of a text that is more than a label."""

_MOST_TEXTS = 5_000
_PLACE_SHARE = 0.6
_SHARE = 0.7
"""Which share of the page's prose an element holds, to be its main content: one that says so, or any."""

Weights = dict[int, int]


def main_content(body: LexborNode) -> LexborNode:
    """The element that says that it is the main content, and holds most of the prose; else the smallest that does.

    The body itself, where there is no prose.
    """
    weights = _weights(body)
    total = weights.get(body.mem_id, 0)
    if not total:
        return body
    for place in _PLACES:
        heaviest = max(body.css(place), key=lambda node: weights.get(node.mem_id, 0), default=None)
        if heaviest is not None and weights.get(heaviest.mem_id, 0) > _PLACE_SHARE * total:
            return heaviest
    return _smallest(body, weights, _SHARE * total)


def _smallest(node: LexborNode, weights: Weights, least: float) -> LexborNode:
    """The innermost element that holds ``least`` characters of prose."""
    while True:
        heavy = next((child for child in node.iter() if weights.get(child.mem_id, 0) >= least), None)
        if heavy is None:
            return node
        node = heavy


def _weights(body: LexborNode) -> Weights:
    """Characters of prose in each element that holds any, by the element's identity. Links are no prose."""
    weights: Weights = {}
    for text in islice(_long_texts(body), _MOST_TEXTS):
        holders = list(_holders(text))
        if all(holder.tag != "a" for holder in holders):
            length = len(text.text_content or "")
            for holder in holders:
                weights[holder.mem_id] = weights.get(holder.mem_id, 0) + length
    return weights


def _long_texts(body: LexborNode) -> Iterator[LexborNode]:
    for node in body.traverse(include_text=True, skip_empty=True):
        if node.is_text_node and len((node.text_content or "").strip()) >= _PROSE:
            yield node


def _holders(node: LexborNode) -> Iterator[LexborNode]:
    holder = node.parent
    while holder is not None and holder.tag != "html":
        yield holder
        holder = holder.parent
