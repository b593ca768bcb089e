"""A page that lists postings: how many it says there are, which, and where the list goes on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.postings.careers import is_careers, plain, says, says_careers
from extractors.postings.platforms import key_of
from extractors.postings.shape import words_of
from extractors.postings.words import word_list
from schemas.addresses import join_url
from schemas.templates import template_of

_LONGEST_TEXT = 80
_MOST_NODES = 3_000
_FEW_WORDS = 4
_NEXT_LINKS = "link[rel~=next i][href],a[rel~=next i][href],[rel~=next i] > a[href]"
_BUTTONS = "button,a:not([href]),a[href^='#'],a[href^='javascript:'],[role=button],input[type=button]"
_NUMBER = r"(\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+|\d{1,6})"
_QUOTED_API = re.compile(r"[\"'`]((?:https?:)?/[^\"'`\s<>{}\\]{2,300})[\"'`]")
_MOST_APIS = 3
_SCROLLS = (b"IntersectionObserver", b"infinite-scroll", b"infiniteScroll", b"infinite_scroll", b"onscroll")


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list of postings.

    ``total``: how many the page says that there are; ``next``: the page after this one; ``siblings``: other pages of
    the list, to which that one leads. ``listed``: links to postings. ``button``: what a button says that brings more,
    and is no link: None where there is none. ``feeds``: lists as data that the page loads or names. ``scrolls``: its
    scripts may bring more when somebody scrolls.
    """

    total: int | None
    next: str | None
    siblings: frozenset[str]
    listed: tuple[str, ...]
    button: str | None
    feeds: tuple[str, ...]
    scrolls: bool

    @property
    def is_list(self) -> bool:
        """Whether it lists postings, and may have more than these."""
        return bool(self.listed) and bool(self.next or self.total or self.button or self.scrolls)


def is_about_careers(tree: LexborHTMLParser, url: str) -> bool:
    """Whether a page is about jobs, by its URL, its title or its first heading."""
    if is_careers(url):
        return True
    title = tree.head.css_first("title") if tree.head is not None else None
    return title is not None and says_careers(title.text(strip=True)[:_LONGEST_TEXT])


def list_page(tree: LexborHTMLParser, url: str, links: Iterable[str]) -> ListPage:
    """What a page that is about jobs says of its list; ``links`` are those of the page, normalised."""
    links = list(links)
    following = _next(tree, url, links)
    listed = _postings(url, links)
    named = _names_list(tree, url)
    return ListPage(
        total=_total(tree) if listed and named else None,
        next=following,
        siblings=frozenset(link for link in links if link != following and _page_of(link, url) is not None),
        listed=listed,
        button=_button(tree) if named and not following else None,
        feeds=tuple(dict.fromkeys([*_named_feeds(tree, url), *_loaded(tree, url)])),
        scrolls=named and any(sign in tree.raw_html for sign in _SCROLLS),
    )


def _names_list(tree: LexborHTMLParser, url: str) -> bool:
    """Whether a page is called a list of postings: one posting has buttons and numbers, too, and others beside it."""
    parts = urlsplit(_bare(urlsplit(url).path))
    name = unquote(parts.path.rpartition("/")[2].partition(".")[0])
    if not name or says_careers(name) or says("beside", name):
        return is_careers(url)
    title = tree.head.css_first("title") if tree.head is not None else None
    words = plain(title.text(strip=True)[:_LONGEST_TEXT]) if title is not None else ""
    return len(words.split()) <= _FEW_WORDS and says_careers(words) and not any(map(str.isdecimal, name))


def _postings(url: str, links: list[str]) -> tuple[str, ...]:
    """The links that look most alike and speak of jobs; those of a platform's postings."""
    own = [link for link in links if link != url and _page_of(link, url) is None]
    known = [link for link in own if key_of(link)]
    if known:
        return tuple(known)
    groups = Counter(template_of(link) for link in own if _is_deep(link))
    best = max(groups.values(), default=0)
    names = {name for name, count in groups.items() if count == best}
    if template_of(url) in names:
        return ()  # it is one of them itself
    return tuple(link for link in own if _is_deep(link) and template_of(link) in names)


def _is_deep(link: str) -> bool:
    """A path whose folder speaks of jobs, and that says more: ``/jobs/baker-17``."""
    path = urlsplit(link).path.rstrip("/")
    folder, _, name = path.rpartition("/")
    return bool(name) and is_careers(f"https://x{folder}") and not (says_careers(name) or says("beside", name))


# The next page


def _next(tree: LexborHTMLParser, url: str, links: list[str]) -> str | None:
    here = page_number(url)
    for node in tree.css(_NEXT_LINKS):
        link = join_url(url, node.attributes.get("href") or "")
        if link and link != url and _is_same_list(link, url):
            return link
    for node in tree.css("a[href]")[:_MOST_NODES]:
        link = join_url(url, node.attributes.get("href") or "") if _says_next(node) else None
        if link and link != url and _is_same_list(link, url) and page_number(link) > here:
            return link
    pages = {number: link for link in links if (number := _page_of(link, url)) is not None and number > here}
    first = min(pages, default=None)
    # Offsets go by steps; of numbers of pages, none may be left out.
    return pages[first] if first is not None and (first == here + 1 or _is_offset(pages[first])) else None


def _says_next(node: LexborNode) -> bool:
    attributes = node.attributes
    for text in (node.text(strip=True)[: _LONGEST_TEXT + 1], attributes.get("aria-label"), attributes.get("title")):
        if text and len(text) <= _LONGEST_TEXT and says("next", text):
            return True
    return False


