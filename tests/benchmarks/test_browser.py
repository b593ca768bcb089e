"""Many pages in a browser whose tabs crash at random, and that is killed once."""

from __future__ import annotations

from benchmarks.browser import disturbed
from tests.conftest import missing
from tests.support.browser import find_browser
from tests.support.processes import serving

PAGES, BOUND = 150, 4


def test_no_page_is_lost_and_no_more_are_open_than_the_bound_says() -> None:
    if find_browser() is None:
        missing("There is no browser (Debian: apt install chromium)")
    with serving("benchmarks.app") as url:
        outcome, seen = disturbed(url, PAGES, BOUND, seed=7, most_crashes=5)
    assert (outcome.whole, outcome.lost) == (PAGES, [])
    assert seen.crashes + seen.kills >= 2
    assert outcome.stats["browser/pages_open_max"] <= BOUND
    assert outcome.stats["playwright/page_count/max_concurrent"] <= BOUND
