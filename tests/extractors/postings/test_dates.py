"""Dates, as pages write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.dates import posted, valid_until


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01",
        "20240501",
        "2024-05-01T00:00:00",
        "01.05.2024",
        "2024/05/01",
        "May 1, 2024",
        "1 May 2024",
        " 2024-05-01 ",
    ],
)
def test_a_date_is_midnight_in_utc_and_precise_to_the_day(text: str) -> None:
    assert posted(text) == ("2024-05-01T00:00:00+00:00", "day")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-05-01T10:20:30Z", "2024-05-01T10:20:30+00:00"),
        ("2024-05-01T10:20:30.123+0530", "2024-05-01T10:20:30+05:30"),
        ("2024-05-01 10:20:30 UTC", "2024-05-01T10:20:30+00:00"),
        ("2024-05-01 10:20", "2024-05-01T10:20:00+00:00"),
        ("Wed, 01 May 2024 10:20:30 GMT", "2024-05-01T10:20:30+00:00"),
        (1714558830, "2024-05-01T10:20:30+00:00"),
        (1714558830000, "2024-05-01T10:20:30+00:00"),
    ],
)
def test_a_moment_keeps_its_offset(value: Any, moment: str) -> None:
    assert posted(value) == (moment, "second")
    assert valid_until(value) == moment


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", "0001-01-01", "1970-01-01", "2024-13-01", "05/01/2024", "9" * 500, 0, -1, 1e300, True, [], {}],
)
def test_what_is_no_date_is_none(value: Any) -> None:
    assert posted(value) is None
    assert valid_until(value) is None


def test_a_last_day_is_valid_to_its_last_second() -> None:
    assert valid_until("2024-05-31") == "2024-05-31T23:59:59+00:00"


@settings(deadline=None)
@given(st.one_of(st.text(max_size=70), st.floats(), st.integers(), st.datetimes().map(str)))
def test_any_value_is_a_date_or_none(value: Any) -> None:
    for text in (valid_until(value), *(posted(value) or ())[:1]):
        assert text is None or datetime.fromisoformat(text).tzinfo is not None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Wed Aug 05 02:00:00 UTC 2026", "2026-08-05T02:00:00+00:00"),
        ("Thu Dec 31 00:00:00 CET 2026", "2026-12-31T00:00:00+01:00"),
        ("Wed Aug 05 2026 02:00:00 GMT+0200 (CEST)", "2026-08-05T02:00:00+02:00"),
    ],
)
def test_a_date_is_read_as_programs_print_it(text: str, iso: str) -> None:
    assert posted(text) == (iso, "second")
    assert valid_until(text) == iso
