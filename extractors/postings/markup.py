"""Descriptions: as markup, and as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.html import parse

_BLOCKS = frozenset(
    """
    address article aside blockquote br dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p
    pre section table td th tr ul
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)
_SILENT = frozenset({"script", "style", "noscript", "template", "head", "title"})
_TAG = re.compile(r"<[a-zA-Z/!]")
_LINE_END = re.compile(r"(?:\\r)?\\n(?=\s|<|\\[nr]|[-*\u2022]|\Z)|(?<=[>\n])(?:\\r)?\\n")
"""A line end that was escaped twice: between tags and lines, for ``\\n`` may begin a word after a backslash."""


def unescaped_markup(text: str) -> str:
    """The markup of a description that was escaped once too often; any other text as it is."""
    if "\\n" in text:
        text = _LINE_END.sub("\n", text)
    for _ in range(2):
        if _TAG.search(text) or "&lt;" not in text:
            break
        text = html.unescape(text)
    return text


def plain_text(markup: str) -> str:
    """The words of markup, or of plain text, one line for each block, without empty lines."""
    if not _TAG.search(markup):
        lines = html.unescape(markup).splitlines()
    else:
        return visible_text(parse(markup.encode("utf-8", "replace"), "text/html; charset=utf-8"))
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def words_in(node: LexborNode) -> str:
    """The words of an element, in one line."""
    return " ".join(node.text(separator=" ").split())


def visible_text(tree: LexborHTMLParser) -> str:
    """What a reader of the page sees, as ``plain_text`` has it."""
    lines = "".join(_pieces(tree.body)).splitlines() if tree.body is not None else []
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _pieces(body: LexborNode) -> Iterator[str]:
    for node in body.traverse(include_text=True):
        before = node.prev
        if node.tag in _BLOCKS or (before is not None and before.tag in _BLOCKS):
            yield "\n"
        if node.is_text_node and (node.parent is None or node.parent.tag not in _SILENT):
            yield (node.text_content or "").replace("\n", " ")
