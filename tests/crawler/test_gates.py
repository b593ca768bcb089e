"""Who may be asked now: budgets, places, priorities, turns."""

from __future__ import annotations

import time
from uuid import UUID

import pytest

from crawler.address_book import AddressBook
from crawler.gates import MOST_HOSTS, READ_AHEAD, Gates
from crawler.lane import Held, Lane
from crawler.neighbours import Neighbours
from frontier.budgets import Grant
from frontier.model import Lease
from tests.support.lanes import HOST, answer, lease, make_lane

OTHER = "other.example"


class Door:
    """Gates, one job, and the grants that a test gives."""

    def __init__(self) -> None:
        self.terms: dict[str, tuple[float, int]] = {}
        neighbours = Neighbours(lambda _: False, AddressBook())
        self.gates = Gates(lambda host: self.terms.get(host, (0.0, 4)), lambda _: None, neighbours)
        self.lane = make_lane()

    def hold(self, *leases: Lease, lane: Lane | None = None) -> list[Held]:
        held = (lane or self.lane).take(answer(*leases))
        for one in held:
            self.gates.add(one)
        return held

    def grant(self, host: str = HOST, share: int = 4, delay: float = 0.0, **more: float) -> None:
        seconds = more.get("seconds", 500.0)
        self.gates.granted([Grant(host, share, delay, more.get("start_in", 0.0), seconds)], time.monotonic())

    def pop(self, later: float = 0.0) -> Lease | None:
        held = self.gates.pop(time.monotonic() + later)
        return held.lease if held else None

    def left(self, one: Lease, job: UUID | None = None) -> bool:
        return self.gates.left(one.host, job or self.lane.id, one.number)


@pytest.fixture
def door() -> Door:
    return Door()


def test_nothing_leaves_without_a_budget_or_when_it_is_over(door: Door) -> None:
    (held,) = door.hold(lease())

    assert door.pop() is None
    door.grant(share=0)
    assert door.pop() is None
    door.grant()
    assert door.pop(later=501) is None
    assert door.pop() == held.lease
    assert held.begun


def test_no_more_are_under_way_than_the_share_allows(door: Door) -> None:
    first, second, third = (held.lease for held in door.hold(lease(), lease(), lease()))
    door.grant(share=2)

    assert [door.pop(), door.pop(), door.pop()] == [first, second, None]
    assert door.left(first)
    assert not door.left(first), "once"
    assert door.pop() == third


def test_the_place_of_a_job_that_has_ended_is_free_when_its_request_has_left(door: Door) -> None:
    (held,) = door.hold(lease())
    door.grant(share=1)
    door.pop()

    door.gates.drop(door.lane)
    other = make_lane()
    (waiting,) = door.hold(lease(), lane=other)

    assert door.pop() is None
    assert door.left(held.lease)
    assert door.pop() == waiting.lease


def test_the_highest_priority_leaves_first_and_then_the_oldest(door: Door) -> None:
    leases = [lease(priority=priority) for priority in (0, 5, 0, -1, 5)]
    door.hold(*leases)
    door.grant(share=9)

    assert [door.pop() for _ in leases] == [leases[1], leases[4], leases[0], leases[2], leases[3]]


def test_hosts_take_turns(door: Door) -> None:
    door.hold(*(lease(host=host) for host in (HOST, HOST, OTHER, OTHER)))
    door.grant()
    door.grant(OTHER)

    popped = [door.pop() for _ in range(4)]

    assert [one.host for one in popped if one] == [HOST, OTHER, HOST, OTHER]


def test_a_host_with_a_delay_holds_up_no_other(door: Door) -> None:
    first, second, other = (held.lease for held in door.hold(lease(), lease(), lease(host=OTHER)))
    door.grant(delay=200.0, share=1, seconds=1000)
    door.grant(OTHER)

    assert {door.pop(), door.pop()} == {first, other}
    door.left(first)
    assert door.pop() is None
    opens = door.gates.opens_at(time.monotonic())
    assert opens == pytest.approx(time.monotonic() + 200, abs=60)
    assert door.pop(later=201) == second


