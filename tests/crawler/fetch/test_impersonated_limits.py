"""What goes wrong with an impersonated request has the cause, the limits and the tries that it has with any other."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from crawler.fetch.curl_connections import MOST_IDLE, Curls
from crawler.fetch.curl_session import CurlSession
from crawler.fetch.guard import Guard
from tests.crawler.fetch.test_impersonation import SETTINGS as IMPERSONATED
from tests.crawler.fetch.test_impersonation import request, statuses
from tests.crawler.fetch.test_limits import LIMIT, MEND, TOO_LARGE, patience
from tests.crawler.fetch.test_limits import SETTINGS as LIMITED
from tests.crawler.fetch.test_proxy_kinds import SAID
from tests.support.alone import ask
from tests.support.names import Names
from tests.support.processes import serving
from tests.support.secure import SecureSite, secure_site
from tests.support.web import RunningWeb
from tests.web.proxies import PASSWORD, PROXIES, address

BROKEN = {
    "slow-drip": "Getting {url} took longer than 3.0 seconds.",
    "many-headers": "Too many headers received",
    "long-header": "a header is too large",
    "no-http": "HTTP/0.9",
    "no-gzip": "its body cannot be unpacked (gzip: Error -3 while decompressing data: incorrect header check)",
}
MIDDLEWARES = LIMITED["DOWNLOADER_MIDDLEWARES"] | IMPERSONATED["DOWNLOADER_MIDDLEWARES"]
SETTINGS = IMPERSONATED | LIMITED | {"DOWNLOADER_MIDDLEWARES": MIDDLEWARES, "DOWNLOAD_VERIFY_CERTIFICATES": False}
SETTINGS |= {"RETRY_ENABLED": True}


@pytest.fixture(scope="module")
def site(web: RunningWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureSite]:
    """The faults by https."""
    folder = tmp_path_factory.mktemp("site")
    with secure_site(folder, alpn=("http/1.1",), behind=urlsplit(web.url("faults")).port) as running:
        yield running


@pytest.fixture(scope="module")
def answers(web: RunningWeb, site: SecureSite, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a crawl with small limits made of each fault, all at once."""
    web.reset()
    names = [*TOO_LARGE, *BROKEN, *MEND]
    asked = ask(
        tmp_path_factory.mktemp("limits"),
        [request(site.url(path=f"/{name}"), **patience(name)) for name in names],
        **SETTINGS,
        MEMUSAGE_CHECK_INTERVAL_SECONDS=0.2,
    )
    start, peak = (int(re.search(rf"'memusage/{name}': (\d+)", asked.log)[1]) for name in ("startup", "max"))  # type: ignore[index]
    assert len(asked.answers) == len(names)
    return {answer["url"].rpartition("/")[2]: answer for answer in asked.answers} | {"grown": {"bytes": peak - start}}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_cut_short_and_not_tried_again(
    answers: dict[str, dict[str, Any]], web: RunningWeb, name: str
) -> None:
    assert answers[name].get("error") == TOO_LARGE[name]
    assert web.asked("faults")[f"/{name}"] == 1


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_each_time_says_how(
    answers: dict[str, dict[str, Any]], web: RunningWeb, site: SecureSite, name: str
) -> None:
    assert BROKEN[name].format(url=site.url(path=f"/{name}")) in answers[name]["error"]
    assert web.asked("faults")[f"/{name}"] == 3


@pytest.mark.parametrize("name", MEND)
def test_what_is_broken_at_first_is_tried_again(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name].get("status") == 200


def test_all_of_them_at_once_take_little_memory(answers: dict[str, dict[str, Any]]) -> None:
    # The library itself takes 15 MB; each bomb alone has 64.
    assert answers["grown"]["bytes"] < 60 * LIMIT


# By HTTP/2

FAULTS: dict[str, tuple[type[Exception], int]] = {
    "cut": (aiohttp.ClientPayloadError, 5),
    "reset": (aiohttp.ClientPayloadError, 5),
    "flood": (aiohttp.ClientPayloadError, LIMIT),
    "empty": (aiohttp.ServerDisconnectedError, 0),
    "refused": (aiohttp.ServerDisconnectedError, 0),
}
"""The error in the words of aiohttp, and at least how many bytes came before it."""


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_http_2_are_those_that_aiohttp_has(tmp_path: Path, fault: str) -> None:
    kind, least = FAULTS[fault]
    with secure_site(tmp_path, fault=fault) as site:
        error, count = asyncio.run(error_of(site.url()))
    assert type(error) is kind
    assert least <= count <= least + 65_536


