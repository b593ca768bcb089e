"""A site that looks at how it is spoken to sees the browser that the headers name, and not Python."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from curl_cffi.fingerprints import NATIVE_IMPERSONATE_TARGETS

from crawler.fetch.browsers import Browser, browsers
from crawler.fetch.impersonation import nearest
from tests.conftest import missing
from tests.support import alone
from tests.support.alone import Asked, ask
from tests.support.browser import find_browser
from tests.support.listener import Listener, listening
from tests.support.lure import Said, lure
from tests.support.proxies import PASSWORD, forward_proxy
from tests.support.secure import Spoken, secure_site
from tests.support.tls import self_signed

HANDLER = "crawler.fetch.http.HttpDownloadHandler"
JOB = "a-job"
SETTINGS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetch.identity.IdentityMiddleware": 300,
        "crawler.fetch.guard.GuardMiddleware": 990,
    },
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
    "LONGLINE_ALLOW_PRIVATE_ADDRESSES": True,
    "LONGLINE_IDENTITY": "browser",
    "LONGLINE_IMPERSONATE": "auto",
    "LONGLINE_JOB_ID": JOB,
    "LONGLINE_RESOLVER": "tests.support.names.Names",
    "DOWNLOAD_VERIFY_CERTIFICATES": False,
    "DOWNLOAD_TIMEOUT": 60,
    "RETRY_ENABLED": False,
}
ENGINES = ("Chrome", "Firefox", "Safari")
TLS_1_3 = [0x1301, 0x1302, 0x1303]
MLKEM = 4588
"""The group of the key exchange that no quantum computer breaks: recent Chromes and Firefoxes begin with it."""
CIPHERS = {
    "Chrome": [*TLS_1_3, 0xC02B, 0xC02F, 0xC02C, 0xC030],
    "Firefox": [0x1301, 0x1303, 0x1302, 0xC02B, 0xC02F, 0xCCA9, 0xCCA8],
    "Safari": [*TLS_1_3, 0xC02C, 0xC02B, 0xCCA9, 0xC030],
}
"""How the list begins that each of them sends."""
ORDER = {
    "Chrome": [":method", ":authority", ":scheme", ":path"],
    "Firefox": [":method", ":path", ":authority", ":scheme"],
    "Safari": [":method", ":scheme", ":authority", ":path"],
}
WINDOW = {"Chrome": 6_291_456, "Firefox": 131_072, "Safari": 2_097_152}
INITIAL_WINDOW_SIZE, ECH, ALPS = 4, 0xFE0D, 0x44CD


def self_of(engine: str, host: str = "127.0.0.1") -> str:
    """A session in which a host sees such a browser."""
    choose = browsers(datetime.now(UTC).date()).choose
    sessions = (f"session{number}" for number in count())
    return next(name for name in sessions if is_one(choose(f"{JOB} {host} {name}"), engine))


def is_one(browser: Browser, engine: str) -> bool:
    return browser.engine == engine and (engine != "Safari" or "Version/18.0" in browser.user_agent)


def request(url: str, engine: str = "Chrome", **meta: Any) -> dict[str, Any]:
    host = url.partition("://")[2].partition("/")[0].rpartition(":")[0]
    return {"url": url, "meta": {"session": self_of(engine, host)} | meta}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Spoken]:
    """What a site with HTTP/2 saw of one request of each engine, and of a robot."""
    folder, found = tmp_path_factory.mktemp("seen"), {}
    with secure_site(folder) as site:
        for engine in ENGINES:
            assert statuses(ask(folder, [request(site.url(), engine)], **SETTINGS)) == [200]
            (found[engine],) = site.spoken
            site.spoken.clear()
        assert statuses(ask(folder, [{"url": site.url(), "meta": {"identity": "robot"}}], **SETTINGS)) == [200]
        (found["robot"],) = site.spoken
    return found


def statuses(asked: Asked) -> list[Any]:
    return [answer.get("status") or answer["error"] for answer in asked.answers]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_ciphers_are_the_browsers_in_its_order(seen: dict[str, Spoken], engine: str) -> None:
    ciphers = seen[engine].hello.ciphers
    assert ciphers[: len(CIPHERS[engine])] == CIPHERS[engine]
    assert ciphers != seen["robot"].hello.ciphers


@pytest.mark.parametrize("engine", ENGINES)
def test_http_2_is_spoken_with_the_browsers_settings(seen: dict[str, Spoken], engine: str) -> None:
    spoken = seen[engine]
    assert spoken.hello.alpn == ["h2", "http/1.1"]
    assert spoken.protocol == "h2"
    assert spoken.settings[INITIAL_WINDOW_SIZE] == WINDOW[engine]
    assert spoken.order == ORDER[engine]
    assert spoken.requests == 1


def test_extensions_and_groups_are_the_browsers(seen: dict[str, Spoken]) -> None:
    assert {ECH, ALPS} <= seen["Chrome"].hello.extensions
    assert seen["Chrome"].hello.groups[0] == seen["Firefox"].hello.groups[0] == MLKEM
    assert not {ECH, ALPS} & seen["robot"].hello.extensions
    assert len({frozenset(spoken.hello.extensions) for spoken in seen.values()}) == len(ENGINES) + 1


def test_a_robot_goes_as_python_does(seen: dict[str, Spoken]) -> None:
    assert seen["robot"].protocol != "h2"
    assert "h2" not in seen["robot"].hello.alpn


@pytest.mark.parametrize("engine", ENGINES)
def test_over_http_1_1_the_headers_are_those_of_the_identity_in_its_order(tmp_path: Path, engine: str) -> None:
    with secure_site(tmp_path, alpn=("http/1.1",)) as site:
        for impersonate in ("auto", "never"):
            asked = ask(tmp_path, [request(site.url(), engine, impersonate=impersonate)], **SETTINGS)
            assert statuses(asked) == [200]
    by_curl, by_aiohttp = (names(spoken.heads[0]) for spoken in site.spoken)
    assert by_curl.pop() == "Connection"  # curl has its own place for it
    by_aiohttp.remove("Connection")
    # Firefox says of each page how urgent it is; the others only where HTTP/2 asks for it.
    assert by_curl == by_aiohttp + (["Priority", "TE"] if engine == "Firefox" else [])


def names(head: bytes) -> list[str]:
    return [line.partition(":")[0] for line in head.decode().split("\r\n")[1:]]


def test_one_self_has_one_connection_and_another_has_its_own(tmp_path: Path) -> None:
    with secure_site(tmp_path) as site:
        sessions = [f"session{number}" for number in range(4)]
        pages = [
            {"url": site.url(path=f"/{page}"), "meta": {"session": name}} for page in range(5) for name in sessions
        ]
        assert statuses(ask(tmp_path, pages, **SETTINGS)) == [200] * 20
    assert [spoken.requests for spoken in site.spoken] == [5] * 4
    assert not any(spoken.hello.resumes for spoken in site.spoken)


def test_what_is_sent_arrives(tmp_path: Path) -> None:
    with secure_site(tmp_path, alpn=("http/1.1",)) as site:
        sent: list[dict[str, Any]] = [
            {"url": site.url(path="/a/../b?%7e=c%20d&%C3%A9"), "method": "HEAD", "meta": {"verbatim_url": True}},
            {"url": site.url(path="/post"), "method": "POST", "body": "x=1"},
            {"url": site.url(path="/empty"), "method": "POST"},
            {"url": site.url("anna:word@127.0.0.1", "/auth")},
        ]
        assert statuses(ask(tmp_path, sent, **SETTINGS)) == [200] * 4
    heads = {head.split()[1]: head.lower() for spoken in site.spoken for head in spoken.heads}
    assert heads[b"/a/../b?%7e=c%20d&%C3%A9"].startswith(b"head ")
    assert b"content-length: 3" in heads[b"/post"]
    assert b"content-type" not in heads[b"/post"]
    assert b"expect" not in heads[b"/post"]
    assert b"content-length: 0" in heads[b"/empty"]
    assert b"authorization: basic yw5uytp3b3jk" in heads[b"/auth"]


def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SETTINGS | {"DOWNLOAD_VERIFY_CERTIFICATES": True, "RETRY_ENABLED": True}
    with self_signed(tmp_path) as server:
        asked = ask(tmp_path, [request(f"https://127.0.0.1:{server.server_port}/")], **settings)
        assert "CERTIFICATE_VERIFY_FAILED" in asked.answers[0]["error"]
        pem = tmp_path / "self-signed.pem"
    environment = alone.environment() | {"SSL_CERT_FILE": str(pem)}
    monkeypatch.setattr(alone, "environment", lambda: environment)
    with secure_site(tmp_path, pem=pem) as site:
        assert statuses(ask(tmp_path, [request(site.url())], **settings)) == [200]


def test_it_is_what_the_browser_of_this_machine_says(tmp_path: Path, seen: dict[str, Spoken]) -> None:
    browser = find_browser()
    if browser is None:
        missing("There is no browser (Debian: apt install chromium)")
    words = [
        "--headless",
        "--no-sandbox",
        "--ignore-certificate-errors",
        "--dump-dom",
        f"--user-data-dir={tmp_path}/user",
    ]
    with secure_site(tmp_path) as site:
        subprocess.run([browser, *words, site.url()], capture_output=True, timeout=240, check=False)
    own, ours = next(spoken for spoken in site.spoken if spoken.requests), seen["Chrome"]
    assert (ours.hello.ciphers, ours.hello.alpn) == (own.hello.ciphers, own.hello.alpn)
    assert (ours.settings, ours.window, ours.order) == (own.settings, own.window, own.order)


# The guard

LURES = """
    127.0.0.1 127.1 0x7f000001 2130706433 0177.0.0.1 [::1] [::] [::ffff:127.0.0.1] localhost a.localhost
    is.127-0-0-1.test is.0-0-0-0.test is.x--1.test both.127-0-0-1.x--1.test 0 10.0.0.1 169.254.169.254
    is.169-254-169-254.test metadata.google.internal user:word@127.0.0.1 127.0.0.1. is.127-0-0-1.test.
    \uff11\uff12\uff17.\uff10.\uff10.\uff11 %31%32%37.0.0.1 127\u30020\u30020\u30021
