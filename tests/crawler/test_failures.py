"""What went wrong, in a few words, counted by cause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from crawler.failures import DISALLOWED, Failures, cause
from schemas.traps import Trap


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CannotResolveHostError("example.invalid"), "its host name is unknown"),
        (DownloadConnectionRefusedError("x"), "connection refused"),
        (DownloadTimeoutError("took longer than 60"), "no answer in time"),
        (ResponseDataLossError(), "the connection was cut in the middle of the answer"),
        (DownloadFailedError("the server hung up.\nAnd more.\n"), "the server hung up"),
        (ValueError(), "ValueError"),
        (ValueError("  \n "), "ValueError"),
    ],
    ids=repr,
)
def test_a_cause_is_a_few_words(error: BaseException, words: str) -> None:
    assert cause(error) == words


@given(st.text())
def test_a_cause_is_one_line_whatever_the_error_says(text: str) -> None:
    assert len(cause(ValueError(text)).splitlines()) <= 1


def test_failures_are_counted_by_cause_with_the_first_example_of_each() -> None:
    failures = Failures()
    for path in "abc":
        failures.add("DownloadTimeoutError", f"/{path}")
    failures.add("ResponseDataLossError", "/d")

    assert failures.counts == {"DownloadTimeoutError": 3, "ResponseDataLossError": 1}
    assert failures.first == {"DownloadTimeoutError": "/a", "ResponseDataLossError": "/d"}
    assert (failures.total, failures.sentence()) == (4, "/a")


def test_what_robots_txt_disallows_is_nobodys_error() -> None:
    failures = Failures()
    failures.add(DISALLOWED, "/private")

    assert (failures.total, failures.sentence()) == (0, "/private")


def test_a_link_into_a_trap_is_nobodys_error() -> None:
    failures = Failures()
    failures.add_trap(Trap.REPEATS, "https://example.com/a/a/a/a")
    failures.add_trap(Trap.LENGTH, "https://example.com/".ljust(3000, "x"))

    assert failures.total == 0
    assert failures.first["trap: repeats"] == "https://example.com/a/a/a/a is not followed: its path repeats itself."
    assert len(failures.first["trap: length"]) < 300


def test_without_failures_there_is_no_sentence() -> None:
    assert (Failures().total, Failures().sentence()) == (0, None)
