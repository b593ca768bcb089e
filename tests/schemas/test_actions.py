"""Actions on a page, as people write them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from schemas.actions import Action, read_action
from schemas.site import SiteConfig


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("click #accept", Action("click", "#accept")),
        ("  click  text=Accept all ", Action("click", "text=Accept all")),
        ("scroll", Action("scroll", times=10)),
        ("scroll 20", Action("scroll", times=20)),
        ("more button.load-more", Action("more", "button.load-more", 10)),
        ("more 30 text=Load 5 more", Action("more", "text=Load 5 more", 30)),
        ("next 5 a[rel=next]", Action("next", "a[rel=next]", 5)),
    ],
)
def test_an_action_is_a_word_a_number_and_a_selector(line: str, action: Action) -> None:
    assert read_action(line) == action


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "is no action"),
        ("jump #there", "is no action"),
        ("click", "takes a selector"),
        ("click 3 #accept", "click takes no number"),
        ("scroll #there", "takes no selector"),
        ("more 0 #there", "must be from 1 to 500"),
        ("next 501 #there", "must be from 1 to 500"),
    ],
)
def test_what_is_no_action_is_refused_with_the_reason(line: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        SiteConfig(url="https://example.com/", actions=(line,))
