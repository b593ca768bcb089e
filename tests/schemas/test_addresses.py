"""What the rules for URLs promise."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from schemas.addresses import (
    MAX_URL_LENGTH,
    join_url,
    normalize_url,
    site_host,
    url_key,
    url_sha256,
)

PAGE = "https://www.example.com/docs/guide/intro.html?page=2"
hosts = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]{2,6}){1,2}(:[0-9]{2,5})?", fullmatch=True)
tails = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
escapes = st.text(alphabet="%0123456789ABCDEFabcdefgz~-./&=+;", max_size=40)
urls = st.builds("{}://{}/{}".format, st.sampled_from(["http", "https", "HTTP"]), hosts, st.one_of(tails, escapes))
queries = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), max_size=8)


def normal(url: str) -> str:
    result = normalize_url(url)
    assume(result is not None)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("https://example.com:443/a/./b/../c", "https://example.com/a/c"),
        ("http://example.com:8080/", "http://example.com:8080/"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/#", "https://example.com/"),
        ("https://user:secret@example.com/@user:secret@", "https://example.com/@user:secret@"),
        ("  https://example.com/a b\n", "https://example.com/a%20b"),
        ("ht\ntps://example\t.com/a\r\nb", "https://example.com/ab"),
        ("https:\\\\example.com\\a", "https://example.com/a"),
        ("https://münchen.example/straße?q=ü", "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%BC"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://[0:0::1]:80/", "http://[::1]/"),
        ("http://example.com./", "http://example.com./"),
    ],
)
def test_a_url_is_written_as_a_browser_would_ask_for_it(url: str, expected: str) -> None:
    assert normalize_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "/a",
        "//example.com/",
        "ftp://example.com/",
        "mailto:a@example.com",
        "javascript:void(0)",
        "data:text/html,x",
        "http://",
        "http://ex ample.com/",
        "http://exa%00mple.com/",
        "http://example.com:99999/",
        "http://256.1.1.1/",
        "http://a..example.com/",
        f"http://{'a' * 64}.example/",
        f"http://{'abc.' * 70}example/",
        "http://\ud800.example/",
        f"http://example.com/{'a' * MAX_URL_LENGTH}",
        f"http://example.com/{'a' * 10_000_000}",
    ],
)
def test_what_is_no_web_page_has_no_url(url: str) -> None:
    assert normalize_url(url) is None


def test_the_longest_url_has_2083_characters() -> None:
    longest = "http://example.com/".ljust(MAX_URL_LENGTH, "a")
    assert normalize_url(longest) == longest
    assert normalize_url(longest + "a") is None


@given(st.one_of(urls, st.text(max_size=80)))
@example("http://a.example/%%361")
def test_normalising_twice_changes_nothing(url: str) -> None:
    once = normal(url)
    assert normalize_url(once) == once
    assert once.startswith(("http://", "https://"))
    assert once.isascii()
    assert "#" not in once
    assert len(once) <= MAX_URL_LENGTH


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("setup.html", "https://www.example.com/docs/guide/setup.html"),
        ("./setup.html#first", "https://www.example.com/docs/guide/setup.html"),
        (" ../\n", "https://www.example.com/docs/"),
        ("../../../..", "https://www.example.com/"),
        ("/jobs?id=1&x=2#apply", "https://www.example.com/jobs?id=1&x=2"),
        ("?page=3", "https://www.example.com/docs/guide/intro.html?page=3"),
        ("", PAGE),
        ("//cdn.example.net/x", "https://cdn.example.net/x"),
        ("http://other.example", "http://other.example/"),
        ("https:setup.html", "https://www.example.com/docs/guide/setup.html"),
        ("a #b", "https://www.example.com/docs/guide/a%20"),
        ("data", "https://www.example.com/docs/guide/data"),
        ("mail:to", None),
    ],
)
def test_a_reference_is_resolved_against_its_page(href: str, expected: str | None) -> None:
    assert join_url(PAGE, href) == expected


@pytest.mark.parametrize(
    "href",
    [
        "#",
        " #top",
        "javascript:void(0)",
        "JavaScript:void(0)",
        "java\nscript:void(0)",
        "mailto:a@example.com",
        "tel:+49301234",
        "data:text/html,x",
        "ftp://example.com/",
        "http://[::1/",
        "x" * 3000,
        "x" * 10_000_000,
        "\udcff",
    ],
)
def test_a_reference_to_no_other_page_leads_nowhere(href: str) -> None:
    assert join_url(PAGE, href) is None


def test_a_base_that_is_no_url_leads_nowhere() -> None:
    assert join_url("nonsense", "a.html") is None


@given(urls, urls)
def test_an_absolute_reference_does_not_depend_on_its_page(page: str, url: str) -> None:
    assert join_url(normal(page), url) == normalize_url(url)


@given(urls, st.one_of(tails, escapes))
def test_what_a_page_links_to_is_normalised(page: str, href: str) -> None:
    joined = join_url(normal(page), href)
    assert joined is None or normalize_url(joined) == joined


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("?b=2&a=1", "?a=1&b=2"),
        ("?a=1&&b=2&", "?b=2&a=1"),
        ("?", ""),
        ("?&", ""),
        ("%7Euser", "~user"),
        ("caf%c3%a9", "caf%C3%A9"),
        ("?q=%61b", "?q=ab"),
    ],
)
def test_urls_of_one_page_have_one_key(one: str, other: str) -> None:
    site = "https://example.com/"
    assert url_key(site + one) == url_key(site + other)
    assert url_sha256(site + one) == url_sha256(site + other)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("http://example.com:80/A", "http://example.com/A"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://EXAMPLE.com:443?b=2&a=1", "https://example.com/?a=1&b=2"),
        ("https://user:word@example.com/", "https://example.com/"),
        ("http://[0:0::1]:8080/", "http://[::1]:8080/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://a.example:08080/", "http://a.example:8080/"),
        ("http:///a", "http:///a"),
        ("ftp://Example.com/", "ftp://Example.com/"),
    ],
)
def test_a_key_has_the_host_as_a_browser_writes_it(url: str, key: str) -> None:
    assert url_key(url) == key


@given(urls)
def test_a_url_has_the_key_of_the_page_that_a_browser_would_ask_for(url: str) -> None:
    origin = "/".join(normal(url).split("/", 3)[:3])
    assert url_key(url.partition("#")[0]).startswith(f"{origin}/")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("?a=1&a=2", "?a=2&a=1"),
        ("?q=a%26b", "?q=a&b"),
        ("a%2Fb", "a/b"),
        ("a", "A"),
        ("a", "a/"),
        ("?a=", "?a"),
        ("?q=a+b", "?q=a%2Bb"),
    ],
)
def test_urls_of_two_pages_have_two_keys(one: str, other: str) -> None:
    site = "https://example.com/"
    assert url_key(site + one) != url_key(site + other)


@given(queries, st.randoms(use_true_random=False))
def test_the_order_of_names_does_not_matter_and_that_of_values_does(
    query: list[tuple[str, int]], random: object
) -> None:
    by_name = sorted(query, key=lambda pair: pair[0])
    one, other = ("http://a.example/?" + "&".join(f"{n}={v}" for n, v in q) for q in (query, by_name))
    assert url_key(one) == url_key(other)


@given(urls)
def test_a_key_is_a_url_with_the_same_key(url: str) -> None:
    key = url_key(normal(url))
    assert url_key(key) == key
    assert normalize_url(key) == key


def test_a_digest_is_that_of_the_key() -> None:
    url = "https://example.com/?b=1&a=2"
    assert url_sha256(url) == sha256(b"https://example.com/?a=2&b=1").digest()


@given(urls)
def test_normalising_stays_on_the_site(url: str) -> None:
    assert site_host(normal(url)) == site_host(url_key(normal(url)))
