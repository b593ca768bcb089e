"""What a page says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.languages import language_tag
from extractors.links import base_url
from schemas.addresses import join_url
from schemas.page import PageMetadata

MAX_TITLE = 500
MAX_TEXT = 2_000
MAX_OPEN_GRAPH = 50
"""Characters of a title, characters of any other text, and names of Open Graph: more is noise."""

_SAYINGS = "title,meta[content],link[rel~=canonical i][href]"


@dataclass(slots=True)
class _Sayings:
    """The first of each thing that the page says."""

    titles: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    open_graph: dict[str, str] = field(default_factory=dict)
    canonicals: list[str] = field(default_factory=list)


def page_metadata(tree: LexborHTMLParser, url: str) -> PageMetadata:
    """Title, description, language (BCP 47), canonical URL (absolute) and Open Graph of the page at ``url``.

    None for what the page does not say. Texts have single spaces and are cut at a sane length.
    """
    said = _Sayings()
    for node in _nodes(tree):
        _hear(said, node)
    graph = said.open_graph
    return PageMetadata(
        title=_first(*said.titles, graph.get("title"), limit=MAX_TITLE),
        description=_first(said.names.get("description"), graph.get("description")),
        language=_language(tree, said),
        canonical_url=_canonical(tree, url, said),
        open_graph=dict(list(graph.items())[:MAX_OPEN_GRAPH]),
    )


def _nodes(tree: LexborHTMLParser) -> list[LexborNode]:
    """A picture in a ``<noscript>`` of the head ends the head: what follows is found in the body."""
    head = tree.head
    if head is None or head.css_first("title") is None or head.css_first("noscript") is not None:
        return tree.css(_SAYINGS)
    return head.css(_SAYINGS)


def _hear(said: _Sayings, node: LexborNode) -> None:
    if node.tag == "title":
        if node.parent is not None and node.parent.tag != "svg":
            said.titles.append(node.text())
    elif node.tag == "link":
        said.canonicals.append(node.attributes["href"] or "")
    else:
        _hear_meta(said, node.attributes)


def _hear_meta(said: _Sayings, attributes: dict[str, str | None]) -> None:
    name = (attributes.get("property") or attributes.get("name") or attributes.get("http-equiv") or "").strip().lower()
    content = _collapsed(attributes["content"] or "", MAX_TEXT)
    if not name or not content:
        return
    if name.startswith("og:"):
        said.open_graph.setdefault(name[3:], content)
    else:
        said.names.setdefault(name, content)


def _language(tree: LexborHTMLParser, said: _Sayings) -> str | None:
    root = tree.root
    attributes = root.attributes if root is not None else {}
    candidates = (
        attributes.get("lang"),
        attributes.get("xml:lang"),
        said.names.get("content-language"),
        said.open_graph.get("locale"),
    )
    return next(filter(None, map(language_tag, candidates)), None)


def _canonical(tree: LexborHTMLParser, url: str, said: _Sayings) -> str | None:
    if not said.canonicals:
        return None
    base = base_url(tree, url)
    return next(filter(None, (join_url(base, href) for href in said.canonicals if href.strip())), None)


def _first(*texts: str | None, limit: int = MAX_TEXT) -> str | None:
    return next(filter(None, (_collapsed(text, limit) for text in texts if text)), None)


def _collapsed(text: str, limit: int) -> str:
    # A text of megabytes is cut before its words are counted.
    return " ".join(text[: 4 * limit].split())[:limit].rstrip()
