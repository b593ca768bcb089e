"""What a site sees of a thousand requests: several browsers, none of which contradicts itself, one per session."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler import settings
from tests.support.alone import ask
from tests.support.proxies import Recorder, recording_site

HOSTS = [f"127.0.0.{number}" for number in range(1, 9)]
SESSIONS = [f"session{number}" for number in range(25)]
ALONE = {"crawler.fetch.identity.IdentityMiddleware": 300}
OURS = {"User-Agent", "Accept-Language", "Sec-Fetch-Site", "Sec-Ch-Ua"}


@pytest.fixture
def site() -> Iterator[Recorder]:
    with recording_site() as running:
        yield running


def headers(visit: dict[str, Any]) -> dict[str, str]:
    return {name.title(): value for name, value in visit["headers"]}


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the site saw of 25 sessions on each of 8 hosts, five requests each, through all of our middlewares."""
    folder = tmp_path_factory.mktemp("thousand")
    with recording_site() as site:
        requests = [
            # The query lets the test tell sessions apart; to a real site nothing does.
            {"url": site.url(host, f"/{number}?{session}"), "meta": {"session": session, "identity": "browser"}}
            for number in range(5)
            for host in HOSTS
            for session in SESSIONS
        ]
        asked = ask(
            folder,
            requests,
            DOWNLOADER_MIDDLEWARES={
                name: order for name, order in settings.DOWNLOADER_MIDDLEWARES.items() if "unfetched" not in name
            },
            DOWNLOAD_HANDLERS={"http": "crawler.fetch.http.HttpDownloadHandler"},
            LONGLINE_IDENTITY="robot",
            LONGLINE_RENDER="never",
            LONGLINE_ALLOW_PRIVATE_ADDRESSES=True,
            USER_AGENT=settings.USER_AGENT,
            LOG_LEVEL="INFO",
        )
        assert [answer["status"] for answer in asked.answers] == [200] * 1000
        return [visit for visit in site.asked() if visit["path"] != "/robots.txt"]


def test_there_are_several_browsers_each_in_its_share(thousand: list[dict[str, Any]]) -> None:
    agents = {headers(visit)["User-Agent"] for visit in thousand}
    assert len(agents) >= 10
    engines = [engine_of(headers(visit)["User-Agent"]) for visit in thousand]
    shares = {engine: engines.count(engine) / len(engines) for engine in set(engines)}
    assert shares.keys() >= {"Chrome", "Safari"}
    assert all(0.2 < shares[engine] < 0.8 for engine in ("Chrome", "Safari"))


def test_each_host_sees_one_browser_in_each_session(thousand: list[dict[str, Any]]) -> None:
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for visit in thousand:
        seen[visit["host"], visit["path"].partition("?")[2]].add(json.dumps(visit["headers"]))
    assert len(seen) == len(HOSTS) * len(SESSIONS)
    assert {len(selves) for selves in seen.values()} == {1}
    on_one_host = {next(iter(selves)) for (host, _), selves in seen.items() if host.startswith("127.0.0.1:")}
    assert len(on_one_host) > 1


def test_none_contradicts_its_own_headers(thousand: list[dict[str, Any]]) -> None:
    for visit in {json.dumps(visit["headers"]): visit for visit in thousand}.values():
        assert contradictions(headers(visit)) == []


ORDERS = {
    # As these browsers send them over HTTP/1.1, letter by letter.
    "Chrome": "Host Connection sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform Upgrade-Insecure-Requests User-Agent "
    "Accept Sec-Fetch-Site Sec-Fetch-Mode Sec-Fetch-User Sec-Fetch-Dest Accept-Encoding Accept-Language",
    "Firefox": "Host User-Agent Accept Accept-Language Accept-Encoding Connection Upgrade-Insecure-Requests "
    "Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User",
    "Safari": "Host User-Agent Accept Sec-Fetch-Site Sec-Fetch-Mode Sec-Fetch-Dest Accept-Language Accept-Encoding "
    "Connection",
}
ORDERS["Edge"] = ORDERS["Chrome"]


