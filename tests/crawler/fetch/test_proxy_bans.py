"""Sites that refuse proxies, sessions that stay with theirs, and where a proxy is: in a stock Scrapy project."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from schemas.redis_keys import PROXY_EVENTS
from tests.support.alone import Asked, ask, command, environment
from tests.support.announced import until
from tests.support.processes import serving
from tests.support.small_crawl import SmallCrawl
from tests.support.web import RunningWeb
from tests.web.bans import paths
from tests.web.proxies import address
from tests.web.server import Visit

SETTINGS: dict[str, Any] = {
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetch.identity.IdentityMiddleware": 300,
        "crawler.fetch.blocked.BlockedMiddleware": 560,
        "crawler.fetch.proxy.ProxyMiddleware": 620,
    },
    "DOWNLOAD_HANDLERS": {"http": "crawler.fetch.http.HttpDownloadHandler"},
    "RETRY_TIMES": "0",
}
GOOD = ("good-1", "good-2", "good-3")


@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[str, str]]:
    with serving("tests.web.proxies") as said:
        yield said


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


def through(proxies: dict[str, str], folder: Path, requests: list[dict[str, Any]], **settings: Any) -> Asked:
    named = ",".join(proxies[name] for name in GOOD)
    return ask(folder, requests, **{"LONGLINE_PROXIES": named} | SETTINGS | settings)


def ban(web: RunningWeb, name: str, seconds: int = 1) -> None:
    url = web.url("banning", f"/__ban__?peer={address(name)}&seconds={seconds}")
    with urllib.request.urlopen(url, timeout=60):
        pass


def visits(web: RunningWeb, site: str) -> list[Visit]:
    return [visit for visit in web.visits(site) if visit.peer != "127.0.0.1"]


def test_a_site_that_refuses_a_proxy_is_asked_through_others_and_other_sites_through_all(
    web: RunningWeb, proxies: dict[str, str], tmp_path: Path
) -> None:
    ban(web, "good-1", seconds=600)
    pages = [{"url": web.url(site, path)} for path in sorted(paths())[:60] for site in ("banning", "tree")]

    asked = through(proxies, tmp_path, pages)

    assert [answer.get("status") for answer in asked.answers] == [200] * 120
    refused = [visit for visit in visits(web, "banning") if visit.status == 403]
    assert {visit.peer for visit in refused} == {address("good-1")}
    assert len(refused) <= 8  # as many as were under way at once
    assert {visit.peer for visit in visits(web, "tree")} == {address(name) for name in GOOD}
    host = web.sites["banning"].removeprefix("http://")
    said = rf"{address('good-1')}:\d+ rests for \d+ s for {host}, which answered blocked: Cloudflare\."
    assert re.search(said, asked.log)


def test_who_is_killed_and_started_again_remembers_who_is_banned(
    web: RunningWeb, proxies: dict[str, str], tmp_path: Path, redis_url: str
) -> None:
    ban(web, "good-1", seconds=600)
    pages = [{"url": web.url("banning", path)} for path in sorted(paths())[:60]]
    named = ",".join(proxies[name] for name in GOOD)
    settings = SETTINGS | {"LONGLINE_PROXIES": named, "REDIS_URL": redis_url}
    words = command(tmp_path, pages, settings | {"DOWNLOAD_DELAY": "0.5"})
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert any("rests for 600 s" in line for line in process.stderr)
        wait_until_it_is_told(redis_url)
        process.kill()
    web.reset()
    ban(web, "good-1", seconds=600)

    asked = ask(tmp_path, pages, **settings)

    assert [answer["status"] for answer in asked.answers] == [200] * 60
    assert {visit.peer for visit in visits(web, "banning")} == {address("good-2"), address("good-3")}


def wait_until_it_is_told(redis_url: str) -> None:
    pause = threading.Event()
    with redis.Redis.from_url(redis_url) as server:
        while not server.zcard(PROXY_EVENTS):
            pause.wait(0.05)


def test_a_page_that_is_refused_to_all_ends_as_it_is_after_three_proxies(
    web: RunningWeb, proxies: dict[str, str], tmp_path: Path
) -> None:
    for name in GOOD:
        ban(web, name)

    asked = through(proxies, tmp_path, [{"url": web.url("banning")}])

    assert [answer["status"] for answer in asked.answers] == [403]
    assert sorted(visit.peer for visit in visits(web, "banning")) == [address(name) for name in GOOD]


def test_where_a_site_refuses_all_proxies_requests_wait_and_then_fail_with_one_sentence(
    web: RunningWeb, proxies: dict[str, str], tmp_path: Path
) -> None:
    for name in GOOD:
        ban(web, name)
    pages = [{"url": web.url("banning", path), "priority": -number} for number, path in enumerate(sorted(paths())[:4])]

    asked = through(proxies, tmp_path, pages, LONGLINE_PROXY_WAIT="3", CONCURRENT_REQUESTS="1")

    last = asked.answers[-1]["error"]
    host = web.sites["banning"].removeprefix("http://")
    assert last.startswith(f"None of the 3 proxies of LONGLINE_PROXIES worked for 3 s (3 banned by {host}); the last ")
    assert f"Requests for {host} wait, for up to 3 s." in asked.log
    assert len(visits(web, "banning")) <= 3


def test_while_requests_wait_for_a_proxy_other_hosts_go_on(
    web: RunningWeb, proxies: dict[str, str], redis_url: str
) -> None:
    for name in GOOD:
        ban(web, name, seconds=600)
    pages = [
        *({"url": web.url("banning", path), "priority": 10 - n} for n, path in enumerate(sorted(paths())[:8])),
        *({"url": web.url("tree", path)} for path in sorted(paths())[:20]),
    ]
    settings = {"LONGLINE_PROXIES": ",".join(proxies[name] for name in GOOD), "LONGLINE_PROXY_WAIT": 600}
    settings |= {"CONCURRENT_REQUESTS": 4, "CONCURRENT_REQUESTS_PER_DOMAIN": 4, "RETRY_TIMES": 0}
    settings |= {"LONGLINE_RENDER": "never", "LONGLINE_DRAIN_SECONDS": 5}

    # Nobody gives up waiting before it is told to stop.
    with SmallCrawl("tests.support.looking.Looking", redis_url, {"requests": pages}, settings).begun() as running:
        wanted = set(sorted(paths())[:20])
        until(lambda: {visit.path for visit in visits(web, "tree") if visit.status == 200} >= wanted)
        running.process.send_signal(signal.SIGTERM)

    assert f"Requests for {web.sites['banning'].removeprefix('http://')} wait, for up to 600 s." in running.crawled.log
    assert not [note for note in running.crawled.notes if "NoProxyError" in note.get("error", "")]


@pytest.mark.parametrize("identity", ["robot", "browser"])
def test_a_session_keeps_proxy_and_cookies_and_both_go_together_when_it_is_refused(
    web: RunningWeb, proxies: dict[str, str], tmp_path: Path, identity: str
) -> None:
    pages = [
        {
            "url": web.url("cookies", f"/{name}/{number}" if number != 5 or name != "a" else "/__ban__"),
            "meta": {"session": f"{name}~1"},
            "priority": -number,
        }
        for number in range(10)
        for name in "ab"
    ]

    named = ",".join(proxies[name] for name in GOOD)
    # Scrapy's cookies look for a list of domains in the net, and log that there is none.
    settings = {"LONGLINE_PROXIES": named, "CONCURRENT_REQUESTS": "1", "LOG_LEVEL": "CRITICAL"}
    settings["LONGLINE_IDENTITY"] = identity
    words = command(tmp_path, pages, SETTINGS | settings)
    done = subprocess.run(
        words, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True, timeout=240, check=True
    )

    assert [json.loads(line).get("status") for line in done.stdout.splitlines()] == [200] * 20
    a, b = ([visit for visit in visits(web, "cookies") if visit.path.startswith(f"/{name}/")] for name in ("a", "b"))
    assert len({visit.peer for visit in b}) == 1
    assert cookies(b) == [None] + [f"peer={b[0].peer}"] * 9
    first, second = dict.fromkeys(visit.peer for visit in a)
    assert first != second
    assert cookies(a) == [None] + [f"peer={first}"] * 5 + [None] + [f"peer={second}"] * 3
    assert [visit.status for visit in a] == [200] * 5 + [403] + [200] * 4


def cookies(asked: list[Visit]) -> list[str | None]:
    return [visit.headers.get("Cookie") for visit in asked]


def test_the_languages_of_a_browser_agree_with_where_its_proxy_is(
    web: RunningWeb, proxies: dict[str, str], tmp_path: Path
) -> None:
    named = f"{proxies['good-1']}#country=DE,{proxies['good-2']}#country=br,{proxies['good-3']}"
    pages = [
        {"url": web.url("tree", path), "meta": {"identity": "browser", "session": f"s{number % 12}"}}
        for number, path in enumerate(sorted(paths())[:36])
    ]

    through(proxies, tmp_path, pages, LONGLINE_PROXIES=named, LONGLINE_IDENTITY="robot")

    spoken = {name: set[str]() for name in GOOD}
    for visit in web.visits("tree"):
        name = next(name for name in GOOD if address(name) == visit.peer)
        spoken[name].add(visit.headers["Accept-Language"].partition(",")[0])
    assert spoken == {"good-1": {"de-DE"}, "good-2": {"pt-BR"}, "good-3": {"en-US"}}
