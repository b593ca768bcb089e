"""At which address a host is."""

from __future__ import annotations

import asyncio
import socket

import pytest

from crawler.address_book import MOST_AT_ONCE, NOWHERE, AddressBook, resolve
from tests.support.names import Names


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.2", "127.0.0.2"),
        ("127.0.0.2:8080", "127.0.0.2"),
        ("[::1]:8080", "::1"),
        ("longline.invalid", NOWHERE),
        ("a slot of my own", NOWHERE),
        ("[nonsense", NOWHERE),
        ("", NOWHERE),
    ],
)
def test_a_host_is_where_its_name_says(host: str, address: str) -> None:
    assert asyncio.run(resolve(host)) == address


def test_of_several_addresses_it_is_always_the_same() -> None:
    async def resolve_them(*order: str) -> str:
        async def getaddrinfo(*_: object, **__: object) -> list[object]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in order]

        asyncio.get_running_loop().getaddrinfo = getaddrinfo  # type: ignore[method-assign, assignment]
        return await resolve("many.example")

    addresses = ["192.0.2.10", "192.0.2.9", "2001:db8::1"]
    assert {asyncio.run(resolve_them(*addresses)), asyncio.run(resolve_them(*addresses[::-1]))} == {"192.0.2.9"}


def test_the_book_does_not_wait_and_knows_soon() -> None:
    async def ask() -> tuple[str | None, str | None]:
        book = AddressBook()
        first = book.address("127.0.0.3:80")
        while (second := book.address("127.0.0.3:80")) is None:  # noqa: ASYNC110 - the book tells nobody: it is asked each time
            await asyncio.sleep(0)
        return first, second

    assert asyncio.run(asyncio.wait_for(ask(), 60)) == (None, "127.0.0.3")


def test_a_host_is_where_the_resolver_of_the_crawl_says() -> None:
    async def ask() -> str | None:
        book = AddressBook(Names)
        while (found := book.address("is.192-0-2-7.test:8080")) is None:  # noqa: ASYNC110 - the book tells nobody
            await asyncio.sleep(0)
        return found

    assert asyncio.run(asyncio.wait_for(ask(), 60)) == "192.0.2.7"


def test_many_hosts_are_looked_up_some_at_a_time() -> None:
    async def ask() -> set[str | None]:
        book, hosts = AddressBook(), [f"127.0.1.{number}" for number in range(3 * MOST_AT_ONCE)]
        while None in (found := {book.address(host) for host in hosts}):  # noqa: ASYNC110 - the book tells nobody: it is asked each time
            await asyncio.sleep(0)
        return found

    assert len(asyncio.run(asyncio.wait_for(ask(), 60))) == 3 * MOST_AT_ONCE
