"""Which posting it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.addresses import url_sha256

PAGE = "https://bakery.example/jobs/1?ref=a"


def ids(*nodes: dict[str, Any], head: str = "", url: str = PAGE) -> list[str]:
    graph = json.dumps([{"@type": "JobPosting", "description": "You bake.", **node} for node in nodes])
    page = f'{head}<script type="application/ld+json">{graph}</script>'
    return [posting["source_id"] for posting in postings(Document.read(url, page.encode(), "text/html"))]


def digest(url: str) -> str:
    return url_sha256(url).hex()


@pytest.mark.parametrize(
    ("canonical", "identity"),
    [
        ("/jobs/1", "https://bakery.example/jobs/1"),
        ("https://www.bakery.example/jobs/1", "https://www.bakery.example/jobs/1"),
        ("/", PAGE),
        ("https://other.example/jobs/1", PAGE),
        ("", PAGE),
    ],
)
def test_the_one_posting_of_a_page_is_that_of_its_canonical_url(canonical: str, identity: str) -> None:
    head = f'<head><link rel="canonical" href="{canonical}"></head>'
    assert ids({"title": "Baker", "url": "https://bakery.example/careers"}, head=head) == [digest(identity)]


def test_several_postings_are_told_apart_by_their_urls() -> None:
    found = ids(
        {"title": "Baker", "url": "/jobs/1"}, {"title": "Cook", "url": "/jobs/2"}, url="https://bakery.example/"
    )
    assert found == [digest("https://bakery.example/jobs/1"), digest("https://bakery.example/jobs/2")]


def test_several_postings_with_one_url_are_told_apart_by_number_or_title() -> None:
    baker, cook = {"title": "Baker", "url": "/jobs"}, {"title": "Cook", "url": "/jobs", "identifier": "7"}
    assert len(set(ids(baker, cook))) == 2
    assert ids(baker, cook) == list(reversed(ids(cook, baker)))


def test_two_postings_that_differ_in_their_text_alone_are_two() -> None:
    found = ids({"title": "Baker", "description": "Bread."}, {"title": "Baker", "description": "Cake."})
    assert len(set(found)) == 2
