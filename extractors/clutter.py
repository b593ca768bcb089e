"""What surrounds the content of a page: navigation, banners, forms, advertisements."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SILENT = (
    "script,style,template,svg,canvas,iframe,object,embed,button,input,select,textarea,dialog,nav,aside,footer,map,"
    "audio,video,link,meta"
)
_MARKED = (
    '[hidden],[aria-hidden="true"],[role="navigation"],[role="banner"],[role="contentinfo"],[role="complementary"],'
    '[role="search"],[role="dialog"],[role="alertdialog"],[role="menu"],[role="menubar"],'
    '[style*="display:none"],[style*="display: none"],.noprint,.no-print,.headerlink,.visually-hidden,.sr-only'
)
_NAMED = ",".join(
    f"{tag}[{attribute}]"
    for tag in (
        "div",
        "section",
        "ul",
        "ol",
        "header",
        "p",
        "table",
        "form",
        "dl",
        "figure",
        "li",
        "h2",
        "h3",
        "h4",
        "a",
    )
    for attribute in ("class", "id")
)
_CLUTTER = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|menu|breadcrumbs?|sidebar|side-bar|footer|foot|cookies?|consent|gdpr|"
    r"banner|advert\w*|ads?|adsense|sponsor\w*|promo\w*|share|sharing|sharedaddy|socials?|follow|newsletter|"
    r"subscri\w+|signup|login|comments?|commentlist|disqus|respond|related\w*|recommend\w*|popular|trending|"
    r"pagination|pager|paging|skip|skiplinks?|toolbar|popup|modal|overlay|tags?|taglist|byline|"
    r"author-?(?:bio|box|info)|rating|toc|outbrain|taboola|post-?(?:nav|meta|tags)|entry-?(?:footer|meta|utility)|"
    r"meta|masthead|copyright|disclaimer|paywall|callout|search\w*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"article-?body|entry-?content|post-?content|main-?content", re.IGNORECASE)
_BOXES = frozenset({"ul", "ol", "div", "section", "p", "table", "h2", "h3", "h4", "h5", "h6", "dl", "span", "figure"})
_LEVELS = 6
_LONGEST_PROSE = 200_000
_SPOKEN = 300
"""Characters. A <noscript> with more holds what scripts would have shown; one with less asks for scripts."""


def remove_clutter(tree: LexborHTMLParser) -> None:
    """Take out of the tree what is not content by its elements, roles and names."""
    body = tree.body
    if body is None:
        return
    remove_silent(body)
    for node in body.css(_MARKED):
        if node.tag != "body":
            node.decompose()
    total = len(body.text())
    for node in body.css(_NAMED):
        # What holds a third of the page is the page, whatever its name.
        if _is_named_clutter(node) and 3 * len(node.text()) < total:
            node.decompose()


def remove_silent(body: LexborNode) -> None:
    """Take out what is never read: scripts, styles, controls, and what HTML itself calls navigation."""
    for node in body.css("noscript"):
        if len(node.text()) > _SPOKEN:
            node.unwrap()
        else:
            node.decompose()
    for node in body.css(_SILENT):
        node.decompose()


def _is_named_clutter(node: LexborNode) -> bool:
    attributes = node.attributes
    names = attributes.get("class") or ""
    if not _is_slug(attributes.get("id") or "", node):
        names = f"{names} {attributes.get('id') or ''}"
    return bool(_CLUTTER.search(names)) and not _CONTENT.search(names)


def _is_slug(name: str, node: LexborNode) -> bool:
    """Is it made of a heading's words, as chapters have it, which says nothing of what the element is for?"""
    return (
        node.tag not in {"div", "ul", "form"}
        or name.count("-") > 1
        or "section" in (node.attributes.get("class") or "")
    )


def remove_link_lists(main: LexborNode) -> None:
    """Take lists of links out of prose, and headings that are left without text at its end.

    A page that is made of links, as a table of contents, is left alone.
    """
    anchors = [(anchor, _ink(anchor)) for anchor in main.css("a")]
    total = _ink(main)
    if sum(ink for _, ink in anchors) > 0.4 * total or total > _LONGEST_PROSE:
        return
    for box, inks in _boxes(anchors, main):
        ink = _ink(box)
        listed = len(inks) > 1 or (ink < 60 and box.tag not in {"span", "figure"})
        if listed and sum(inks) >= 0.7 * ink and 3 * ink < total:
            box.decompose()
    _remove_last_headings(main)


def _boxes(anchors: list[tuple[LexborNode, int]], main: LexborNode) -> list[tuple[LexborNode, list[int]]]:
    """What the anchors are in, a few levels outwards, and the characters of each anchor in it."""
    boxes: dict[int, tuple[LexborNode, list[int]]] = {}
    for anchor, ink in anchors:
        box = anchor.parent
        for _ in range(_LEVELS):
            # Nodes compare by their markup, which is slow: their identity is enough.
            if box is None or box.mem_id == main.mem_id:
                break
            if box.tag in _BOXES:
                boxes.setdefault(box.mem_id, (box, []))[1].append(ink)
            box = box.parent
    return list(boxes.values())


def _ink(node: LexborNode) -> int:
    """How many characters are not blank."""
    return len("".join(node.text().split()))


def _remove_last_headings(main: LexborNode) -> None:
    for heading in reversed(main.css("h2,h3,h4,h5,h6")):
        if not main.text().rstrip().endswith(heading.text().strip()):
            break
        heading.decompose()
