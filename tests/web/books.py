"""A bookshop in the manner of books.toscrape.com: lists of books, and a page for each."""

from __future__ import annotations

from html import escape

from tests.web.resource import Resource, Site, page, text


def book(title: str, upc: str | None, price: str, stock: str = "In stock (3 available)") -> Resource:
    """The page of a book; ``upc`` None: it names none."""
    number = f"<tr><th>UPC</th><td>{escape(upc)}</td></tr>" if upc else ""
    body = (
        f'<article class="product_page"><div class="product_main"><h1>{escape(title)}</h1>'
        f'<p class="price_color">{price}</p><p class="availability">{stock}</p></div>'
        f'<table class="table-striped">{number}<tr><th>Price</th><td>{price}</td></tr></table></article>'
    )
    return page(title, "/", "@elsewhere@/", body=body)


def shelf(title: str, *books: str, following: str = "") -> Resource:
    """A list of books, and the way to the next one."""
    items = "".join(
        f'<article class="product_pod"><h3><a href="{path}" title="{path}">{path}</a></h3></article>' for path in books
    )
    more = f'<ul class="pager"><li class="next"><a href="{following}">next</a></li></ul>' if following else ""
    return page(title, "/about", body=items + more)


OTHERS = ("/book/emma?edition=2", "/book/walden", "/book/unnumbered", "/private/diary", "/book/sold")

BOOKS: Site = {
    "/robots.txt": text("User-agent: *\nDisallow: /private/\n"),
    "/": shelf("Books", "/book/emma", "/book/persuasion", "/book/moby-dick", following="/page-2"),
    "/page-2": shelf("Books, page 2", *OTHERS),
    "/about": page("About the shop", "/"),
    "/book/emma": book("Emma", "a-1", "£51.77"),
    "/book/persuasion": book("Persuasion", "a-2", "£9.00"),
    "/book/moby-dick": book("Moby-Dick; or, <The Whale>", "b-1", "£17.46"),
    "/book/walden": book("Wal\x00den", "c-1", "£12.00", "Sold out"),
    # The same book again, by another address.
    "/book/emma?edition=2": book("Emma", "a-1", "£51.77"),
    "/book/unnumbered": book("Unnumbered", None, "£1.00"),
    "/private/diary": book("Diary", "z-1", "£0.01"),
}
