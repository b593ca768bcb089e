"""Bodies are unpacked within limits, whatever is in them."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable
from contextlib import suppress

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.decompress import MOST_PARTS, UNPACKERS, BodyTooLargeError, BrokenBodyError, unpack

MEGABYTE = 2**20


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without a header": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}
packed = pytest.mark.parametrize(("encoding", "pack"), PACKERS.values(), ids=PACKERS)


def test_every_encoding_that_is_asked_for_is_known() -> None:
    assert {encoding for encoding, _ in PACKERS.values()} == UNPACKERS.keys()


@packed
@given(body=st.binary(max_size=5000))
def test_what_was_packed_is_unpacked(encoding: str, pack: Callable[[bytes], bytes], body: bytes) -> None:
    assert unpack(pack(body), [encoding], MEGABYTE) == body


@packed
def test_a_body_is_as_large_as_it_may_be_and_no_larger(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    body = os.urandom(1000) + bytes(MEGABYTE - 1000)

    assert unpack(pack(body), [encoding], MEGABYTE) == body
    with pytest.raises(BodyTooLargeError, match="more than 1,048,575 bytes when it is unpacked"):
        unpack(pack(body), [encoding], MEGABYTE - 1)


@packed
def test_a_body_without_its_end_is_broken(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BrokenBodyError, match="its packed body ends before its end"):
        unpack(pack(os.urandom(200_000))[:-9], [encoding], MEGABYTE)


@pytest.mark.parametrize("encoding", UNPACKERS)
@given(body=st.binary(min_size=1, max_size=300))
def test_any_bytes_are_a_body_or_broken(encoding: str, body: bytes) -> None:
    with suppress(BrokenBodyError):
        assert isinstance(unpack(body, [encoding], MEGABYTE), bytes)


@pytest.mark.parametrize("encoding", UNPACKERS)
def test_no_body_is_none(encoding: str) -> None:
    assert unpack(b"", [encoding], MEGABYTE) == b""


def test_encodings_come_off_in_their_order() -> None:
    body = b"a page"
    assert unpack(brotli.compress(gzip.compress(body)), ["gzip", "br"], MEGABYTE) == body


def test_several_parts_are_one_body() -> None:
    assert unpack(gzip.compress(b"a") + gzip.compress(b"b"), ["gzip"], MEGABYTE) == b"ab"
    skipped = b"\x51\x2a\x4d\x18\x04\0\0\0skip"
    assert unpack(skipped + zstd.compress(b"a") + skipped + zstd.compress(b"b"), ["zstd"], MEGABYTE) == b"ab"
    with pytest.raises(BodyTooLargeError, match="more than 1,000 parts"):
        unpack(gzip.compress(b"") * (MOST_PARTS + 1), ["gzip"], MEGABYTE)


def test_what_follows_the_last_part_is_let_be() -> None:
    assert unpack(gzip.compress(b"a") + b"\0\0\r\n", ["gzip"], MEGABYTE) == b"a"


def test_a_frame_that_wants_a_window_of_gigabytes_is_refused() -> None:
    wide = zstd.compress(bytes(2**25), options={zstd.CompressionParameter.window_log: 25})

    with pytest.raises(BrokenBodyError, match="too much memory"):
        unpack(wide, ["zstd"], 2**26)
