"""What a browser loads, and what it does not."""

from __future__ import annotations

import pytest
from scrapy.settings import Settings

from crawler.fetch.wishes import Wishes, wishes_of
from schemas.actions import Action
from schemas.site import SiteConfig

PAGE = "https://www.example.com/"


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("Image", "https://www.example.com/a"),
        ("Font", "https://www.example.com/b"),
        ("Media", "https://www.example.com/c"),
        ("Script", "https://www.google-analytics.com/analytics.js"),
        ("Document", "https://td.doubleclick.net/frame"),
    ],
)
def test_decoration_and_trackers_are_refused(kind: str, url: str) -> None:
    assert Wishes().refuse(kind, url, PAGE)


def test_a_site_that_is_a_tracker_elsewhere_loads_its_own() -> None:
    assert not Wishes().refuse("Script", "https://cdn.sentry.io/app.js", "https://www.sentry.io/careers")


def test_what_a_site_asks_for_is_loaded_and_what_it_names_is_not() -> None:
    wishes = Wishes(loads=frozenset({"image", "tracker"}), blocks=("*/chat.js*", "*://ads.example.com/[a]"))
    assert not wishes.refuse("Image", "https://www.example.com/a", PAGE)
    assert not wishes.refuse("Script", "https://www.google-analytics.com/analytics.js", PAGE)
    assert wishes.refuse("Script", "https://www.example.com/chat.js?v=1", PAGE)
    assert wishes.refuse("Script", "https://ads.example.com/[a]", PAGE)
    assert not wishes.refuse("Script", "https://ads.example.com/a", PAGE)


def test_what_the_browser_as_a_whole_does_not_load_is_not_asked_about() -> None:
    asked = [pattern.get("resourceType") for pattern in Wishes().patterns(frozenset({"image", "font"}))]
    assert set(asked) == {"Media", None}


def test_a_sites_config_goes_before_the_settings() -> None:
    config = SiteConfig(url=PAGE, wait_for="#jobs", actions=("scroll 3",), browser_loads=("image",))
    settings = Settings({"LONGLINE_BROWSER_WAIT_FOR": "body", "LONGLINE_BROWSER_BLOCKS": ["*/a"]})
    wishes = Wishes.of(settings, {"browser": wishes_of(config)})
    assert wishes == Wishes("#jobs", (Action("scroll", times=3),), frozenset({"image"}), ("*/a",))


def test_a_config_that_says_nothing_adds_nothing_to_its_requests() -> None:
    assert wishes_of(SiteConfig(url=PAGE)) == {}