def test_headers_arrive_in_the_order_of_each_browser(thousand: list[dict[str, Any]]) -> None:
    for visit in {json.dumps(visit["headers"]): visit for visit in thousand}.values():
        names = " ".join(name for name, _ in visit["headers"] if name != "Cookie")
        assert names == ORDERS[engine_of(headers(visit)["User-Agent"])]


def engine_of(agent: str) -> str:
    return next(
        name
        for mark, name in (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("", "Safari"))
        if mark in agent
    )


def contradictions(sent: dict[str, str]) -> list[str]:
    """What is wrong with the headers of a browser that opens a page of 127.0.0.1, which browsers trust."""
    agent, engine = sent["User-Agent"], engine_of(sent["User-Agent"])
    chromium = engine in {"Chrome", "Edge"}
    checks = {
        "a length of no body": "Content-Length" not in sent,
        "a name of ours": "Longline" not in json.dumps(sent) and "Scrapy" not in json.dumps(sent),
        "the kinds of documents": ("image/avif" in sent["Accept"]) == chromium,
        "the encodings": ("zstd" in sent["Accept-Encoding"]) == (engine != "Safari"),
        "the languages": sent["Accept-Language"] == ("en-US,en;q=0.5" if engine == "Firefox" else "en-US,en;q=0.9"),
        "how it came": (sent["Sec-Fetch-Mode"], sent["Sec-Fetch-Dest"]) == ("navigate", "document"),
        "from where": sent["Sec-Fetch-Site"] == "none",
        "by whom": ("Sec-Fetch-User" in sent) == (engine != "Safari"),
        "insecure": ("Upgrade-Insecure-Requests" in sent) == (engine != "Safari"),
        "hints": {name for name in sent if name.startswith("Sec-Ch-")}
        == ({"Sec-Ch-Ua", "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform"} if chromium else set()),
    }
    wrong = [what for what, sound in checks.items() if not sound]
    return wrong + (hint_contradictions(sent, agent, engine) if chromium else [])


def hint_contradictions(sent: dict[str, str], agent: str, engine: str) -> list[str]:
    version = re.search(r"Chrome/(\d+)\.", agent)
    brands = dict(re.findall(r'"([^"]+)";v="(\d+)"', sent["Sec-Ch-Ua"]))
    name = {"Chrome": "Google Chrome", "Edge": "Microsoft Edge"}[engine]
    marks = {
        "Windows": "Windows NT",
        "macOS": "Macintosh",
        "Android": "Android",
        "Chrome OS": "CrOS",
        "Linux": "X11; Linux",
    }
    checks = {
        "its version": version is not None and brands.get("Chromium") == brands.get(name) == version[1],
        "a third brand": len(brands) == 3,
        "mobile": (sent["Sec-Ch-Ua-Mobile"] == "?1") == ("Mobile" in agent),
        "its platform": marks[sent["Sec-Ch-Ua-Platform"].strip('"')] in agent,
    }
    return [what for what, sound in checks.items() if not sound]


def test_all_workers_of_a_job_have_the_same_identity_and_another_job_another(site: Recorder, tmp_path: Path) -> None:
    requests: list[dict[str, Any]] = [
        {"url": site.url(path=f"/{number}"), "meta": {"session": str(number)}} for number in range(8)
    ]
    seen = []
    for job in ("one", "one", "two"):
        ask(tmp_path, requests, DOWNLOADER_MIDDLEWARES=ALONE, LONGLINE_IDENTITY="browser", LONGLINE_JOB_ID=job)
        last = site.asked()[-8:]
        seen.append({visit["path"]: headers(visit)["User-Agent"] for visit in last})

    assert seen[0] == seen[1] != seen[2]


