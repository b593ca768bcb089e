"""The part of the site ``plain`` that is as it should be: pages, links of every form, robots.txt, sitemaps."""

from __future__ import annotations

from html import escape

from tests.web.resource import Resource, Site, page, redirect, text

INDEX_HEAD = """
<meta name="description" content="Forty pages &amp; some traps.">
<link rel="canonical" href="@plain@/">
<meta property="og:title" content="Plain, to share">
<meta property="og:type" content="website">
<meta property="og:image" content="@plain@/logo.png">
"""
HUBS = (
    "/about", "/contact", "/team/", "/products/", "/search", "/duplicates", "/chain/1", "/careers/",
    "/odd/", "/old", "/leaving", "/loop/a", "/missing", "/gone", "/broken", "/private/secret",
    "/notes.txt", "/logo.png", "/paper.pdf", "@elsewhere@/", "@elsewhere@/other",
)  # fmt: skip
ROBOTS = "User-agent: *\nDisallow: /private/\n\nSitemap: @plain@/sitemaps/index.xml\n"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
# A PNG of one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
VARIANTS = ("/search?a=1&b=2", "/search?b=2&a=1", "/search?a=1&b=2#results", "?a=1&b=2")
DUPLICATES = "".join(
    f'<a href="{("/about", "/team/anna", "/chain/1")[number % 3]}#part-{number}">{number}</a>' for number in range(5000)
)


def urlset(*paths: str) -> str:
    """A sitemap of these paths of ``plain``."""
    entries = "".join(f"<url><loc>@plain@{escape(path)}</loc></url>" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACE}>{entries}</urlset>'


def sitemap_index(*paths: str) -> str:
    """A sitemap index of these sitemaps of ``plain``."""
    entries = "".join(f"<sitemap><loc>@plain@{path}</loc></sitemap>" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex {NAMESPACE}>{entries}</sitemapindex>'


def chain(length: int) -> Site:
    """Pages that lead from one to the next only: ``/chain/1`` to ``/chain/<length>``."""
    following = {number: (f"/chain/{number + 1}",) for number in range(1, length)}
    return {f"/chain/{n}": page(f"Link {n} of the chain", *following.get(n, ())) for n in range(1, length + 1)}


CONTACT = """
<a href="mailto:anna@example.com">Mail</a> <a href="tel:+4930123456">Call</a>
<a href="javascript:void(0)">Open</a> <a href="#top">Top</a> <a href="">Here</a> <a>Nowhere</a>
<a href="data:text/html,hello">Data</a> <a href="http://">Broken</a> <a href="http://[">Broken too</a>
"""

ORDINARY: Site = {
    "/": page("Plain & simple", *HUBS, "/about#team", "/about#office", head=INDEX_HEAD),
    "/robots.txt": text(ROBOTS),
    "/sitemaps/index.xml": text(
        sitemap_index("/sitemaps/one.xml", "/sitemaps/two.xml.gz", "/sitemaps/missing.xml"), "application/xml"
    ),
    "/sitemaps/one.xml": text(urlset("/", "/sitemap-only/a", "/sitemap-only/b", "/private/unlinked"), "text/xml"),
    "/sitemaps/two.xml.gz": Resource(
        urlset("/sitemap-only/c", "/sitemap-only/d?x=1&y=2").encode(), "application/gzip", packed=True
    ),
    "/sitemap-only/a": page("Only in the sitemap: a"),
    "/sitemap-only/b": page("Only in the sitemap: b", "/"),
    "/sitemap-only/c": page("Only in the packed sitemap: c"),
    "/sitemap-only/d?x=1&y=2": page("Only in the packed sitemap: d"),
    "/about": page("About us", "/", "/contact", head='<meta name="description" content="Who we are.">'),
    "/contact": page("Contact", "/about", body=CONTACT),
    "/team/": page("The team", "anna", "./ben", "../about", "anna#cv", "//@host@/team/carla"),
    "/team/anna": page("Anna", "ben", "."),
    "/team/ben": page("Ben", "../team/anna"),
    "/team/carla": page("Carla", "?"),
    "/products/": page("Products", "one", "two", "one", head='<base href="/products/catalogue/">'),
    "/products/catalogue/one": page("Product one", "two"),
    "/products/catalogue/two": page("Product two", "one"),
    "/search": page("Search", *VARIANTS),
    "/search?a=1&b=2": page("Results", "/search"),
    "/search?b=2&a=1": page("Results", "/search"),
    "/duplicates": page("Duplicates", body=DUPLICATES),
    **chain(5),
    "/old": redirect("/new"),
    "/new": page("The new place", "/"),
    "/loop/a": redirect("/loop/b", status=302),
    "/loop/b": redirect("/loop/a", status=302),
    "/leaving": redirect("@elsewhere@/landing", status=302),
    "/gone": Resource(page("Gone").body, status=410),
    "/broken": Resource(page("Broken").body, status=500),
    "/private/secret": page("Secret"),
    "/private/unlinked": page("Secret too"),
    "/notes.txt": text("Notes.\nNo links: /about\n"),
    "/logo.png": Resource(PIXEL, "image/png"),
    "/paper.pdf": Resource(b"%PDF-1.4\n%%EOF\n", "application/pdf"),
}
