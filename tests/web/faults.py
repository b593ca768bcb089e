"""The site ``faults``: one path for each way in which an answer can go wrong. Its front page links to all of them.

What fails at first is whole at the third try. What never ends would go on for as long as somebody reads.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

import brotli
from aiohttp import web
from backports import zstd

from tests.web.odd import encoded, flaky_answers
from tests.web.resource import HTML, Handler, Resource, Site, page, text

MEGABYTE = 2**20
BOMB_MEGABYTES = 64
TRIES = 3
HUGE = 10**10


def tries(request: web.Request) -> int:
    """How often the path was asked for since the last reset, this time too."""
    key = request.host + request.path
    flaky_answers[key] += 1
    return flaky_answers[key]


def at_first(fault: Handler) -> Handler:
    """The fault twice, then a page whose title is the path."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if tries(request) < TRIES:
            return await fault(request)
        return web.Response(body=page(request.path.strip("/")).body, headers={"Content-Type": HTML})

    return answer


def stream(pieces: Callable[[], AsyncIterator[bytes]], end: Callable[[web.Request], None] | None = None) -> Handler:
    """An answer in pieces, without Content-Length; ``end``: what is done in place of its last chunk."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": HTML})
        response.enable_chunked_encoding()
        with suppress(ConnectionError):
            await response.prepare(request)
            async for piece in pieces():
                await response.write(piece)
            if end:
                end(request)
        return response

    return answer


def raw(*lines: bytes, then: Callable[[], Iterator[bytes]] | None = None) -> Handler:
    """An answer whose status line and headers are written as they stand here; the connection is closed after it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(b"\r\n".join(lines) + b"\r\n")
        for piece in then() if then else ():
            request.transport.write(piece)
        request.transport.close()
        return web.Response(status=500)

    return answer


async def drip() -> AsyncIterator[bytes]:
    """A byte each tenth of a second, for ever."""
    yield b"<title>Slow drip</title>"
    while True:
        await asyncio.sleep(0.1)
        yield b"."


async def flood() -> AsyncIterator[bytes]:
    """As much as is read."""
    while True:
        yield b"All work and no play. " * 3000


async def half() -> AsyncIterator[bytes]:
    """Half a page, with a link that must not be followed."""
    yield page("Half", "/never-complete").body
    await asyncio.sleep(0.05)


def cut(request: web.Request) -> None:
    """Close the connection."""
    if request.transport is not None:
        request.transport.close()


def reset(request: web.Request) -> None:
    """Break the connection, as a crashed server or a firewall does."""
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        request.transport.abort()


@cache
def bomb(encoding: str) -> bytes:
    """``BOMB_MEGABYTES`` of zeros, packed."""
    zeros = bytes(MEGABYTE)
    if encoding == "zstd":
        packer = zstd.ZstdCompressor()
        return b"".join(packer.compress(zeros) for _ in range(BOMB_MEGABYTES)) + packer.flush()
    if encoding == "br":
        brotlis = brotli.Compressor(quality=1)
        return b"".join([*(brotlis.process(zeros) for _ in range(BOMB_MEGABYTES)), brotlis.finish()])
    deflater = zlib.compressobj(1, wbits=31 if encoding == "gzip" else 15)
    return b"".join(deflater.compress(zeros) for _ in range(BOMB_MEGABYTES)) + deflater.flush()


def packed(body: Callable[[], bytes], *encodings: str) -> Handler:
    """A body that is said to have these encodings."""

    async def answer(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": HTML, "Content-Encoding": ", ".join(encodings)}
        return web.Response(body=body(), headers=headers)

    return answer


async def redirect_for_ever(request: web.Request) -> web.StreamResponse:
    """Each URL leads to the next."""
    following = int(request.query.get("n", "0")) + 1
    return web.Response(status=302, headers={"Location": f"/endless-redirect?n={following}"})


def wait(status: int, retry_after: Callable[[], str]) -> Handler:
    """Once: come back later."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if tries(request) == 1:
            return web.Response(status=status, headers={"Retry-After": retry_after()}, text="Not now.")
        return web.Response(body=page(request.path.strip("/")).body, headers={"Content-Type": HTML})

    return answer


def in_two_seconds() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)


def many_headers() -> Iterator[bytes]:
    return (b"X-%d: and so on\r\n" % number for number in range(10_000))


def long_header() -> Iterator[bytes]:
    yield b"X-Long: "
    for _ in range(100):
        yield b"and so on " * 1000


OK = b"HTTP/1.1 200 OK"
KIND = b"Content-Type: text/html"
SMALL = page("Packed").body

FAULTS: dict[str, Handler | Resource] = {
    "slow-drip": stream(drip),
    "reset": at_first(stream(half, reset)),
    "truncation": at_first(stream(half, cut)),
    "wrong-length": at_first(raw(OK, KIND, b"Content-Length: 5000", b"", b"<title>Short</title>")),
    "huge-length": raw(OK, KIND, b"Content-Length: %d" % HUGE, b"", b"<title>Huge</title>"),
    "flood": stream(flood),
    "gzip-bomb": packed(lambda: bomb("gzip"), "gzip"),
    "deflate-bomb": packed(lambda: bomb("deflate"), "deflate"),
    "brotli-bomb": packed(lambda: bomb("br"), "br"),
    "zstd-bomb": packed(lambda: bomb("zstd"), "zstd"),
    "nested-bomb": packed(lambda: gzip.compress(bomb("gzip")), "gzip", "gzip"),
    "layers": packed(lambda: SMALL, *["gzip"] * 200),
    "parts": packed(lambda: gzip.compress(b"") * 20_000, "gzip"),
    "broken-gzip": at_first(packed(lambda: gzip.compress(SMALL)[:-20], "gzip")),
    "no-gzip": packed(lambda: SMALL, "gzip"),
    "no-encoding": packed(lambda: page("no-encoding").body, "UTF-8"),
    "many-headers": raw(OK, then=many_headers),
    "long-header": raw(OK, then=long_header),
    "large-header": Resource(page("large-header").body, headers={"Content-Security-Policy": "default-src x; " * 2000}),
    "no-http": raw(b"220 mail.example.com ESMTP"),
    "endless-redirect": redirect_for_ever,
    "meta-refresh": page("meta-refresh", head='<meta http-equiv="Refresh" content="3; URL=\'/refreshed\'">'),
    "refreshed": page("refreshed"),
    "utf-16": Resource(b"\xff\xfe" + page("Ünïcode").body.decode().encode("utf-16-le"), "text/html"),
    "wrong-charset": Resource(page("Café").body, "text/html; charset=unheard-of"),
    "gb18030": encoded("gb18030", '<meta charset="gb2312">', "招聘", "text/html"),
    "429-seconds": wait(429, lambda: "1"),
    "429-date": wait(429, in_two_seconds),
    "503-nonsense": wait(503, lambda: "when it suits"),
}
"""By name, which is the path."""

SITE: Site = {
    "/": page("Faults", *(f"/{name}" for name in FAULTS if name != "refreshed")),
    "/robots.txt": text("User-agent: *\nDisallow:\n"),
    "/sitemap.xml": Resource(b"", status=404),
    **{f"/{name}": fault for name, fault in FAULTS.items()},
}
