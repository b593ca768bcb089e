"""Where a page leads."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.html import parse
from extractors.links import page_links
from schemas.addresses import join_url, looks_binary, normalize_url

PAGE = "https://example.com/docs/guide.html?lang=en"
pieces = st.sampled_from(
    ["/", "a", "..", "?", "#", "x=1", "&amp;", "//", "http:", "https://b.example", " ", "\t", "%2e", ".png", ":", "\\"]
)
references = st.lists(st.lists(pieces, max_size=6).map("".join), max_size=12)


def links(html: str, url: str = PAGE) -> list[str]:
    return list(page_links(parse(html.encode()), url))


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("setup.html", "https://example.com/docs/setup.html"),
        ("setup.html#first", "https://example.com/docs/setup.html"),
        (" /jobs \n", "https://example.com/jobs"),
        ("?page=2", "https://example.com/docs/guide.html?page=2"),
        ("/search?q=a&amp;n=1", "https://example.com/search?q=a&n=1"),
        ("//other.example", "https://other.example/"),
        ("http://other.example/a", "http://other.example/a"),
        ("../../..", "https://example.com/"),
        ("a #b", "https://example.com/docs/a%20"),
    ],
)
def test_a_link_is_absolute_and_normalised(href: str, expected: str) -> None:
    assert links(f'<a href="{href}">x</a>') == [expected]


@pytest.mark.parametrize(
    "href",
    [
        "",
        " ",
        "#top",
        "mailto:a@b.example",
        "javascript:x()",
        "tel:1",
        "data:,x",
        "ftp://b.example/",
        "a.pdf",
        "http://[",
    ],
)
def test_what_leads_to_no_page_is_left_out(href: str) -> None:
    assert links(f'<a href="{href}">x</a>') == []


def test_an_anchor_without_a_reference_is_no_link() -> None:
    assert links("<a name=x>x</a><a href>y</a>") == []


def test_links_come_once_in_the_order_of_the_page() -> None:
    html = "<a href=b>1</a><a href=a>2</a><a href=b#x>3</a><a href=/docs/a>4</a><a href=./c>5</a>"
    assert links(html) == [f"https://example.com/docs/{name}" for name in "bac"]


def test_pages_are_also_named_by_areas_and_by_links_of_the_head() -> None:
    html = """
    <link rel=stylesheet href=style><link rel=canonical href=canonical>
    <link rel="alternate" type="application/rss+xml" href=feed>
    <link rel="Next" href=2><link rel=prev href=0><link rel=alternate hreflang=de href=de>
    <map><area href=map></map>
    """
    assert links(html) == [f"https://example.com/docs/{name}" for name in ("2", "0", "de", "map")]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("/other/", "https://example.com/other/a"),
        ("sub/x.html", "https://example.com/docs/sub/a"),
        ("https://b.example/c/d", "https://b.example/c/a"),
        ("//b.example", "https://b.example/a"),
        ("", "https://example.com/docs/a"),
        ("javascript:x", "https://example.com/docs/a"),
        ("http://[", "https://example.com/docs/a"),
    ],
)
def test_the_base_of_the_page_counts(base: str, expected: str) -> None:
    assert links(f'<head><base href="{base}"><base href="/second/"></head><a href=a>x</a>') == [expected]


def test_a_query_alone_is_relative_to_the_page_and_not_to_its_folder() -> None:
    assert links("<a href='?a'>x</a>", "https://example.com/list") == ["https://example.com/list?a"]
    assert links("<a href='?a'>x</a>", "https://example.com/jobs") == ["https://example.com/jobs?a"]


def test_a_slash_in_the_query_makes_no_folder() -> None:
    assert links("<a href=a>x</a>", "https://example.com/b/c?next=/d/e") == ["https://example.com/b/a"]


@given(references)
def test_links_are_those_of_one_join_after_the_other(hrefs: list[str]) -> None:
    html = "".join(f'<a href="{href}">x</a>' for href in hrefs)
    joined = [join_url(PAGE, href.replace("&amp;", "&")) for href in hrefs if href.strip()]
    expected = dict.fromkeys(link for link in joined if link and not looks_binary(link))
    assert links(html) == list(expected)


@given(st.binary(max_size=300))
def test_links_of_any_bytes_are_normalised(body: bytes) -> None:
    for link in page_links(parse(b"<a href='" + body + b"'>"), PAGE):
        assert normalize_url(link) == link


@pytest.mark.parametrize(
    ("content", "link"),
    [
        ("3; URL='/next'", "https://example.com/next"),
        ("0;url=next", "https://example.com/a/next"),
        ('0 url="/next"; more', "https://example.com/next"),
        ("0, /next", "https://example.com/next"),
        ("1.5;https://other.example/", "https://other.example/"),
        ("5", None),
        ("5; url=", None),
        ("soon; url=/next", None),
    ],
)
def test_a_page_that_refreshes_itself_leads_where_it_says(content: str, link: str | None) -> None:
    html = f'<meta http-equiv="Refresh" content="{escape(content)}">'
    assert list(page_links(parse(html.encode()), "https://example.com/a/b")) == ([link] if link else [])


def test_links_that_say_nofollow_wherever_they_stand_are_told_apart() -> None:
    marked = b'<a href="/a" rel="ugc NOFOLLOW">a</a><a href="/b" rel="nofollowed">b</a><a href="/c" rel=nofollow>c</a>'
    tree = parse(marked + b'<a href="/c">c</a>')
    links = page_links(tree, "https://example.com/")
    assert links == {f"https://example.com/{name}": name != "a" for name in "abc"}
