"""Stage 3: a bad record is set aside with its reasons; a good one goes on, in a form that can be stored."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from pipelines.validate import ValidatePipeline
from schemas.page import Page, PageMetadata, Record, RejectedRecord
from tests.support.pages import make_page

SOUND: dict[str, Any] = {
    "platform": "web",
    "tenant": "example.com",
    "source_id": "7",
    "url": "https://Example.com/jobs/7#apply",
    "title": " Nurse ",
}


def validated(*records: Record, **changes: Any) -> Page:
    page: Page = ValidatePipeline().process_item(make_page(records=list(records), **changes))
    return page


def test_a_sound_posting_goes_on_in_its_stored_form() -> None:
    page = validated(Record("posting", SOUND | {"salary": {"min": "1200.50", "currency": "EUR", "period": "month"}}))

    (record,) = page.records
    assert record.data["title"] == "Nurse"
    assert record.data["url"] == "https://example.com/jobs/7"
    assert record.data["salary"]["min"] == 1200.5
    assert record.data["status"] == "open"
    assert page.rejected == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"url": "nonsense"}, "url"),
        ({"salary": {"min": 5, "max": 1}}, "salary"),
        ({"salary": {"min": 10**30}}, "salary.min"),
        ({"date_posted": "yesterday", "date_precision": "day"}, "date_posted"),
        ({"employment_types": ["SOMETIMES"]}, "employment_types.0"),
        ({"colour": "red"}, "colour"),
    ],
    ids=str,
)
def test_a_bad_posting_is_set_aside_with_its_reasons(change: dict[str, Any], field: str) -> None:
    page = validated(Record("posting", SOUND | change))

    assert page.records == []
    (rejected,) = page.rejected
    assert (rejected.kind, rejected.data) == ("posting", SOUND | change)
    assert [problem["field"] for problem in rejected.problems] == [field]
    assert all(problem["problem"] for problem in rejected.problems)


def test_a_bad_posting_costs_no_other() -> None:
    page = validated(Record("posting", {}), Record("posting", SOUND), Record("text", {"markdown": "# Hi"}))

    assert [record.kind for record in page.records] == ["posting", "text"]
    assert len(page.rejected) == 1


def test_what_was_set_aside_before_is_kept() -> None:
    earlier = RejectedRecord("posting", {"title": "?"}, [])

    assert validated(Record("posting", {}), rejected=[earlier]).rejected[0] is earlier


def test_characters_that_postgresql_refuses_are_taken_out_everywhere() -> None:
    bad = SOUND | {"colour": "r\0ed\ud800", "title": "N\0urse\udfff"}
    page = validated(
        Record("posting", SOUND | {"title": "N\0urse", "description_text": "\ud800 all \0night"}),
        Record("text", {"markdown": "a\0b\ud800"}),
        Record("posting", bad),
        metadata=PageMetadata(title="T\0itle", description="\udc00", open_graph={"\0k": "\0v"}),
    )

    posting, text = page.records
    assert (posting.data["title"], posting.data["description_text"]) == ("Nurse", "\ufffd all night")
    assert text.data == {"markdown": "ab\ufffd"}
    assert page.rejected[0].data == SOUND | {"colour": "red\ufffd", "title": "Nurse\ufffd"}
    assert page.metadata == PageMetadata(title="Title", description="\ufffd", open_graph={"k": "v"})


def test_a_page_may_come_as_a_dict() -> None:
    item = asdict(make_page()) | {"records": [Record("posting", {})]}

    assert len(ValidatePipeline().process_item(item).rejected) == 1


@pytest.mark.parametrize("item", [{"name": "no page"}, None, 7])
def test_anything_else_is_passed_on(item: Any) -> None:
    assert ValidatePipeline().process_item(item) is item
