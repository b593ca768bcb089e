"""Proxies, alone in a stock Scrapy project: what the site sees, what becomes of a proxy that fails, and no password."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.alone import Asked, ask, command, environment
from tests.support.proxies import PASSWORD, Recorder, RunningProxy, forward_proxy, recording_site

PROXIES: dict[str, Any] = {
    "DOWNLOADER_MIDDLEWARES": {"crawler.fetch.proxy.ProxyMiddleware": 620},
    "RETRY_TIMES": 0,
}
CLIENTS = {
    "aiohttp": {"http": "crawler.fetch.http.HttpDownloadHandler", "https": "crawler.fetch.http.HttpDownloadHandler"},
    "twisted": {},
}


@pytest.fixture(scope="module")
def site() -> Iterator[Recorder]:
    with recording_site() as running:
        yield running


@pytest.fixture
def two() -> Iterator[list[RunningProxy]]:
    with ExitStack() as stack:
        hosts = ("127.0.0.2", "127.0.0.3")
        yield [stack.enter_context(forward_proxy(host, user="anna", password=PASSWORD)) for host in hosts]


def urls(proxies: list[RunningProxy]) -> str:
    return ",".join(proxy.url for proxy in proxies)


def pages(site: Recorder, folder: Path, count: int = 20, **meta: Any) -> list[dict[str, Any]]:
    return [{"url": site.url(path=f"/{folder.name}/{number}"), "meta": meta} for number in range(count)]


def peers(site: Recorder, folder: Path) -> dict[str, int]:
    """From how many addresses the pages of a test were asked for, and how often from each."""
    found: dict[str, int] = {}
    for visit in site.asked():
        if visit["path"].startswith(f"/{folder.name}/"):
            found[visit["peer"]] = found.get(visit["peer"], 0) + 1
    return found


def statuses(asked: Asked) -> list[int | str]:
    return [answer.get("status") or answer["error"] for answer in asked.answers]


@pytest.mark.parametrize("client", CLIENTS)
def test_each_proxy_has_its_share_and_nothing_keeps_its_password(
    site: Recorder, two: list[RunningProxy], tmp_path: Path, client: str
) -> None:
    asked = ask(
        tmp_path, pages(site, tmp_path), LONGLINE_PROXIES=urls(two), DOWNLOAD_HANDLERS=CLIENTS[client], **PROXIES
    )

    assert statuses(asked) == [200] * 20
    shares = peers(site, tmp_path)
    assert (set(shares), sum(shares.values())) == ({"127.0.0.2", "127.0.0.3"}, 20)
    assert all(answer["tier"] == "proxy" and answer["proxy"] is None for answer in asked.answers)
    assert not any("Proxy-Authorization" in answer["kept"] for answer in asked.answers)
    assert no_password(asked)
    fields = {name.lower() for visit in site.asked() for name, _ in visit["headers"]}
    assert not {name for name in fields if name.startswith("proxy-")}


def no_password(asked: Asked) -> bool:
    return not any(word in f"{asked.log}{asked.answers}" for word in ("sesame", "b3Blbi9zZXNhbWV"))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_dead_proxy_rests_and_its_requests_go_through_the_other_at_once(
    site: Recorder, two: list[RunningProxy], tmp_path: Path, client: str
) -> None:
    two[0].kill()
    asked = ask(
        tmp_path, pages(site, tmp_path), LONGLINE_PROXIES=urls(two), DOWNLOAD_HANDLERS=CLIENTS[client], **PROXIES
    )

    assert statuses(asked) == [200] * 20
    assert peers(site, tmp_path) == {"127.0.0.3": 20}
    # Once more where its rest is over before the crawl is.
    assert "rests for" in asked.log
    rest = rf"The proxy http://anna:\*\*\*@127.0.0.2:{two[0].port} rests for \d+ s: connection refused"
    assert re.search(rest, asked.log, re.IGNORECASE)
    assert "retry/count" not in asked.log
    assert no_password(asked)


@pytest.mark.parametrize("client", CLIENTS)
def test_https_goes_through_tunnels_of_which_a_dead_one_and_one_with_a_wrong_password_rest(
    two: list[RunningProxy], tmp_path: Path, client: str
) -> None:
    two[0].kill()
    wrong = f"http://anna:wrong@127.0.0.3:{two[1].port}"
    with recording_site(tls=tmp_path) as site:
        asked = ask(
            tmp_path,
            pages(site, tmp_path),
            LONGLINE_PROXIES=f"{urls(two)},{wrong}",
            DOWNLOAD_HANDLERS=CLIENTS[client],
            DOWNLOAD_VERIFY_CERTIFICATES="False",
            **PROXIES,
        )

        assert statuses(asked) == [200] * 20
        assert peers(site, tmp_path) == {"127.0.0.3": 20}
    assert "it does not take our user and password (407)" in asked.log
    assert no_password(asked)


def test_a_site_with_a_bad_certificate_fails_by_itself_and_no_proxy_rests(
    two: list[RunningProxy], tmp_path: Path
) -> None:
    strict = PROXIES | {"DOWNLOAD_HANDLERS": CLIENTS["aiohttp"], "DOWNLOAD_VERIFY_CERTIFICATES": "True"}
    with recording_site(tls=tmp_path) as site:
        asked = ask(tmp_path, pages(site, tmp_path), LONGLINE_PROXIES=urls(two), **strict)

    assert all("certificate" in answer["error"] for answer in asked.answers)
    assert "rests for" not in asked.log
    assert no_password(asked)


def test_a_wrong_password_makes_one_of_two_entries_on_one_address_rest(
    site: Recorder, two: list[RunningProxy], tmp_path: Path
) -> None:
    wrong = f"http://anna:wrong@127.0.0.2:{two[0].port}"
    asked = ask(tmp_path, pages(site, tmp_path), LONGLINE_PROXIES=f"{wrong},{two[0].url}", **PROXIES)

    assert statuses(asked) == [200] * 20
    assert peers(site, tmp_path) == {"127.0.0.2": 20}
    assert "it does not take our user and password (407)" in asked.log


def test_a_proxy_that_fails_where_another_does_not_rests(
    site: Recorder, two: list[RunningProxy], tmp_path: Path
) -> None:
    with forward_proxy("127.0.0.4", status=502) as broken:
        asked = ask(tmp_path, pages(site, tmp_path), LONGLINE_PROXIES=urls([broken, two[1]]), **PROXIES)

    assert statuses(asked) == [200] * 20
    assert peers(site, tmp_path) == {"127.0.0.3": 20}
    assert re.search(rf"127.0.0.4:{broken.port} rests for \d+ s: it fails where others do not", asked.log)


def test_what_the_site_itself_answers_is_no_failure_of_the_proxies(
    site: Recorder, two: list[RunningProxy], tmp_path: Path
) -> None:
    requests = [{"url": site.url(path="/status/503")}, *pages(site, tmp_path)]
    asked = ask(tmp_path, requests, LONGLINE_PROXIES=urls(two), **PROXIES)

    assert sorted(map(str, statuses(asked))) == ["200"] * 20 + ["503"]
    assert set(peers(site, tmp_path)) == {"127.0.0.2", "127.0.0.3"}
    assert "rests for" not in asked.log


def test_without_a_proxy_that_works_requests_wait_and_then_fail_with_one_sentence(
    site: Recorder, two: list[RunningProxy], tmp_path: Path
) -> None:
    for proxy in two:
        proxy.kill()
    began = time.monotonic()
    asked = ask(
        tmp_path, pages(site, tmp_path, count=3), LONGLINE_PROXIES=urls(two), LONGLINE_PROXY_WAIT="2", **PROXIES
    )

    assert time.monotonic() - began > 2
    assert len(asked.answers) == 3
    for answer in asked.answers:
        assert answer["error"].startswith(
            "None of the 2 proxies of LONGLINE_PROXIES worked for 2 s (2 rest); the last failure: "
        )
    assert peers(site, tmp_path) == {}
    assert no_password(asked)


def test_a_file_is_read_again_while_requests_wait(site: Recorder, two: list[RunningProxy], tmp_path: Path) -> None:
    file = tmp_path / "proxies.txt"
    file.write_text(f"{two[0].url}\n")
    two[0].kill()
    words = command(tmp_path, pages(site, tmp_path, count=5), {"LONGLINE_PROXIES": str(file)} | PROXIES)
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert any("rests for" in line for line in process.stderr)
        file.write_text("nonsense\n")
        assert any("line 1: must be a URL" in line for line in process.stderr)
        file.write_text(two[1].url)
        log = process.communicate(timeout=240)[1]

    assert "LONGLINE_PROXIES was read again: 1 proxies." in log
    assert peers(site, tmp_path) == {"127.0.0.3": 5}


def test_a_request_may_bring_a_proxy_or_ask_for_none(site: Recorder, two: list[RunningProxy], tmp_path: Path) -> None:
    own, none = tmp_path / "own", tmp_path / "none"
    with forward_proxy("127.0.0.4", user="anna", password="a/b") as third:
        requests = pages(site, own, proxy=third.url) + pages(site, none, dont_proxy=True)
        asked = ask(tmp_path, requests, LONGLINE_PROXIES=two[0].url, **PROXIES)

    assert statuses(asked) == [200] * 40
    assert peers(site, own) == {"127.0.0.4": 20}
    assert peers(site, none) == {"127.0.0.1": 20}


@pytest.mark.parametrize("demand", ["setting", "meta"])
def test_what_must_have_a_proxy_fails_where_it_would_go_out_directly(
    site: Recorder, tmp_path: Path, demand: str
) -> None:
    demanding = PROXIES | {
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.fetch.proxy.ProxyMiddleware": 620,
            "crawler.fetch.proxy_demand.ProxyDemand": 760,
        },
        "LONGLINE_PROXY_REQUIRED": str(demand == "setting"),
    }
    asked = ask(tmp_path, pages(site, tmp_path, count=3, proxy_required=demand == "meta"), **demanding)

    assert statuses(asked) == ["its site demands a proxy (proxy: required), and none is set"] * 3
    assert peers(site, tmp_path) == {}


def test_without_proxies_it_is_off_and_says_so(site: Recorder, tmp_path: Path) -> None:
    asked = ask(tmp_path, pages(site, tmp_path), **PROXIES)

    assert peers(site, tmp_path) == {"127.0.0.1": 20}
    assert "Disabled crawler.fetch.proxy.ProxyMiddleware: LONGLINE_PROXIES is not set." in asked.log
