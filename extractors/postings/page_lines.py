"""What a reader sees of a page, line by line, and where each stands: in the content, beside it, in a menu, a form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

CONTENT, ASIDE, FORM, MENU = "content", "aside", "form", "menu"
"""Where a line stands. A form is one that is filled in; one around the whole page is none."""

_BLOCKS = frozenset(
    """
    address article aside blockquote br button dd details dialog div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hr label legend li main nav ol option p pre section summary table tbody td tfoot th thead tr ul
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)
_KEPT = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "th", "td", "summary", "button"})
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "svg", "select", "textarea", "iframe", "object", "option", "head"}
)
_ZONES = {"nav": MENU, "footer": MENU, "dialog": MENU, "aside": ASIDE, "form": FORM}
_NAMED = frozenset({"div", "section", "ul", "header", "p"})
_MENU_NAMES = re.compile(
    r"(?:^|\s)(?!no-|has-|with|is-|js-)(?:[a-z0-9]+[-_]{1,2}){0,3}"
    r"(?:(?P<links>nav|navbar|navigation|menu)|breadcrumbs?|cookies?|consent|gdpr|footer|newsletter|share|sharing|social|socials|"
    r"modal|popup|skip|related|similar|recommended|other-?jobs)"
    r"(?:[-_]{1,2}(?:wrap\w*|container|list|items?|inner|links?|bar|block|section|area|main|top|bottom|desktop|mobile|"
    r"primary|menu|jobs|posts|positions|banner|notice|box|buttons?|icons?|media|content|\d+)){0,3}(?=\s|$)",
    re.IGNORECASE,
)
"""A class that says what the element is, and not how: ``site-footer``, and not ``breadcrumbs-off``."""
_LONGEST_NAMES = 300
_MOST_NODES = 100_000
_MOST_SHARE = 0.4
_SENTENCE, _FEW_SENTENCES = 100, 3
_MOST_LOOKS = 100
"""So many menus of a page are looked into for text."""
_APART = "\t"
_WITHIN = re.compile(r"\t(?=([^\t]))")
_GOES_ON = " ,.;:!?)]}%/'\u2019\"\u201d-\u2013"
_LONGEST_CHIP = 40


@dataclass(slots=True)
class Line:
    """A line of text; parts that only the design keeps apart have a tab between them.

    ``tag``: the heading, list item or cell that it stands in, else empty.
    """

    text: str
    tag: str
    zone: str

    @property
    def level(self) -> int:
        """Of a heading, 1 to 6; 0 for anything else."""
        return int(self.tag[1]) if self.tag[:1] == "h" and self.tag[1:].isdigit() else 0

    @property
    def words(self) -> str:
        """The text as a reader reads it."""
        return self.text.replace(_APART, " ")


def page_lines(tree: LexborHTMLParser) -> list[Line]:
    """All lines of a page, in its order."""
    return _Walk(tree.body).lines() if tree.body is not None else []


class _Walk:
    def __init__(self, body: LexborNode) -> None:
        self._body = body
        self._total = _ink(body)
        self._lines: list[Line] = []
        self._parts: list[str] = []
        self._looks = _MOST_LOOKS

    def lines(self) -> list[Line]:
        # What waits: a node, or None where an element ends; where it stands; the heading, item or cell around it.
        waiting: list[tuple[LexborNode | None, str, str]] = [(self._body.child, CONTENT, "")]
        left = _MOST_NODES
        while waiting and left:
            left -= 1
            node, zone, tag = waiting.pop()
            if node is None:
                self._end(zone, tag)
                continue
            following = node.next
            if following is not None:
                waiting.append((following, zone, tag))
            if node.is_text_node:
                self._parts.append((node.text_content or "").replace("\n", " ").replace(_APART, " "))
            else:
                self._enter(node, zone, tag, waiting)
        self._end(CONTENT, "")
        return self._lines

    def _enter(self, node: LexborNode, zone: str, tag: str, waiting: list[tuple[LexborNode | None, str, str]]) -> None:
        name = node.tag or ""
        if name in _SILENT:
            return
        if name == "input":
            self._button(node, zone)
            return
        child = node.child
        if name in _BLOCKS:
            self._end(zone, tag)
            zone = self._zone(node, name, zone)
            tag = name if name in _KEPT else tag
            waiting.append((None, zone, tag))
        elif self._parts and (self._touches() or (name == "span" and _is_one_of_a_row(node))):
            self._parts.append(_APART)
        if child is not None:
            waiting.append((child, zone, tag))

    def _button(self, node: LexborNode, zone: str) -> None:
        attributes = node.attributes
        if (attributes.get("type") or "").lower() in {"submit", "button"} and (text := attributes.get("value")):
            self._end(zone, "")
            self._lines.append(Line(" ".join(text.split()), "", zone))

    def _zone(self, node: LexborNode, name: str, zone: str) -> str:
        own = _ZONES.get(name)
        if own is None and name in _NAMED and zone == CONTENT:
            attributes = node.attributes
            names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_LONGEST_NAMES]
            own = MENU if len(names) > 2 and self._is_called_menu(node, names) else None
        if own is None or zone == MENU:
            return zone
        return zone if _ink(node) > _MOST_SHARE * self._total else own

    def _is_called_menu(self, node: LexborNode, names: str) -> bool:
        """Whether its class says so. What a menu of tabs leads to may be called ``nav-content``: it has text."""
        match = _MENU_NAMES.search(names)
        if match is None or node.css_first("h1") is not None:
            return False
        self._looks -= 1
        return match["links"] is None or self._looks < 0 or not _is_text(node)

    def _touches(self) -> bool:
        """Whether an element begins right behind a word: ``<span>Acme</span><span>Berlin</span>``."""
        last = self._parts[-1]
        return bool(last) and (last[-1].islower() or last[-1].isdigit() or last[-1] in ":)")

    def _end(self, zone: str, tag: str) -> None:
        if not self._parts:
            return
        text = "".join(self._parts)
        self._parts.clear()
        parts = [" ".join(part.split()) for part in _joined(text).split(_APART)]
        text = _APART.join(part for part in parts if part)
        if text:
            self._lines.append(Line(text, tag, zone))


def _ink(node: LexborNode) -> int:
    """Characters of its text, without its scripts."""
    return len(node.text()) - sum(len(silent.text()) for silent in node.css("script,style"))


def _is_text(node: LexborNode) -> bool:
    """Whether it has several sentences that are no links."""
    long = (one for one in node.css("p,li") if len(one.text()) >= _SENTENCE)
    return sum(one.css_first("a,li") is None for one in long) >= _FEW_SENTENCES


def _is_one_of_a_row(node: LexborNode) -> bool:
    """Whether a short span follows another one, both with a design of their own: chips below a title."""
    before = node.prev
    if before is None or not before.is_text_node or (before.text_content or "").strip():
        return False
    before = before.prev
    if before is None or before.tag != "span":
        return False
    return all(one.attributes.get("class") and len(one.text()) <= _LONGEST_CHIP for one in (before, node))


def _joined(text: str) -> str:
    """What touches is apart only where a word ends and another one begins: ``Acme|Berlin``, not ``re|mote``."""
    return _WITHIN.sub(_apart, text) if _APART in text else text


def _apart(match: re.Match[str]) -> str:
    following = match[1]
    return "" if following.islower() or following in _GOES_ON else _APART
