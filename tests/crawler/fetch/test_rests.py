"""How long a page must be silent, learned from pages like it."""

from __future__ import annotations

from crawler.fetch.rests import AGAIN, LEARNED, LEAST_SECONDS, Rests
from frontier.rendering import Rendered, RenderNews

JOBS = "https://example.com/jobs/{}"


def after(pages: int, gap: float) -> Rests:
    rests = Rests(0.5)
    for number in range(pages):
        rests.note(JOBS.format(number), gap)
    return rests


def test_what_is_not_known_is_waited_for_in_full() -> None:
    assert after(LEARNED - 1, 0.0).needed(JOBS.format("new")) == 0.5


def test_pages_whose_scripts_do_not_pause_are_waited_for_shortly() -> None:
    rests = after(LEARNED, 0.01)
    assert rests.needed(JOBS.format("new")) == LEAST_SECONDS
    assert rests.needed("https://example.com/other/1") == 0.5


def test_pages_whose_scripts_pause_are_waited_for_longer_but_never_longer_than_in_full() -> None:
    assert after(LEARNED, 0.12).needed(JOBS.format("new")) == 0.24
    assert after(LEARNED, 3.0).needed(JOBS.format("new")) == 0.5


def test_what_others_have_measured_counts_after_one_page() -> None:
    rests = Rests(0.5)
    rests.learn({("example.com", "/jobs/*"): Rendered(0, 10, 0.1)})
    assert rests.needed(JOBS.format("new")) == 0.5
    rests.note(JOBS.format("new"), 0.02)
    assert rests.needed(JOBS.format("newer")) == 0.2


def test_what_was_not_told_is_told_with_the_next() -> None:
    rests = after(2, 0.1)
    news = rests.news()
    rests.note(JOBS.format("new"), 0.3)
    rests.untold(news)
    assert rests.news() == {("example.com", "/jobs/*"): RenderNews(pages=3, gap=0.3)}
    assert not rests.news()


def test_now_and_then_one_is_waited_for_in_full_so_that_a_change_is_seen() -> None:
    assert after(AGAIN, 0.0).needed(JOBS.format("new")) == 0.5
