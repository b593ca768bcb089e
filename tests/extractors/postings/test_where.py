"""Where in a page each source says that a value stood."""

from __future__ import annotations

import json
from typing import Any

from extractors.postings import explained
from extractors.postings.document import Document

URL = "https://www.bakery.example/jobs/7"
PROSE = "We bake bread for the whole town, with flour from the mills nearby, and look for two more hands. "
BAKER: dict[str, Any] = {"@type": "JobPosting", "title": "Baker", "description": PROSE, "employmentType": "FULL_TIME"}


def where(markup: str) -> list[dict[str, str | None]]:
    page = f"<html><head><title>Baker</title></head><body>{markup}</body></html>".encode()
    found = explained(Document.read(URL, page, "text/html; charset=utf-8"))
    return [{field: said[0].where for field, said in one.candidates.items()} for one in found]


def test_json_ld_names_the_property() -> None:
    (found,) = where(f'<script type="application/ld+json">{json.dumps(BAKER)}</script>')

    assert found["title"] == "JobPosting.title"
    assert found["employment_types"] == "JobPosting.employmentType"
    assert found["description_text"] == "JobPosting.description"


def test_of_several_postings_each_has_its_number() -> None:
    both = [BAKER | {"url": "/jobs/7"}, BAKER | {"title": "Miller", "url": "/jobs/8"}]
    found = where(f'<script type="application/ld+json">{json.dumps(both)}</script>')

    assert [one["title"] for one in found] == ["JobPosting[0].title", "JobPosting[1].title"]


def test_microdata_has_a_selector_that_finds_it() -> None:
    markup = (
        '<div itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">Baker</h1>'
        f'<p itemprop="description">{PROSE}</p></div>'
    )
    (found,) = where(markup)
    selector = found["title"] or ""

    tree = Document.read(URL, markup.encode()).tree
    assert tree is not None
    assert [node.text() for node in tree.css(selector)] == ["Baker"]


def test_state_has_a_path_as_the_site_spells_it() -> None:
    job = {"jobTitle": "Baker", "employmentType": "Full-time", "attributes": {"city": "Bonn"}, "descriptionHtml": PROSE}
    state = json.dumps({"props": {"jobs": [job | {"requisitionId": "R-1"}]}, "filler": "x" * 200})
    (found,) = where(f'<script id="state" type="application/json">{state}</script>')

    assert found["title"] == "props.jobs[0].jobTitle"
    assert found["locations"] == "props.jobs[0].attributes.city"
    assert found["description_text"] == "props.jobs[0].descriptionHtml"
