"""Hosts at one address: who is asked for them, and when one may be asked."""

from __future__ import annotations

import asyncio
import time

import pytest

from crawler.address_book import AddressBook
from crawler.gates import Gates
from crawler.lane import Lane
from crawler.neighbours import MOST_NEIGHBOURS, Neighbours
from frontier.budgets import Ask, Grant
from frontier.model import Lease
from tests.support.lanes import answer, lease, make_lane

ADDRESS = "address/127.0.0.2"
A, B, ELSEWHERE, SLOT = "127.0.0.2:1", "127.0.0.2:2", "127.0.0.3:1", "a slot"


class Street:
    """Gates, and one job that is polite to addresses."""

    def __init__(self) -> None:
        self.polite = True
        self.book = AddressBook()
        self.gates = Gates(lambda _: (0.0, 4), lambda _: None, Neighbours(lambda _: self.polite, self.book))
        self.lane = make_lane()

    def find(self, *hosts: str) -> list[str]:
        """The job has entries of these; the budgets that are asked for when it is known where they are."""
        self.lane.take(answer(hosts=dict.fromkeys(hosts, 1)))

        async def look() -> None:
            while None in [self.book.address(host) for host in hosts]:  # noqa: ASYNC110 - the book tells nobody: it is asked each time
                await asyncio.sleep(0)

        asyncio.run(asyncio.wait_for(look(), 60))
        self.gates.knock(self.lane)
        return self.asked()

    def asked(self, *lanes: Lane, later: float = 0.0) -> list[str]:
        return [ask.host for ask in self.asks(*lanes, later=later) if not ask.release]

    def released(self, *lanes: Lane, later: float = 0.0) -> list[str]:
        return [ask.host for ask in self.asks(*lanes, later=later) if ask.release]

    def asks(self, *lanes: Lane, later: float = 0.0) -> list[Ask]:
        return self.gates.asks(time.monotonic() + later, list(lanes or [self.lane]))

    def grant(self, *hosts: str, share: int = 4, delay: float = 0.0) -> None:
        self.gates.granted([Grant(host, share, delay, 0.0, 5.0) for host in hosts], time.monotonic())

    def hold(self, *leases: Lease) -> None:
        for held in self.lane.take(answer(*leases, hosts=self.lane.hosts)):
            self.gates.add(held)

    def pop(self, later: float = 0.0) -> str | None:
        held = self.gates.pop(time.monotonic() + later)
        return held.lease.host if held else None


@pytest.fixture
def street() -> Street:
    return Street()


def test_an_address_is_asked_for_before_its_hosts(street: Street) -> None:
    assert street.find(A, B, ELSEWHERE) == [ADDRESS, "address/127.0.0.3"]
    assert street.gates.wants(street.lane) == {}
    street.grant(ADDRESS)
    street.grant("address/127.0.0.3", share=0)
    assert street.asked() == [A, B]
    street.grant(A, B)
    assert street.gates.wants(street.lane).keys() == {A, B}


def test_what_has_no_address_is_asked_by_its_own_name(street: Street) -> None:
    assert street.find(SLOT) == [SLOT]


def test_a_job_that_is_polite_to_hosts_asks_for_no_address(street: Street) -> None:
    street.polite = False
    assert street.find(A, B) == [A, B]


def test_the_delay_of_an_address_holds_over_its_hosts(street: Street) -> None:
    street.find(A, B)
    street.grant(ADDRESS, delay=1.0)
    street.asks()
    street.grant(A, B)
    street.hold(lease(host=A), lease(host=B))
    assert [street.pop() is None, street.pop(), street.pop(later=1.1) is None] == [False, None, False]


def test_the_places_of_an_address_are_for_all_its_hosts(street: Street) -> None:
    street.find(A, B)
    street.grant(ADDRESS, share=1)
    street.asks()
    street.grant(A, B)
    first = lease(host=A, priority=1)
    street.hold(first, lease(host=B))
    assert [street.pop(), street.pop()] == [A, None]
    street.gates.left(A, street.lane.id, first.number)
    assert street.pop() == B


def test_hosts_are_let_go_while_others_ask_their_address(street: Street) -> None:
    street.find(A, B)
    street.grant(ADDRESS)
    street.asks()
    street.grant(A, B)
    street.grant(ADDRESS, share=0)
    assert street.released() == [A, B]
    assert street.released() == []


def test_an_address_is_let_go_whose_hosts_others_ask(street: Street) -> None:
    street.find(A, B)
    street.grant(ADDRESS)
    street.asks()
    street.grant(A, B, share=0)
    assert street.released(later=2.5) == [ADDRESS]


def test_an_address_is_let_go_with_its_last_host(street: Street) -> None:
    street.find(A)
    street.grant(ADDRESS)
    street.lane.take(answer(hosts={}))
    assert street.released() == [A]
    assert street.released() == [ADDRESS]


def test_one_address_does_not_take_the_places_of_hosts_elsewhere(street: Street) -> None:
    street.find(*(f"127.0.0.2:{port}" for port in range(1, 100)), ELSEWHERE)
    street.grant(ADDRESS, "address/127.0.0.3")
    asked = street.asked()
    assert ELSEWHERE in asked
    assert len(asked) == MOST_NEIGHBOURS + 1


def test_what_passes_no_gate_waits_for_its_address(street: Street) -> None:
    street.find(A, B)
    street.grant(ADDRESS, delay=0.1)

    async def send() -> tuple[float, ...]:
        began = time.monotonic()

        async def one(host: str) -> float:
            await street.gates.turn(host)
            return time.monotonic() - began

        return await asyncio.gather(one(A), one(B), one(A), one(ELSEWHERE))

    first, second, third, elsewhere = asyncio.run(send())
    # From the beginning, since a busy machine may look at its clock too late.
    assert elsewhere < second
    assert first < second
    assert second >= 0.1
    assert third >= 0.2
