"""What may pass as a posting, and how a refusal reads."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.posting import Posting, problems_of

LEAST = {
    "platform": "web",
    "tenant": "example.com",
    "source_id": "1",
    "url": "https://example.com/1",
    "title": "Baker",
}
amounts = st.decimals(min_value=0, max_value=10**10, places=4)


def problems(**fields: Any) -> list[dict[str, str]]:
    with pytest.raises(ValidationError) as refusal:
        Posting.model_validate(LEAST | fields)
    return problems_of(refusal.value)


def accepted(**fields: Any) -> dict[str, Any]:
    return Posting.model_validate(LEAST | fields).model_dump(mode="json")


def test_a_title_a_url_and_a_key_are_enough() -> None:
    posting = accepted()
    assert posting["status"] == "open"
    assert posting["locations"] == posting["skills"] == posting["employment_types"] == []
    assert posting["salary"] is None


def test_a_full_posting_passes_and_comes_back_the_same() -> None:
    fields = {
        "company": "Bakery",
        "apply_url": "https://example.com/apply",
        "locations": [
            {"raw": "Bonn", "city": "Bonn", "region": None, "country": "DE", "role": "office"},
        ],
        "applicant_scope": [{"raw": "Germany", "city": None, "region": None, "country": "DE", "role": "remote_scope"}],
        "workplace_type": "hybrid",
        "employment_types": ["FULL_TIME", "PART_TIME"],
        "skills": [{"name": "Baking", "raw": "baking", "source": "explicit"}],
        "description_html": "<p>Bake.</p>",
        "description_text": "Bake.",
        "language": "en-GB",
        "date_posted": "2024-05-01T00:00:00Z",
        "date_precision": "day",
        "valid_through": "2024-06-01T10:00:00+02:00",
        "provenance": {"title": "jsonld"},
        "conflicts": [{"field": "title", "values": {"jsonld": "Baker", "html": "Cook"}, "taken": "jsonld"}],
    }
    posting = accepted(**fields)
    assert {name: posting[name] for name in fields} == fields


def test_urls_are_normalised() -> None:
    assert accepted(url="HTTPS://Example.com#top")["url"] == "https://example.com/"


def test_amounts_are_plain_numbers_in_json() -> None:
    pay = {"min": "15.50", "max": Decimal(31000), "currency": "EUR", "period": "hour"}
    salary = accepted(salary=pay | {"raw": ["15.50 an hour"], "ranges": [pay]})["salary"]
    assert (salary["min"], salary["max"]) == (15.5, 31000)
    assert salary["ranges"][0]["kind"] == "base"
    assert json.loads(json.dumps(salary)) == salary


@given(amounts, amounts)
def test_no_amount_loses_a_digit(one: Decimal, other: Decimal) -> None:
    low, high = sorted([one, other])
    salary = accepted(salary={"min": low, "max": high})["salary"]
    assert Decimal(str(salary["min"])) == low
    assert Decimal(str(salary["max"])) == high


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " \n"}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"colour": "red"}, "colour"),
        ({"url": "mailto:a@example.com"}, "url"),
        ({"apply_url": "/apply"}, "apply_url"),
        ({"workplace_type": "TELECOMMUTE"}, "workplace_type"),
        ({"employment_types": ["FULL_TIME", "full time"]}, "employment_types.1"),
        ({"status": "gone"}, "status"),
        ({"language": "English"}, "language"),
        ({"date_posted": "2024-05-01T00:00:00", "date_precision": "day"}, "date_posted"),
        ({"date_posted": "yesterday", "date_precision": "day"}, "date_posted"),
        ({"salary": {"min": -1}}, "salary.min"),
        ({"salary": {"min": "NaN"}}, "salary.min"),
        ({"salary": {"max": "1e20"}}, "salary.max"),
        ({"salary": {"currency": "eur"}}, "salary.currency"),
        ({"salary": {"currency": "ZZZ"}}, "salary.currency"),
        ({"salary": {"period": "YEAR"}}, "salary.period"),
        ({"salary": {"min": 2, "max": 1}}, "salary"),
        ({"salary": {"ranges": [{"min": 2, "max": 1}]}}, "salary.ranges.0"),
        ({"salary": {"ranges": [{"kind": "gift"}]}}, "salary.ranges.0.kind"),
        ({"locations": [{"country": "UK"}]}, "locations.0.country"),
        ({"locations": [{}]}, "locations.0"),
        ({"locations": [{"city": "Bonn", "role": "home"}]}, "locations.0.role"),
        ({"skills": [{"name": "", "source": "text"}]}, "skills.0.name"),
        ({"skills": [{"name": "Baking"}]}, "skills.0.source"),
        ({"conflicts": [{"field": "title"}]}, "conflicts.0.values"),
    ],
)
def test_a_refusal_names_the_field(fields: dict[str, Any], field: str) -> None:
    found = problems(**fields)
    assert found[0]["field"] == field
    assert found[0]["problem"]


def test_a_refusal_reads_as_a_sentence_and_names_every_field() -> None:
    assert problems(salary={"min": 2, "max": 1}, locations=[{"country": "UK"}]) == [
        {"field": "locations.0.country", "problem": "must be a country's code of ISO 3166-1 (two capitals)"},
        {"field": "salary", "problem": "min 2 is more than max 1"},
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"locations": [{"country": "DE", "role": "remote_scope"}]},
        {"applicant_scope": [{"country": "DE", "role": "office"}]},
        {"date_precision": "day"},
        {"date_posted": "2024-05-01T00:00:00Z"},
    ],
)
def test_what_contradicts_itself_is_refused_as_a_whole(fields: dict[str, Any]) -> None:
    assert [found["field"] for found in problems(**fields)] == [""]
