"""The empty shell of an application that runs in the browser."""

from __future__ import annotations

import math
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

MANY_LINKS = 5
"""A page with more links than these is no shell: whatever its scripts add, it says something without them."""
QUOTED_LINKS = 60
"""Links that are looked at once more: they may stand in the text of a script, as data that the shell is filled with."""
MUCH_TEXT = 200
"""Characters, without blanks at the ends: what a shell shows while it loads ("Please wait…") is shorter."""
ROOT_TEXT = 40
"""Characters in an application's root element: a word beside a spinner."""

# Where frameworks put their application, by the names in their own templates.
_ROOT_IDS = frozenset(
    """
    root app application app-root approot main-app mainapp react-root reactroot react-app react __next __nuxt __layout
    ___gatsby gatsby-focus-wrapper q-app svelte ember-root ember-app vue-app vue ng-app single-spa-application
    root-app app-container app-mount mount spa
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)
_ROOT_MARKS = ("ng-app", "data-ng-app", "ng-version", "data-reactroot", "data-server-rendered", "data-v-app")
_HIDDEN = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object", "-comment"})
_PLAIN_TYPES = ("json", "template", "html", "text/plain", "importmap", "speculationrules")
_QUOTED_LINK = re.compile(rb"<a [\w-]+=\\")
_NEEDS_SCRIPTS = re.compile(r"java\s?script", re.IGNORECASE)


def may_be_shell(body: bytes) -> bool:
    """A quick look at the bytes of a page: False where it certainly is no empty shell."""
    links = _count(body, b"<a ", QUOTED_LINKS + 1)
    if MANY_LINKS < links <= QUOTED_LINKS:
        links -= len(_QUOTED_LINK.findall(body))
    return links <= MANY_LINKS and (b"<script" in body or b"<SCRIPT" in body)


def _count(body: bytes, mark: bytes, most: int) -> int:
    """How often a mark is there, up to so many: most pages have them at their beginning."""
    number, at = 0, body.find(mark)
    while at >= 0 and number < most:
        number, at = number + 1, body.find(mark, at + 1)
    return number


def is_empty_shell(tree: LexborHTMLParser) -> bool:
    """Whether a page shows next to nothing until its scripts have run in a browser.

    It must have scripts, hardly any text or links, and a sign of such an application: an empty element where one
    is put, or a ``<noscript>`` that asks for JavaScript.
    """
    body = tree.body
    if body is None or not _has_scripts(tree) or len(tree.css("a[href],area[href]")) > MANY_LINKS:
        return False
    return text_length(body, MUCH_TEXT) < MUCH_TEXT and (_has_empty_root(body) or _asks_for_scripts(tree))


def _has_scripts(tree: LexborHTMLParser) -> bool:
    for script in tree.css("script"):
        kind = (script.attributes.get("type") or "").lower()
        if not any(plain in kind for plain in _PLAIN_TYPES) and (
            script.attributes.get("src") or script.text(deep=True).strip()
        ):
            return True
    return False


def _has_empty_root(body: LexborNode) -> bool:
    return any(
        _is_root(node) and not node.css("a[href]") and text_length(node, ROOT_TEXT) < ROOT_TEXT
        for node in body.css("[id],[ng-app],[data-ng-app],[ng-version],[data-reactroot],[data-v-app],body > *")
    )


def _is_root(node: LexborNode) -> bool:
    attributes = node.attributes
    name = (attributes.get("id") or "").lower()
    # A name with a hyphen is an element that only a script can define.
    custom = "-" in (node.tag or "") and node.parent is not None and node.parent.tag == "body"
    return name in _ROOT_IDS or custom or any(mark in attributes for mark in _ROOT_MARKS)


def _asks_for_scripts(tree: LexborHTMLParser) -> bool:
    return any(_NEEDS_SCRIPTS.search(node.text(deep=True)) for node in tree.css("noscript"))


def text_length(node: LexborNode, enough: float = math.inf) -> int:
    """Characters of the text that people would see; where that is more than ``enough``, at least so many."""
    return sum(map(len, shown(node, enough)))


def shown(node: LexborNode, enough: float) -> list[str]:
    """The texts that people would see, in no certain order, until they have ``enough`` characters in all."""
    texts: list[str] = []
    length = 0
    waiting = [node]
    while waiting and length < enough:
        child = waiting.pop().child
        while child is not None:
            if child.tag == "-text":
                text = (child.text_content or "").strip()
                length += len(text)
                texts.append(text)
            elif child.tag not in _HIDDEN:
                waiting.append(child)
            child = child.next
    return texts