def test_the_first_request_keeps_its_distance_from_those_of_others(door: Door) -> None:
    (held,) = door.hold(lease())
    door.grant(delay=100.0, start_in=80, seconds=1000)

    assert door.pop() is None
    assert door.pop(later=81) == held.lease


def test_what_was_lost_or_given_back_does_not_leave(door: Door) -> None:
    lost, kept = (held.lease for held in door.hold(lease(), lease()))
    door.lane.take(answer(lost=[lost.number]))
    door.grant()

    assert [door.pop(), door.pop()] == [kept, None]


def test_retry_after_closes_a_gate_for_so_long(door: Door) -> None:
    first, second = (held.lease for held in door.hold(lease(), lease()))
    door.grant(share=1, seconds=1000)
    door.pop()
    door.gates.answered(HOST, 429, 0.1, 300.0)
    door.left(first)

    assert door.pop(later=240) is None
    assert door.pop(later=301) == second


# How much is wanted


def test_a_few_leases_for_each_place_are_taken_ahead(door: Door) -> None:
    door.lane.hosts = {HOST: 100}
    door.gates.knock(door.lane)
    assert door.gates.wants(door.lane) == {}, "no budget yet"

    door.grant(share=2)
    assert door.gates.wants(door.lane) == {HOST: 2 * READ_AHEAD}
    assert door.gates.hungry(door.lane)
    door.hold(*(lease() for _ in range(2 * READ_AHEAD)))
    assert door.gates.wants(door.lane) == {}


def test_of_a_slow_host_one_is_enough(door: Door) -> None:
    door.lane.hosts = {HOST: 100}
    door.gates.knock(door.lane)
    door.grant(share=1, delay=10.0)

    assert door.gates.wants(door.lane) == {HOST: 1}


def test_no_more_hosts_are_asked_at_once_than_there_is_room_for(door: Door) -> None:
    door.lane.hosts = {f"{number}.example": 1 for number in range(2 * MOST_HOSTS)}

    door.gates.knock(door.lane)

    assert len(door.gates.asks(time.monotonic(), [door.lane])) == MOST_HOSTS


# Budgets


def test_a_host_that_nobody_needs_is_let_go(door: Door) -> None:
    door.lane.hosts = {HOST: 1}
    door.gates.knock(door.lane)
    door.grant()
    assert door.gates.asks(time.monotonic(), [door.lane]) == [], "its budget is new"

    door.lane.hosts = {}
    (ask,) = door.gates.asks(time.monotonic(), [door.lane])

    assert (ask.host, ask.release) == (HOST, True)
    assert door.gates.asks_at() is None


def test_a_host_is_kept_while_a_request_to_it_is_under_way(door: Door) -> None:
    (held,) = door.hold(lease())
    door.grant()
    door.pop()
    door.lane.hosts = {}

    assert not any(ask.release for ask in door.gates.asks(time.monotonic() + 60, [door.lane]))
    door.left(held.lease)
    assert [ask.release for ask in door.gates.asks(time.monotonic(), [door.lane])] == [True]


def test_who_learns_that_a_host_wants_less_asks_anew(door: Door) -> None:
    door.hold(lease())
    door.lane.hosts = {HOST: 1}
    door.grant()
    door.terms[HOST] = (3.0, 1)

    door.gates.hurry(HOST)
    (ask,) = door.gates.asks(time.monotonic(), [door.lane])

    assert (ask.delay, ask.concurrency, ask.release) == (3.0, 1, False)


def test_at_the_end_all_are_let_go(door: Door) -> None:
    door.hold(lease(), lease(host=OTHER))
    door.grant()

    assert sorted((ask.host, ask.release) for ask in door.gates.releases()) == [(HOST, True), (OTHER, True)]
    assert door.gates.waiting() == 0
