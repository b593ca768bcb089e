"""Postings on recorded pages, beside what a person read there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting
from tests.corpus import corpus

LEAST = {
    "title": 1.0,
    "company": 1.0,
    "date_posted": 1.0,
    "valid_through": 1.0,
    "employment_types": 1.0,
    "cities": 0.9,
    "countries": 1.0,
    "salary": 0.9,
}
"""The share of pages on which each field is right: what is not in their JSON-LD is found by other means, if at all."""


def folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split()).strip(" .")


def cities(record: dict[str, Any]) -> set[str]:
    return {folded(place["city"]) for place in record.get("locations") or [] if place.get("city")}


def countries(record: dict[str, Any]) -> set[str]:
    return {place["country"] for place in record.get("locations") or [] if place.get("country")}


def pay(salary: dict[str, Any] | None) -> tuple[Any, ...]:
    if not salary or salary["min"] is None:
        return ()
    return salary["min"], salary["max"], salary["currency"], (salary["period"] or "").lower()


def compared(want: dict[str, Any], got: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    for field in ("title", "company"):
        yield field, folded(want[field]) == folded(got[field])
    for field in ("date_posted", "valid_through"):
        if want.get(field):
            yield field, want[field] == (got[field] or "")[:10]
    if want.get("employment_type"):
        yield "employment_types", [want["employment_type"]] == got["employment_types"]
    if cities(want):
        yield "cities", cities(want) == cities(got)
    if countries(want):
        yield "countries", countries(want) == countries(got)
    yield "salary", pay(want.get("salary")) == pay(got["salary"])


def pages(folder: Path) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The truth of each page that has one and holds JSON-LD, and what is read there."""
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        truth = folder / "truth" / f"{row['id']}.json"
        if truth.is_file() and row["kind"].startswith("jsonld"):
            body = (folder / "pages" / row["file"]).read_bytes()
            document = Document.read(row["url"] or "https://unknown.example/", body)
            yield json.loads(truth.read_text(encoding="utf-8")), postings(document)


@pytest.mark.corpus
def test_recorded_postings_are_read_as_a_person_reads_them() -> None:
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for want, found in pages(corpus("postings")):
        assert len(found) == 1, want["id"]
        got = Posting.model_validate(found[0]).model_dump(mode="json")
        for field, is_right in compared(want, got):
            asked[field] += 1
            right[field] += is_right
    assert {field: right[field] / asked[field] for field in LEAST if right[field] < LEAST[field] * asked[field]} == {}


@pytest.mark.corpus
def test_every_recorded_page_can_be_read() -> None:
    for page in sorted((corpus("postings") / "pages").iterdir()):
        for posting in postings(Document.read("https://unknown.example/a", page.read_bytes())):
            Posting.model_validate(posting)
