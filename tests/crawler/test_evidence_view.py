"""``scrapy extract --explain`` on a terminal."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from crawler.commands.extract import describe
from crawler.evidence_view import show, words

URL = "https://www.bakery.example/jobs/7"
BAKER: dict[str, Any] = {
    "@type": "JobPosting",
    "title": "Baker",
    "hiringOrganization": "Bakery",
    "description": "We bake bread. This is a hybrid role.",
    "jobLocationType": "TELECOMMUTE",
    "datePosted": "2026-05-01",
}


def shown(page: str) -> str:
    console = Console(file=StringIO(), width=100, highlight=False)
    show(describe(page.encode(), "text/html", URL, explain=True), console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def marked(*postings: dict[str, Any], body: str = "") -> str:
    return f'<title>Jobs</title><script type="application/ld+json">{json.dumps(postings)}</script>{body}'


def test_it_says_whence_each_value_is_and_why() -> None:
    text = shown(marked(BAKER))

    assert "Baker  web / bakery.example /" in text
    assert "JSON-LD JobPosting.title" in text
    assert "the description says hybrid, and forms have a box for remote alone" in " ".join(text.split())
    assert "≠ remote" in text


def test_what_the_page_shows_stands_below() -> None:
    text = shown(marked(BAKER, body="<h1>Baker</h1><p>Posted 3 June 2026</p><p>Hybrid</p><p>We bake bread.</p>"))

    assert "≠ 2026-06-03  page “3 June 2026”" in text
    assert "page “Hybrid”" in text
    assert "= page “Baker”" in text


def test_rejected_postings_have_their_reasons_and_listed_ones_are_named() -> None:
    text = shown(
        marked(BAKER | {"title": "", "url": URL}, {"@type": "JobPosting", "title": "Miller", "url": "/jobs/8"})
    )

    assert "rejected" in text
    assert "title: Field required" in text
    assert "1 posting left out" in text
    assert "Miller: only listed here" in text


def test_the_gate_says_what_stands_before_the_postings() -> None:
    assert "says that it is closed: “This position has been filled" in shown(
        marked(BAKER, body="<h1>This position has been filled</h1>")
    )
    block = "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"
    assert "It was blocked by Cloudflare" in shown(block)
    assert "No posting:" in shown(block)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (
            "salary",
            {"min": 30000, "max": 36000.5, "currency": "EUR", "period": "year"},
            "30,000 to 36,000.5 EUR a year",
        ),
        ("salary", {"min": 18, "max": 18, "currency": None, "period": None}, "18 of no currency, period not said"),
        ("salary", {"raw": ["Competitive"]}, "no amount: “Competitive”"),
        ("locations", [{"city": "Bonn", "country": "DE", "role": "seat"}], "Bonn, DE (seat)"),
        ("skills", [{"name": "Go", "source": "text"}], "Go*"),
        ("date_posted", "2026-05-01T00:00:00+00:00", "2026-05-01"),
    ],
)
def test_values_are_written_as_people_write_them(field: str, value: Any, expected: str) -> None:
    assert words(field, value) == expected
