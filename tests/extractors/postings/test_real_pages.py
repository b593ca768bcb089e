"""Postings on recorded pages, beside what a person read there."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.commands.extract import describe
from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting
from tests.corpus import corpus
from tests.support.truths import Recorded, recorded, score

LEAST = {
    "negative": 1.0,
    "title": 0.97,
    "company": 0.97,
    "status": 0.95,
    "date_posted": 0.94,
    "valid_through": 1.0,
    "employment": 0.96,
    "workplace": 0.9,
    "cities": 0.96,
    "countries": 0.93,
    "salary": 0.95,
    "skills": 1.0,
    "description": 0.93,
}
"""The share of truths that are read, field by field: a little below what it is, so that a step back is seen."""


def read(page: Recorded) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = describe(page.file.read_bytes(), "", page.url, explain=False)["postings"]
    return found


@pytest.mark.corpus
def test_recorded_postings_are_read_as_a_person_reads_them() -> None:
    counted = score(recorded(corpus("postings")), read)

    shares = {field: counted.share(field) for field in LEAST}
    assert {field: share for field, share in shares.items() if share < LEAST[field]} == {}
    assert counted.asked.keys() == LEAST.keys()


@pytest.mark.corpus
def test_every_recorded_page_can_be_read() -> None:
    for page in sorted((corpus("postings") / "pages").iterdir()):
        for posting in postings(Document.read("https://unknown.example/a", page.read_bytes())):
            Posting.model_validate(posting)
