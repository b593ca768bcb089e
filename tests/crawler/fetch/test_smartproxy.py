"""Zyte's smart proxy, played by a real proxy that checks the key and sets Zyte's headers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.alone import Asked, ask
from tests.support.proxies import Recorder, RunningProxy, forward_proxy, recording_site

KEY = "0123456789abcdefkey"
SMART: dict[str, Any] = {
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetch.smartproxy.SmartProxyMiddleware": 610,
        "crawler.fetch.proxy.ProxyMiddleware": 620,
    },
    "DOWNLOAD_HANDLERS": {"http": "crawler.fetch.http.HttpDownloadHandler"},
    "ZYTE_SMARTPROXY_ENABLED": "True",
}


@pytest.fixture
def site() -> Iterator[Recorder]:
    with recording_site() as running:
        yield running


@contextmanager
def zyte(banned: int = 0) -> Iterator[RunningProxy]:
    """It asks for the key as a user without a password, and says of the first ``banned`` pages that it was banned."""
    with forward_proxy("127.0.0.5", user=KEY, banned=banned) as running:
        yield running


def address(proxy: RunningProxy) -> str:
    return f"http://{proxy.host}:{proxy.port}"


def peers(site: Recorder) -> list[str]:
    return [visit["peer"] for visit in site.asked()]


def no_key(asked: Asked) -> bool:
    return not any(KEY[:7] in text for text in (asked.log, str(asked.answers)))


def test_requests_go_through_it_and_a_ban_is_tried_again(site: Recorder, tmp_path: Path) -> None:
    with zyte(banned=3) as proxy:
        requests = [{"url": site.url(path=f"/{number}")} for number in range(5)]
        asked = ask(
            tmp_path, requests, ZYTE_SMARTPROXY_APIKEY=KEY, ZYTE_SMARTPROXY_URL=address(proxy), RETRY_TIMES=5, **SMART
        )

    assert [answer["status"] for answer in asked.answers] == [200] * 5
    assert {answer["tier"] for answer in asked.answers} == {"smartproxy"}
    assert peers(site) == ["127.0.0.5"] * 5
    assert "'zyte_smartproxy/response/banned': 3" in asked.log
    assert "'retry/count': 3" in asked.log


def test_what_it_says_itself_is_no_page(site: Recorder, tmp_path: Path) -> None:
    again = {
        "crawler.fetch.retry.BackoffRetryMiddleware": 550,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    }
    settings = SMART | {"DOWNLOADER_MIDDLEWARES": SMART["DOWNLOADER_MIDDLEWARES"] | again}
    with zyte(banned=9) as proxy:
        asked = ask(
            tmp_path,
            [{"url": site.url()}],
            ZYTE_SMARTPROXY_APIKEY=KEY,
            ZYTE_SMARTPROXY_URL=address(proxy),
            RETRY_TIMES=1,
            **settings,
        )

    assert [answer.get("error") for answer in asked.answers] == [
        "the smart proxy answered 503 (banned) in place of the site"
    ]
    assert "'retry/count': 1" in asked.log


def test_nothing_keeps_the_key_and_delays_stay_as_they_are(site: Recorder, tmp_path: Path) -> None:
    with zyte() as proxy:
        asked = ask(
            tmp_path,
            [{"url": site.url()}],
            ZYTE_SMARTPROXY_APIKEY=KEY,
            ZYTE_SMARTPROXY_URL=address(proxy),
            **SMART,
        )

    assert no_key(asked)
    assert f"Using Zyte proxy service {address(proxy)}" in asked.log
    assert "disabling download delays" not in asked.log
    assert asked.answers[0]["proxy"] is None
    assert "Proxy-Authorization" not in asked.answers[0]["kept"]
    fields = {name.lower() for visit in site.asked() for name, _ in visit["headers"]}
    assert not {name for name in fields if name.startswith("proxy-")}


def test_it_comes_before_other_proxies(site: Recorder, tmp_path: Path) -> None:
    with zyte() as proxy, forward_proxy("127.0.0.2") as other:
        asked = ask(
            tmp_path,
            [{"url": site.url(path=f"/{number}")} for number in range(4)],
            ZYTE_SMARTPROXY_APIKEY=KEY,
            ZYTE_SMARTPROXY_URL=address(proxy),
            LONGLINE_PROXIES=other.url,
            **SMART,
        )

    assert peers(site) == ["127.0.0.5"] * 4
    assert "the smart proxy takes the place of LONGLINE_PROXIES" in asked.log


def test_a_wrong_key_is_found_out_soon_and_not_shown(site: Recorder, tmp_path: Path) -> None:
    with zyte() as proxy:
        asked = ask(
            tmp_path,
            [{"url": site.url()}],
            ZYTE_SMARTPROXY_APIKEY=f"{KEY[:7]}wrong",
            ZYTE_SMARTPROXY_URL=address(proxy),
            ZYTE_SMARTPROXY_BACKOFF_STEP=1,
            ZYTE_SMARTPROXY_BACKOFF_MAX=1,
            **SMART,
        )

    sentence = f"The smart proxy {address(proxy)} does not take the key of ZYTE_SMARTPROXY_APIKEY"
    assert [answer["error"] for answer in asked.answers] == [sentence]
    assert no_key(asked)
    assert peers(site) == []


def test_without_a_key_it_is_off_and_says_so(site: Recorder, tmp_path: Path) -> None:
    asked = ask(tmp_path, [{"url": site.url()}], LONGLINE_ALLOW_PRIVATE_ADDRESSES=True, **SMART)

    assert peers(site) == ["127.0.0.1"]
    assert "SmartProxyMiddleware: ZYTE_SMARTPROXY_APIKEY is not set." in asked.log
