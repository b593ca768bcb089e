"""What the browser does for a page before it is read, and what it does not load: crawls of the site ``apps``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import missing
from tests.support.browser import find_browser
from tests.support.browsing import Asked, browsing, noted, notes
from tests.support.small_crawl import SmallCrawl
from tests.support.web import RunningWeb

FIRST = "item 1; item 2; item 3; item 4; item 5;"
ALL = " ".join(f"item {number};" for number in range(1, 26))


@pytest.fixture(autouse=True)
def _browser(web: RunningWeb) -> None:
    if find_browser() is None:
        missing("There is no browser (Debian: apt install chromium)")
    web.reset()


def wishing(path: str, **wishes: Any) -> Asked:
    return {"url": path, "meta": {"browser": wishes}}


def test_a_page_is_given_what_it_needs_to_show_all_that_it_has(redis_url: str, web: RunningWeb) -> None:
    crawled = browsing(
        redis_url,
        web,
        wishing("/scroll?as-it-is"),
        wishing("/scroll?to-the-end", actions=["scroll 20"]),
        wishing("/load-more?all", actions=["more 20 text=Load more"]),
        wishing("/load-more?some", actions=["more 2 text=Load more"]),
        wishing("/pages", actions=["next .next"]),
        wishing("/consent", actions=["click #accept"]),
        wishing("/late?nothing-to-click", actions=["click #nothing"], wait_for="p"),
        wishing("/late?selector", wait_for="#late"),
        wishing("/late?words", wait_for="text=late"),
    ).run()

    seen = noted(crawled)
    assert seen["/scroll?as-it-is"]["text"] == FIRST
    assert seen["/scroll?to-the-end"]["text"] == ALL
    assert seen["/load-more?all"]["text"] == ALL
    assert seen["/load-more?some"]["text"].endswith("item 15;")
    assert seen["/pages"]["links"] == [f"/item/{number}" for number in (4, 1, 2, 3)]
    assert seen["/consent"]["text"] == "item behind the wall;"
    assert seen["/late?nothing-to-click"]["text"].startswith("item early")
    assert {seen[f"/late?{what}"]["text"] for what in ("selector", "words")} == {"item early; late"}


def asked(web: RunningWeb) -> set[str]:
    kinds = {"/picture.png", "/picture-without-a-name", "/film.mp4", "/letters.woff2", "/chat.js"}
    return set(web.asked("apps")) & kinds


def test_decoration_is_not_loaded(redis_url: str, web: RunningWeb) -> None:
    (note,) = notes(browsing(redis_url, web, "/decorated").run())
    assert note["text"] == "item decorated;"
    assert asked(web) == {"/chat.js"}


def test_a_site_may_load_decoration_and_leave_out_what_it_names(redis_url: str, web: RunningWeb) -> None:
    own = wishing("/decorated", loads=["image", "font"], blocks=["*/chat.js*"])
    browsing(redis_url, web, "/jobs/1", own).run()
    assert asked(web) == {"/picture.png", "/picture-without-a-name", "/letters.woff2"}


def test_a_session_goes_on_from_one_to_the_other_and_back(redis_url: str, web: RunningWeb) -> None:
    start = {"url": web.url("apps", "/session"), "then": ["/cookies", "/my-cookies"]}
    crawl = SmallCrawl("tests.support.session_spider.InTurn", redis_url, {"steps": start}, {"ROBOTSTXT_OBEY": False})
    in_browser, by_http = (note["text"] for note in crawl.run().notes[1:])
    assert in_browser == "item http=known;"
    assert by_http == "from-http from-script"


def test_an_answer_without_a_document_is_an_answer(redis_url: str, web: RunningWeb) -> None:
    (note,) = notes(browsing(redis_url, web, "/no-content").run())
    assert note["status"] == 204


def test_a_page_is_shown_anew_for_another_place_of_it(redis_url: str, web: RunningWeb) -> None:
    crawled = browsing(
        redis_url, web, "/jobs/1", {"url": "/jobs/1#apply", "dont_filter": True}, LONGLINE_BROWSER_PAGES=1
    ).run()
    assert [note["status"] for note in notes(crawled)] == [200, 200]


def test_scrapy_playwrights_own_way_through_a_page_holds(redis_url: str, web: RunningWeb) -> None:
    own = {"playwright_page_goto_kwargs": {"referer": "http://before.example/"}}
    (note,) = notes(browsing(redis_url, web, "/jobs/1", meta=own).run())
    assert (note["tier"], note["text"]) == ("browser", "Pilot 1")
    assert web.visits("apps")[0].headers["Referer"] == "http://before.example/"


def test_only_pages_like_those_to_which_the_browser_adds_something_are_rendered(
    redis_url: str, web: RunningWeb
) -> None:
    auto = {"render": "auto"}
    paths = [f"/{kind}/{number}" for kind in ("jobs", "empty") for number in range(1, 7)]
    one = {"CONCURRENT_REQUESTS": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
    seen = noted(browsing(redis_url, web, *paths, meta=auto, **one).run())
    assert {seen[f"/jobs/{number}"]["tier"] for number in range(1, 7)} == {"browser"}
    kept = [seen[f"/empty/{number}"]["unrendered"] for number in range(1, 7)]
    assert sum("a browser has added nothing to pages like it" in (note or "") for note in kept) == 3
