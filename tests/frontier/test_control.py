"""How people ask for a job and steer it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from frontier.inspection import HostStatus, Place
from frontier.model import Died, Entry, JobCommand, Returned
from schemas import redis_keys
from tests.support.job_workers import HOST, Team, Worker, fingerprint_of, pages, payloads


@pytest.fixture(autouse=True)
def job(ann: Worker) -> None:
    ann.create(*pages("a", "b", "c"))


def named(name: str) -> Callable[[bytes], bool]:
    return lambda payload: payload == name.encode()


def find(team: Team, name: str) -> list[Place]:
    found: list[Place] = team.run(team.control.find(HOST, named(name)))
    return found


def test_a_job_runs_pauses_and_stays_cancelled(team: Team, ann: Worker) -> None:
    def tell(state: JobCommand) -> Any:
        return team.run(team.control.set_state(state))

    assert tell(JobCommand.PAUSED) is JobCommand.PAUSED
    assert tell(JobCommand.RUNNING) is JobCommand.RUNNING
    assert tell(JobCommand.CANCELLED) is JobCommand.CANCELLED
    assert tell(JobCommand.RUNNING) is JobCommand.CANCELLED
    assert ann.say().state is JobCommand.CANCELLED
    with pytest.raises(ValueError, match="Use running, paused or cancelled"):
        tell(JobCommand.GONE)


def test_a_job_that_redis_does_not_know_stays_unknown(team: Team, ann: Worker) -> None:
    team.run(ann.frontier.remove())

    assert team.run(team.control.set_state(JobCommand.PAUSED)) is JobCommand.GONE
    assert team.run(team.control.status()) is None
    assert team.run(team.control.prioritise(HOST, 1)) is None
    assert team.run(team.control.revive([b"1"])) == 0
    assert team.run(team.control.find(HOST, named("a"))) == []
    assert team.run(team.control.failures()) == {}
    assert not team.run(team.control.was_seen(1))
    assert team.key_names() == []


def test_the_status_says_what_there_is(team: Team, ann: Worker) -> None:
    ann.say(entries=[*pages("later", delay=60), *pages("d", host="other.com")])
    first, _ = ann.take(2)
    ann.say(endings=[Died(first.number, "late")], freed=[first.number])

    status = team.run(team.control.status())

    assert (status.state, status.limit, status.epoch) == (JobCommand.RUNNING, None, ann.frontier.epoch)
    assert (status.pending, status.later, status.leased, status.admitted) == (2, 1, 1, 1)
    assert (status.seen, status.dead, status.stats) == (5, 1, {})
    assert status.hosts == [HostStatus(HOST, 1, 1), HostStatus("other.com", 1, 0)]
    assert 1000 < status.redis_bytes < 10_000


def test_the_fullest_of_many_hosts_are_named(team: Team, ann: Worker) -> None:
    ann.say(entries=[Entry(b"x", f"{number % 12_000}.com") for number in range(12_100)])

    hosts = team.run(team.control.status(hosts=5)).hosts

    assert len(hosts) == 5
    assert all(status.pending >= 1 for status in hosts)


def test_memory_is_measured_by_samples(team: Team, ann: Worker) -> None:
    before = team.run(team.server.info("memory"))["used_memory_dataset"]
    ann.say(entries=pages(*(f"a page with a name, number {number}" for number in range(20_000))))
    grown = team.run(team.server.info("memory"))["used_memory_dataset"] - before

    measured = team.run(team.control.status()).redis_bytes

    assert measured == pytest.approx(grown, rel=0.4)


def test_failures_of_all_workers_are_counted_with_the_first_example(team: Team, ann: Worker, bob: Worker) -> None:
    ann.say(failures=[("timeout", "a took too long."), ("two words", "b.")])
    bob.say(failures=[("timeout", "c took too long.")])

    assert team.run(team.control.failures()) == {"timeout": (2, "a took too long."), "two words": (1, "b.")}


def test_it_is_known_what_was_seen(team: Team) -> None:
    assert team.run(team.control.was_seen(fingerprint_of("a")))
    assert not team.run(team.control.was_seen(fingerprint_of("never")))


def test_a_host_is_preferred_to_others_or_comes_last(team: Team, ann: Worker) -> None:
    ann.say(entries=[Entry(b"x", f"{number}.com") for number in range(300)])
    for host, rank in {"7.com": 1, "8.com": 5, HOST: -1, "empty.com": 9}.items():
        team.run(team.control.prioritise(host, rank))

    hosts = list(ann.say().hosts)

    assert hosts[:2] == ["8.com", "7.com"]
    assert len(hosts) == len(set(hosts)) == 64
    assert HOST not in hosts[:-1]
    assert team.run(team.control.prioritise("8.com", 0)) == 1
    assert next(iter(ann.say().hosts)) == "7.com"


def test_a_pending_entry_is_found_with_its_place(team: Team, ann: Worker) -> None:
    ann.say(entries=pages("first", priority=3))

    assert find(team, "b") == [Place("pending", b"b", HOST, 0, 0, [], ahead=2)]
    assert find(team, "first") == [Place("pending", b"first", HOST, 3, 0, [], ahead=0)]


def test_a_leased_entry_is_found_with_its_worker(team: Team, ann: Worker) -> None:
    ann.say(endings=[Returned(ann.take_one().number, "late")])
    ann.take_one()

    (place,) = find(team, "a")

    assert (place.where, place.worker, place.deliveries, place.causes) == ("leased", "ann", 1, ["late"])
    assert place.since == pytest.approx(time.time(), abs=60)
    assert place.since is not None
    assert place.until == pytest.approx(place.since + 30, abs=0.1)


def test_a_later_entry_is_found_with_its_time(team: Team, ann: Worker) -> None:
    ann.say(entries=pages("later", delay=600))

    (place,) = find(team, "later")

    assert place.where == "later"
    assert place.due == pytest.approx(time.time() + 600, abs=60)


def test_a_dead_entry_is_found_with_its_causes(team: Team, ann: Worker) -> None:
    ann.say(endings=[Died(ann.take_one().number, "no such host")])

    assert find(team, "a") == [Place("dead", b"a", HOST, 0, 1, ["no such host"])]


def test_entries_of_other_hosts_are_not_found(team: Team, ann: Worker) -> None:
    ann.say(entries=[*pages("x", host="other.com"), *pages("y", host="other.com", delay=60)], wants={"other.com": 1})

    assert team.run(team.control.find(HOST, lambda payload: payload in {b"x", b"y"})) == []


def test_twenty_of_many_are_found(team: Team, ann: Worker) -> None:
    ann.say(entries=[Entry(b"x", HOST) for _ in range(2500)])

    assert len(find(team, "x")) == 20


def test_the_dead_wait_again_as_if_they_were_new(team: Team, ann: Worker) -> None:
    leases = ann.take(2)
    for lease in leases:
        ann.say(endings=[Died(lease.number, "late")], freed=[lease.number])
    first, second = ann.say().dead
    ann.say(buried=[first.token])

    assert team.run(team.control.revive([first.token, b"unknown"])) == 1
    assert ann.say().dead == [second]
    assert team.run(team.control.revive()) == 1
    assert ann.say().dead == []
    again = ann.take(5)
    assert payloads(again) == ["c", "a", "b"]
    assert [lease.deliveries for lease in again] == [1, 1, 1]
    assert ann.say().admitted == 3


def test_what_was_given_up_is_no_failure_any_more_when_it_waits_again(team: Team, ann: Worker) -> None:
    strict = team.worker("strict", max_deliveries=1)
    tokens = [dead.token for dead in strict.say(endings=[Returned(x.number, "late") for x in strict.take(2)]).dead]
    ann.say(failures=[("timeout", "c took too long.")])

    for token, failures in zip(tokens, ({"unprocessed:GivenUp", "timeout"}, {"timeout"}), strict=True):
        assert team.run(team.control.revive([token])) == 1
        assert team.run(team.control.failures()).keys() == failures


def test_who_has_what_is_told(team: Team, ann: Worker, bob: Worker) -> None:
    before = team.run(team.control.now())
    ann.take(2)
    bob.say()

    (holding,) = team.run(team.control.holdings())

    assert (holding.worker, holding.leases) == ("ann", 2)
    assert before <= holding.since <= team.run(team.control.now())
    assert 29 < holding.until - holding.since < 31
    assert team.run(team.control.members()) == {"ann", "bob"}


def test_what_a_restart_takes_back_has_no_end(team: Team, ann: Worker) -> None:
    ann.take(1)
    team.run(team.server.delete(redis_keys.job_key(team.job, "expiry")))

    (holding,) = team.run(team.control.holdings())

    assert holding.until is None


def test_the_dead_are_found_by_their_payloads(team: Team, ann: Worker) -> None:
    lease = ann.take_one()
    ann.say(endings=[Died(lease.number, "late")])

    dead = team.run(team.control.dead(named("a")))

    assert list(dead.values()) == [b"a"]
    assert team.run(team.control.dead(named("b"))) == {}
    assert team.run(team.control.revive(dead)) == 1


def test_it_is_known_when_the_first_is_due(team: Team, ann: Worker) -> None:
    assert team.run(team.control.first_due()) is None

    ann.say(entries=pages("later", delay=60))

    assert 0 < team.run(team.control.first_due()) - team.run(team.control.now()) <= 60
