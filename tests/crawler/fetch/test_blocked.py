"""What becomes of answers that are no pages: alone in a stock project, and among the project's middlewares."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.support.alone import Asked, ask
from tests.support.arrivals import soonest
from tests.support.browser import find_browser
from tests.support.small_crawl import SmallCrawl
from tests.support.web import RunningWeb
from tests.web.walls import VERDICTS

BLOCKS = {path for path, name in VERDICTS.items() if name.partition(":")[0] not in ("login_wall", "error_page")}


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


def alone(folder: Path, *requests: dict[str, Any], **settings: Any) -> Asked:
    """With Scrapy's own retries, whose order is 550."""
    middlewares = {"crawler.fetch.blocked.BlockedMiddleware": 560}
    return ask(folder, list(requests), DOWNLOADER_MIDDLEWARES=middlewares, **settings)


def verdicts(asked: Asked) -> dict[str, str]:
    """By path."""
    return {"/" + one["url"].split("/", 3)[3]: name(one["verdict"]) for one in asked.answers}


def name(verdict: dict[str, Any]) -> str:
    return ": ".join(filter(None, (verdict["kind"], verdict["by"])))


def test_each_answer_says_what_it_is_in_a_project_of_anybodys(tmp_path: Path, web: RunningWeb) -> None:
    paths = [*VERDICTS, "/consent", "/login", "/gone", "/room-1"]
    urls = [{"url": web.url("walls", path), "meta": {"dont_redirect": True}} for path in paths]

    found = verdicts(alone(tmp_path, *urls, RETRY_ENABLED=False))

    assert set(web.asked("walls").values()) == {1}
    assert found == VERDICTS | dict.fromkeys(["/consent", "/login", "/gone", "/room-1"], "ok")


def test_what_is_blocked_is_asked_for_again_and_what_is_only_no_page_is_not(tmp_path: Path, web: RunningWeb) -> None:
    urls = [{"url": web.url("walls", path), "meta": {"dont_redirect": True}} for path in VERDICTS]

    asked = alone(tmp_path, *urls, RETRY_TIMES=1)

    assert verdicts(asked) == VERDICTS
    assert web.asked("walls") == {path: 2 if path in BLOCKS else 1 for path in VERDICTS}


def test_a_page_that_comes_at_the_second_try_is_the_answer(tmp_path: Path, web: RunningWeb) -> None:
    asked = alone(tmp_path, {"url": web.url("walls", "/yields")})

    assert (asked.answers[0]["status"], name(asked.answers[0]["verdict"])) == (200, "ok")
    assert "'verdict/blocked: Cloudflare': 1" in asked.log
    assert "'retry/reason_count/blocked: Cloudflare': 1" in asked.log


def test_retries_that_are_off_are_off(tmp_path: Path, web: RunningWeb) -> None:
    alone(tmp_path, {"url": web.url("walls", "/challenge-200")}, RETRY_TIMES=0)

    assert web.asked("walls") == {"/challenge-200": 1}


def test_what_a_request_says_of_itself(tmp_path: Path, web: RunningWeb) -> None:
    stale = {"kind": "blocked", "by": "Cloudflare", "evidence": "of the page before"}
    requests = [
        {"url": web.url("walls", "/challenge-200"), "meta": {"dont_retry": True}},
        {"url": web.url("walls", "/challenge-403"), "meta": {"dont_judge": True}},
        {"url": web.url("walls", "/room-1"), "meta": {"verdict": stale}},
    ]
    asked = alone(tmp_path, *requests)
    found = {one["url"].rpartition("/")[2]: one.get("verdict", {}).get("kind") for one in asked.answers}

    assert web.asked("walls") == {"/challenge-200": 1, "/challenge-403": 1, "/room-1": 1}
    assert found == {"challenge-200": "blocked", "challenge-403": None, "room-1": "ok"}


def look(redis_url: str, web: RunningWeb, *paths: str, **settings: Any) -> list[Any]:
    urls = [{"url": web.url("walls", path)} for path in paths]
    spider = "tests.support.looking.Looking"
    return SmallCrawl(spider, redis_url, {"requests": urls}, {"LONGLINE_RENDER": "never"} | settings).run().notes


def waits(web: RunningWeb, path: str) -> list[float]:
    visits = [visit for visit in web.visits("walls") if visit.path == path]
    return [later.started - earlier.finished for earlier, later in pairwise(visits)]


def test_among_our_middlewares_a_blocked_page_waits_longer_each_time(redis_url: str, web: RunningWeb) -> None:
    (note,) = look(redis_url, web, "/challenge-200", RETRY_TIMES=2)

    first, second = waits(web, "/challenge-200")
    assert note["status"] == 200
    assert first >= 0.5
    assert second >= 1


def test_retry_after_is_waited_for(redis_url: str, web: RunningWeb) -> None:
    (note,) = look(redis_url, web, "/yields-later")

    (wait,) = waits(web, "/yields-later")
    assert note["status"] == 200
    assert wait >= 1


def test_a_block_with_the_status_of_a_page_is_no_good_answer_of_its_host(redis_url: str, web: RunningWeb) -> None:
    paths = ("/busy", *(f"/walled-{number}" for number in range(1, 6)))
    requests = [{"url": web.url("pressed", path), "priority": -number} for number, path in enumerate(paths)]
    settings = {"LONGLINE_RENDER": "never", "RETRY_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
    crawled = SmallCrawl("tests.support.looking.Looking", redis_url, {"requests": requests}, settings).run()

    assert [note["status"] for note in crawled.notes] == [200] * 6
    visits = [visit for visit in web.visits("pressed") if visit.path in paths]
    # The host has asked for patience, and has given no good answer since.
    assert soonest([visit.started for visit in visits], 1.0) >= -0.1


def test_what_a_browser_has_rendered_is_judged_anew(redis_url: str, web: RunningWeb) -> None:
    if find_browser() is None:
        missing("There is no browser (Debian: apt install chromium)")
    url = web.url("client-rendered", "/careers/")
    crawled = SmallCrawl("tests.support.listening.Listening", redis_url, {"urls": [url], "elsewhere": url}).run()

    assert crawled.notes == [
        ["heard", "/careers/", "empty_shell"],
        ["heard", "/careers/", "ok"],
        ["got", "/careers/", "ok"],
    ]


def test_listeners_hear_of_each_answer_and_may_send_it_elsewhere(redis_url: str, web: RunningWeb) -> None:
    urls = [web.url("walls", path) for path in ("/challenge-200", "/room-1")]
    spider = "tests.support.listening.Listening"
    arguments = {"urls": urls, "elsewhere": web.url("walls", "/room-2")}
    crawled = SmallCrawl(spider, redis_url, arguments, {"LONGLINE_RENDER": "never"}).run()

    assert sorted(crawled.notes) == sorted(
        [
            ["heard", "/challenge-200", "blocked"],
            ["heard", "/room-1", "ok"],
            ["heard", "/room-2", "ok"],
            ["got", "/room-1", "ok"],
            ["got", "/room-2", "ok"],
        ]
    )
    assert web.asked("walls")["/challenge-200"] == 1
