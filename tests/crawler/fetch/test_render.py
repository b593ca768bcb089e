"""What the browser does with pages that do not behave: small crawls of plain spiders with the project's settings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import missing
from tests.support.browser import find_browser
from tests.support.proxies import PASSWORD, forward_proxy
from tests.support.small_crawl import Crawled, SmallCrawl
from tests.support.web import RunningWeb


@pytest.fixture(autouse=True)
def _browser(web: RunningWeb) -> None:
    if find_browser() is None:
        missing("There is no browser (Debian: apt install chromium)")
    web.reset()


def look(redis_url: str, *requests: dict[str, Any], **settings: Any) -> Crawled:
    return SmallCrawl("tests.support.looking.Looking", redis_url, {"requests": list(requests)}, settings).run()


def seen(redis_url: str, url: str, **settings: Any) -> dict[str, Any]:
    (note,) = look(redis_url, {"url": url}, **settings).notes
    return dict(note)


def test_a_page_in_another_alphabet_than_its_charset_is_read(redis_url: str, web: RunningWeb) -> None:
    note = seen(redis_url, web.url("scripts", "/other-alphabet"))
    assert (note["tier"], note["text"]) == ("browser", "café 日本")
    assert note["headers"]["Content-Type"] == "text/html; charset=utf-8"


def test_what_scripts_see_of_the_agent_is_what_the_site_is_told(redis_url: str, web: RunningWeb) -> None:
    note = seen(redis_url, web.url("scripts", "/says-who"))
    assert note["text"] == "Longline/0.1.0 0"
    first, second = [visit.headers for visit in web.visits("scripts") if visit.path == "/says-who"]
    assert first["User-Agent"] == second["User-Agent"] == "Longline/0.1.0"
    assert not [name for name in second if name.lower().startswith("sec-ch-ua")]
    assert second["Accept-Language"] == first["Accept-Language"]


def test_a_script_that_leads_off_the_site_is_not_obeyed(redis_url: str, web: RunningWeb) -> None:
    note = seen(redis_url, web.url("scripts", "/leaves"))
    assert (note["url"], note["text"]) == (web.url("scripts", "/leaves"), "stayed")
    assert note["browser_led_to"] == web.url("elsewhere", "/landing")
    assert not web.visits("elsewhere")


def test_a_redirect_is_an_answer_of_the_browser_too(redis_url: str, web: RunningWeb) -> None:
    url = web.url("scripts", "/redirects")
    (note,) = look(redis_url, {"url": url, "meta": {"render": "always", "dont_redirect": True}}).notes
    assert (note["status"], note["headers"]["Location"]) == (302, web.url("elsewhere", "/landing"))
    assert web.asked("scripts")["/redirects"] == 1
    assert not web.visits("elsewhere")


def test_an_empty_error_is_an_answer_too(redis_url: str, web: RunningWeb) -> None:
    (note,) = look(redis_url, {"url": web.url("scripts", "/nothing"), "meta": {"render": "always"}}).notes
    assert (note["status"], note["tier"]) == (404, "browser")


def test_a_page_that_names_itself_anew_keeps_its_url(redis_url: str, web: RunningWeb) -> None:
    note = seen(redis_url, web.url("scripts", "/renames-itself"))
    assert (note["url"], note["text"]) == (web.url("scripts", "/renames-itself"), "renamed")
    assert note["browser_led_to"] == web.url("scripts", "/renamed/here")


def test_windows_and_questions_do_not_hold_up_a_page(redis_url: str, web: RunningWeb) -> None:
    urls = [web.url("scripts", path) for path in ("/opens-windows", "/asks-questions")]
    texts = {note["text"] for note in look(redis_url, *({"url": url} for url in urls)).notes}
    assert texts == {"shown", "answered"}


def test_a_page_that_never_comes_to_rest_is_taken_after_a_while(redis_url: str, web: RunningWeb) -> None:
    note = seen(redis_url, web.url("scripts", "/asks-for-ever"))
    assert (note["tier"], note["text"]) == ("browser", "shown")


def test_a_page_that_never_answers_is_kept_as_it_was_fetched(redis_url: str, web: RunningWeb) -> None:
    url = web.url("scripts", "/loops")
    crawled = look(redis_url, {"url": url}, DOWNLOAD_TIMEOUT=15)
    (note,) = crawled.notes
    assert (note["status"], note["text"], note["tier"]) == (200, "", None)
    assert note["unrendered"] == f"{url} is kept as it was fetched: no answer in time."
    assert "playwright" not in crawled.log


def test_a_tab_that_crashes_costs_its_page_alone(redis_url: str, web: RunningWeb) -> None:
    good = web.url("scripts", "/other-alphabet")
    crawled = look(redis_url, {"url": web.url("scripts", "/crashes")}, {"url": good}, DOWNLOAD_TIMEOUT=30)
    notes = {note["url"]: note for note in crawled.notes}
    assert len(notes) == 2
    assert notes[good]["tier"] == "browser"


def test_the_browser_goes_through_the_proxy_too(redis_url: str, web: RunningWeb) -> None:
    with forward_proxy("127.0.0.2", user="anna", password=PASSWORD) as proxy:
        note = seen(redis_url, web.url("scripts", "/other-alphabet"), LONGLINE_PROXIES=proxy.url)
        assert (note["tier"], note["text"]) == ("browser", "café 日本")
    assert web.asked("scripts")["/other-alphabet"] == 2
