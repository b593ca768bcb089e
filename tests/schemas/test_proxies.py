"""Proxies: how people write them, and what of them may be shown."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.proxies import BadProxyError, Proxy, api_of, file_of, place_of, read_proxies, read_proxy


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("http://proxy.example:8080", Proxy("http://proxy.example:8080")),
        (" HTTPS://Proxy.Example:8080/ ", Proxy("https://proxy.example:8080")),
        ("http://anna:word@127.0.0.2:3128", Proxy("http://127.0.0.2:3128", "anna", "word")),
        ("http://anna:p@ss/w:rd#?@127.0.0.2:3128", Proxy("http://127.0.0.2:3128", "anna", "p@ss/w:rd#?")),
        ("http://anna:p%40ss@[::1]:3128", Proxy("http://[::1]:3128", "anna", "p@ss")),
        ("http://key:@127.0.0.2", Proxy("http://127.0.0.2", "key", "")),
    ],
)
def test_a_proxy_is_a_url_whose_password_may_be_escaped_or_not(written: str, read: Proxy) -> None:
    assert read_proxy(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hunter2.example:8080",
        "anna:hunter2@proxy.example:8080",
        "socks4://anna:hunter2@proxy.example:1080",
        "http://anna:hunter2@",
        "http://anna:hunter2@proxy.example:99999",
        "http://anna:hunter2@proxy.example:0",
        "http://anna:hunter2@proxy.example:eight",
        "http://proxy.example:8080/hunter2",
        "http://anna:hunter2@proxy example:8080",
    ],
)
def test_what_is_no_proxy_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(BadProxyError) as refused:
        read_proxy(written)
    assert "http://user:password@" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_password_is_never_shown_and_always_sent(password: str) -> None:
    proxy = read_proxy(f"http://anna:{quote(password, safe='')}@127.0.0.2:3128")

    assert proxy.password == password
    assert str(proxy) == "http://anna:***@127.0.0.2:3128"
    assert repr(proxy) == "Proxy(address='http://127.0.0.2:3128', user='anna', country='')"
    sent = b64decode((proxy.authorization or "").removeprefix("Basic "))
    assert sent.decode() == f"anna:{password}"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("http://proxy.example", ("proxy.example", 80)),
        ("https://proxy.example", ("proxy.example", 443)),
        ("socks5://[::1]", ("::1", 1080)),
        ("https://proxy.example:3128", ("proxy.example", 3128)),
    ],
)
def test_a_proxy_without_a_port_is_where_its_scheme_says(address: str, place: tuple[str, int]) -> None:
    assert place_of(address) == place


def test_without_a_user_nothing_is_sent() -> None:
    assert read_proxy("http://127.0.0.2:3128").authorization is None


def test_comments_and_repetitions_count_for_nothing_but_another_password_makes_another_proxy() -> None:
    lines = ["# ours", "", "http://a:1@h:1", "http://a:2@h:1", " http://a:1@h:1 ", "  # http://b@h:1"]

    assert [proxy.password for proxy in read_proxies(lines, "line")] == ["1", "2"]


def test_a_bad_line_is_named_by_its_number() -> None:
    with pytest.raises(BadProxyError, match=r"^proxies.txt, line 3: must be a URL such as"):
        read_proxies(["# ours", "http://h:1", "hunter2"], "proxies.txt, line")


def test_a_list_must_have_a_proxy() -> None:
    with pytest.raises(BadProxyError, match=r"^proxies.txt must name a proxy$"):
        read_proxies(["# none yet"], "proxies.txt, line")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("http://h:1,http://h:2", None),
        ("proxies.txt", Path("proxies.txt")),
        ("/etc/longline/my proxies", Path("/etc/longline/my proxies")),
        ("file:///etc/my%20proxies", Path("/etc/my proxies")),
        ("~/proxies", Path.home() / "proxies"),
    ],
)
def test_a_value_is_a_list_or_a_file(value: str, path: Path | None) -> None:
    assert file_of(value) == path


@pytest.mark.parametrize("value", ["anna:hunter2@h:8080", "h:1,h:2"])
def test_a_list_without_schemes_is_refused(value: str) -> None:
    with pytest.raises(BadProxyError, match="http://user:password@"):
        file_of(value)


@pytest.mark.parametrize(
    ("value", "is_api"),
    [
        ("https://api.example.com/list?key=1", True),
        ("https://user:password@api.example.com/v1/list", True),
        ("https://api.example.com/?format=json", True),
        ("https://proxy.example.com:8080", False),
        ("https://proxy.example.com:8080/", False),
        ("http://anna:open/sesame@proxy.example.com:8080", False),
        ("http://one:1/,http://two:2", False),
        ("proxies.txt", False),
    ],
)
def test_what_has_a_path_or_a_query_is_an_api(value: str, is_api: bool) -> None:
    assert (api_of(value) is not None) == is_api


def test_a_country_may_stand_behind_the_address() -> None:
    proxy = read_proxy("http://anna:a#b@proxy.example:8080#country=de")

    assert (proxy.password, proxy.country) == ("a#b", "DE")
    assert proxy == read_proxy("http://anna:a#b@proxy.example:8080")
    with pytest.raises(BadProxyError, match="by two letters, as #country=DE"):
        read_proxy("http://proxy.example:8080#country=Germany")
