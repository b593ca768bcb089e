"""Browsers and their headers: what of the data is taken, and what is made of it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from fake_useragent.utils import load

from crawler.fetch.browser_headers import client_hints, headers_of
from crawler.fetch.browsers import CADENCE, DATA_FROM, NEWEST, OLD, RELEASE_DAYS, Browser, browsers, data_age, data_from

EVERYTHING = ("gzip", "deflate", "br", "zstd")
KNOWN = browsers(DATA_FROM)


def of(engine: str) -> Browser:
    return next(browser for browser in KNOWN.all if browser.engine == engine)


def test_the_agents_are_those_of_the_data() -> None:
    data = {row["useragent"] for row in load()}
    assert {browser.user_agent for browser in KNOWN.all} <= data
    assert {browser.engine for browser in KNOWN.all} == {"Chrome", "Edge", "Firefox", "Safari"}


def test_most_people_have_one_of_them() -> None:
    assert KNOWN.bounds[-1] > 70


def test_each_is_chosen_in_its_share() -> None:
    chosen = Counter(KNOWN.choose(f"host {number}") for number in range(5000))
    commonest, _ = chosen.most_common(1)[0]
    place = KNOWN.all.index(commonest)
    share = (KNOWN.bounds[place] - (KNOWN.bounds[place - 1] if place else 0)) / KNOWN.bounds[-1]
    assert chosen[commonest] / 5000 == pytest.approx(share, abs=0.03)


def test_a_key_has_its_browser_and_keeps_it() -> None:
    assert KNOWN.choose("a host") is KNOWN.choose("a host")
    assert len({KNOWN.choose(f"host {number}") for number in range(50)}) > 5


def test_later_they_have_later_versions_and_nothing_else_changes() -> None:
    later = browsers(DATA_FROM + timedelta(days=10 * RELEASE_DAYS))
    for old, new in zip(KNOWN.all, later.all, strict=True):
        assert new.version - old.version == (0 if old.engine == "Safari" else 10)
        assert re.sub(r"\d+", "0", new.user_agent) == re.sub(r"\d+", "0", old.user_agent)
        assert f"{new.version}." in new.user_agent
    assert later.bounds == KNOWN.bounds
    assert browsers(date(2000, 1, 1)).all == KNOWN.all


def test_data_are_dated_by_their_newest_chrome() -> None:
    assert data_from(NEWEST) == DATA_FROM
    assert data_from(NEWEST + 5) == DATA_FROM + 5 * CADENCE
    assert data_age(DATA_FROM + OLD) == OLD


@pytest.mark.parametrize(
    ("version", "brands"),
    [
        (131, '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"'),
        (134, '"Chromium";v="134", "Not:A-Brand";v="24", "Google Chrome";v="134"'),
        (135, '"Google Chrome";v="135", "Not-A.Brand";v="8", "Chromium";v="135"'),
    ],
)
def test_brands_are_those_that_chrome_had(version: int, brands: str) -> None:
    browser = Browser("Chrome", version, "Windows", mobile=False, user_agent="")
    assert dict(client_hints(browser))["Sec-Ch-Ua"] == brands


@pytest.mark.parametrize("engine", ["Chrome", "Edge", "Firefox", "Safari"])
def test_over_plain_http_browsers_say_less(engine: str) -> None:
    sent = dict(headers_of(of(engine), "http://example.com/", decodable=EVERYTHING))
    assert sent["Accept-Encoding"] == "gzip, deflate"
    assert sent["Upgrade-Insecure-Requests"] == "1"
    assert not [name for name in sent if name.startswith("Sec-")]


def test_only_what_can_be_decoded_is_asked_for() -> None:
    url = "https://example.com/"
    assert dict(headers_of(of("Chrome"), url, decodable=["gzip", "br"]))["Accept-Encoding"] == "gzip, br"
    assert "Accept-Encoding" not in dict(headers_of(of("Chrome"), url, decodable=[]))


@pytest.mark.parametrize(
    ("referer", "site"),
    [
        (None, "none"),
        ("https://example.com/before", "same-origin"),
        ("https://www.example.com/", "same-site"),
        ("https://example.com:8443/", "same-site"),
        ("http://example.com/", "cross-site"),
        ("https://example.org/", "cross-site"),
    ],
)
def test_where_it_comes_from_agrees_with_the_referer(referer: str | None, site: str) -> None:
    sent = dict(headers_of(of("Firefox"), "https://example.com/page", decodable=EVERYTHING, referer=referer))
    assert sent["Sec-Fetch-Site"] == site
    assert sent.get("Referer") == referer
