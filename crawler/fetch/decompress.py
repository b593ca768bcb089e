"""Bodies unpacked within limits. No Scrapy.

A body of a few kilobytes may unpack to any size, or do so once more each time that it is unpacked, or be made of very
many parts: each of these is cut short.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any, Protocol

import brotli
from backports import zstd

MOST_LAYERS = 3
"""Encodings on top of each other. One is usual, two are a mistake that is made, and more are an attack."""
MOST_PARTS = 1_000
"""Members of gzip, or frames of zstd, one after the other: files for random access have one for each 64 kB."""
PIECE = 65_536
ZSTD_WINDOW_LOG = 23
"""Eight megabytes, as RFC 9659 has it for the web. The format itself allows two gigabytes."""
_ERRORS = (zlib.error, brotli.error, zstd.ZstdError)
_ZLIB, _RAW, _GZIP = 15, -15, 31


class BodyTooLargeError(Exception):
    """A body is larger than DOWNLOAD_MAXSIZE, as it came or when it is unpacked. It will be the next time, too."""


class BrokenBodyError(Exception):
    """A body cannot be unpacked, or ends before its end. It may be whole the next time."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def take(self, piece: bytes, most: int) -> bytes: ...


class _Deflate:
    """zlib's, which hands back what it had no room for."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def take(self, piece: bytes, most: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + piece, most)


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def take(self, piece: bytes, most: int) -> bytes:
        return self._inner.decompress(piece, most)


class _Brotli:
    unused_data = b""

    def __init__(self) -> None:
        self._inner: Any = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.is_finished())

    def take(self, piece: bytes, most: int) -> bytes:
        unpacked: bytes = self._inner.process(piece, output_buffer_limit=most)
        return unpacked


def unpack(body: bytes, encodings: Sequence[str], limit: int) -> bytes:
    """The body without its content encodings, which stand in the order in which they were put on.

    Args:
        encodings: of those in ``UNPACKERS``.
        limit: bytes; 0 for none.

    Raises:
        BodyTooLargeError: it has more than ``limit`` bytes at some stage, or too many encodings.
        BrokenBodyError: it is not so encoded, or ends too early.
    """
    if len(encodings) > MOST_LAYERS:
        raise BodyTooLargeError(f"its body is packed {len(encodings)} times; {MOST_LAYERS} are the most that is undone")
    for encoding in reversed(encodings):
        body = _unpacked(body, encoding, limit)
    return body


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    unpacked, size = [], 0
    try:
        for part in UNPACKERS[encoding](body):
            unpacked.append(part)
            size += len(part)
            if limit and size > limit:
                raise BodyTooLargeError(f"its body has more than {limit:,} bytes when it is unpacked ({encoding})")
    except _ERRORS as error:
        raise BrokenBodyError(f"its body cannot be unpacked ({encoding}: {error})") from error
    return unpacked[0] if len(unpacked) == 1 else b"".join(unpacked)


def _gzip(body: bytes) -> Iterator[bytes]:
    return _parts(body, lambda: _Deflate(_GZIP), lambda place: body.startswith(b"\x1f\x8b", place))


def _deflate(body: bytes) -> Iterator[bytes]:
    """As the standard has it, or without zlib's header, as some servers have it."""
    is_zlib = len(body) > 1 and body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0
    return _parts(body, lambda: _Deflate(_ZLIB if is_zlib else _RAW), lambda _: False)


def _zstd(body: bytes) -> Iterator[bytes]:
    def goes_on(place: int) -> bool:
        # The first byte of a frame that is to be skipped may be any of sixteen.
        return body.startswith(b"\x28\xb5\x2f\xfd", place) or body.startswith(b"\x2a\x4d\x18", place + 1)

    return _parts(body, _Zstd, goes_on)


def _br(body: bytes) -> Iterator[bytes]:
    return _parts(body, _Brotli, lambda _: False)


UNPACKERS: Mapping[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
    "zstd": _zstd,
}


def _parts(body: bytes, unpacker: Callable[[], _Unpacker], goes_on: Callable[[int], bool]) -> Iterator[bytes]:
    """What comes of a body, in pieces. What follows its last part is let be: browsers do so."""
    place, count = 0, 0
    while place < len(body) and (not count or goes_on(place)):
        count += 1
        if count > MOST_PARTS:
            raise BodyTooLargeError(f"its body is packed in more than {MOST_PARTS:,} parts")
        one = unpacker()
        place = yield from _one(body, place, one)
        if not one.eof:
            raise BrokenBodyError("its packed body ends before its end")


def _one(body: bytes, place: int, unpacker: _Unpacker) -> Generator[bytes, None, int]:
    """One part from ``place`` on; returns where it ends."""
    while place < len(body) and not unpacker.eof:
        piece = body[place : place + PIECE]
        place += len(piece)
        yield from _pieces(unpacker, piece)
    return place - len(unpacker.unused_data)


def _pieces(unpacker: _Unpacker, piece: bytes) -> Iterator[bytes]:
    """All that comes of one piece, a megabyte at a time at most."""
    while unpacked := unpacker.take(piece, 16 * PIECE):
        yield unpacked
        if unpacker.eof:
            return
        piece = b""
