"""Where a list that a page shows goes on: the next page, and links to others of its pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.postings.careers import says
from extractors.postings.flat import words_of
from extractors.postings.words import word_list
from schemas.addresses import join_url

_LONGEST_TEXT = 80
_MOST_NODES = 3_000
_NEXT_LINKS = "link[rel~=next i][href],a[rel~=next i][href],[rel~=next i] > a[href]"
_PAGE_PATH = re.compile(r"/(?:page|p|pg|seite|pagina|strona|side|sida|sivu)[/-]?(\d{1,4})/?$", re.IGNORECASE)
_ROW_PATH = re.compile(r"(?<=/)go/[^/]+/\d+(/(\d{1,5}))/?$")
"""``/go/Bakery/8765/25/``: SuccessFactors' lists, from their 26th posting on."""

Query = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pager:
    """``next``: the page after this one; ``others``: links to other pages of the list, and to its first."""

    next: str | None
    others: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Link:
    url: str
    text: str
    node: LexborNode
    number: int | None


def pager(tree: LexborHTMLParser, url: str, links: list[str]) -> Pager:
    """Of the list that the page at ``url`` is a page of; ``links`` are those of the page, normalised."""
    shown = list(_shown(tree, url))
    query = _pages_query(shown, url)
    counted = [(link, number) for link in links if (number := _number_of(link, url, query)) is not None]
    following = _marked(tree, url) or _sooner(_named(shown, url), _numbered(shown, url, counted)) or _tiles(tree, url)
    others = frozenset(link for link, _ in counted) | {link for link in links if _is_first(link, url, query)}
    return Pager(following, others - {following})


def _shown(tree: LexborHTMLParser, url: str) -> Iterator[_Link]:
    """The links that lead to the same path."""
    for node in tree.css("a[href]")[:_MOST_NODES]:
        link = join_url(url, node.attributes.get("href") or "")
        if link and link != url and is_same_list(link, url):
            yield _Link(link, " ".join(node.text().split())[: _LONGEST_TEXT + 1], node, _number(link))


def _marked(tree: LexborHTMLParser, url: str) -> str | None:
    links = (join_url(url, node.attributes.get("href") or "") for node in tree.css(_NEXT_LINKS))
    return next((link for link in links if link and link != url and is_same_list(link, url)), None)


def _named(shown: list[_Link], url: str) -> str | None:
    here = _number(url)
    if here is None:
        # The second page has the number 1 where pages are counted from 0, and none says that this is the first.
        here = int(any(link.text == str(link.number) for link in shown))
    found = (link.url for link in shown if link.number is not None and link.number > here and _says_next(link))
    return next(found, None)


def _says_next(link: _Link) -> bool:
    inner = link.node.css_first("[title],[aria-label]")
    attributes = [link.node.attributes, inner.attributes if inner is not None else {}]
    texts = [link.text, *(one.get(name) for one in attributes for name in ("aria-label", "title"))]
    return any(text and len(text) <= _LONGEST_TEXT and says("next", text) for text in texts)


def _numbered(shown: list[_Link], url: str, counted: list[tuple[str, int]]) -> str | None:
    """The one with the next number; of those that count postings, the next there is: they go by steps."""
    after = [(number, link) for link, number in counted if number > _here(_number(url), link, shown)]
    number, link = min(after, default=(0, None))
    return link if link and (number == _here(_number(url), link, shown) + 1 or _is_offset(link)) else None


def _sooner(named: str | None, numbered: str | None) -> str | None:
    """What says next, unless it leads to the last page, past others."""
    if named and numbered and (_number(numbered) or 0) < (_number(named) or 0):
        return numbered
    return named or numbered


def _here(number: int | None, link: str, shown: list[_Link]) -> int:
    """The number of this page: where its URL has none, that of the first."""
    return number if number is not None else int(not (_is_offset(link) or _from_zero(link, shown)))


def _from_zero(link: str, shown: list[_Link]) -> bool:
    """Whether pages are counted from 0: by the parameter, or since the link that says 2 has 1."""
    names = {words_of(name) for name, _ in parse_qsl(urlsplit(link).query)}
    if not names.isdisjoint(word_list("paging")["from_zero"]):
        return True
    said = [(int(one.text), one.number) for one in shown if one.text.isdecimal() and len(one.text) < 5]
    return bool(said) and all(number == text - 1 for text, number in said)


