"""Which URLs one page of a site's own makes."""

from __future__ import annotations

import pytest

from schemas.templates import template_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/jobs/1", "https://example.com/jobs/22"),
        ("https://example.com/jobs/cook", "https://example.com/jobs/senior-waiter-berlin"),
        ("https://example.com/jobs/cook?page=1", "https://example.com/jobs/cook?page=2"),
        ("https://example.com/2026/05/news", "https://example.com/2025/11/more-news"),
    ],
)
def test_what_differs_in_numbers_and_in_the_last_name_is_of_one_template(one: str, other: str) -> None:
    assert template_of(one) == template_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/jobs/1", "https://example.org/jobs/1"),
        ("http://127.0.0.1:8001/jobs/1", "http://127.0.0.1:8002/jobs/1"),
        ("https://example.com/jobs/1", "https://example.com/teams/1"),
        ("https://example.com/about", "https://example.com/contact"),
        ("https://example.com/jobs/", "https://example.com/jobs/cook"),
    ],
)
def test_other_hosts_folders_and_pages_that_stand_alone_are_of_others(one: str, other: str) -> None:
    assert template_of(one) != template_of(other)
