"""The browser's way out: who may use it, where it leads, and what it refuses."""

from __future__ import annotations

import asyncio
import functools
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError

from crawler.fetch.egress import USER, Egress, Exit
from crawler.fetch.egress_ways import Direct, Through
from crawler.fetch.guard import Guard, PrivateAddressError
from schemas.proxies import Proxy
from tests.support.listener import Listener, listening
from tests.support.names import Names
from tests.support.proxies import PASSWORD, forward_proxy, recording_site

HOSTILE = """
    127.0.0.1 127.1 0x7f000001 2130706433 0177.0.0.1 0 0.0.0.0 localhost a.localhost [::1] [::] [::ffff:127.0.0.1]
    [::ffff:7f00:1] [64:ff9b::7f00:1] 10.0.0.1 192.168.0.1 169.254.169.254 [fd00:ec2::254] 100.64.0.1 redis
    printer.local is.127-0-0-1.test is.x--1.test is.10-0-0-1.test both.127-0-0-1.x--1.test
""".split()  # noqa: SIM905 - a list of hosts, not of quotes


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


@asynccontextmanager
async def egress(guard: Guard | None = None) -> AsyncIterator[Egress]:
    made = Egress(guard or Guard(Names))
    try:
        yield made
    finally:
        await made.close()


async def say(way_out: Exit, head: str, password: str | None = None) -> str:
    """What the exit answers to a head; nothing where it closes the connection."""
    login = b64encode(f"{USER}:{way_out.password if password is None else password}".encode()).decode()
    reader, writer = await asyncio.open_connection("127.0.0.1", way_out.port)
    try:
        writer.write(f"{head}\r\nProxy-Authorization: Basic {login}\r\n\r\n".encode())
        async with asyncio.timeout(120):
            if head.startswith("CONNECT"):
                return (await reader.readline()).decode().strip()
            return (await reader.read()).decode("latin-1")
    finally:
        writer.close()


@in_a_loop
async def test_who_does_not_have_the_password_gets_nowhere(secret: Listener) -> None:
    allowed = Direct(frozenset({f"127.0.0.1:{secret.port}"}))
    async with egress() as out:
        way_out = await out.exit(allowed)
        for password in ("", "guessed", way_out.password[:-1], "\xe9"):
            for head in (f"GET {secret.url()} HTTP/1.1", f"CONNECT 127.0.0.1:{secret.port} HTTP/1.1"):
                assert (await say(way_out, head, password)).startswith("HTTP/1.1 407")
        assert secret.heard == []
        assert (await say(way_out, f"GET {secret.url()} HTTP/1.1")).endswith("secret")


@in_a_loop
async def test_no_exit_has_the_password_of_another() -> None:
    async with egress() as out:
        one, other = await out.exit(), await out.exit(Direct(frozenset({"127.0.0.1:1"})))
        assert one is await out.exit(Direct())
        assert (one.password, one.port) != (other.password, other.port)
        assert one.password not in repr(one)


@in_a_loop
async def test_no_hostile_host_is_connected_to(secret: Listener) -> None:
    async with egress() as out:
        way_out = await out.exit()
        for host in HOSTILE:
            assert await say(way_out, f"CONNECT {host}:{secret.port} HTTP/1.1") == "HTTP/1.1 502 Bad Gateway"
            assert await say(way_out, f"GET {secret.url(host)} HTTP/1.1") == ""
            assert isinstance(way_out.trouble(secret.url(host)), PrivateAddressError)
        assert out.refused == 2 * len(HOSTILE)
    assert secret.heard == []


@in_a_loop
async def test_what_is_allowed_is_one_host_with_one_port(secret: Listener) -> None:
    with listening() as other:
        async with egress() as out:
            way_out = await out.exit(Direct(frozenset({f"127.0.0.1:{secret.port}"})))
            assert (await say(way_out, f"GET {secret.url()} HTTP/1.1")).endswith("secret")
            assert (await say(way_out, f"CONNECT 127.0.0.1:{secret.port} HTTP/1.1")).endswith("established")
            assert await say(way_out, f"GET {other.url()} HTTP/1.1") == ""
            assert await say(way_out, f"GET {secret.url('[::1]')} HTTP/1.1") == ""
        assert other.heard == []


@in_a_loop
async def test_a_name_is_resolved_once_for_each_connection_and_refused_when_it_changes(secret: Listener) -> None:
    names = Names()
    host = "turns.10-0-0-1.127-0-0-1.test"
    async with egress(Guard(lambda: names)) as out:
        way_out = await out.exit()
        for times in (1, 2):
            await say(way_out, f"CONNECT {host}:{secret.port} HTTP/1.1")
            assert names.asked[host] == times
            assert isinstance(way_out.trouble(secret.url(host)), PrivateAddressError)
    assert secret.heard == []


@in_a_loop
async def test_it_says_why_there_is_no_connection_until_there_is_one() -> None:
    with listening() as soon:
        free = soon.port
    async with egress(Guard(Names, allows_all=True)) as out:
        way_out = await out.exit()
        await say(way_out, f"CONNECT 127.0.0.1:{free} HTTP/1.1")
        assert isinstance(way_out.trouble(f"http://127.0.0.1:{free}"), DownloadConnectionRefusedError)
        await say(way_out, "CONNECT nobody.example:443 HTTP/1.1")
        assert isinstance(way_out.trouble("https://nobody.example/"), CannotResolveHostError)
        with listening() as there:
            await say(way_out, f"CONNECT 127.0.0.1:{there.port} HTTP/1.1")
            assert way_out.trouble(there.url()) is None


