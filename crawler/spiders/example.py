"""An example of a spider of one's own: the books of a shop like books.toscrape.com."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scrapy import Request, Spider


@dataclass
class Book:
    """What is on the page of a book."""

    upc: str | None
    title: str | None
    price: str | None
    in_stock: bool


class ExampleSpider(Spider):
    """``scrapy crawl example -a url=https://books.toscrape.com``: rows of the kind ``book`` in the table ``record``."""

    name = "example"
    keys = {"book": "upc"}

    def __init__(self, url: str = "https://books.toscrape.com", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_urls = [url]

    def parse(self, response: Any, **_: Any) -> Iterator[Request]:
        """A list of books: its books, and the next list."""
        yield from response.follow_all(css="article.product_pod h3 a", callback=self.parse_book)
        yield from response.follow_all(css="li.next a")

    def parse_book(self, response: Any) -> Iterator[Book]:
        """The page of a book."""
        yield Book(
            upc=response.xpath("//th[.='UPC']/following-sibling::td/text()").get(),
            title=response.css(".product_main h1::text").get(),
            price=response.css(".price_color::text").get(),
            in_stock="In stock" in response.css(".availability").get(""),
        )
