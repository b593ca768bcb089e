"""What sitemaps and feeds name."""

from __future__ import annotations

import gzip
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.sitemaps import MAX_BYTES, Sitemap, SitemapTooLarge, read_sitemap
from schemas.addresses import normalize_url

SITE = "https://example.com/"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
TWO_PAGES = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="{NAMESPACE}">
  <url><loc> {SITE}a?x=1&amp;y=2 </loc><lastmod>2024-01-01</lastmod></url>
  <url><loc><![CDATA[{SITE}b?x=1&y=2]]></loc></url>
</urlset>
"""
READ = Sitemap(pages=[f"{SITE}a?x=1&y=2", f"{SITE}b?x=1&y=2"])


@pytest.mark.parametrize("namespace", [NAMESPACE, "https://www.google.com/schemas/sitemap/0.84", ""])
def test_pages_are_read_in_any_namespace(namespace: str) -> None:
    assert read_sitemap(TWO_PAGES.replace(NAMESPACE, namespace).encode()) == READ


def test_a_prefix_makes_no_difference() -> None:
    text = f'<s:urlset xmlns:s="{NAMESPACE}"><s:url><s:loc>{SITE}</s:loc></s:url></s:urlset>'
    assert read_sitemap(text.encode()) == Sitemap(pages=[SITE])


@pytest.mark.parametrize(
    "body",
    [
        TWO_PAGES.encode(),
        b"\n\n " + TWO_PAGES.encode(),
        TWO_PAGES.encode("utf-8-sig"),
        TWO_PAGES.replace("UTF-8", "UTF-16").encode("utf-16"),
        TWO_PAGES.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        gzip.compress(TWO_PAGES.encode()),
        gzip.compress(TWO_PAGES[:100].encode()) + gzip.compress(TWO_PAGES[100:].encode()),
        gzip.compress(TWO_PAGES.encode()) + b"\0\0",
    ],
    ids=["plain", "blanks", "bom", "utf-16", "latin-1", "gzip", "two members", "padding"],
)
def test_a_sitemap_is_read_however_it_is_packed(body: bytes) -> None:
    assert read_sitemap(body) == READ


def test_an_index_names_sitemaps() -> None:
    text = f'<sitemapindex xmlns="{NAMESPACE}"><sitemap><loc>{SITE}1.xml.gz</loc></sitemap></sitemapindex>'
    assert read_sitemap(text.encode()) == Sitemap(sitemaps=[f"{SITE}1.xml.gz"])


def test_translations_are_pages_and_pictures_are_not() -> None:
    text = f"""<urlset xmlns="{NAMESPACE}" xmlns:x="http://www.w3.org/1999/xhtml" xmlns:i="urn:image">
      <url><loc>{SITE}</loc><x:link rel="alternate" hreflang="de" href="{SITE}de"/>
      <x:link rel="canonical" href="{SITE}c"/><i:image><i:loc>{SITE}i</i:loc></i:image></url>
      <url><loc>{SITE}leaflet.pdf</loc></url></urlset>"""
    assert read_sitemap(text.encode()) == Sitemap(pages=[SITE, f"{SITE}de"])


def test_feeds_name_pages() -> None:
    rss = f"""<rss><channel><link>{SITE}home</link><atom:link xmlns:atom="a" rel="self" href="{SITE}feed"/>
      <item><title>1</title><link>{SITE}1</link></item><item><link>{SITE}2</link></item></channel></rss>"""
    atom = f"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="{SITE}home"/>
      <entry><link rel="edit" href="{SITE}edit"/><link href="{SITE}1"/></entry>
      <entry><link rel="alternate" href="{SITE}2"/></entry></feed>"""
    expected = Sitemap(pages=[f"{SITE}1", f"{SITE}2"])
    assert read_sitemap(rss.encode()) == expected
    assert read_sitemap(atom.encode()) == expected


def test_a_text_has_a_url_on_each_line() -> None:
    text = f"{SITE}a\r\n\n  {SITE}b  \nno url\n{SITE}a\nftp://example.com/\n"
    assert read_sitemap(text.encode()) == Sitemap(pages=[f"{SITE}a", f"{SITE}b"])


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"<", b"<a", b"<!doctype html><html><head><link rel=alternate href=/x></head><body>x</body></html>"],
)
def test_what_is_no_sitemap_names_nothing(body: bytes) -> None:
    assert read_sitemap(body) == Sitemap()


def test_a_truncated_sitemap_keeps_what_is_whole() -> None:
    body = TWO_PAGES.encode()
    for length in range(len(body)):
        read = read_sitemap(body[:length])
        assert read.pages == READ.pages[: len(read.pages)]
        assert not read.sitemaps
    assert read_sitemap(body[: body.index(b"</urlset")]) == READ


def test_a_truncated_archive_keeps_what_could_be_unpacked() -> None:
    pages = [f"{SITE}{zlib.crc32(bytes([n % 251, n // 251]))}" for n in range(5_000)]
    body = "".join(f"<url><loc>{page}</loc></url>" for page in pages).join(["<urlset>", "</urlset>"])
    packed = gzip.compress(body.encode())
    read = read_sitemap(packed[: len(packed) // 2])
    assert 1_000 < len(read.pages) < 4_000
    assert read.pages == pages[: len(read.pages)]


def test_a_bomb_is_refused_in_one_sentence() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(200)) + packer.flush()
    with pytest.raises(SitemapTooLarge, match="more than 64 MB"):
        read_sitemap(bomb)
    with pytest.raises(SitemapTooLarge, match="more than 64 MB"):
        read_sitemap(bytes(MAX_BYTES + 1))


def test_entities_are_neither_fetched_nor_multiplied() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f"""<!DOCTYPE urlset [<!ENTITY l0 "ha">{laughs}<!ENTITY file SYSTEM "file:///etc/hostname">]>
      <urlset><url><loc>{SITE}&file;</loc></url><url><loc>{SITE}&l9;</loc></url></urlset>"""
    started = time.process_time()
    assert read_sitemap(text.encode()).pages in ([SITE], [])
    assert time.process_time() - started < 10


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda tail: TWO_PAGES.encode() + tail)))
def test_any_bytes_can_be_read(body: bytes) -> None:
    read = read_sitemap(body)
    assert all(normalize_url(url) == url for url in read.pages + read.sitemaps)


@given(st.binary(max_size=300))
def test_any_bytes_in_gzip_can_be_read(body: bytes) -> None:
    assert read_sitemap(gzip.compress(body)) == read_sitemap(body) or body.startswith(b"\x1f\x8b")
    read_sitemap(gzip.compress(TWO_PAGES.encode())[:60] + body)
