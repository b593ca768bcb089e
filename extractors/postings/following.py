"""Around the postings of a list as data: how many it says there are, and where it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from extractors.postings.asking import Ask, whole
from extractors.postings.flat import by_words
from extractors.postings.words import word_list
from schemas.addresses import join_url

_MOST_HEADS = 3
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*]+\s*=\s*(?:\"[^\"]*\"|[^\s,;]*))*)")
_NEXT = re.compile(r"rel\s*=\s*\"?(?:[^\";]*\s)?next\b", re.IGNORECASE)


def heads_of(value: Any, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """What the list stands in, the nearest first, each followed by what it says of pages: values by words of names."""
    around, one = [], value
    for name in path:
        if isinstance(one, dict):
            around.append(one)
            one = one.get(name)
        else:
            break
    for node in reversed(around[-_MOST_HEADS:]):
        flat = by_words(node)
        yield flat
        for name in word_list("paging")["heads"]:
            if isinstance(flat.get(name), dict):
                yield by_words(flat[name])


def first_value(values: dict[str, Any], meaning: str) -> Any:
    return next((values[name] for name in word_list("paging")[meaning] if values.get(name) not in (None, "")), None)


def _number(heads: list[dict[str, Any]], meaning: str) -> int | None:
    for head in heads:
        for name in word_list("paging")[meaning]:
            value = head.get(name)
            found = whole(value.get("value") if isinstance(value, dict) else value)
            if found is not None:
                return found
    return None


def total_of(heads: list[dict[str, Any]], asked: Ask, here: int) -> int | None:
    total = _number(heads, "total")
    first = _offset(heads, asked)
    if total is not None:
        # Of pages after the first, some say 0.
        return total if total or not (here or first) else None
    count = _number(heads, "count")
    return count if count is not None and count > here else None


def _offset(heads: list[dict[str, Any]], asked: Ask) -> int | None:
    own = asked.number("offset")
    return own if own is not None else _number(heads, "offset")


def next_of(heads: list[dict[str, Any]], asked: Ask, link: str, here: int, total: int | None) -> Ask | None:
    address = _named_next(heads) or _header_next(link)
    if address:
        url = join_url(asked.url, address)
        return Ask(url, asked.method, asked.body) if url else None
    if not here or _says_no_more(heads):
        return None
    return _by_token(heads, asked) or _by_page(heads, asked, here, total) or _by_offset(heads, asked, here, total)


def _named_next(heads: list[dict[str, Any]]) -> str | None:
    for head in heads:
        text = text_in(first_value(head, "next"))
        if text.startswith(("/", "?", "http://", "https://")):
            return text
    return None


def _header_next(link: str) -> str | None:
    return next((match[1] for match in _LINK.finditer(link[:4_000]) if _NEXT.search(match[2])), None)


def _says_no_more(heads: list[dict[str, Any]]) -> bool:
    return any(head.get(name) is False for head in heads for name in word_list("paging")["more"])


def _by_token(heads: list[dict[str, Any]], asked: Ask) -> Ask | None:
    for head in heads:
        for name in (*word_list("paging")["cursor"], *word_list("paging")["next"]):
            token = head.get(name)
            if isinstance(token, str) and token:
                return asked.having({asked.parameter("tokens") or _token_name(name): token})
    return None


def _token_name(name: str) -> str:
    """How the next one is asked for that an answer calls ``next cursor``: as ``cursor``."""
    words = [word for word in name.split() if word not in ("next", "end", "url", "link", "href")]
    return "_".join(words) if words and words != ["page"] else "token"


def _by_page(heads: list[dict[str, Any]], asked: Ask, here: int, total: int | None) -> Ask | None:
    name, pages = asked.parameter("page"), _number(heads, "pages")
    page = asked.number("page") if name is not None else _number(heads, "page")
    if page is None or asked.parameter("offset") is not None:
        return None
    size = asked.number("limit") or _number(heads, "limit")
    if pages is not None:
        more = page < pages
    elif total is not None:
        # Whether pages are counted from 0 or 1: the first that holds nothing ends it anyway.
        more = page * (size or here) < total
    else:
        more = _says_more(heads) or (name is not None and size is not None and here >= size)
    return asked.having({name or "page": page + 1}) if more else None


def _by_offset(heads: list[dict[str, Any]], asked: Ask, here: int, total: int | None) -> Ask | None:
    name, first = asked.parameter("offset"), _offset(heads, asked)
    if name is None and first is None:
        return None
    first = first or 0
    limit = asked.number("limit") or _number(heads, "limit")
    more = first + here < total if total is not None else (limit is not None and here >= limit) or _says_more(heads)
    return asked.having({name or "offset": first + here}) if more else None


def _says_more(heads: list[dict[str, Any]]) -> bool:
    return any(head.get(name) is True for head in heads for name in word_list("paging")["more"])


def text_in(value: Any) -> str:
    """``link`` of Atom is ``{"@href": …}``; of several, the first."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@href") or value.get("href") or value.get("#text")
    return value.strip() if isinstance(value, str) else ""