""".split()  # noqa: SIM905 - a list of hosts, not of quotes


@pytest.fixture
def secret() -> Iterator[Listener]:
    """What must not be reached."""
    with listening() as listener:
        yield listener


@pytest.mark.parametrize("through", ["", "127.0.0.9"])
def test_no_private_host_is_connected_to(tmp_path: Path, secret: Listener, through: str) -> None:
    guarded = SETTINGS | {"LONGLINE_ALLOW_PRIVATE_ADDRESSES": False}
    with forward_proxy("127.0.0.9") as proxy:
        meta = {"proxy": proxy.url} if through else {}
        pages = [{"url": f"https://{host}:{secret.port}/", "meta": meta} for host in LURES]
        asked = ask(tmp_path, pages, **guarded)
    assert [answer for answer in asked.answers if "LONGLINE_ALLOW_PRIVATE" not in answer.get("error", "")] == []
    assert len(asked.answers) == len(LURES)
    assert secret.heard == []


def test_curl_connects_to_what_was_checked_and_to_nothing_else(tmp_path: Path) -> None:
    # The name is known to LONGLINE_RESOLVER alone, and changes its answer.
    with secure_site(tmp_path) as site, listening() as secret:
        host = "turns.127-0-0-1.127-0-0-2.test"
        pages = [request(site.url(host, f"/{number}")) for number in range(3)]
        asked = ask(tmp_path, pages, **SETTINGS)
        assert statuses(asked) == [200] * 3
        assert [spoken.hello.name for spoken in site.spoken] == [host]
        assert secret.heard == []


def test_an_unknown_name_is_said_to_be_one(tmp_path: Path) -> None:
    asked = ask(tmp_path, [request("https://nobody.example/")], **SETTINGS)
    assert "nobody.example is unknown" in str(statuses(asked))


def test_the_environments_proxies_are_none_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with secure_site(tmp_path) as site, listening() as other, forward_proxy("127.0.0.9") as proxy:
        set_by = dict.fromkeys(("https_proxy", "all_proxy", "ALL_PROXY"), other.url()) | {"no_proxy": "*"}
        environment = alone.environment() | set_by
        monkeypatch.setattr(alone, "environment", lambda: environment)
        through = request(site.url(path="/through"), proxy=proxy.url)
        assert statuses(ask(tmp_path, [request(site.url()), through], **SETTINGS)) == [200] * 2
        assert other.heard == []
        proxy.kill()
        assert "Cannot connect" in str(statuses(ask(tmp_path, [through], **SETTINGS)))


def test_a_redirect_is_an_answer(tmp_path: Path, secret: Listener) -> None:
    with (
        lure({"/": Said(location=secret.url())}) as plain,
        secure_site(tmp_path, alpn=("http/1.1",), behind=plain.port) as site,
    ):
        asked = ask(tmp_path, [request(site.url(), dont_redirect=True)], **SETTINGS)
        assert statuses(asked) == [302]
    assert secret.heard == []


# Proxies


def test_a_proxy_is_given_its_password_and_nothing_logs_it(tmp_path: Path) -> None:
    middlewares = SETTINGS["DOWNLOADER_MIDDLEWARES"] | {"crawler.fetch.proxy.ProxyMiddleware": 620}
    settings = SETTINGS | {"DOWNLOADER_MIDDLEWARES": middlewares}
    with secure_site(tmp_path) as site, forward_proxy("127.0.0.9", user="anna", password=PASSWORD) as proxy:
        asked = ask(tmp_path, [request(site.url())] * 3, **settings, LONGLINE_PROXIES=proxy.url)
        assert statuses(asked) == [200] * 3
        assert [spoken.requests for spoken in site.spoken] == [3]
        assert PASSWORD not in asked.log + str(asked.answers)
        wrong = proxy.url.replace("anna:", "anna:x")
        asked = ask(tmp_path, [request(site.url())], **settings, LONGLINE_PROXIES=wrong, LONGLINE_PROXY_WAIT=1)
        assert "it does not take our user and password (407)" in asked.log
        assert PASSWORD not in asked.log + str(asked.answers)


# Which target


@pytest.mark.parametrize(
    ("browser", "target"),
    [
        (Browser("Chrome", 154, "Windows", False, ""), "chrome150"),
        (Browser("Chrome", 154, "Android", True, ""), "chrome150"),
        (Browser("Edge", 143, "Windows", False, ""), "chrome142"),
        (Browser("Firefox", 146, "Linux", False, ""), "firefox147"),
        (Browser("Safari", 18, "iOS", True, "Version/18.5 Mobile"), "safari184_ios"),
        (Browser("Safari", 17, "macOS", False, "Version/17.6 "), "safari180"),
    ],
)
def test_the_nearest_of_the_same_family_is_taken(browser: Browser, target: str) -> None:
    assert nearest(browser, NATIVE_IMPERSONATE_TARGETS) == target
    others = [found for found in NATIVE_IMPERSONATE_TARGETS if found["browser"] == "Tor"]
    assert nearest(browser, others) is None


def test_the_recorder_hears_what_python_says(tmp_path: Path) -> None:
    with secure_site(tmp_path) as site:
        context = ssl._create_unverified_context()
        context.set_alpn_protocols(["http/1.1"])
        with socket.create_connection(("127.0.0.1", site.port)) as raw, context.wrap_socket(raw):
            pass
    (spoken,) = site.spoken
    # Ciphers for keys that both sides know beforehand are said only where there are such keys.
    known = [cipher for cipher in context.get_ciphers() if "PSK" not in cipher["name"] and "SRP" not in cipher["name"]]
    assert {cipher["id"] & 0xFFFF for cipher in known} == set(spoken.hello.ciphers) - {0xFF}
    assert spoken.hello.alpn == ["http/1.1"]
