"""No page can send a crawl to a private address, however it is spelled and whichever way it comes."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from crawler.fetch.guard import Guard, GuardedConnector, PrivateAddressError
from crawler.fetch.once import FetchError, fetch
from crawler.fetch.proxy_api import ask as ask_for_proxies
from schemas.proxies import BadProxyError, Proxy
from tests.support.alone import ask
from tests.support.listener import Listener, listening
from tests.support.lure import Said, lure
from tests.support.names import Names
from tests.support.proxies import forward_proxy

HANDLER = "crawler.fetch.http.HttpDownloadHandler"
SETTINGS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
    "DOWNLOADER_MIDDLEWARES": {"crawler.fetch.guard.GuardMiddleware": 990},
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "LONGLINE_RESOLVER": "tests.support.names.Names",
}
LOOPBACK = """
    127.0.0.1 127.1 127.0.1 127.255.255.254 0x7f000001 0x7f.1 0x7F.0x0.0x0.0x1 2130706433 0177.0.0.1 0177.1 017700000001
    00000177.0.0.1 127.0.0x0.1 127.0.0.1. 0 0x0 0.0.0.0 0.0.0.1 \uff11\uff12\uff17.\uff10.\uff10.\uff11
    \u2460\u2461\u2466.0.0.1 127\u30020\u30020\u30021 %31%32%37.0.0.1 [::1] [0:0:0:0:0:0:0:1] [::] [::127.0.0.1]
    [::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::] localhost LOCALHOST localhost. a.localhost
    \u24dbocalhost is.127-0-0-1.test is.127-1-2-3.test is.0-0-0-0.test is.x--1.test is.x--.test is.x--ffff-7f00-1.test
    is.64-ff9b--7f00-1.test is.2002-7f00-1--.test both.127-0-0-1.x--1.test turns.127-0-0-1.127-0-0-1.test
    user:word@127.0.0.1 example.com@127.0.0.1
