"""Recorded pages are read as a person has reviewed them: ``scrapy record`` makes them, below ``tests/sites``."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.recorded import Case, cases, difference

SITES = Path(__file__).parent / "sites"


@pytest.mark.parametrize("case", cases(SITES), ids=str)
def test_a_recorded_page_is_read_as_it_was_reviewed(case: Case) -> None:
    told = difference(case)
    if told:
        pytest.fail(told, pytrace=False)


def test_there_are_recorded_pages() -> None:
    assert len(cases(SITES)) >= 4
