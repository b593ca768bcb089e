"""Selectors that a person gives for a site."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from schemas.selectors import PostingSelectors, Selector, read_selector, reads
from schemas.site import SiteConfig

URL = "https://careers.acme.example/"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("h1.job", Selector("h1.job", None)),
        (" h1::text ", Selector("h1", None)),
        ("time::attr(datetime)", Selector("time", "datetime")),
        ("::attr(data-id)", Selector("", "data-id")),
        ("ul > li:not(.old), .place", Selector("ul > li:not(.old), .place", None)),
    ],
)
def test_they_are_written_as_scrapy_writes_them(text: str, read: Selector) -> None:
    assert read_selector(text) == read


@pytest.mark.parametrize("text", ["", "h1[", "a >", "a::before", "a::attr()", "//h1"])
def test_what_is_no_selector_is_refused_when_the_site_is_saved(text: str) -> None:
    with pytest.raises(ValidationError, match="must be a CSS selector"):
        SiteConfig.model_validate({"url": URL, "posting_selectors": {"title": text}})


def test_a_field_that_no_posting_has_is_refused() -> None:
    with pytest.raises(ValidationError, match="wage"):
        SiteConfig.model_validate({"url": URL, "posting_selectors": {"wage": "b"}})


def test_a_row_notes_by_which_selectors_it_was_read() -> None:
    one, other = PostingSelectors(title="h1"), PostingSelectors(title="h2")

    assert reads({"posting", "page"}, PostingSelectors()) == ["page", "posting"]
    assert reads({"posting"}, one) != reads({"posting"}, other)
    assert reads({"posting"}, one) == reads({"posting"}, PostingSelectors(title="h1"))
    assert reads({"text"}, one) == ["text"]