def test_a_request_with_an_agent_of_its_own_is_left_alone(site: Recorder, tmp_path: Path) -> None:
    requests = [{"url": site.url(), "headers": {"User-Agent": "Own/1.0"}}]
    ask(tmp_path, requests, DOWNLOADER_MIDDLEWARES=ALONE, LONGLINE_IDENTITY="browser")

    sent = headers(site.asked()[0])
    assert sent["User-Agent"] == "Own/1.0"
    assert not OURS & sent.keys() - {"User-Agent", "Accept-Language"}


def test_a_script_keeps_the_kind_of_document_that_it_asks_for(site: Recorder, tmp_path: Path) -> None:
    requests = [{"url": site.url(), "headers": {"Accept": "application/json"}}]
    ask(tmp_path, requests, DOWNLOADER_MIDDLEWARES=ALONE, LONGLINE_IDENTITY="browser")

    sent = headers(site.asked()[0])
    assert sent["Accept"] == "application/json"
    assert (sent["Sec-Fetch-Mode"], sent["Sec-Fetch-Dest"]) == ("cors", "empty")
    assert "Upgrade-Insecure-Requests" not in sent


def test_a_robot_goes_by_its_name_and_one_request_may_say_otherwise(site: Recorder, tmp_path: Path) -> None:
    requests: list[dict[str, Any]] = [
        {"url": site.url()},
        {"url": site.url(path="/b"), "meta": {"identity": "browser"}},
    ]
    ask(tmp_path, requests, DOWNLOADER_MIDDLEWARES=ALONE, LONGLINE_IDENTITY="robot", USER_AGENT="Robot/1.0")

    agents = {visit["path"]: headers(visit)["User-Agent"] for visit in site.asked()}
    assert agents["/"] == "Robot/1.0"
    assert agents["/b"].startswith("Mozilla/5.0 (")


def test_each_host_and_session_has_cookies_of_its_own(site: Recorder, tmp_path: Path) -> None:
    requests: list[dict[str, Any]] = [
        {"url": site.url(host, f"/{number}"), "meta": {"session": session}, "cookies": {"me": f"{host} {session}"}}
        for number, (host, session) in enumerate([(host, session) for host in HOSTS[:2] for session in ("a", "b")])
    ]
    again = [{"url": one["url"] + "/again", "meta": one["meta"], "priority": -1} for one in requests]
    settings = {"CONCURRENT_REQUESTS": 1, "LONGLINE_IDENTITY": "browser"}
    ask(tmp_path, requests + again, DOWNLOADER_MIDDLEWARES=ALONE, **settings)

    sent = {visit["path"]: headers(visit)["Cookie"] for visit in site.asked()}
    assert len(sent) == 8
    assert all(sent[path] == sent[f"{path}/again"] for path in ("/0", "/1", "/2", "/3"))
    assert len(set(sent.values())) == 4


def test_a_robot_says_where_to_reach_whoever_sent_it(site: Recorder, tmp_path: Path) -> None:
    named = {"LONGLINE_IDENTITY": "robot", "LONGLINE_CONTACT": "https://acme.example/bot"}
    for agent in (settings.USER_AGENT, "Own/1.0"):
        ask(tmp_path, [{"url": site.url()}], DOWNLOADER_MIDDLEWARES=ALONE, USER_AGENT=agent, **named)
    requests = [{"url": site.url(), "meta": {"user_agent": "Acme/2.0"}}]
    ask(tmp_path, requests, DOWNLOADER_MIDDLEWARES=ALONE, USER_AGENT=settings.USER_AGENT, **named)

    agents = [headers(visit)["User-Agent"] for visit in site.asked()]
    assert agents == [f"{settings.USER_AGENT} (+https://acme.example/bot)", "Own/1.0", "Acme/2.0"]


def test_without_the_setting_it_is_off_and_says_so(site: Recorder, tmp_path: Path) -> None:
    asked = ask(tmp_path, [{"url": site.url()}], DOWNLOADER_MIDDLEWARES=ALONE, USER_AGENT="Robot/1.0")

    assert headers(site.asked()[0])["User-Agent"] == "Robot/1.0"
    assert "IdentityMiddleware: LONGLINE_IDENTITY is not set." in asked.log
