"""What one process says of a job, and what it makes of the answers."""

from __future__ import annotations

import time

import pytest
from scrapy import Request

from crawler.lane import CHECK_SECONDS, FLUSH_SECONDS, POLL_SECONDS, Lane
from crawler.leases import ADMITTED, LEASE
from frontier.model import Dead, Died, Done, JobCommand, Replaced, Returned
from tests.support.lanes import HOST, answer, lease, make_lane

URL = f"http://{HOST}/"


@pytest.fixture
def lane() -> Lane:
    return make_lane()


def test_what_was_queued_here_is_not_said_again(lane: Lane) -> None:
    assert lane.push(Request(URL))
    assert not lane.push(Request(f"{URL}#part"))
    assert lane.push(Request(URL, dont_filter=True))

    assert [entry.fingerprint is None for entry in lane.batch({}).entries] == [False, True]
    assert lane.hosts == {HOST: 2}


def test_what_cannot_be_queued_may_be_queued_once_it_can(lane: Lane) -> None:
    with pytest.raises(TypeError):
        lane.push(Request(URL, meta={"object": object()}))

    assert lane.push(Request(URL))
    assert len(lane.batch({}).entries) == 1


def test_a_batch_without_an_answer_is_said_again_as_it_was(lane: Lane) -> None:
    lane.push(Request(URL))
    first = lane.batch({HOST: 3})
    lane.push(Request(f"{URL}other"))

    assert lane.batch({HOST: 9}) is first
    lane.take(answer())
    second = lane.batch({})

    assert second.id != first.id
    assert [entry.payload for entry in second.entries] != [entry.payload for entry in first.entries]


def test_a_lease_ends_once(lane: Lane) -> None:
    (held,) = lane.take(answer(lease()))
    number = held.lease.number

    lane.end(Done(number))
    lane.end(Died(number, "late"))

    assert lane.batch({}).endings == [Done(number)]


def test_a_lease_that_was_lost_is_let_be(lane: Lane) -> None:
    lost, kept = (held.lease.number for held in lane.take(answer(lease(), lease())))
    lane.take(answer(lost=[lost]))

    lane.end(Done(lost))
    lane.end(Done(kept))

    assert lane.batch({}).endings == [Done(kept)]


def test_a_retry_takes_the_place_of_its_lease(lane: Lane) -> None:
    (held,) = lane.take(answer(lease(admitted=True)))
    retry = Request(URL, dont_filter=True, meta={LEASE: held.lease.number, ADMITTED: True})

    lane.replace(held.lease.number, retry)

    (ending,) = lane.batch({}).endings
    assert isinstance(ending, Replaced)
    assert (ending.number, ending.entry.admitted, ending.entry.fingerprint) == (held.lease.number, True, None)
    assert LEASE not in retry.meta


def test_a_place_is_given_back_once_and_only_by_who_has_it(lane: Lane) -> None:
    (held,) = lane.take(answer(lease(admitted=True)))
    mine = Request(URL, meta={LEASE: held.lease.number, ADMITTED: True})
    lost = Request(URL, meta={LEASE: 10**9, ADMITTED: True})

    for request in (mine, mine, lost):
        lane.give_back_place(request)

    assert lane.batch({}).freed == [held.lease.number]


def test_who_stops_gives_back_what_was_not_begun_the_oldest_last(lane: Lane) -> None:
    first, begun, last = lane.take(answer(lease(), lease(), lease()))
    begun.begun = True

    lane.stop()
    batch = lane.batch({HOST: 5})

    assert batch.endings == [Returned(last.lease.number), Returned(first.lease.number)]
    assert (batch.wants, batch.finish) == ({}, False)
    lane.give_up()
    lane.take(answer())
    assert lane.batch({}).endings == [Returned(begun.lease.number)]


