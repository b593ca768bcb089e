"""What a sitemap or a feed names."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from w3lib.encoding import read_bom

from schemas.addresses import looks_binary, normalize_url

MAX_BYTES = 64 * 2**20
"""The most that a sitemap may unpack to; the standard allows 50 MB."""

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS


class SitemapTooLarge(ValueError):  # noqa: N818 - the name says what is wrong
    """A sitemap unpacks to more than ``MAX_BYTES``."""


@dataclass(slots=True)
class Sitemap:
    """Normalised URLs of pages, and of further sitemaps, each once, in the order of the document."""

    pages: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)


def read_sitemap(body: bytes) -> Sitemap:
    """Read a sitemap, an index of sitemaps, an RSS or Atom feed, or a text with one URL on each line.

    Gzip is seen by its first bytes. Of a truncated document, what is whole is kept; what is none of all this, as
    a page of HTML, names nothing.

    Raises:
        SitemapTooLarge: it unpacks to more than ``MAX_BYTES``.
    """
    body = _unpacked(body)
    encoding, bom = read_bom(body)
    if encoding is not None and bom is not None:
        body = body[len(bom) :].decode(encoding, "replace").encode()
    body = body.strip(b" \t\r\n\0")
    if not body.startswith(b"<"):
        return Sitemap(pages=_pages(body.decode("utf-8", "replace").splitlines()))
    return _read_xml(body, "utf-8" if encoding else None)


def _unpacked(body: bytes) -> bytes:
    unpacked = b"".join(_members(body)) if body.startswith(_GZIP_MAGIC) else body
    if len(unpacked) > MAX_BYTES:
        raise SitemapTooLarge(f"The sitemap has more than {MAX_BYTES // 2**20} MB: split it, as the standard asks.")
    return unpacked


def _members(body: bytes) -> Iterator[bytes]:
    """The parts of a gzip file, and one byte more than allowed at most. A broken end is left out."""
    room = MAX_BYTES + 1
    while room > 0 and body.startswith(_GZIP_MAGIC):
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(body, room)
        except zlib.error:
            return
        yield part
        room -= len(part)
        body = member.unused_data


def _read_xml(body: bytes, encoding: str | None) -> Sitemap:
    if not body.endswith(b">"):
        body = body[: body.rfind(b"<")]  # half a URL is another URL
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, encoding=encoding
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return Sitemap()
    if root is None:
        return Sitemap()
    named = list(_named(root))
    return Sitemap(
        pages=_pages(url for kind, url in named if kind == "page"),
        sitemaps=_normalized(url for kind, url in named if kind == "sitemap"),
    )


def _named(root: etree._Element) -> Iterator[tuple[str, str]]:
    """What the document names: its kind (page or sitemap), and the URL as it is written."""
    for element in root.iter("{*}loc", "{*}link"):
        parent = element.getparent()
        holder = "" if parent is None else etree.QName(parent).localname.lower()
        if etree.QName(element).localname == "link":
            url = _link(element, holder)
        else:
            url = (element.text or "") if holder in {"url", "sitemap"} else ""
        if url:
            yield "sitemap" if holder == "sitemap" else "page", url


def _link(element: etree._Element, holder: str) -> str:
    """The page of an entry in a feed, or a page's translation in a sitemap."""
    if holder not in {"item", "entry", "url"} or element.get("rel", "alternate") != "alternate":
        return ""
    return element.get("href") or element.text or ""


def _pages(urls: Iterator[str] | list[str]) -> list[str]:
    return [url for url in _normalized(urls) if not looks_binary(url)]


def _normalized(urls: Iterator[str] | list[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(normalize_url, urls))))