async def error_of(url: str) -> tuple[Exception, int]:
    """What goes wrong with a page, after how many bytes."""
    curls = Curls(Guard(Names, allows_all=True), verify=False, header_bytes=65_536)
    session = CurlSession(curls, "chrome150", "me", frozenset(), LIMIT, [])
    count = 0
    try:
        async with await session.request("GET", url, headers=[], timeout=aiohttp.ClientTimeout(total=120)) as answer:
            async for piece in answer.iter_any():
                count += len(piece)
    except aiohttp.ClientError as error:
        return error, count
    finally:
        await curls.close()
    raise AssertionError("it came whole")


def test_one_that_is_given_up_takes_no_other_along(tmp_path: Path) -> None:
    with secure_site(tmp_path) as site:
        assert asyncio.run(asked_beside_one_that_is_given_up(site.url())) == [b"hello"] * 8
    assert len(site.spoken) == 1


async def asked_beside_one_that_is_given_up(url: str) -> list[bytes]:
    curls = Curls(Guard(Names, allows_all=True), verify=False, header_bytes=65_536)
    session = CurlSession(curls, "chrome150", "me", frozenset(), LIMIT, [])

    async def get() -> bytes:
        async with await session.request("GET", url, headers=[], timeout=aiohttp.ClientTimeout(total=120)) as answer:
            return b"".join([piece async for piece in answer.iter_any()])

    await get()
    tasks = [asyncio.ensure_future(get()) for _ in range(10)]
    await asyncio.sleep(0)
    for task in tasks[3:7]:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(each, asyncio.CancelledError) for each in found) == 4
    whole = [each for each in found if isinstance(each, bytes)]
    whole += [await get() for _ in range(2)]
    await curls.close()
    return whole


# Proxies

GOOD = "good-1"
TUNNELS = {name: SAID[name] for name in ("dead", "wrong-password", "socks-wrong-password", "mute", "overloaded")}
WORKING = [name for name in PROXIES if name not in SAID and name not in {"tired", "slow"}]


@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[str, str]]:
    with serving("tests.web.proxies") as said:
        yield said


def through(*urls: str, **settings: Any) -> dict[str, Any]:
    middlewares = IMPERSONATED["DOWNLOADER_MIDDLEWARES"] | {"crawler.fetch.proxy.ProxyMiddleware": 620}
    return IMPERSONATED | {
        "DOWNLOADER_MIDDLEWARES": middlewares,
        "DOWNLOAD_TIMEOUT": 60,
        "LONGLINE_PROXIES": ",".join(urls),
        **settings,
    }


@pytest.mark.parametrize("name", WORKING)
def test_each_kind_of_proxy_carries_it(proxies: dict[str, str], tmp_path: Path, name: str) -> None:
    with secure_site(tmp_path) as site:
        asked = ask(tmp_path, [request(site.url("localhost", f"/{n}")) for n in range(4)], **through(proxies[name]))
        assert statuses(asked) == [200] * 4
        assert [spoken.protocol for spoken in site.spoken] == ["h2"]
    assert PASSWORD not in asked.log + str(asked.answers)


@pytest.mark.parametrize("name", TUNNELS)
def test_one_that_does_not_work_rests_and_says_why(proxies: dict[str, str], tmp_path: Path, name: str) -> None:
    with secure_site(tmp_path) as site:
        pages = [{"url": site.url("localhost", f"/{n}")} for n in range(20)]
        silence = {"DOWNLOAD_TIMEOUT": 8} if name == "mute" else {}
        asked = ask(tmp_path, pages, **through(proxies[name], proxies[GOOD], **silence))
    assert statuses(asked) == [200] * 20
    rests = [line for line in asked.log.splitlines() if " rests for " in line]
    # Once more where its rest is over before the crawl is.
    assert rests
    for rest in rests:
        assert address(name) in rest
        assert TUNNELS[name] in rest.replace("Connection", "connection")
    assert PASSWORD not in asked.log


def test_connections_of_selves_that_nobody_asks_for_are_closed(tmp_path: Path) -> None:
    with secure_site(tmp_path) as site:
        assert asyncio.run(open_after_many_selves(site.url())) <= MOST_IDLE + 1
        assert len(site.spoken) == MOST_IDLE + 6


async def open_after_many_selves(url: str) -> int:
    curls = Curls(Guard(Names, allows_all=True), verify=False, header_bytes=65_536)
    for number in range(MOST_IDLE + 6):
        session = CurlSession(curls, "chrome150", f"self {number}", frozenset(), LIMIT, [])
        async with await session.request("GET", url, headers=[], timeout=aiohttp.ClientTimeout(total=120)) as answer:
            assert answer.status == 200
    found = len(curls._connections)
    await curls.close()
    return found
