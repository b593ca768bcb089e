"""Texts that editors keep as trees of blocks and spans, as markup."""

from __future__ import annotations

import html
from typing import Any

from extractors.postings.values import Node

_INSIDE = ("children", "content", "blocks", "items")
_KINDS = ("_type", "nodeType", "type", "object", "tag")
_WORDS = ("text", "value")
_LIST_ITEMS = frozenset(
    {"list-item", "list_item", "listitem", "listItem", "li", "unordered-list-item", "list-item-child"}
)
_MOST_NODES = 5_000
_DEEPEST = 20


def rich_markup(value: Any) -> str | None:
    """The markup of a tree (portable text, and what other editors write); None where the value is no such tree."""
    tree = _Tree()
    if not _is_tree(value, 3):
        return None
    tree.take(value, _DEEPEST)
    return "".join(tree.pieces)


def _is_tree(value: Any, depth: int) -> bool:
    """Whether it is a node of a tree: a kind, and nodes inside it; or a list of such."""
    if isinstance(value, list):
        return all(isinstance(one, dict) for one in value) and any(_is_tree(one, depth) for one in value)
    if not isinstance(value, dict) or not depth:
        return False
    inner = _inside(value)
    if isinstance(value.get("root"), dict):
        return _is_tree(value["root"], depth - 1)
    if inner is None:
        return False
    nodes = [one for one in inner if isinstance(one, dict)]
    typed = _kind(value) is not None or "blocks" in value
    return typed and any(_kind(one) or _words(one) is not None or _is_tree(one, depth - 1) for one in nodes)


def _inside(node: Node) -> list[Any] | None:
    return next((node[name] for name in _INSIDE if isinstance(node.get(name), list)), None)


def _kind(node: Node) -> str | None:
    return next((node[name] for name in _KINDS if isinstance(node.get(name), str)), None)


def _words(node: Node) -> str | None:
    return next((node[name] for name in _WORDS if isinstance(node.get(name), str)), None)


class _Tree:
    """Puts the markup together; bounded, since any page may hold anything."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._left = _MOST_NODES

    def take(self, value: Any, depth: int) -> None:
        if isinstance(value, list):
            for one in value:
                self.take(one, depth)
        elif isinstance(value, str):
            self.pieces.append(f"<li>{value}</li>")
        elif isinstance(value, dict) and depth and self._left > 0:
            self._left -= 1
            self._node(value, depth)

    def _node(self, node: Node, depth: int) -> None:
        inner, words = _inside(node), _words(node)
        data = node.get("data")
        if isinstance(node.get("root"), dict):
            self.take(node["root"], depth - 1)
        elif inner is not None:
            self._block(node, inner, depth)
        elif isinstance(data, dict) and (_words(data) is not None or _inside(data)):
            self._node({"type": _kind(node), **data, "block": True}, depth - 1)
        elif words is not None and (node.get("block") or "inlineStyleRanges" in node):
            self.pieces.append(_wrapped(node, words))
        elif words is not None:
            self.pieces.append(html.escape(words, quote=False))

    def _block(self, node: Node, inner: list[Any], depth: int) -> None:
        before = len(self.pieces)
        self.take(inner, depth - 1)
        text = "".join(self.pieces[before:])
        if any(isinstance(one, dict) and _words(one) is not None and _inside(one) is None for one in inner):
            self.pieces[before:] = [_wrapped(node, text)]


def _wrapped(node: Node, text: str) -> str:
    """As the element that the block is, as far as lines go."""
    if node.get("listItem") or (_kind(node) or "") in _LIST_ITEMS:
        return f"<li>{text}</li>"
    return f"<p>{text}</p>"
