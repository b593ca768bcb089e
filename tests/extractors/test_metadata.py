"""What a page says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.html import parse
from extractors.languages import language_tag
from extractors.metadata import MAX_OPEN_GRAPH, MAX_TEXT, MAX_TITLE, page_metadata
from schemas.addresses import normalize_url
from schemas.page import PageMetadata

PAGE = "https://example.com/jobs/1?ref=a"


def metadata(html: str) -> PageMetadata:
    return page_metadata(parse(html.encode()), PAGE)


def test_a_page_that_says_all_is_read_in_full() -> None:
    page = metadata(
        """<!doctype html><html lang="en-gb"><head><title>
          A  baker&#39;s
        day </title>
        <meta name="Description" content=" Bread,  and more ">
        <link rel="canonical" href="/jobs/1">
        <meta property="og:title" content="A day"><meta property="og:title" content="Another day">
        <meta property="og:image:width" content="600"></head><body>x</body></html>"""
    )
    assert page == PageMetadata(
        title="A baker's day",
        description="Bread, and more",
        language="en-GB",
        canonical_url="https://example.com/jobs/1",
        open_graph={"title": "A day", "image:width": "600"},
    )


def test_a_page_that_says_nothing_has_no_metadata() -> None:
    assert metadata("") == PageMetadata()
    assert metadata("<title> </title><meta name=description content=''><html lang=''>") == PageMetadata()


def test_open_graph_fills_in_for_title_and_description() -> None:
    page = metadata('<meta property="og:title" content=T><meta name="og:description" content=D>')
    assert (page.title, page.description) == ("T", "D")


def test_the_title_of_a_picture_is_not_that_of_the_page() -> None:
    assert metadata("<body><svg><title>Arrow</title></svg>").title is None
    assert metadata("<body><svg><title>Arrow</title></svg><title>Late</title>").title == "Late"


def test_a_picture_in_a_noscript_does_not_hide_what_follows_it() -> None:
    page = metadata(
        '<head><title>T</title><noscript><img src=p.gif></noscript><link rel=canonical href="/c">'
        "<meta name=description content=D></head>"
    )
    assert (page.title, page.description, page.canonical_url) == ("T", "D", "https://example.com/c")


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html lang="de">', "de"),
        ('<html xml:lang="fr-ca">', "fr-CA"),
        ('<meta http-equiv="Content-Language" content="de, en">', "de"),
        ('<meta property="og:locale" content="pt_BR">', "pt-BR"),
        ('<html lang=""><meta property="og:locale" content="it_IT">', "it-IT"),
        ('<html lang="english"><meta property="og:locale" content="en_US">', "en-US"),
    ],
)
def test_the_language_is_found_in_each_of_its_places(html: str, language: str) -> None:
    assert metadata(html).language == language


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://Example.com:443/a#b", "https://example.com/a"),
        ("b", "https://example.com/jobs/b"),
        ("//other.example/", "https://other.example/"),
        ("", None),
        ("#", None),
        ("http://[", None),
        ("ftp://example.com/a", None),
    ],
)
def test_the_canonical_url_is_absolute_or_none(href: str, canonical: str | None) -> None:
    assert metadata(f'<link rel="Canonical" href="{href}">').canonical_url == canonical


def test_the_canonical_url_honours_the_base() -> None:
    assert metadata('<base href="/b/"><link rel=canonical href=c>').canonical_url == "https://example.com/b/c"


def test_endless_texts_are_cut() -> None:
    names = "".join(f'<meta property="og:n{n}" content="v">' for n in range(100))
    page = metadata(f"<title>{'ab ' * 9_000}</title><meta name=description content='{'ab ' * 9_000}'>{names}")
    assert page.title is not None
    assert page.description is not None
    assert len(page.title) <= MAX_TITLE
    assert MAX_TEXT - 3 <= len(page.description) <= MAX_TEXT
    assert len(page.open_graph) == MAX_OPEN_GRAPH


@given(st.binary(max_size=300))
def test_any_bytes_have_metadata(body: bytes) -> None:
    page = page_metadata(parse(b"<title>" + body + b"<meta name=description content='" + body), PAGE)
    assert page.canonical_url is None or normalize_url(page.canonical_url) == page.canonical_url


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        (" EN_us ", "en-US"),
        ("zh_hant_tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-DE-1996", "de-DE-1996"),
        ("en_US.UTF-8", "en-US"),
        ("gsw", "gsw"),
        ("English", None),
        ("x-klingon", None),
        ("und", None),
        ("e", None),
        ("", None),
        (None, None),
    ],
)
def test_languages_have_the_usual_tags(text: str | None, tag: str | None) -> None:
    assert language_tag(text) == tag
