"""Does the head of a page say that its posting is closed? In its title, headings, notices, or where one would apply.

Not in the body, where people write of closed positions, nor beside it, where other postings stand.
"""

from __future__ import annotations

import re
from functools import cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.postings.words import word_list

_AROUND_BADGE = " !.:()[]*-\u2013\u2014\u00b7\u2022\uff01"
_BADGES = "[class*=badge i], [class*=label i], [class*=status i], [class*=pill i], [class*=chip i], h1, h2, h3, h4"
_LONGEST_BADGE = 40
_PLACES = (
    "title, h1, h2, [role=alert], [class*=closed i], [class*=expired i], [class*=alert i], [class*=notice i],"
    " [class*=apply i], [id*=apply i], [class*=banner i]"
)
_ASIDE = frozenset({"aside", "nav", "footer"})
_OTHERS = _ASIDE | {"li", "article"}
_HEAD = 4
"""So many headings of a page are its head."""
_PLACES_READ = 40
_MOST = 300
"""Characters: a notice is short, and prose is not read."""
_BLANKS = re.compile(r"\s+")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Of a sentence that says so, and of a badge. Made when they are first used: most crawls need neither."""
    words = word_list("closed")
    sentences = [one.replace("{this}", words["this"]) for said in words["closed"].values() for one in said]
    marker = re.compile("|".join(f"(?:{one})" for one in sentences), re.IGNORECASE)
    return marker, re.compile(words["badges"], re.IGNORECASE)


def closed_marker(tree: LexborHTMLParser) -> str | None:
    """The words by which a page says that its posting is closed; None: it says nothing of the kind."""
    headings = 0
    for node in tree.css(_PLACES)[:_PLACES_READ]:
        if node.tag in {"h1", "h2"}:
            headings += 1
            if headings > _HEAD:
                continue
        if not _within(node, _ASIDE if node.tag == "h1" else _OTHERS) and (found := _marker_in(node)):
            return found
    return None


def closed_badge(tree: LexborHTMLParser) -> str | None:
    """``Expired!`` by itself: a badge, a heading, or right beside the title; None: there is none."""
    title = tree.css_first("h1")
    beside = [] if title is None else [title.prev, title.next, *title.iter()]
    for node in filter(None, [*beside, *tree.css(_BADGES)[:_PLACES_READ]]):
        text = _BLANKS.sub(" ", (node.text(deep=True) or "")[: 2 * _LONGEST_BADGE]).strip()
        if is_closed_badge(text) and not _within(node, _OTHERS):
            return text
    return None


def is_closed_badge(text: str) -> bool:
    """Whether a short text says nothing but that something is closed."""
    return 1 < len(text) <= _LONGEST_BADGE and _patterns()[1].fullmatch(text.strip(_AROUND_BADGE)) is not None


def _marker_in(node: LexborNode) -> str | None:
    text = node.text(deep=True, separator=" ")
    if len(text) > 4 * _MOST:
        return None
    text = _BLANKS.sub(" ", text).strip()
    found = _patterns()[0].search(text) if len(text) <= _MOST else None
    return found[0] if found else None


def _within(node: LexborNode, tags: frozenset[str]) -> bool:
    """Whether it stands in a list or beside the posting, where other postings are named."""
    above: LexborNode | None = node
    while above is not None:
        if above.tag in tags:
            return True
        above = above.parent
    return False
