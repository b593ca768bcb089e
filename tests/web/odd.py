"""The part of the site ``plain`` that misbehaves, under ``/odd/``."""

from __future__ import annotations

import gzip
from collections import Counter

import brotli
from aiohttp import web

from tests.web.resource import HTML, Resource, Site, page

NESTING = 10_000
BIG_BYTES = 3_000_000
flaky_answers: Counter[str] = Counter()
"""How often ``/odd/flaky`` was asked for since the start or the last reset, by host."""


async def flaky(request: web.Request) -> web.StreamResponse:
    """Twice 503 with Retry-After, then the page."""
    flaky_answers[request.host] += 1
    if flaky_answers[request.host] <= 2:
        return web.Response(status=503, headers={"Retry-After": "1"}, text="Come back in a second.")
    return web.Response(body=page("Flaky").body, headers={"Content-Type": HTML})


async def chunked(request: web.Request) -> web.StreamResponse:
    """The page in pieces of seven bytes, without Content-Length."""
    response = web.StreamResponse(headers={"Content-Type": HTML})
    response.enable_chunked_encoding()
    await response.prepare(request)
    body = page("Chunked", "/odd/chunked-found").body
    for start in range(0, len(body), 7):
        await response.write(body[start : start + 7])
    await response.write_eof()
    return response


async def truncated(request: web.Request) -> web.StreamResponse:
    """Half of what Content-Length promises, and then the connection is closed."""
    body = page("Truncated", "/odd/never-complete").body
    response = web.StreamResponse(headers={"Content-Type": HTML, "Content-Length": str(2 * len(body))})
    await response.prepare(request)
    await response.write(body)
    if request.transport is not None:
        request.transport.close()
    return response


def encoded(charset: str, head: str, title: str, content_type: str) -> Resource:
    """A page in a charset that its header or its ``<meta>`` names."""
    return Resource(page(title, "/", head=head).body.decode().encode(charset), content_type)


ODD_CHARACTERS = (
    "<!doctype html><title>NUL\0 and &#0; and &#xD800; end</title>"
    '<meta name="description" content="half a pair: &#xD83D; and \ufffe">'
    '<a href="/odd/nul%00path">percent NUL</a><p>\0\x01\x1b[31m red</p>'
).encode() + b"<p>\xff\xfe\xed\xa0\x80 not UTF-8</p>"
NESTED = (
    "<!doctype html><title>Nested</title>"
    + "<div>" * NESTING
    + '<a href="/odd/nested-found">deep down</a>'
    + "</div>" * NESTING
)
SENTENCE = "<p>The quick brown fox jumps over the lazy dog, once more.</p>\n"

ODD_PATHS = (
    "flaky", "slow", "blank", "windows-1252", "shift-jis", "characters", "gzip", "brotli", "chunked",
    "truncated", "nested", "big", "no-type", "xhtml",
)  # fmt: skip
XHTML = (
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>XHTML</title></head>'
    '<body><p><a href="/odd/"/></p></body></html>'
)

ODD: Site = {
    "/odd/": page("Odd pages", *ODD_PATHS),
    "/odd/flaky": flaky,
    "/odd/slow": Resource(page("Slow").body, delay=1.0),
    "/odd/blank": Resource(b""),
    "/odd/windows-1252": encoded("cp1252", "", "Café, menü, 5 €", "text/html; charset=windows-1252"),
    "/odd/shift-jis": encoded("shift_jis", '<meta charset="Shift_JIS">', "日本語のページ", "text/html"),
    "/odd/characters": Resource(ODD_CHARACTERS),
    "/odd/nul%00path": page("A NUL in the path"),
    "/odd/gzip": Resource(gzip.compress(page("Packed by gzip").body), headers={"Content-Encoding": "gzip"}),
    "/odd/brotli": Resource(brotli.compress(page("Packed by Brotli").body), headers={"Content-Encoding": "br"}),
    "/odd/chunked": chunked,
    "/odd/chunked-found": page("Found in pieces"),
    "/odd/truncated": truncated,
    "/odd/nested": Resource(NESTED.encode()),
    "/odd/nested-found": page("Found deep down"),
    "/odd/big": page("Big", "/", body=SENTENCE * (BIG_BYTES // len(SENTENCE) + 1)),
    "/odd/no-type": Resource(page("No content type", "/").body, content_type=""),
    "/odd/xhtml": Resource(XHTML.encode(), "application/xhtml+xml"),
}
