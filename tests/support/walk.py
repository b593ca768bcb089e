"""A walk over a site that shares no code with the crawler: what there is to be found."""

from __future__ import annotations

from contextlib import closing
from html.parser import HTMLParser
from http.client import HTTPConnection, IncompleteRead
from urllib.parse import urldefrag, urljoin, urlsplit

Found = dict[str, tuple[int, str]]
"""By URL, without fragment: the status (0: the body broke off) and the content type (empty: none)."""


class Links(HTMLParser):
    """The targets of a page's ``<a>`` and ``<area>``, absolute, in order."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._base = url
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if href is None:
            return
        if tag == "base":
            self._base = urljoin(self._base, href)
        elif tag in ("a", "area"):
            self.targets += absolute(self._base, href)


def walk(start: str) -> Found:
    """Ask for every URL of the start's origin that links and redirects lead to, robots.txt or not."""
    origin = urlsplit(start)
    found: Found = {}
    ahead = [start]
    with closing(HTTPConnection(origin.netloc, timeout=120)) as connection:
        while ahead:
            url = ahead.pop()
            if url in found or urlsplit(url)[:2] != origin[:2]:
                continue
            status, content_type, targets = visit(connection, url)
            found[url] = status, content_type
            ahead += targets
    return found


def visit(connection: HTTPConnection, url: str) -> tuple[int, str, list[str]]:
    """One request: the status, the content type, and where the answer leads."""
    parts = urlsplit(url)
    connection.request("GET", f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")
    with connection.getresponse() as response:
        try:
            body = response.read()
        except IncompleteRead:
            connection.close()
            return 0, "", []
    content_type = response.headers.get_content_type() if "Content-Type" in response.headers else ""
    if "Location" in response.headers:
        return response.status, content_type, absolute(url, response.headers["Location"])
    if not content_type.endswith("html") or "Content-Encoding" in response.headers:
        return response.status, content_type, []
    links = Links(url)
    links.feed(body.decode(response.headers.get_content_charset("utf-8"), "replace"))
    return response.status, content_type, links.targets


def absolute(base: str, href: str) -> list[str]:
    """The URL that a link means, or nothing where it means none."""
    try:
        url = urldefrag(urljoin(base, href.strip())).url
        return [url] if urlsplit(url).scheme in ("http", "https") else []
    except ValueError:
        return []