@pytest.mark.parametrize("cancelled", [False, True])
def test_what_comes_when_it_is_too_late_is_given_back(lane: Lane, *, cancelled: bool) -> None:
    lane.batch({HOST: 1})
    if cancelled:
        lane.cancel()
    else:
        lane.stop()
    late = lease()

    assert lane.take(answer(late)) == []
    assert lane.batch({}).endings == [Returned(late.number)]


def test_a_restart_of_redis_makes_all_that_is_known_void(lane: Lane) -> None:
    lane.push(Request(URL))
    lane.batch({})
    (held,) = lane.take(answer(lease()))

    lane.take(answer(epoch=2, restarted=frozenset({0})))

    assert lane.started_over
    assert not lane.holds(Request(URL, meta={LEASE: held.lease.number}))
    assert lane.push(Request(URL)), "Redis may have lost it"


def test_what_was_queued_meanwhile_is_known_of_a_host(lane: Lane) -> None:
    lane.batch({})
    lane.push(Request(URL))

    lane.take(answer(hosts={HOST: 2, "other.example": 1}))

    assert lane.hosts == {HOST: 3, "other.example": 1}


def test_leases_are_renewed_a_third_of_their_time_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("crawler.lane.time.monotonic", lambda: now)
    lane = make_lane(lease_seconds=30)
    held = lane.take(answer(lease(), lease()))

    assert lane.batch({}).renew == [one.lease.number for one in held]
    lane.take(answer())
    now += 9
    assert lane.batch({}).renew == []
    lane.take(answer())
    now += 1
    assert lane.batch({}).renew == [one.lease.number for one in held]


def test_only_who_has_nothing_would_end_the_job(lane: Lane) -> None:
    assert lane.batch({}).finish
    (held,) = lane.take(answer(lease()))
    assert not lane.batch({}).finish
    lane.take(answer())

    lane.end(Done(held.lease.number))
    lane.burying = True
    assert not lane.batch({}).finish, "the dead are not written down yet"


def test_the_dead_are_named_when_they_are_kept(lane: Lane) -> None:
    lane.bury([Dead(b"7", b"payload", HOST, 5, ["late"])])

    assert lane.batch({}).buried == [b"7"]
    assert not lane.silent
    lane.take(answer())
    assert lane.silent


# When the next batch goes


def test_who_is_hungry_does_not_wait(lane: Lane) -> None:
    lane.take(answer(hosts={HOST: 1}, pending=1))

    assert lane.due_at(hungry=True) <= time.monotonic()


def test_who_got_nothing_asks_again_a_little_later(lane: Lane) -> None:
    lane.batch({})
    began = time.monotonic()
    lane.take(answer())

    assert began <= lane.due_at(hungry=True) - POLL_SECONDS <= time.monotonic()


def test_what_is_to_be_said_waits_for_more_but_not_where_the_process_stops(lane: Lane) -> None:
    began = time.monotonic()
    held = lane.take(answer(lease(), lease()))
    assert began <= lane.due_at(hungry=False) - CHECK_SECONDS <= time.monotonic()

    lane.end(Done(held[0].lease.number))
    assert began <= lane.due_at(hungry=False) - FLUSH_SECONDS <= time.monotonic()
    lane.stop()
    assert lane.due_at(hungry=False) <= time.monotonic()


# Whether more may come


def test_more_may_come_while_something_waits(lane: Lane) -> None:
    assert not lane.has_more()
    lane.take(answer(pending=1))
    assert lane.has_more()
    lane.take(answer(later=1))
    assert lane.has_more()
    lane.take(answer())
    assert not lane.has_more()
    lane.push(Request(URL))
    assert lane.has_more()


@pytest.mark.parametrize("state", [JobCommand.PAUSED, JobCommand.RUNNING])
def test_nothing_more_comes_of_a_job_that_is_paused(lane: Lane, state: JobCommand) -> None:
    lane.take(answer(pending=1, state=state))

    assert lane.paused is (state is JobCommand.PAUSED)
    assert lane.has_more() is not lane.paused
