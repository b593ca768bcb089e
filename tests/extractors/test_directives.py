"""What pages say to crawlers."""

from __future__ import annotations

import pytest

from extractors.directives import directives, product_of
from extractors.html import parse

BOTH = {"noindex", "nofollow"}


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<meta name="robots" content="noindex">', {"noindex"}),
        ('<META NAME="Robots" CONTENT=" NoFollow , all">', {"nofollow"}),
        ('<meta name="robots" content="none">', BOTH),
        ('<meta name="robots" content="index, follow, noarchive">', set()),
        ('<meta name="longline" content="noindex">', {"noindex"}),
        ('<meta name="otherbot" content="noindex">', set()),
        ('<meta name="robots" content="noindex"><meta name="longline" content="nofollow">', BOTH),
        ('<meta name="robots">', set()),
        ('<meta name="description" content="noindex">', set()),
    ],
)
def test_a_page_says_it_in_its_head(html: str, said: set[str]) -> None:
    assert directives(parse(html.encode()), [], "longline") == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("noindex", {"noindex"}),
        ("NOINDEX, nofollow", BOTH),
        ("none", BOTH),
        ("otherbot: noindex, nofollow", set()),
        ("longline: noindex, nofollow", BOTH),
        ("nofollow, otherbot: noindex", {"nofollow"}),
        ("unavailable_after: 25 Jun 2010 15:00:00 PST, noindex", {"noindex"}),
        ("max-snippet: 20, nofollow", {"nofollow"}),
        ("", set()),
    ],
)
def test_an_answer_says_it_in_a_header(value: str, said: set[str]) -> None:
    assert directives(None, [("x-robots-tag", value)], "longline") == said


def test_each_header_speaks_for_itself() -> None:
    headers = [("X-Robots-Tag", "otherbot: noindex"), ("X-Robots-Tag", "nofollow")]
    assert directives(None, headers, "longline") == {"nofollow"}


@pytest.mark.parametrize(
    ("user_agent", "product"),
    [
        ("Longline/0.1.0 (+https://example.com)", "longline"),
        ("Acme-Bot 2", "acme-bot"),
        ("Mozilla/5.0 (compatible; AcmeBot/1.0; +https://acme.example)", "acmebot"),
        ("123", "robots"),
        ("", "robots"),
    ],
)
def test_a_crawler_is_spoken_to_by_the_first_word_of_its_name(user_agent: str, product: str) -> None:
    assert product_of(user_agent) == product
