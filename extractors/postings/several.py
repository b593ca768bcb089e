"""A page that holds several whole postings one below the other, as small employers' sites do: one part for each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.postings.document import Document
from extractors.postings.heading import is_generic, is_role, is_title, page_titles
from extractors.postings.labels import labels_of, pieces
from extractors.postings.markup import words_in
from extractors.postings.object_signs import is_about_jobs
from extractors.postings.page_lines import CONTENT, Line
from extractors.postings.signs import TALKS, hires, is_long, tells_how_to_apply, work_headings, work_labels
from extractors.postings.vocabulary import meanings, plain, says, words

_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "summary", "button"})
_LEAST, _MOST = 2, 60
_MOST_LINES = 3_000
_LONGEST_TITLE = 120
_ENOUGH, _ENOUGH_ALONE = 3, 5
_SHORTEST, _LONG = 200, 600
"""Characters of a posting with several sections, and of one without any."""
_TEASER = 1_200
"""Characters of a text that leads to more: a longer one is whole."""
_ARTICLES = (b'"BlogPosting"', b'"NewsArticle"', b'"Article"')
_HEADINGS = "h1,h2,h3,h4,h5,summary,button"
_COUNT = re.compile(r"^\d{1,2}\s?[.)]+\s+")
_NUMBER = re.compile(r"\d{4,}")
_SLUG = re.compile(r"[a-z]{3,}(?:[-_][a-z]{2,})*", re.IGNORECASE)
_OF_DESIGN = frozenset(
    """
    accordion apply body box button card career careers col collapse column container content description detail details
    faq header heading inner item job jobs list main modal open opening openings pane panel position positions role
    roles row section stelle stellen tab tabs text title toggle vacancies vacancy wrap wrapper
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)
"""Words of anchors that say how a part looks, or which of several it is: tomorrow it is another one's."""
_LONGEST_ANCHOR = 120
_CLIMBED = 5


@dataclass(slots=True)
class Part:
    """One posting of a page: its title, the lines below it, and its own address on the page, where it has one."""

    title: str
    lines: list[Line]
    url: str | None


def parts_of(document: Document) -> list[Part]:
    """Whole postings below a heading that is the page's, not theirs; none where titles are listed with a sentence each.

    One alone only where all speaks for it, since most pages with one are a posting's own.
    """
    if document.tree is None or not _is_for_jobs(document):
        return []
    content = [line for line in document.lines if line.zone == CONTENT][:_MOST_LINES]
    starts = _starts(content)
    found = [
        (content[start].words, body)
        for start, following in zip(starts, [*starts[1:], len(content)], strict=False)
        if _is_whole(body := _body(content, start, following))
    ]
    least = min(_LEAST, len(starts))
    if len(found) > _MOST or sum(is_role(title) for title, _ in found) < max(1, least):
        return []
    if len(starts) == 1 and not _is_whole(found[0][1], _ENOUGH_ALONE):
        return []
    nodes = _headings(document.tree)
    linked = {title for title, _ in found if _leads_away(nodes.get(plain(title), []), document)}
    if len(found) - len(linked) < least:
        return []
    wanted = {plain(title) for title, _ in found}
    own = ((title, body) for title, body in found if title not in linked)
    return [Part(_bare_title(title), body, _address(document, title, nodes, wanted)) for title, body in own]


def _is_for_jobs(document: Document) -> bool:
    """Whether its address, its title or a heading says that jobs are here, and it is no article about them."""
    steps = set(urlsplit(document.url).path.lower().split("/"))
    named = [line.words for line in document.lines[:_MOST_LINES] if 0 < line.level < 4]
    own = [one for one in (document.metadata.title, document.metadata.open_graph.get("title"), *named[:1]) if one]
    if steps & TALKS or any(kind in document.bytes for kind in _ARTICLES) or any(says("guides", one) for one in own):
        return False
    if document.is_about_jobs or any(is_about_jobs(one) for one in page_titles(document)):
        return True
    return any(is_generic(plain(one)) for one in named)


def _starts(content: list[Line]) -> list[int]:
    """Headings of one kind: the kind of which most name work."""
    kinds = {index: kind for index, line in enumerate(content) if (kind := _kind(line))}
    counted = Counter(kind for index, kind in kinds.items() if is_role(_bare_title(content[index].words)))
    if not counted:
        return []
    most = max(counted, key=lambda one: (counted[one], one[:1] == "h"))
    named = [index for index, kind in kinds.items() if kind == most]
    return named if counted[most] >= _LEAST else named[:1] if len(named) == counted.total() == 1 else []