_TILES = "tile-search-results"
_TILES_QUERY = re.compile(rb"searchQuery\s*:\s*[\"']\?([^\"'\s]{0,500})[\"']")


def _tiles(tree: LexborHTMLParser, url: str) -> str | None:
    """What SuccessFactors' lists of tiles ask for when somebody wants more: a part of a page, from a row on."""
    parts = urlsplit(url)
    is_part = parts.path.rstrip("/").endswith(_TILES)
    shown = len(tree.css("li.job-tile")) if is_part or _TILES.encode() in tree.raw_html else 0
    if not shown:
        return None
    said = _TILES_QUERY.search(tree.raw_html)
    query = parse_qsl(said[1].decode("utf-8", "replace") if said else parts.query, keep_blank_values=True)
    rows = {"startrow": str((_number(url) or 0) + shown if is_part else shown)}
    folder = parts.path.rstrip("/").rpartition("/")[0]
    return urlunsplit(parts._replace(path=f"{folder}/{_TILES}/", query=urlencode(dict(query) | rows), fragment=""))


# Which list a page is of


def is_same_list(link: str, url: str) -> bool:
    """Another page of one list, perhaps: the path is the same but for a number."""
    one, other = urlsplit(link), urlsplit(url)
    return one.netloc == other.netloc and bare_path(one.path) == bare_path(other.path)


def bare_path(path: str) -> str:
    """Without what says the page."""
    rows = _ROW_PATH.search(path)
    return (path[: rows.start(1)] if rows else _PAGE_PATH.sub("", path)).rstrip("/")


def is_other_page(link: str, url: str) -> bool:
    """Whether a link leads to another page of the list of ``url``, which says the same but for the page."""
    return _number_of(link, url, _query(url)) is not None


def _number_of(link: str, url: str, query: Query) -> int | None:
    if link == url or not is_same_list(link, url) or _query(link) not in (query, _query(url)):
        return None
    return page_number(link)


def _pages_query(shown: list[_Link], url: str) -> Query:
    """What the pages of the list have in their query: that of ``url``, to which a pager may add how they are sorted."""
    own = _query(url)
    found = Counter(_query(link.url) for link in shown if link.number is not None and own <= _query(link.url))
    return own if own in found or not found else found.most_common(1)[0][0]


def _is_first(link: str, url: str, query: Query) -> bool:
    return query != _query(url) and link != url and is_same_list(link, url) and _query(link) == query


def page_number(url: str) -> int:
    """Which page of its list a URL is: by its query or the end of its path; 1 where it says nothing."""
    number = _number(url)
    return 1 if number is None else number


def _number(url: str) -> int | None:
    parts = urlsplit(url)
    for name, value in parse_qsl(parts.query):
        if words_of(name) in _page_names() and value.isascii() and value.isdecimal() and len(value) < 6:
            return int(value)
    rows, match = _ROW_PATH.search(parts.path), _PAGE_PATH.search(parts.path)
    return int(rows[2]) if rows else int(match[1]) if match else None


def _is_offset(url: str) -> bool:
    parts = urlsplit(url)
    names = {words_of(name) for name, _ in parse_qsl(parts.query)}
    return not names.isdisjoint(word_list("paging")["offset"]) or _ROW_PATH.search(parts.path) is not None


def _query(url: str) -> Query:
    said = parse_qsl(urlsplit(url).query)
    return frozenset((name, value) for name, value in said if words_of(name) not in _page_names())


def list_key(url: str) -> str:
    """What all pages of one list have in common."""
    parts = urlsplit(url)
    said = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted((name, value) for name, value in said if words_of(name) not in _page_names()))
    return urlunsplit(parts._replace(path=bare_path(parts.path) or "/", query=query, fragment=""))


@cache
def _page_names() -> frozenset[str]:
    lists = word_list("paging")
    return frozenset([*lists["page"], *lists["offset"], *lists["from_zero"]]) - {"number", "first", "from"}
