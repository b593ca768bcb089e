"""Where proxies stand: a list, a file that changes, an API."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler.fetch.proxy_list import ProxyList, ProxyListError
from schemas.proxies import Proxy

ONE, TWO = Proxy("http://one:1"), Proxy("http://two:2", "anna", "hunter2")
BOTH = "http://one:1\nhttp://anna:hunter2@two:2\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "proxies.txt"
    path.write_text("# ours\nhttp://one:1\n")
    return path


def replace(path: Path, text: str) -> None:
    """Write it as careful programs do: another file, renamed."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


@pytest.mark.parametrize("value", ["http://one:1, http://anna:hunter2@two:2", BOTH.split()])
def test_a_list_is_a_text_with_commas_or_a_list(value: str | list[str]) -> None:
    proxies = ProxyList(value)

    assert proxies.proxies == [ONE, TWO]
    assert not proxies.changed()


def test_a_file_is_read_again_only_when_it_changes(file: Path) -> None:
    proxies = ProxyList(file.as_uri())
    assert proxies.proxies == [ONE]
    assert not proxies.changed()

    replace(file, BOTH)

    assert proxies.changed()
    assert proxies.proxies == [ONE, TWO]
    assert not proxies.changed()


def test_a_file_that_is_written_in_place_is_read_again_too(file: Path) -> None:
    proxies = ProxyList(str(file))

    file.write_text(BOTH)

    assert proxies.changed()
    assert proxies.proxies == [ONE, TWO]


def test_a_bad_line_is_named_once_and_the_old_list_is_kept(file: Path) -> None:
    proxies = ProxyList(str(file))

    replace(file, f"{BOTH}anna:hunter2@three:3\n")

    with pytest.raises(ProxyListError) as refused:
        proxies.changed()
    assert f"{file}, line 3: must be a URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert not proxies.changed()
    assert proxies.proxies == [ONE]


def test_a_file_that_goes_is_named_once_and_read_when_it_comes_back(file: Path) -> None:
    proxies = ProxyList(str(file))

    file.unlink()

    with pytest.raises(ProxyListError, match="cannot be read: No such file or directory"):
        proxies.changed()
    assert not proxies.changed()
    file.write_text(BOTH)
    assert proxies.changed()


def test_at_the_start_a_file_must_be_good(tmp_path: Path) -> None:
    with pytest.raises(ProxyListError, match="cannot be read: No such file or directory"):
        ProxyList(str(tmp_path / "missing"))
    (tmp_path / "empty").touch()
    with pytest.raises(ProxyListError, match=r"empty must name a proxy\.$"):
        ProxyList(str(tmp_path / "empty"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ProxyListError, match="it is no text in UTF-8"):
        ProxyList(str(tmp_path / "binary"))
    with pytest.raises(ProxyListError, match="must be a URL"):
        ProxyList("one:1,two:2")


class Api:
    """An HTTP API that answers what a test says."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/list?key=hunter2"
        self.status, self.body = 200, b""
        self.asked: list[str] = []

    def says(self, value: Any, status: int = 200) -> None:
        self.status, self.body = status, value if isinstance(value, bytes) else json.dumps(value).encode()


@pytest.fixture
def api() -> Iterator[Api]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            self.send_response(served.status)
            self.send_header("Content-Length", str(len(served.body)))
            self.end_headers()
            self.wfile.write(served.body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Api(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield served
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        BOTH.encode(),
        ["http://one:1", "http://anna:hunter2@two:2"],
        [{"host": "one", "port": 1}, {"ip": "two", "port": "2", "username": "anna", "password": "hunter2"}],
        {
            "count": 2,
            "results": [
                {"url": "http://one:1"},
                {"proxy_address": "two", "port": 2, "login": "anna", "password": "hunter2"},
            ],
        },
    ],
)
def test_an_api_answers_with_lines_or_json(api: Api, answer: Any) -> None:
    api.says(answer)
    proxies = ProxyList(api.url)
    assert proxies.proxies == []

    assert asyncio.run(proxies.renew())

    assert proxies.proxies == [ONE, TWO]
    assert api.asked == ["/list?key=hunter2"]


def test_an_api_may_say_what_kind_of_proxy_it_is_and_where(api: Api) -> None:
    api.says([{"protocol": "socks5", "host": "one", "port": 1, "country_code": "de"}, "https://two:2#country=FR"])
    proxies = ProxyList(api.url)

    asyncio.run(proxies.renew())

    assert [(proxy.address, proxy.country) for proxy in proxies.proxies] == [
        ("socks5://one:1", "DE"),
        ("https://two:2", "FR"),
    ]


def test_an_api_is_asked_again_after_a_time(api: Api) -> None:
    api.says(["http://one:1"])
    seldom, often = ProxyList(api.url), ProxyList(api.url, api_seconds=0)
    for proxies in (seldom, often):
        asyncio.run(proxies.renew())
    api.says(["http://one:1", "http://anna:hunter2@two:2"])

    assert not asyncio.run(seldom.renew())
    assert asyncio.run(often.renew())
    assert often.proxies == [ONE, TWO]
    assert not asyncio.run(often.renew())


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (b"hunter2", 401, "it answered 401"),
        ({"detail": "hunter2"}, 200, "its answer has no list"),
        ([], 200, "its answer must name a proxy"),
        (["http://one:1", "hunter2"], 200, "its answer, entry 2: must be a URL"),
        ([{"host": "one", "password": "hunter2"}], 200, "its answer, entry 1: must be a URL"),
        (b"http://one:1\nhunter2\n", 200, "its answer, line 2: must be a URL"),
        (b"[hunter2", 200, "its answer is no JSON"),
        (b"\xff\xfe", 200, "its answer is no text in UTF-8"),
    ],
)
def test_a_bad_answer_is_named_once_without_the_key_and_the_old_list_is_kept(
    api: Api, answer: Any, status: int, reason: str
) -> None:
    api.says(["http://one:1"])
    proxies = ProxyList(api.url, api_seconds=0)
    asyncio.run(proxies.renew())
    api.says(answer, status)

    with pytest.raises(ProxyListError) as refused:
        asyncio.run(proxies.renew())
    assert not asyncio.run(proxies.renew())

    assert reason in str(refused.value)
    assert str(refused.value).startswith(f"LONGLINE_PROXIES: {api.url.partition('/list')[0]} gives no proxies: ")
    assert "hunter2" not in str(refused.value)
    assert proxies.proxies == [ONE]


def test_an_api_that_cannot_be_reached_is_named_once() -> None:
    proxies = ProxyList("http://127.0.0.1:1/list?key=hunter2", api_seconds=0)

    with pytest.raises(ProxyListError, match=r"http://127.0.0.1:1 gives no proxies: it cannot be reached\.$"):
        asyncio.run(proxies.renew())
    assert not asyncio.run(proxies.renew())
