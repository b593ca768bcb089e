"""Searches of a site: a URL for each keyword in each location."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from schemas.search import searches
from schemas.site import SiteConfig

URL = "https://jobs.example/"
TEMPLATE = "https://jobs.example/search?q={keyword}&l={location}&since={days}"


def test_each_keyword_is_searched_for_in_each_location() -> None:
    assert searches(TEMPLATE, ["cook", "C++ & C#"], ["Köln"], 7) == [
        "https://jobs.example/search?q=cook&l=K%C3%B6ln&since=7",
        "https://jobs.example/search?q=C%2B%2B%20%26%20C%23&l=K%C3%B6ln&since=7",
    ]


def test_what_has_no_value_is_empty() -> None:
    assert searches(TEMPLATE, ["cook"], []) == ["https://jobs.example/search?q=cook&l=&since="]


def test_what_the_template_does_not_name_makes_no_more_searches() -> None:
    assert searches("https://jobs.example/{keyword}", ["a", "b/c"], ["x", "y"]) == [
        "https://jobs.example/a",
        "https://jobs.example/b%2Fc",
    ]


def test_without_a_template_nothing_is_searched() -> None:
    assert searches(None, ["cook"], ["Bonn"]) == []


def test_a_config_takes_words_as_text() -> None:
    config = SiteConfig.model_validate({"url": URL, "keywords": "cook, miller", "locations": ["New York, NY"]})
    assert config.keywords == ("cook", "miller")
    assert config.locations == ("New York, NY",)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"search_url_template": "https://jobs.example/?q={words}"}, "{words}"),
        ({"search_url_template": "https://jobs.example/?q={keyword.x}"}, "{keyword.x}"),
        ({"search_url_template": "https://jobs.example/?q={keyword}}"}, "brace"),
        ({"search_url_template": "https://jobs.example/"}, "must have {keyword}"),
        ({"search_url_template": "ftp://jobs.example/{keyword}"}, "http"),
        ({"search_url_template": TEMPLATE, "keywords": ["a"] * 2000}, "1,000"),
        ({"search_url_template": TEMPLATE, "keywords": [str(n) for n in range(40)], "locations": ["x"] * 40}, "1,000"),
        ({"posted_within_days": 0}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_searched_for_is_refused(said: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("{", r"\{").replace("}", r"\}")):
        SiteConfig.model_validate({"url": URL} | said)
