"""What a value of JSON-LD says, whichever of its many shapes it has."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def as_list(value: Any) -> list[Any]:
    """The value as a list: nothing is none, and one is one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(value: Any, depth: int = 4) -> str | None:
    """The words of a text, a number, or of something that has a name; the first of several. Without markup."""
    for one in as_list(value) if depth else []:
        words = _text_of_one(one, depth)
        if words:
            return words
    return None


def _text_of_one(one: Any, depth: int) -> str | None:
    if isinstance(one, str):
        return _words(one)
    if isinstance(one, dict):
        return text_of(one.get("@value", one.get("name")), depth - 1)
    if isinstance(one, list):
        return text_of(one, depth - 1)
    return None if isinstance(one, bool) or one is None else str(one)


def _words(text: str) -> str:
    return " ".join(_TAG.sub(" ", html.unescape(text)).split())


def types_of(node: Node) -> set[str]:
    """The node's types without their vocabulary: ``https://schema.org/JobPosting`` is ``JobPosting``."""
    names = (name for name in as_list(node.get("@type", node.get("type"))) if isinstance(name, str))
    return {re.split(r"[/#:]", name.strip())[-1] for name in names}


def nodes_in(value: Any) -> Iterator[Node]:
    """Each object inside the value, itself too, in the order of the document."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(reversed(one.values()))
        elif isinstance(one, list):
            waiting.extend(reversed(one))
