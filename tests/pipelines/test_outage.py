"""A server that is away: waited for patiently, said once, given up in the end."""

from __future__ import annotations

import logging

import pytest

from pipelines.outage import LONGEST_PAUSE, Outage, OutageError
from schemas.environment import OUTAGE_SECONDS


class Clock:
    """Stands still, until somebody pauses."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fail(outage: Outage, clock: Clock, reason: str = "connection refused") -> float:
    """Try once more, in vain, and pause."""
    pause = outage.failed(reason)
    clock.now += pause
    return pause


def test_pauses_grow_up_to_a_cap(clock: Clock) -> None:
    outage = Outage("PostgreSQL", clock=clock)

    pauses = [fail(outage, clock) for _ in range(30)]

    assert 0.05 <= pauses[0] <= 0.1
    assert all(LONGEST_PAUSE / 2 <= pause <= LONGEST_PAUSE for pause in pauses[7:])


def test_workers_do_not_come_back_together() -> None:
    assert len({Outage("Redis").failed("away") for _ in range(20)}) > 1


def test_its_begin_and_its_end_are_said_once(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("PostgreSQL", 600, clock)
    for _ in range(20):
        fail(outage, clock)
    clock.now = 1060.0

    for _ in range(20):
        outage.over()

    assert [record.message for record in caplog.records] == [
        "PostgreSQL is away (connection refused). Waiting for it, for up to 600 s.",
        "PostgreSQL is back, after 60.0 s.",
    ]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_it_is_given_up_after_its_limit_and_not_before(clock: Clock) -> None:
    outage = Outage("The archive", 60, clock)
    while clock.now < 1060:
        fail(outage, clock)

    for _ in range(3):
        with pytest.raises(
            OutageError, match=r"^The archive stayed away for 60 s \(no answer\). Mend it, and crawl again.$"
        ):
            outage.failed("no answer")


def test_the_last_try_is_at_the_limit(clock: Clock) -> None:
    outage = Outage("Redis", 12, clock)

    with pytest.raises(OutageError):
        any(fail(outage, clock) < 0 for _ in range(1000))

    assert clock.now == pytest.approx(1012)


def test_where_nobody_waits_the_first_failure_is_the_last(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(OutageError, match="stayed away for 0 s"):
        Outage("Redis", 0, clock).failed("refused")

    assert caplog.records == []


def test_a_second_outage_has_its_own_time(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("Redis", 60, clock)
    for _ in range(2):
        clock.now += 50
        outage.failed("loading")
        clock.now += 50
        assert outage.seconds == 50
        outage.over()
        assert outage.seconds is None

    assert [record.message[:14] for record in caplog.records] == ["Redis is away ", "Redis is back,"] * 2


def test_one_that_comes_back_late_is_back(clock: Clock) -> None:
    outage = Outage("Redis", 10, clock)
    outage.failed("refused")
    clock.now += 11
    with pytest.raises(OutageError):
        outage.failed("refused")

    outage.over()

    assert 0 < outage.failed("refused") <= 0.1


def test_whoever_stops_waits_less(clock: Clock) -> None:
    outage = Outage("Redis", OUTAGE_SECONDS, clock)
    clock.now += fail(outage, clock) + 30

    outage.limit = 30

    with pytest.raises(OutageError, match="for 30 s"):
        outage.failed("refused")
