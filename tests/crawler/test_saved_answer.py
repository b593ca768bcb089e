"""Files in which the head of an answer stands before its body."""

from __future__ import annotations

import pytest

from crawler.saved_answer import without_head


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_head_goes_and_its_type_stays(end: bytes) -> None:
    saved = end.join([b"HTTP/1.1 200 OK", b"Server: a", b"Content-Type: text/html;charset=UTF-8", b"", b"<h1>a</h1>"])

    assert without_head(saved, "") == (b"<h1>a</h1>", "text/html;charset=UTF-8")
    assert without_head(saved, "application/json")[1] == "application/json"


@pytest.mark.parametrize(
    "body", [b"", b"<h1>HTTP/1.1 200 OK</h1>", b"HTTP/1.1 is a protocol", b"HTTP/1.1 200 OK\n<h1>"]
)
def test_what_has_no_head_stays(body: bytes) -> None:
    assert without_head(body, "text/html") == (body, "text/html")
