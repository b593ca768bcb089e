"""How sites of many countries write dates, workplaces, kinds of employment, titles, employers and skills."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.postings.dates import posted, valid_until
from extractors.postings.employment import employment_types
from extractors.postings.names import company_name, posting_title, same_company
from extractors.postings.skills import skills_in
from extractors.postings.workplace import workplace_in, workplace_of

TABLES = json.loads((Path(__file__).parent / "notations.json").read_text(encoding="utf-8"))
FETCHED = datetime(2025, 6, 18, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(("value", "day", "precision"), TABLES["posted"])
def test_a_date_is_that_of_the_posting_and_as_precise_as_it_is_said(
    value: Any, day: str | None, precision: str | None
) -> None:
    found = posted(value, FETCHED)
    assert (found[0][:10], found[1]) == (day, precision) if found else day is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("Apply by December 31, 2025", "2025-12-31"),
        ("Bewerbungsfrist: 31.12.2025", "2025-12-31"),
        ("Deadline: 31 Dec 2025", "2025-12-31"),
        ("2035-06-01", None),
        ("Open until filled", None),
    ],
)
def test_a_deadline_is_a_date_that_somebody_means(value: str, day: str | None) -> None:
    found = valid_until(value, "2025-05-12T00:00:00+00:00")
    assert (found[:10] if found else None) == day


@pytest.mark.parametrize(("label", "kind"), TABLES["labels"])
def test_a_label_says_where_the_work_is_done_or_nothing(label: str, kind: str | None) -> None:
    assert workplace_of(label) == kind


@pytest.mark.parametrize(("prose", "kind"), TABLES["prose"])
def test_a_sentence_says_where_the_work_is_done_or_nothing(prose: str, kind: str | None) -> None:
    assert workplace_in(prose) == kind


@pytest.mark.parametrize(("label", "kinds"), TABLES["employment"])
def test_a_label_says_what_kinds_of_employment(label: str, kinds: list[str]) -> None:
    assert employment_types(label) == kinds


@pytest.mark.parametrize(("text", "company", "title"), TABLES["titles"])
def test_a_title_is_what_the_employer_wrote(text: str, company: str | None, title: str) -> None:
    assert posting_title(text, company) == title


@pytest.mark.parametrize(("text", "name"), TABLES["companies"])
def test_a_name_is_that_of_the_employer_alone(text: str, name: str) -> None:
    assert company_name(text) == name


@pytest.mark.parametrize(("one", "other", "same"), TABLES["same"])
def test_an_employer_is_known_in_each_legal_form(one: str, other: str, same: bool) -> None:
    assert same_company(one, other) is same


@pytest.mark.parametrize(("prose", "names"), TABLES["skills"])
def test_prose_names_skills_and_not_words_that_look_like_them(prose: str, names: list[str]) -> None:
    assert sorted(skill["name"] for skill in skills_in(prose)) == names