def _kind(line: Line) -> str:
    """Its tag, for what may be a title; ``label`` for a line that says that it is one; else empty."""
    title = _bare_title(line.words)
    is_labelled = title != line.words and ":" in line.words
    if not (line.tag in _TAGS or is_labelled) or len(title) > _LONGEST_TITLE or title[-1:] in "?!:":
        return ""
    return (line.tag if line.tag in _TAGS else "label") if is_title(title) else ""


def _body(content: list[Line], start: int, following: int) -> list[Line]:
    """Up to the next posting, or a heading of the same rank that is none of a posting's sections."""
    level = content[start].level or 6
    ends = (index for index in range(start + 1, following) if _ends(content[index], level))
    body = content[start + 1 : next(ends, following)]
    following_title = plain(content[following].words) if following < len(content) else ""
    while body and plain(body[-1].words) == following_title:
        body = body[:-1]
    own = plain(content[start].words)
    return body[1:] if body and plain(body[0].words) == own else body


def _ends(line: Line, level: int) -> bool:
    if not 0 < line.level <= level:
        return False
    return says("apply_line", line.text) or plain(line.words.rstrip(":\uff1a")) not in words("headings")


def _is_whole(body: list[Line], enough: int = _ENOUGH) -> bool:
    """Whether the lines below a title are all of a posting."""
    headings, phrases = len(work_headings(body)), hires(body)
    length = sum(len(line.text) for line in body)
    if not is_long(body) and (headings < _LEAST or length < _SHORTEST):
        return False
    short = (piece for line in body if len(line.text) <= _LONGEST_TITLE for piece in pieces(line.text))
    more = any(plain(piece) in words("more") for piece in short)
    if more and length < _TEASER:
        return False
    labels = labels_of(body)
    said = min(headings, 2) + phrases + min(len(work_labels(labels)), 2)
    said += ("locations" in labels) + tells_how_to_apply(body)
    return said >= enough and (headings > 0 or (phrases > 0 and length >= _LONG))


def _bare_title(line: str) -> str:
    """``2. Job title: Baker`` is Baker."""
    title = _COUNT.sub("", line)
    label, _, rest = title.partition(":")
    return rest.strip() if rest.strip() and meanings().get(plain(label)) == "title" else title


def _headings(tree: LexborHTMLParser) -> dict[str, list[LexborNode]]:
    found: dict[str, list[LexborNode]] = {}
    for node in tree.css(_HEADINGS):
        found.setdefault(plain(words_in(node)), []).append(node)
    return found


def _leads_away(nodes: list[LexborNode], document: Document) -> bool:
    """Whether a title links to a page of its own."""
    here = urldefrag(document.url)[0]
    for node in nodes:
        for link in [*node.css("a[href]"), *_links_around(node)]:
            target = (link.attributes.get("href") or "").strip()
            if target and not target.startswith(("#", "javascript:", here + "#", urlsplit(here).path + "#")):
                return True
    return False


def _links_around(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    for _ in range(_CLIMBED):
        if above is None:
            return
        if above.tag == "a" and above.attributes.get("href"):
            yield above
        above = above.parent


def _address(document: Document, title: str, nodes: dict[str, list[LexborNode]], wanted: set[str]) -> str | None:
    found = (
        anchor
        for node in nodes.get(plain(title), [])
        for anchor in _anchors(node, plain(title), wanted)
        if _lasts(anchor, plain(title))
    )
    anchor = next(found, None)
    return f"{urldefrag(document.url)[0]}#{anchor}" if anchor else None


def _anchors(node: LexborNode, title: str, wanted: set[str]) -> Iterator[str]:
    """Of the heading, of what is in it, and of what is around it and no other posting."""
    yield node.attributes.get("id") or ""
    for inner in node.css("[id],a[name]"):
        yield inner.attributes.get("id") or inner.attributes.get("name") or ""
    for link in node.css('a[href^="#"]'):
        yield unquote((link.attributes.get("href") or "")[1:])
    above = node.parent
    for _ in range(_CLIMBED):
        if above is None or above.tag == "body" or _holds_others(above, title, wanted):
            return
        yield above.attributes.get("id") or ""
        above = above.parent


def _holds_others(node: LexborNode, title: str, wanted: set[str]) -> bool:
    inner = {plain(words_in(one)) for one in node.css(_HEADINGS)}
    return bool(inner & wanted - {title})


def _lasts(anchor: str, title: str) -> bool:
    """Whether it names the posting, by its words or its number, and not its place among others."""
    if not 0 < len(anchor) <= _LONGEST_ANCHOR or re.search(r"\s", anchor):
        return False
    bare = plain(anchor)
    if any(len(word) > 3 and word in bare for word in title.split()) or _NUMBER.fullmatch(anchor):
        return True
    return _SLUG.fullmatch(anchor) is not None and not _OF_DESIGN.issuperset(bare.split())
