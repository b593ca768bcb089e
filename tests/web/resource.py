"""What a site is made of: resources by path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from html import escape

from aiohttp import web

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Resource:
    """A fixed answer. ``@name@`` in a body or header stands for the address of the site of that name.

    ``packed``: the body is sent gzipped, as a file that is so. ``delay`` is in seconds. ``headers`` come on top of
    Content-Type and Content-Length.
    """

    body: bytes
    content_type: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    packed: bool = False
    delay: float = 0.0


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""An answer that depends on the request, or on what came before."""

Site = dict[str, Resource | Handler]
"""Answers by path, as ``/about`` or ``/search?a=1&b=2``; a path without its query serves every query."""


def page(title: str, *links: str, head: str = "", body: str = "", lang: str = "en") -> Resource:
    """An HTML page with a link to each of ``links``."""
    items = "".join(f'<li><a href="{escape(link)}">{escape(link)}</a></li>' for link in links)
    text = (
        f'<!doctype html><html lang="{lang}"><head><title>{escape(title)}</title>{head}</head>'
        f"<body><main><h1>{escape(title)}</h1>{body}<ul>{items}</ul></main></body></html>"
    )
    return Resource(text.encode())


def text(body: str, content_type: str = "text/plain; charset=utf-8") -> Resource:
    """A document that is not HTML."""
    return Resource(body.encode(), content_type)


def redirect(target: str, status: int = 301) -> Resource:
    """An answer that sends the asker elsewhere."""
    return Resource(b"", status=status, headers={"Location": target})