""".split()  # noqa: SIM905 - a list of hosts, not of quotes
ELSEWHERE = """
    10.0.0.1 10.1 0xa000001 172.16.0.1 172.31.255.255 192.168.0.1 192.168.257 169.254.1.1 169.254.169.254 2852039166
    0xa9fea9fe 0251.0376.0251.0376 [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [fd00:ec2::254] 100.100.100.200
    168.63.129.16 100.64.0.1 100.127.255.254 198.18.0.1 192.0.2.1 198.51.100.1 203.0.113.1 192.0.0.1 224.0.0.1
    239.255.255.250 240.0.0.1 255.255.255.255 [fe80::1] [fc00::1] [fd12:3456::1] [fec0::1] [ff02::1] [2001:db8::1]
    [2001:0:1:2:3:4:f7f7:f7f7] [64:ff9b:1::1] metadata.google.internal printer.local wiki.corp redis
    is.10-0-0-1.test is.169-254-169-254.test is.100-64-0-1.test is.fd00-ec2--254.test is.fe80--1.test
    both.10-0-0-1.192-168-0-1.test is.224-0-0-1.test is.198-18-0-1.test
""".split()  # noqa: SIM905 - the same


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that is a coroutine."""

    @functools.wraps(test)
    def run(**arguments: Any) -> None:
        asyncio.run(test(**arguments))

    return run


@pytest.fixture
def secret() -> Iterator[Listener]:
    """What must not be reached."""
    with listening() as listener:
        yield listener


def refused(folder: Path, urls: list[str], **settings: Any) -> None:
    asked = ask(folder, [{"url": url} for url in urls], **{**SETTINGS, **settings})
    assert len(asked.answers) == len(urls)
    for answer in asked.answers:
        assert "LONGLINE_ALLOW_PRIVATE_ADDRESSES=true allows" in answer.get("error", ""), answer


def test_there_are_enough_hostile_hosts() -> None:
    assert len({*LOOPBACK, *ELSEWHERE}) >= 90


def test_no_spelling_of_a_private_host_is_connected_to(tmp_path: Path, secret: Listener) -> None:
    refused(tmp_path, [secret.url(host) for host in (*LOOPBACK, *ELSEWHERE)])
    assert secret.heard == []


def test_no_spelling_passes_with_twisteds_client(tmp_path: Path, secret: Listener) -> None:
    refused(tmp_path, [secret.url(host) for host in (*LOOPBACK, *ELSEWHERE)], DOWNLOAD_HANDLERS={})
    assert secret.heard == []


def test_no_spelling_passes_through_a_proxy(tmp_path: Path, secret: Listener) -> None:
    with forward_proxy("127.0.0.9") as proxy:
        urls = [secret.url(host) for host in (*LOOPBACK, *ELSEWHERE)]
        asked = ask(tmp_path, [{"url": url, "meta": {"proxy": proxy.url}} for url in urls], **SETTINGS)
    assert [answer for answer in asked.answers if "LONGLINE_ALLOW" not in answer.get("error", "")] == []
    assert len(asked.answers) == len(urls)
    assert secret.heard == []


def test_where_it_is_allowed_they_are_reached(tmp_path: Path, secret: Listener) -> None:
    hosts = ["127.0.0.1", "[::1]", "localhost"]
    asked = ask(
        tmp_path, [{"url": secret.url(host)} for host in hosts], **SETTINGS, LONGLINE_ALLOW_PRIVATE_ADDRESSES=True
    )
    assert [answer["status"] for answer in asked.answers] == [200] * 3
    assert len(secret.heard) == 3


class Tried:
    """Notes the addresses that a connector tries, and has each fail."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def __call__(self, info: Any) -> socket.socket:
        self.addresses.append(info[4][0])
        raise OSError("tried")


async def tried(host: str, names: Names, guard: Guard | None = None, **options: Any) -> list[str]:
    """Which addresses a connection to a host would be made to."""
    tries = Tried()
    connector = GuardedConnector(guard or Guard(lambda: names), socket_factory=tries, **options)
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://{host}/")
    return tries.addresses


@in_a_loop
async def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to() -> None:
    names = Names()
    assert set(await tried("turns.8-8-8-8.127-0-0-1.test", names)) == {"8.8.8.8"}
    assert names.asked["turns.8-8-8-8.127-0-0-1.test"] == 1


@in_a_loop
async def test_a_name_that_changes_its_answer_is_refused_when_it_does(secret: Listener) -> None:
    names, host = Names(), "turns.8-8-8-8.127-0-0-1.test"
    guard = Guard(lambda: names)
    await guard.check(host, secret.port)  # as before a job starts
    async with aiohttp.ClientSession(connector=GuardedConnector(guard)) as session:
        with pytest.raises(PrivateAddressError, match=r"resolves to 127\.0\.0\.1, this machine itself"):
            await session.get(secret.url(host))
    assert secret.heard == []


@in_a_loop
async def test_of_several_addresses_the_public_ones_alone_are_tried() -> None:
    assert set(await tried("both.127-0-0-1.8-8-8-8.10-0-0-1.test", Names())) == {"8.8.8.8"}
    assert set(await tried("both.x--1.8-8-8-8.2606-4700--1111.test", Names())) == {"8.8.8.8", "2606:4700::1111"}


@in_a_loop
async def test_an_endpoint_that_was_named_is_allowed_alone(secret: Listener) -> None:
    guard = Guard(Names)
    connector = GuardedConnector(guard, endpoints=frozenset({f"127.0.0.1:{secret.port}"}))
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.get(secret.url()) as answer:
            assert answer.status == 200
        for url in (f"http://127.0.0.1:{secret.port + 1}/", secret.url("[::1]"), secret.url("127.0.0.2")):
            with pytest.raises(PrivateAddressError):
                await session.get(url)
    assert len(secret.heard) == 1


@in_a_loop
async def test_a_name_that_is_unknown_here_is_left_to_the_proxy() -> None:
    await Guard(Names).check("nobody.example", 80)


@in_a_loop
async def test_what_was_found_of_a_name_holds_for_a_minute() -> None:
    names = Names()
    guard = Guard(lambda: names)
    for _ in range(3):
        with pytest.raises(PrivateAddressError):
            await guard.check("is.10-0-0-1.test", 80)
    assert names.asked["is.10-0-0-1.test"] == 1


@pytest.mark.parametrize(
    ("url", "typed", "expected"),
    [
        ("http://127.0.0.1:8000/a", True, {"127.0.0.1:8000"}),
        ("http://is.10-0-0-1.test/", True, {"is.10-0-0-1.test:80"}),
        ("http://is.8-8-8-8.test/", True, set()),
        ("http://nobody.example/", False, set()),
    ],
)
@in_a_loop
async def test_what_is_typed_is_noted_where_it_is_private(url: str, typed: bool, expected: set[str]) -> None:
    assert await Guard(Names).start(url, typed=typed) == expected


@in_a_loop
async def test_what_nobody_typed_does_not_start_on_a_private_address() -> None:
    with pytest.raises(PrivateAddressError, match=r"127\.0\.0\.1 is this machine itself"):
        await Guard(Names).start("http://127.0.0.1:8000/", typed=False)
    assert await Guard(Names, allows_all=True).start("http://127.0.0.1:8000/", typed=False) == frozenset()


@pytest.mark.parametrize("through", ["", "127.0.0.9"])
def test_one_url_without_a_crawl_is_typed_and_where_it_redirects_to_is_not(secret: Listener, through: str) -> None:
    with lure({"/": Said(location=secret.url()), "/page": Said("here")}) as site, ExitStack() as stack:
        proxies = [Proxy(stack.enter_context(forward_proxy(through)).url)] if through else []
        assert fetch(site.url("/page"), proxies)[0] == b"here"
        with pytest.raises(FetchError, match="is this machine itself"):
            fetch(site.url(), proxies)
        assert secret.heard == []
        assert fetch(site.url(), proxies, allows_private_addresses=True)[0] == b"secret"


@in_a_loop
async def test_an_api_of_proxies_redirects_nowhere(secret: Listener) -> None:
    with lure({"/": Said(location=secret.url())}) as site, pytest.raises(BadProxyError, match="it answered 302"):
        await ask_for_proxies(site.url())
    assert secret.heard == []