def _is_same_list(link: str, url: str) -> bool:
    """Another page of one list: the path is the same but for a number."""
    one, other = urlsplit(link), urlsplit(url)
    return one.netloc == other.netloc and _bare(one.path) == _bare(other.path)


_PAGE_PATH = re.compile(r"/(?:page|p|pg|seite|pagina|strona|side|sida|sivu)[/-]?(\d{1,4})/?$", re.IGNORECASE)


def _bare(path: str) -> str:
    return _PAGE_PATH.sub("", path).rstrip("/")


def _page_of(link: str, url: str) -> int | None:
    """The number of another page of the list of ``url``; None for any other link."""
    if link == url or not _is_same_list(link, url):
        return None
    return page_number(link) if _query_without_page(link) == _query_without_page(url) else None


def _is_offset(url: str) -> bool:
    names = {words_of(name) for name, _ in parse_qsl(urlsplit(url).query)}
    return not names.isdisjoint(word_list("paging")["offset"])


def page_number(url: str) -> int:
    """Which page of its list a URL is: by its query or the end of its path; 1 where it says nothing."""
    parts = urlsplit(url)
    for name, value in parse_qsl(parts.query):
        if words_of(name) in _page_names() and value.isascii() and value.isdecimal() and len(value) < 6:
            return int(value)
    match = _PAGE_PATH.search(parts.path)
    return int(match[1]) if match else 1


def _query_without_page(url: str) -> str:
    said = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return urlencode(sorted((name, value) for name, value in said if words_of(name) not in _page_names()))


def list_key(url: str) -> str:
    """What all pages of one list have in common."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=_bare(parts.path) or "/", query=_query_without_page(url), fragment=""))


@cache
def _page_names() -> frozenset[str]:
    lists = word_list("paging")
    return frozenset([*lists["page"], *lists["offset"]]) - {"number", "first", "from"}


def _button(tree: LexborHTMLParser) -> str | None:
    """What a button says that is no link and brings more."""
    for node in tree.css(_BUTTONS)[:_MOST_NODES]:
        text = " ".join((node.text(strip=True) or node.attributes.get("value") or "").split())
        if text and len(text) <= _LONGEST_TEXT and says("more", text):
            return text
    return None


# How many


def _total(tree: LexborHTMLParser) -> int | None:
    """``Showing 1-20 of 57``, ``57 open positions``: in a short text of its own."""
    if tree.body is None:
        return None
    counted = set()
    for text in _short_texts(tree.body):
        shown, named = _range().search(text), _counted().fullmatch(text)
        if shown:
            return int(re.sub(r"\D", "", shown["total"]))
        if named:
            counted.add(int(re.sub(r"\D", "", named["total"])))
    # Several are those of parts of the list.
    return counted.pop() if len(counted) == 1 else None


def _short_texts(body: LexborNode) -> Iterator[str]:
    for count, node in enumerate(body.css("h1,h2,h3,h4,p,span,div,strong,b,small,label,output,li,td")):
        if count >= _MOST_NODES:
            return
        child = node.child
        if child is not None and child.is_text_node and (child.next is None or node.tag in _LINES):
            text = plain_line(node.text())
            if 2 < len(text) <= _LONGEST_TEXT and any(map(str.isdecimal, text)):
                yield text


_LINES = frozenset({"p", "h1", "h2", "h3", "h4", "span", "output", "strong"})


def plain_line(text: str) -> str:
    """One line in small letters."""
    return " ".join(text.lower().split())


@cache
def _range() -> re.Pattern[str]:
    of = "|".join(map(re.escape, word_list("careers")["of"]))
    return re.compile(rf"\d+\s*(?:-|\u2013|\u2014|to|bis|a|à|do|až)\s*\d+\s*(?:{of})\s*(?P<total>{_NUMBER})(?!\d)")


@cache
def _counted() -> re.Pattern[str]:
    words = sorted(word_list("careers")["counted"], key=len, reverse=True)
    named = "|".join(re.escape(word).replace(r"\ ", r"[\s']") for word in words)
    return re.compile(
        rf"(?P<total>{_NUMBER})\s+(?:{named})(?:\s+(?:found|available|gefunden|trouvées|encontradas))?\.?"
    )


# As data


def _named_feeds(tree: LexborHTMLParser, url: str) -> Iterator[str]:
    """Feeds that the page's head names."""
    head = tree.head
    for node in head.css("link[rel~=alternate i][type][href]") if head is not None else ():
        kind = (node.attributes.get("type") or "").lower()
        link = join_url(url, node.attributes.get("href") or "")
        if link and any(word in kind for word in ("json", "rss", "atom", "xml")) and "oembed" not in link:
            yield link


def _loaded(tree: LexborHTMLParser, url: str) -> Iterator[str]:
    """Addresses in the page's scripts that look like lists of postings as data: ``fetch("/api/jobs?page=1")``."""
    found = 0
    for script in tree.css("script:not([src]),[data-api],[data-url],[data-feed],[data-endpoint]")[:_MOST_NODES]:
        attributes = script.attributes.values()
        texts = [script.text()] if script.tag == "script" else [f'"{value}"' for value in attributes if value]
        for text in texts:
            for match in _QUOTED_API.finditer(text[:200_000]):
                link = join_url(url, match[1]) if _is_api(match[1]) else None
                if link and found < _MOST_APIS:
                    found += 1
                    yield link


def _is_api(address: str) -> bool:
    path = urlsplit(address).path
    words = set(plain(path).split())
    return bool(words & {"api", "json", "graphql", "rest", "feed", "ajax", "xml", "rss"}) and is_careers(
        f"https://x{path.removesuffix('.json').removesuffix('.xml').removesuffix('.rss')}"
    )
