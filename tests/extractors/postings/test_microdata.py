"""Postings in microdata and RDFa."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting

URL = "https://www.bakery.example/jobs/1"
MICRODATA = """
<div itemscope itemtype="https://schema.org/JobPosting">
  <h1 itemprop="title">Baker</h1>
  <div itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization">
    <a itemprop="url" href="/">home</a><span itemprop="name">Bakery</span></div>
  <span itemprop="jobLocation" itemscope itemtype="https://schema.org/Place">
    <span itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
      <span itemprop="addressLocality">Bonn</span> <meta itemprop="addressCountry" content="DE"></span></span>
  <span itemprop="employmentType">full-time</span> <span itemprop="employmentType">temporary</span>
  <time itemprop="datePosted" datetime="2024-05-01">May Day</time>
  <div itemprop="description"><p>You bake bread.</p><ul><li>Early</li></ul></div>
  <div><a itemprop="url" href="/jobs/1">This job</a></div>
</div>
"""
RDFA = """
<div vocab="http://schema.org/" typeof="JobPosting">
  <h1 property="schema:title">Baker</h1>
  <div property="hiringOrganization" typeof="Organization"><span property="name">Bakery</span></div>
  <span property="jobLocation" typeof="Place"><span property="address" typeof="PostalAddress">
    <span property="addressLocality">Bonn</span> <span property="addressCountry" content="DE">Germany</span></span>
  </span>
  <span property="employmentType">full-time</span><span property="employmentType">temporary</span>
  <span property="datePosted" content="2024-05-01">May Day</span>
  <div property="description"><p>You bake bread.</p><ul><li>Early</li></ul></div>
</div>
"""


def read(markup: str, url: str = URL) -> list[dict[str, Any]]:
    return postings(Document.read(url, f"<html><body>{markup}</body></html>".encode(), "text/html"))


@pytest.mark.parametrize(("markup", "source"), [(MICRODATA, "microdata"), (RDFA, "rdfa")], ids=["microdata", "rdfa"])
def test_a_posting_is_read_from_the_page_s_own_elements(markup: str, source: str) -> None:
    (posting,) = read(markup)
    found = Posting.model_validate(posting).model_dump(mode="json")

    assert (found["title"], found["company"], found["url"]) == ("Baker", "Bakery", URL)
    assert [(place["city"], place["country"]) for place in found["locations"]] == [("Bonn", "DE")]
    assert found["employment_types"] == ["FULL_TIME", "TEMPORARY"]
    assert (found["date_posted"], found["date_precision"]) == ("2024-05-01T00:00:00Z", "day")
    assert found["description_text"] == "You bake bread.\nEarly"
    assert found["provenance"]["title"] == source


def test_what_a_page_only_lists_is_left_to_the_page_that_it_links_to() -> None:
    row = (
        '<li itemscope itemtype="http://schema.org/JobPosting">'
        '<a itemprop="url" href="/jobs/{0}"><b itemprop="title">Baker {0}</b></a></li>'
    )
    assert read("".join(row.format(number) for number in range(5)), "https://www.bakery.example/jobs") == []


def test_a_value_belongs_to_the_object_that_it_stands_in() -> None:
    markup = MICRODATA.replace("Bakery</span>", 'Bakery</span><i itemprop="title">Head office</i>')
    assert [one["title"] for one in read(markup)] == ["Baker"]
