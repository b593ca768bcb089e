"""Dates in words, absolute and relative."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.date_text import absolute_date, relative_date
from extractors.postings.dates import first_published, posted, valid_until

FETCHED = datetime(2026, 5, 20, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "15. M\u00e4rz 2024",
        "15 mars 2024",
        "March 15, 2024",
        "Mar 15th, 2024",
        "Posted on 15 March 2024",
        "15 de marzo de 2024",
        "15 mar\u00e7o 2024",
        "15 marzo 2024",
        "15 marca 2024",
        "15. b\u0159ezna 2024",
        "15 \u043c\u0430\u0440\u0442\u0430 2024 \u0433.",
        "15 \u0431\u0435\u0440\u0435\u0437\u043d\u044f 2024",
        "15. maaliskuuta 2024",
        "2024\u5e743\u670815\u65e5",
        "2024\ub144 3\uc6d4 15\uc77c",
        "15.03.2024",
        "03/15/2024",
        "15/03/2024",
        "2024-03-15",
    ],
)
def test_an_absolute_date_is_read_in_many_languages(text: str) -> None:
    assert str(absolute_date(text)) == "2024-03-15"
    assert posted(text) == ("2024-03-15T00:00:00+00:00", "day")


def test_whether_the_day_comes_first_must_be_known() -> None:
    assert absolute_date("5/6/2024") is None
    assert str(absolute_date("5/6/2024", day_first=True)) == "2024-06-05"
    assert str(absolute_date("5/6/2024", day_first=False)) == "2024-05-06"
    assert str(absolute_date("6/6/2024")) == "2024-06-06"


@pytest.mark.parametrize(
    "text", ["", "soon", "99/99/2024", "31 February 2024", "12.13.14", "March", "March 2024", "1234567"]
)
def test_what_names_no_day_is_no_date(text: str) -> None:
    assert absolute_date(text) is None


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("Posted Today", "2026-05-20", "day"),
        ("just now", "2026-05-20", "day"),
        ("heute", "2026-05-20", "day"),
        ("Posted Yesterday", "2026-05-19", "day"),
        ("\u0432\u0447\u0435\u0440\u0430", "2026-05-19", "day"),
        ("5 hours ago", "2026-05-20", "day"),
        ("3 days ago", "2026-05-17", "day"),
        ("Reposted 3 Days Ago", "2026-05-17", "day"),
        ("3d", "2026-05-17", "day"),
        ("vor 3 Tagen", "2026-05-17", "day"),
        ("il y a 3 jours", "2026-05-17", "day"),
        ("3 giorni fa", "2026-05-17", "day"),
        ("3 dagen geleden", "2026-05-17", "day"),
        ("3 dni temu", "2026-05-17", "day"),
        ("p\u0159ed 3 dny", "2026-05-17", "day"),
        ("3 \u0434\u043d\u044f \u043d\u0430\u0437\u0430\u0434", "2026-05-17", "day"),
        ("3\u65e5\u524d", "2026-05-17", "day"),
        ("3\u5929\u524d", "2026-05-17", "day"),
        ("3\uc77c \uc804", "2026-05-17", "day"),
        ("hace 2 semanas", "2026-05-06", "week"),
        ("1 week ago", "2026-05-13", "week"),
        ("a month ago", "2026-04-20", "month"),
        ("Posted 30+ Days Ago", "2026-04-20", "month"),
        ("2 years ago", "2024-05-20", "year"),
    ],
)
def test_a_relative_date_counts_from_the_fetch_and_is_as_precise_as_its_unit(
    text: str, day: str, precision: str
) -> None:
    assert relative_date(text, FETCHED) == (f"{day}T00:00:00+00:00", precision)
    assert posted(text, FETCHED) == (f"{day}T00:00:00+00:00", precision)
    assert posted(text) is None


@pytest.mark.parametrize(
    "text", ["", "5 years of experience", "last 30 days", "for 3 days", "9999 years ago", "soon", "today we hire 5"]
)
def test_what_is_not_ago_is_no_date(text: str) -> None:
    assert relative_date(text, FETCHED) is None


def test_ten_years_ahead_is_advice_and_no_end() -> None:
    assert valid_until("2034-05-01", "2024-05-01T00:00:00+00:00") is None
    assert valid_until("2024-07-01", "2024-05-01T00:00:00+00:00") == "2024-07-01T23:59:59+00:00"
    assert valid_until("2034-05-01") == "2034-05-01T23:59:59+00:00"


def test_a_change_is_no_publication() -> None:
    record = {"updated_at": "2026-05-01", "created_at": "2026-03-01", "first_published": "2026-04-01"}
    assert first_published(record) == "2026-04-01"
    assert first_published({"updated_at": "2026-05-01", "createdAt": 1714558830000}) == 1714558830000
    assert first_published({"updated_at": "2026-05-01", "published": ""}) is None


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["3", "99", "days", "ago", "vor", "+", "March", "/", "2024", "."])).map(" ".join)
)
def test_any_text_is_a_date_or_none(text: str) -> None:
    absolute_date(text)
    found = relative_date(text, FETCHED)
    assert found is None or datetime.fromisoformat(found[0]) <= FETCHED


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", [" ", "1", "1/", "3 days ", "vor ", "March 1"])
def test_a_hostile_text_costs_little(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    absolute_date(text)
    relative_date(text, FETCHED)
