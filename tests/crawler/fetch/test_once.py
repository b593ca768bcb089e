"""One URL without a crawl around it."""

from __future__ import annotations

import pytest

from crawler.fetch.once import FetchError, fetch
from tests.support.nginx import free_port
from tests.support.web import RunningWeb


def test_a_page_comes_with_its_type_and_address(web: RunningWeb) -> None:
    body, content_type, url = fetch(web.url("plain", "/about"))

    assert b"<html" in body
    assert content_type == "text/html; charset=utf-8"
    assert url == web.url("plain", "/about")


def test_a_redirect_is_followed(web: RunningWeb) -> None:
    assert fetch(web.url("plain", "/old"))[2] == web.url("plain", "/new")


def test_a_body_that_was_packed_comes_unpacked(web: RunningWeb) -> None:
    for path in ("/odd/gzip", "/odd/brotli"):
        assert b"<title>Packed by" in fetch(web.url("plain", path))[0]


@pytest.mark.parametrize(("path", "said"), [("/missing", "404"), ("/broken", "500")])
def test_an_error_answer_is_refused(web: RunningWeb, path: str, said: str) -> None:
    with pytest.raises(FetchError, match=f"it answered {said}"):
        fetch(web.url("plain", path))


@pytest.mark.parametrize("path", ["/odd/truncated", "/loop/a"])
def test_what_never_ends_or_breaks_off_is_refused(web: RunningWeb, path: str) -> None:
    with pytest.raises(FetchError) as refused:
        fetch(web.url("plain", path))

    assert str(refused.value)


def test_a_server_that_is_not_there_is_said_so() -> None:
    with pytest.raises(FetchError, match="Cannot connect to host"):
        fetch(f"http://127.0.0.1:{free_port()}/")


def test_a_body_that_is_too_large_is_refused(web: RunningWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.fetch.once.DOWNLOAD_MAXSIZE", 1_000_000)

    with pytest.raises(FetchError, match="larger than 1,000,000 bytes"):
        fetch(web.url("plain", "/odd/big"))
