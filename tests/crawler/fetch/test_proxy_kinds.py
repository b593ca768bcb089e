"""Each way in which a proxy works or fails (``tests/web/proxies.py``): every page comes, and why is said."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from frontier.connection import connect_async
from frontier.proxy_health import Counts, ProxyHealth
from schemas.proxies import read_proxy
from tests.support.alone import Asked, ask
from tests.support.processes import serving
from tests.support.web import RunningWeb
from tests.web.bans import paths
from tests.web.proxies import PASSWORD, PROXIES, SLOW_SECONDS, address

SETTINGS: dict[str, Any] = {
    "DOWNLOADER_MIDDLEWARES": {"crawler.fetch.proxy.ProxyMiddleware": 620},
    "DOWNLOAD_HANDLERS": {"http": "crawler.fetch.http.HttpDownloadHandler"},
    "DOWNLOAD_VERIFY_CERTIFICATES": "False",
    "DOWNLOAD_TIMEOUT": "60",
    "RETRY_TIMES": "0",
}
GOOD = "good-1"
SAID = {
    "dead": "connection refused",
    "wrong-password": "it does not take our user and password (407)",
    "socks-wrong-password": "it does not take our user and password",
    "overloaded": "it fails where others do not",
    "mute": "it fails where others do not",
    "truncating": "it fails where others do not",
    "garbling": "it fails where others do not",
    "repacking": "it fails where others do not",
}
"""Why those rest that do not work."""
TIRED = "tired"
WORKING = [name for name in PROXIES if name not in SAID and name != TIRED]


@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[str, str]]:
    with serving("tests.web.proxies") as said:
        yield said


def crawl(web: RunningWeb, folder: Path, *urls: str, count: int = 40, **settings: Any) -> tuple[Asked, Counter[str]]:
    """Ask for pages of the tree: what came, and from which addresses the site was asked."""
    web.reset()
    pages = [{"url": web.url("tree", path)} for path in sorted(paths())[:count]]
    asked = ask(folder, pages, LONGLINE_PROXIES=",".join(urls), **SETTINGS | settings)
    return asked, Counter(visit.peer for visit in web.visits("tree"))


def statuses(asked: Asked) -> Counter[int | str]:
    return Counter(answer.get("status") or answer["error"] for answer in asked.answers)


def test_every_behaviour_is_told_apart_here() -> None:
    assert SAID.keys() | {TIRED, *WORKING} == PROXIES.keys()
    assert len({address(name) for name in PROXIES}) == len(PROXIES)


@pytest.mark.parametrize("name", WORKING)
def test_one_that_works_is_enough(web: RunningWeb, proxies: dict[str, str], tmp_path: Path, name: str) -> None:
    asked, peers = crawl(web, tmp_path, proxies[name], count=8)

    assert statuses(asked) == {200: 8}
    assert set(peers) == {address(name)}
    assert PASSWORD not in asked.log + str(asked.answers)
    headers = {header.lower() for visit in web.visits("tree") for header in visit.headers}
    assert not {header for header in headers if header.startswith("proxy-")}


@pytest.mark.parametrize("name", SAID)
def test_one_that_does_not_work_rests_and_every_page_comes_through_another(
    web: RunningWeb, proxies: dict[str, str], tmp_path: Path, name: str
) -> None:
    patience: dict[str, Any] = {"DOWNLOAD_TIMEOUT": "8"} if name == "mute" else {}
    asked, _ = crawl(web, tmp_path, proxies[name], proxies[GOOD], **patience)

    assert statuses(asked) == {200: 40}
    rests = [line for line in asked.log.splitlines() if " rests for " in line]
    # Once more where its rest is over before the crawl is.
    assert rests
    for rest in rests:
        assert address(name) in rest
        assert SAID[name] in rest.replace("Connection", "connection")
    assert PASSWORD not in asked.log


def test_one_that_works_now_and_then_loses_no_page(web: RunningWeb, proxies: dict[str, str], tmp_path: Path) -> None:
    asked, peers = crawl(web, tmp_path, proxies[TIRED], proxies[GOOD])

    assert statuses(asked) == {200: 40}
    # What share each has is chance where many are asked at once.
    assert peers.keys() == {address(TIRED), address(GOOD)}


def test_of_a_slow_one_it_is_known_how_slow_it_is(
    web: RunningWeb, proxies: dict[str, str], tmp_path: Path, redis_url: str
) -> None:
    asked, peers = crawl(web, tmp_path, proxies["slow"], proxies[GOOD], REDIS_URL=redis_url)

    assert statuses(asked) == {200: 40}
    assert peers.keys() == {address("slow"), address(GOOD)}
    counts = asyncio.run(known(redis_url, web.sites["tree"].removeprefix("http://"), proxies["slow"]))
    assert counts.good > 0
    assert counts.seconds / counts.good > 0.99 * SLOW_SECONDS


async def known(redis_url: str, host: str, url: str) -> Counts:
    """What all know of a proxy for a host, by which its share is reckoned."""
    health = ProxyHealth(connect_async(redis_url))
    try:
        return (await health.exchange(hosts=[host])).known[host, read_proxy(url).id].counts
    finally:
        await health.close()
