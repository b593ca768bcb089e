"""What a page's bytes become."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.html import MAX_DEPTH, encoding_of, is_html, parse

UMLAUT = "<p>Bäckerei, Größe</p>"


def text_of(body: bytes, content_type: str = "") -> str:
    return parse(body, content_type).text().strip()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (UMLAUT.encode(), ""),
        (UMLAUT.encode(), "text/html; charset=UTF-8"),
        (UMLAUT.encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        (UMLAUT.encode("utf-16"), "text/html"),
        (b"\xfe\xff" + UMLAUT.encode("utf-16-be"), ""),
        (UMLAUT.encode("cp1252"), ""),
        (UMLAUT.encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (UMLAUT.encode("cp1252"), 'text/html; charset="windows-1252"'),
        (b'<meta charset="latin1">' + UMLAUT.encode("cp1252"), "text/html"),
        (UMLAUT.encode("cp1252"), "text/html; charset=no-such-thing"),
        (UMLAUT.encode(), "text/html; charset=zlib"),
        (UMLAUT.encode(), "text/html; charset=idna"),
        (b'<meta charset="utf-16">' + UMLAUT.encode(), ""),
        (b'<meta charset="utf-16">' + UMLAUT.encode("utf-8"), "text/html"),
        (
            b'<?xml version="1.0" encoding="iso-8859-15"?>' + UMLAUT.encode("iso-8859-15"),
            "application/xhtml+xml",
        ),
    ],
)
def test_text_is_read_in_the_encoding_of_the_page(body: bytes, content_type: str) -> None:
    assert text_of(body, content_type) == "Bäckerei, Größe"


@pytest.mark.parametrize("encoding", ["shift_jis", "euc-jp", "iso-2022-jp"])
def test_japanese_is_read_in_each_of_its_encodings(encoding: str) -> None:
    assert text_of("<p>採用情報</p>".encode(encoding), f"text/html; charset={encoding}") == "採用情報"


def test_the_header_wins_over_the_page() -> None:
    body = b'<meta charset="utf-8"><p>\xe4</p>'
    assert encoding_of(body, "text/html; charset=koi8-r") == "koi8-r"
    assert encoding_of(body) == "utf-8"
    assert encoding_of(b"<p>") is None


def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    assert text_of(b"a\xffb", "text/html; charset=utf-8") == "a\ufffdb"


@pytest.mark.parametrize("body", [b"", b" ", b"\0\0", b"\xff\xfe", b"\xef\xbb\xbf", b"<", b"<!--", b"<!doctype"])
def test_a_page_without_a_page_is_an_empty_page(body: bytes) -> None:
    assert parse(body).body is not None


@given(st.binary(max_size=500), st.sampled_from(["", "text/html; charset=utf-16", "text/html; charset=gbk", "\xff;"]))
def test_any_bytes_make_a_page(body: bytes, content_type: str) -> None:
    tree = parse(body, content_type)
    assert tree.body is not None
    assert isinstance(tree.text(), str)


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"<a href=x>deep</a>",
        b"<div>" * 100_000 + b"<a href=x>deep</a>" + b"</div>" * 100_000,
        b"<DIV>" * 100_000 + b"<A HREF=x>deep</A>",
        b"<a href=x>deep</a>" + b"".join(b"<p><font a%d>" % n for n in range(3_000)),
        b"<a href=x>deep</a><select>" + b"<option>1" * 100_000,
        b"<b>" * 20_000 + b"<a href=x>deep</a>" + b"<div></div>" * 20_000,
    ],
    ids=["unclosed", "closed", "capitals", "fonts", "options", "bold"],
)
def test_hostile_nesting_costs_little_and_loses_nothing(body: bytes) -> None:
    started = time.process_time()
    tree = parse(body)
    assert time.process_time() - started < 30
    assert [node.attributes["href"] for node in tree.css("a")][:1] == ["x"]
    assert "deep" in tree.text()


def test_what_is_not_too_deep_keeps_its_shape() -> None:
    body = b"<ul><li>" * (MAX_DEPTH - 2) + b"<b>here</b>" + b"<br>" * 30_000
    assert len(parse(body).css("ul ul")) == MAX_DEPTH - 3


def test_a_long_page_of_flat_elements_is_left_alone() -> None:
    tree = parse(b"<div><b>x</b></div><p>y" * 30_000)
    assert len(tree.css("div > b")) == 30_000


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"<section><p>a", True),
        (b"<!-- made by hand -->\n<h1>a", True),
        (b"<title>a</title><p>b", True),
        (b"<jobs><job><p>a</p></job></jobs>", False),
        (b"<!-- made by hand --><offers><offer>a", False),
        (b'<rss version="2.0"><channel>', False),
    ],
)
def test_without_a_type_the_first_element_says_whether_it_is_a_page(start: bytes, *, expected: bool) -> None:
    assert is_html(start) is expected
