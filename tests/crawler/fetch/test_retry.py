"""How long a failed request waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Response

from crawler.fetch.retry_after import LONGEST_DELAY, backoff, retry_after

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def asked(value: bytes | str) -> float:
    return retry_after(Response("https://example.com/", headers={"Retry-After": value}), NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 5 ", 5),
        ("0", 0),
        ("Mon, 02 Mar 2026 12:01:30 GMT", 90),
        ("Monday, 02-Mar-26 12:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 13:01:30 +0100", 90),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
    ],
)
def test_a_server_may_ask_for_seconds_or_a_date(value: str, seconds: float) -> None:
    assert asked(value) == seconds


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "1.5", b"\xb2", "١٢", "Mon, 02 Mar 99999 12:00:00 GMT", "\0", "12 34"]
)
def test_what_is_neither_asks_for_nothing(value: bytes | str) -> None:
    assert asked(value) == 0


def test_no_header_asks_for_nothing() -> None:
    assert retry_after(Response("https://example.com/"), NOW) == 0


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode) | st.integers().map(lambda n: str(n).encode()))
def test_whatever_a_server_says_is_a_time_to_wait(value: bytes) -> None:
    assert asked(value) >= 0


@given(st.integers(0, 10**6))
def test_a_date_is_as_good_as_seconds(seconds: int) -> None:
    assert asked(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)) == seconds


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 0.5, 0.75), (2, 1, 1.5), (3, 2, 3), (4, 4, 6)])
def test_each_attempt_waits_twice_as_long_with_some_chance(attempt: int, least: float, most: float) -> None:
    delays = {backoff(attempt, 0) for _ in range(200)}

    assert least <= min(delays) <= max(delays) <= most
    assert len(delays) > 100


@pytest.mark.parametrize(
    ("asked_for", "waits"), [(60.0, 60.0), (10_000.0, LONGEST_DELAY), (float("inf"), LONGEST_DELAY)]
)
def test_a_server_may_ask_for_more_up_to_a_limit(asked_for: float, waits: float) -> None:
    assert backoff(1, asked_for) == waits


@given(st.integers(1, 1000), st.floats(0))
def test_no_wait_is_longer_than_the_limit(attempt: int, at_least: float) -> None:
    assert 0 < backoff(attempt, at_least) <= LONGEST_DELAY