@in_a_loop
async def test_the_site_sees_a_plain_request_without_what_was_meant_for_the_proxy() -> None:
    with recording_site() as site:
        async with egress(Guard(Names, allows_all=True)) as out:
            way_out = await out.exit()
            head = (
                f"GET {site.url(path='/a?b=c')} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nProxy-Connection: keep-alive"
            )
            assert (await say(way_out, head)).startswith("HTTP/1.1 200")
        (asked,) = site.asked()
    assert asked["path"] == "/a?b=c"
    assert {name.lower() for name, _ in asked["headers"]} == {"host", "connection"}


@pytest.mark.parametrize("tunnel", [False, True])
@in_a_loop
async def test_a_forward_proxy_comes_behind_it(tunnel: bool) -> None:
    with recording_site() as site, forward_proxy("127.0.0.7", user="anna", password=PASSWORD) as proxy:
        authorization = Proxy("", "anna", PASSWORD).authorization
        assert authorization
        way = Through(f"http://127.0.0.7:{proxy.port}", authorization, frozenset({f"127.0.0.1:{site.port}"}))
        async with egress() as out:
            way_out = await out.exit(way)
            if tunnel:
                said = await say(way_out, f"CONNECT 127.0.0.1:{site.port} HTTP/1.1")
                assert said.endswith("established")
                return
            said = await say(way_out, f"GET {site.url()} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}")
            assert said.startswith("HTTP/1.1 200")
        (asked,) = site.asked()
    assert asked["peer"] == "127.0.0.7"
    assert "proxy-authorization" not in {name.lower() for name, _ in asked["headers"]}


@in_a_loop
async def test_through_a_forward_proxy_no_hostile_host_is_asked_for(secret: Listener) -> None:
    with forward_proxy("127.0.0.7") as proxy:
        async with egress() as out:
            way_out = await out.exit(Through(proxy.url))
            for host in HOSTILE:
                assert await say(way_out, f"CONNECT {host}:{secret.port} HTTP/1.1") == "HTTP/1.1 502 Bad Gateway"
                assert await say(way_out, f"GET {secret.url(host)} HTTP/1.1") == ""
    assert secret.heard == []


@pytest.mark.parametrize("head", ["CONNECT 127.0.0.1:{port} HTTP/1.1", "GET http://127.0.0.1:{port}/ HTTP/1.1"])
@in_a_loop
async def test_a_forward_proxy_that_does_not_take_the_password_is_no_answer_of_the_sites(
    head: str, secret: Listener
) -> None:
    with forward_proxy("127.0.0.7", user="anna", password=PASSWORD) as proxy:
        async with egress(Guard(Names, allows_all=True)) as out:
            way_out = await out.exit(Through(f"http://127.0.0.7:{proxy.port}"))
            assert "407" not in await say(way_out, head.format(port=secret.port))
            error = way_out.trouble(secret.url())
    assert isinstance(error, DownloadFailedError)
    assert "does not take our user and password (407)" in str(error)
    assert secret.heard == []


@in_a_loop
async def test_a_forward_proxy_that_is_gone_is_told_from_a_site_that_is() -> None:
    with listening() as soon:
        free = soon.port
    async with egress(Guard(Names, allows_all=True)) as out:
        way_out = await out.exit(Through(f"http://127.0.0.1:{free}"))
        await say(way_out, "CONNECT example.com:443 HTTP/1.1")
        error = way_out.trouble("https://example.com/")
    assert isinstance(error, DownloadConnectionRefusedError)
    assert str(error) == f"the proxy 127.0.0.1:{free} cannot be reached"


@in_a_loop
async def test_a_forward_proxy_without_a_port_is_where_its_scheme_says() -> None:
    async with egress(Guard(Names, allows_all=True)) as out:
        way_out = await out.exit(Through("https://127.0.0.7"))
        await say(way_out, "CONNECT example.com:443 HTTP/1.1")
        error = way_out.trouble("https://example.com/")
    assert str(error) == "the proxy 127.0.0.7:443 cannot be reached"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@in_a_loop
async def test_the_connection_to_what_is_no_proxy_is_closed(scheme: str) -> None:
    closed = asyncio.Event()

    async def talk_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"nonsense\r\n\r\n")
        with suppress(ConnectionResetError):  # who closes has not read all
            await reader.read()
        closed.set()
        writer.close()

    server = await asyncio.start_server(talk_nonsense, "127.0.0.1", 0)
    async with server, egress(Guard(Names, allows_all=True)) as out:
        way_out = await out.exit(Through(f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
        assert await say(way_out, "CONNECT example.com:443 HTTP/1.1") == "HTTP/1.1 502 Bad Gateway"
        async with asyncio.timeout(120):
            await closed.wait()


@pytest.mark.parametrize(
    "head", ["GET / HTTP/1.1", "GET ftp://8.8.8.8/ HTTP/1.1", "nonsense", "CONNECT 8.8.8.8 HTTP/1.1"]
)
@in_a_loop
async def test_what_is_no_request_for_a_proxy_is_refused(head: str) -> None:
    async with egress() as out:
        said = await say(await out.exit(), head)
    assert said == "" or said.startswith(("HTTP/1.1 400", "HTTP/1.1 502"))
