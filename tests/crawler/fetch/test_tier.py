"""Requests with tiers: which way they go, what makes them climb, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.support.alone import Asked, ask
from tests.support.browser import find_browser
from tests.support.proxies import RunningProxy, forward_proxy
from tests.support.small_crawl import SmallCrawl
from tests.support.web import RunningWeb
from tests.web.gates import DIRECT, SMART

KEY = "0123456789abcdefkey"
ALONE: dict[str, Any] = {
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetch.render.RenderMiddleware": 540,
        "crawler.fetch.blocked.BlockedMiddleware": 560,
        "crawler.fetch.tier.TierMiddleware": 605,
        "crawler.fetch.smartproxy.SmartProxyMiddleware": 610,
        "crawler.fetch.proxy.ProxyMiddleware": 620,
    },
    "DOWNLOAD_HANDLERS": {"http": "crawler.fetch.http.HttpDownloadHandler"},
    "ZYTE_SMARTPROXY_ENABLED": "True",
    "LONGLINE_ALLOW_PRIVATE_ADDRESSES": "True",
    "CONCURRENT_REQUESTS": 1,
    "RETRY_TIMES": 1,
}
PROXY = "127.0.0.61"


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


@pytest.fixture(scope="module")
def proxy() -> Iterator[RunningProxy]:
    with forward_proxy(PROXY) as running:
        yield running


@contextmanager
def smart(banned: int = 0) -> Iterator[dict[str, str]]:
    with forward_proxy(SMART, user=KEY, banned=banned) as running:
        yield {"ZYTE_SMARTPROXY_APIKEY": KEY, "ZYTE_SMARTPROXY_URL": f"http://{running.host}:{running.port}"}


def alone(folder: Path, urls: list[str], *tiers: str, **settings: Any) -> Asked:
    """In a stock project."""
    requests = [{"url": url, "meta": {"tiers": list(tiers)} if tiers else {}} for url in urls]
    return ask(folder, requests, **ALONE | settings)


def peers(web: RunningWeb, site: str) -> list[str]:
    return [visit.peer for visit in web.visits(site)]


def tiers(asked: Asked) -> list[str | None]:
    return [answer["tier"] for answer in asked.answers]


def test_in_anybodys_project_the_second_page_goes_where_the_first_was_let_in(
    tmp_path: Path, web: RunningWeb, proxy: RunningProxy
) -> None:
    urls = [web.url("gates", f"/near/{number}") for number in (1, 2, 3)]
    asked = alone(tmp_path, urls, "direct", "proxy", LONGLINE_PROXIES=proxy.url)

    assert tiers(asked) == ["proxy"] * 3
    assert peers(web, "gates") == [DIRECT, PROXY, PROXY, PROXY]
    assert "'tier/climbs': 1" in asked.log


def test_proxies_and_the_smart_proxy_serve_one_crawl(tmp_path: Path, web: RunningWeb, proxy: RunningProxy) -> None:
    urls = [web.url("gates", path) for path in ("/open/1", "/near/1", "/far/1")]
    with smart() as zyte:
        asked = alone(tmp_path, urls, "direct", "proxy", "smartproxy", LONGLINE_PROXIES=proxy.url, **zyte)

    assert [answer["status"] for answer in asked.answers] == [200] * 3
    assert tiers(asked) == [None, "proxy", "smartproxy"]
    assert set(peers(web, "gates")) == {DIRECT, PROXY, SMART}
    assert KEY not in asked.log


def test_without_tiers_a_request_goes_as_the_settings_say(tmp_path: Path, web: RunningWeb, proxy: RunningProxy) -> None:
    asked = alone(tmp_path, [web.url("gates", "/near/1")], LONGLINE_PROXIES=proxy.url)
    with smart() as zyte:
        both = alone(tmp_path, [web.url("gates", "/near/1")], LONGLINE_PROXIES=proxy.url, **zyte)

    assert (tiers(asked), tiers(both)) == (["proxy"], ["smartproxy"])
    assert peers(web, "gates") == [PROXY, SMART]


def test_errors_of_the_network_teach_nothing(tmp_path: Path, web: RunningWeb, proxy: RunningProxy) -> None:
    urls = [web.url("faults", path) for path in ("/reset", "/truncation", "/429-seconds", "/no-http", "/refreshed")]
    asked = alone(tmp_path, urls, "direct", "proxy", LONGLINE_PROXIES=proxy.url)

    assert len(asked.answers) == 5
    assert set(peers(web, "faults")) == {DIRECT}
    assert "tier/climbs" not in asked.log


def test_who_says_that_there_are_too_many_requests_is_asked_once_more_before_a_page_climbs(
    tmp_path: Path, web: RunningWeb, proxy: RunningProxy
) -> None:
    asked = alone(tmp_path, [web.url("guarded", "/")], "direct", "proxy", LONGLINE_PROXIES=proxy.url)

    assert tiers(asked) == ["proxy"]
    assert peers(web, "guarded") == [DIRECT, DIRECT, PROXY]


def test_robots_txt_climbs_where_it_is_refused(redis_url: str, web: RunningWeb, proxy: RunningProxy) -> None:
    urls = [web.url("guarded", path) for path in ("/", "/private")]
    requests = [{"url": url, "meta": {"tiers": ["direct", "proxy"]}} for url in urls]
    settings = {"LONGLINE_PROXIES": proxy.url, "LONGLINE_RENDER": "never", "RETRY_TIMES": 1}
    crawled = SmallCrawl("tests.support.looking.Looking", redis_url, {"requests": requests}, settings).run()

    notes = {note["url"]: note for note in crawled.notes}
    assert (notes[urls[0]]["status"], notes[urls[0]]["tier"]) == (200, "proxy")
    assert "disallows" in notes[urls[1]]["error"]
    robots = [visit.peer for visit in web.visits("guarded") if visit.path == "/robots.txt"]
    assert robots == [DIRECT, PROXY]


def test_a_captcha_in_the_place_of_robots_txt_climbs_and_says_nothing_of_pages(
    redis_url: str, web: RunningWeb, proxy: RunningProxy
) -> None:
    urls = [web.url("veiled", path) for path in ("/", "/private")]
    requests = [{"url": url, "meta": {"tiers": ["direct", "proxy"]}} for url in urls]
    settings = {"LONGLINE_PROXIES": proxy.url, "LONGLINE_RENDER": "never", "RETRY_TIMES": 1}
    crawled = SmallCrawl("tests.support.looking.Looking", redis_url, {"requests": requests}, settings).run()

    notes = {note["url"]: note for note in crawled.notes}
    assert (notes[urls[0]]["status"], notes[urls[0]]["tier"]) == (200, None)
    assert "disallows" in notes[urls[1]]["error"]
    assert [(visit.path, visit.peer) for visit in web.visits("veiled")] == [
        ("/robots.txt", DIRECT),
        ("/robots.txt", PROXY),
        ("/", DIRECT),
    ]


def test_what_the_smart_proxy_calls_a_ban_climbs(tmp_path: Path, web: RunningWeb, proxy: RunningProxy) -> None:
    with smart(banned=1) as zyte:
        url = web.url("gates", "/near/1")
        asked = alone(tmp_path, [url], "smartproxy", "proxy", LONGLINE_PROXIES=proxy.url, **zyte)

    assert tiers(asked) == ["proxy"]
    assert peers(web, "gates") == [PROXY]


def test_with_a_dearer_tier_nothing_waits_for_a_proxy(tmp_path: Path, web: RunningWeb) -> None:
    with forward_proxy(PROXY) as dead:
        dead.kill()
        with smart() as zyte:
            url = web.url("gates", "/far/1")
            asked = alone(tmp_path, [url], "proxy", "smartproxy", LONGLINE_PROXIES=dead.url, **zyte)

    assert tiers(asked) == ["smartproxy"]
    assert peers(web, "gates") == [SMART]


def test_the_browser_may_be_the_only_tier(tmp_path: Path, web: RunningWeb) -> None:
    if find_browser() is None:
        missing("There is no browser (Debian: apt install chromium)")
    asked = alone(tmp_path, [web.url("gates", path) for path in ("/human/1", "/near/1")], "browser")

    assert tiers(asked) == ["browser"] * 2
    assert [answer["verdict"]["kind"] for answer in asked.answers] == ["ok", "blocked"]


def test_where_there_is_no_browser_a_page_stays_as_the_tiers_before_it_brought_it(
    tmp_path: Path, web: RunningWeb
) -> None:
    options = {"executable_path": str(tmp_path / "missing")}
    url = web.url("gates", "/human/1")
    asked = alone(tmp_path, [url], "direct", "browser", PLAYWRIGHT_LAUNCH_OPTIONS=options)

    assert asked.answers[0]["verdict"]["kind"] == "blocked"
    assert tiers(asked) == [None]
    assert "The tier browser is left out." in asked.log


def test_tiers_of_which_none_is_there_are_an_error_in_one_sentence(tmp_path: Path, web: RunningWeb) -> None:
    asked = alone(tmp_path, [web.url("gates", "/open/1")], "proxy")

    assert asked.answers[0]["error"].startswith("none of its tiers (proxy) is there: see LONGLINE_PROXIES")
    assert not web.visits("gates")


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("LONGLINE_TIERS", "direct,fax", "fax is no tier"),
        ("LONGLINE_TIER_COSTS", {"fax": {"request": 1}}, "name a tier's costs by request and gb"),
        ("LONGLINE_TIER_COSTS", {"proxy": {"gb": -1}}, "are no amounts of money of at least 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    tmp_path: Path, web: RunningWeb, setting: str, value: Any, said: str
) -> None:
    with pytest.raises(AssertionError, match=said):
        alone(tmp_path, [web.url("gates", "/open/1")], **{setting: value})
