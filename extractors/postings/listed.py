"""A page that lists postings: how many it says there are, which, and where the list goes on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.postings.careers import is_careers, plain, says, says_careers
from extractors.postings.paged import bare_path, is_other_page, pager
from extractors.postings.platforms import key_of
from extractors.postings.words import word_list
from schemas.addresses import join_url
from schemas.templates import template_of

_LONGEST_TEXT, _LONGEST_NOTICE = 80, 200
_TEXTS = "h1,h2,h3,h4,p,span,div,strong,b,small,label,output,li,td"
_MOST_NODES = 3_000
_FEW_WORDS = 4
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
    scripts may bring more when somebody scrolls. ``empty``: it says that there is none.
    ``more_pages``: it says that there are (``Page 1 of 5``), and has no link to them.
    """

    total: int | None
    next: str | None
    siblings: frozenset[str]
    listed: tuple[str, ...]
    button: str | None
    feeds: tuple[str, ...]
    scrolls: bool
    empty: bool = False
    more_pages: bool = False

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


def list_page(tree: LexborHTMLParser, url: str, links: Iterable[str], *, sure: bool = False) -> ListPage:
    """What a page that is about jobs says of its list.

    Args:
        links: those of the page, normalised.
        sure: it is known to be a list.
    """
    links = list(links)
    pages = pager(tree, url, links)
    listed = _postings(url, links)
    named = sure or _names_list(tree, url)
    total = _total(tree) if named else None
    return ListPage(
        total=total if listed or total == 0 else None,
        next=pages.next,
        siblings=pages.others,
        listed=listed,
        button=_button(tree) if named and not pages.next else None,
        feeds=tuple(dict.fromkeys([*_named_feeds(tree, url), *_loaded(tree, url)])),
        scrolls=named and any(sign in tree.raw_html for sign in _SCROLLS),
        more_pages=named and not pages.next and _says_more_pages(tree),
        empty=not listed and named and (total == 0 or _says_none(tree)),
    )


def _names_list(tree: LexborHTMLParser, url: str) -> bool:
    """Whether a page is called a list of postings: one posting has buttons and numbers, too, and others beside it."""
    parts = urlsplit(bare_path(urlsplit(url).path))
    name = unquote(parts.path.rpartition("/")[2].partition(".")[0])
    if not name or says_careers(name) or says("beside", name):
        return is_careers(url)
    title = tree.head.css_first("title") if tree.head is not None else None
    words = plain(title.text(strip=True)[:_LONGEST_TEXT]) if title is not None else ""
    return len(words.split()) <= _FEW_WORDS and says_careers(words) and not any(map(str.isdecimal, name))


def _postings(url: str, links: list[str]) -> tuple[str, ...]:
    """The links that look most alike and speak of jobs; those of a platform's postings."""
    own = [link for link in links if link != url and not is_other_page(link, url)]
    known = [link for link in own if key_of(link)]
    if known:
        return tuple(known)
    kinds = {link: kind_of(link) for link in own if _is_deep(link)}
    groups = Counter(kinds.values())
    best = max(groups.values(), default=0)
    names = {name for name, count in groups.items() if count == best}
    names = {name for name in names if "*" in name and says("careers", name.split("/*")[0].rpartition("/")[2])} or names
    if kind_of(url) in names:
        return ()  # it is one of them itself
    return tuple(link for link, kind in kinds.items() if kind in names)


@lru_cache(10_000)
def kind_of(url: str) -> str:
    """The host, and the path with all names after the last folder that speaks of jobs taken for the same.

    ``https://acme.example/en/job/Bonn-Baker/1234567/`` is ``acme.example/en/job/*/*``.
    """
    parts = urlsplit(url)
    names = [unquote(name) for name in parts.path.split("/") if name]
    spoken = [place for place, name in enumerate(names[:-1]) if says("careers", name)]
    spoken = spoken or [place for place, name in enumerate(names[:-1]) if says_careers(name)][:1]
    if not spoken:
        return template_of(url)
    kept = names[: spoken[-1] + 1]
    return "/".join([parts.netloc, *kept, *["*"] * (len(names) - len(kept))])


def _is_deep(link: str) -> bool:
    """A path whose folder speaks of jobs, and that says more: ``/jobs/baker-17``."""
    path = urlsplit(link).path.rstrip("/")
    folder, _, name = path.rpartition("/")
    return bool(name) and is_careers(f"https://x{folder}") and not (says_careers(name) or says("beside", name))


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


def _says_more_pages(tree: LexborHTMLParser) -> bool:
    """``Page 1 of 5``."""
    texts = _short_texts(tree.body) if tree.body is not None else ()
    return any(int(match[1]) < int(match[2]) for text in texts if (match := _pages().search(text)))


@cache
def _pages() -> re.Pattern[str]:
    of = "|".join(map(re.escape, word_list("careers")["of"]))
    return re.compile(
        rf"\b(?:page|seite|p[a\u00e1]gina|pagina|strona|sida|side|sivu)\s+(\d{{1,4}})\s*(?:{of})\s*(\d{{1,4}})\b"
    )


def _says_none(tree: LexborHTMLParser) -> bool:
    """``There are no open positions at the moment``, in a short text of its own."""
    nodes = tree.body.css(_TEXTS)[:_MOST_NODES] if tree.body is not None else []
    texts = (" ".join(node.text(deep=node.tag in _LINES).split()) for node in nodes)
    return any(_none().search(f" {plain(text)} ") for text in texts if 5 < len(text) <= _LONGEST_NOTICE)


@cache
def _none() -> re.Pattern[str]:
    return re.compile(
        "|".join(
            f" {re.escape(words)} " if words.isascii() else re.escape(words) for words in word_list("careers")["none"]
        )
    )


def _short_texts(body: LexborNode) -> Iterator[str]:
    for count, node in enumerate(body.css(_TEXTS)):
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
