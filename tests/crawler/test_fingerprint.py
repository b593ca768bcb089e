"""Which requests are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawler.fingerprint import FINGERPRINT_BYTES, UrlKeyFingerprinter, fingerprint64

URL = "https://example.com/search?a=1&b=2"


def fingerprint(url: str = URL, method: str = "GET", body: bytes = b"") -> bytes:
    return UrlKeyFingerprinter().fingerprint(Request(url, method=method, body=body))


@pytest.mark.parametrize(
    "same", [URL, f"{URL}#part", "https://example.com/search?b=2&a=1", "https://example.com/search?a=1&&b=2&"]
)
def test_fragments_and_the_order_of_parameters_do_not_count(same: str) -> None:
    assert fingerprint(same) == fingerprint()


@pytest.mark.parametrize(
    "other",
    [
        fingerprint("https://example.com/search?a=1"),
        fingerprint("http://example.com/search?a=1&b=2"),
        fingerprint("https://example.com/Search?a=1&b=2"),
        fingerprint("https://example.com/search?a=1&b=2&b=3"),
        fingerprint(method="POST"),
        fingerprint(method="POST", body=b"c=3"),
        fingerprint(body=b"c=3"),
    ],
)
def test_anything_else_does(other: bytes) -> None:
    assert other != fingerprint()


def test_headers_and_priority_do_not_count() -> None:
    request = Request(URL, headers={"Referer": "https://example.com/"}, priority=7, meta={"depth": 3}, dont_filter=True)

    assert UrlKeyFingerprinter().fingerprint(request) == fingerprint()


@given(st.text(max_size=50), st.sampled_from(["GET", "POST"]), st.binary(max_size=50))
def test_a_fingerprint_is_sixteen_bytes_and_the_same_each_time(path: str, method: str, body: bytes) -> None:
    url = f"https://example.com/{path}"

    assert len(fingerprint(url, method, body)) == FINGERPRINT_BYTES
    assert fingerprint(url, method, body) == fingerprint(url, method, body)


@pytest.mark.parametrize(
    "same", ["HTTPS://Example.COM:443/search?a=1&b=2", "https://user:word@example.com/search?b=2&a=1#"]
)
def test_the_host_counts_as_it_is_asked_for(same: str) -> None:
    assert fingerprint(same) == fingerprint()


@given(st.text(max_size=50), st.text(max_size=50), st.sampled_from(["GET", "POST"]), st.binary(max_size=9))
def test_64_bits_tell_the_same_requests_apart(one: str, other: str, method: str, body: bytes) -> None:
    requests = [Request(f"https://example.com/{path}", method=method, body=body) for path in (one, other)]
    short = {fingerprint64(request) for request in requests}

    assert len(short) == len({UrlKeyFingerprinter().fingerprint(request) for request in requests})
    assert all(-(2**63) <= number < 2**63 for number in short)
