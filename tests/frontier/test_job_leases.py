"""How a lease ends, and what becomes of one that nobody ends."""

from __future__ import annotations

import pytest

from frontier.model import Answer, Died, Done, Ending, Entry, Lease, Replaced, Returned
from schemas import redis_keys
from tests.support.job_workers import HOST, Team, Worker, fingerprint_of, pages, payloads

SILENT = "its worker stopped without a word"


@pytest.fixture(autouse=True)
def job(ann: Worker) -> None:
    ann.create(*pages("a", "b", "c"))


def expiries(team: Team) -> dict[int, float]:
    """When each lease runs out, in seconds by the server's clock."""
    found = team.run(team.server.zrange(redis_keys.job_key(team.job, "expiry"), 0, -1, withscores=True))
    return {int(number): at / 1e6 for number, at in found}


def rest(answer: Answer) -> tuple[int, int]:
    return answer.pending, answer.leased


def test_what_is_done_is_gone_and_counted(ann: Worker, bob: Worker) -> None:
    first, second = ann.take(2)
    ann.say(endings=[Done(first.number, {"pages": 1, "words": 10}), Done(second.number, {"pages": 1})])
    other = bob.take_one()

    answer = bob.say(endings=[Done(other.number, {"words": 5})])

    assert rest(answer) == (0, 0)
    assert answer.stats == {"pages": 2, "words": 15}
    assert answer.lost == []


def test_a_lease_ends_once(ann: Worker) -> None:
    number = ann.take_one().number

    answer = ann.say(endings=[Done(number, {"pages": 1}), Done(number, {"pages": 1}), Died(number, "late")])

    assert (answer.stats, answer.lost, answer.dead) == ({"pages": 1}, [number], [])
    assert ann.say(endings=[Done(number, {"pages": 1})]).lost == [number]


def test_nobody_ends_or_renews_what_another_holds(team: Team, ann: Worker, bob: Worker) -> None:
    lease = ann.take_one()
    bob.say()

    answer = bob.say(endings=[Done(lease.number, {"pages": 1})], renew=[lease.number, 12345])

    assert answer.lost == [lease.number, 12345]
    assert (answer.stats, answer.leased) == ({}, 1)


def test_what_was_not_begun_is_the_first_to_leave_again(ann: Worker, bob: Worker) -> None:
    leases = ann.take(2)

    ann.say(endings=[Returned(lease.number) for lease in leases])

    again = bob.take(3)
    assert payloads(again) == ["a", "b", "c"]
    assert [lease.deliveries for lease in again] == [1, 1, 1]


def test_what_failed_waits_behind_the_others_and_its_delivery_counts(ann: Worker) -> None:
    ann.say(endings=[Returned(ann.take_one().number, "late")], entries=[Entry(b"robots", HOST)])
    ann.say(endings=[Returned(ann.take_one().number)])

    assert [(lease.payload, lease.deliveries) for lease in ann.take(5)] == [
        (b"a", 2),  # It has its place among the pages: such leave before those that have none.
        (b"b", 1),
        (b"c", 1),
        (b"robots", 1),
    ]


def test_what_failed_too_often_is_dead_with_its_causes(ann: Worker) -> None:
    for number in range(5):
        answer = ann.say(endings=[Returned(ann.take_one().number, f"cause {number}")])

    (dead,) = answer.dead
    assert (dead.payload, dead.host, dead.attempts) == (b"a", HOST, 5)
    assert dead.causes == [f"cause {number}" for number in range(5)]
    # Its place among the pages is free.
    assert answer.admitted == 0
    assert payloads(ann.take(5)) == ["b", "c"]


def test_what_is_given_up_is_a_failure_of_the_job_once(team: Team, ann: Worker, bob: Worker) -> None:
    for _ in range(4):
        ann.say(endings=[Returned(ann.take_one().number, "late")])
    assert team.run(team.control.failures()) == {}
    lease = ann.take_one()
    team.expire(lease)

    (dead,) = bob.say().dead
    bob.repeat()
    ann.say(endings=[Returned(lease.number, "late")])
    bob.say(buried=[dead.token])

    sentence = f"{HOST}: a request was given up after 5 tries: {SILENT}"
    assert team.run(team.control.failures()) == {"unprocessed:GivenUp": (1, sentence)}


def test_what_a_worker_calls_dead_it_counts_itself(team: Team, ann: Worker) -> None:
    ann.say(endings=[Died(ann.take_one().number, "no such host")], failures=[("timeout", "a")])

    assert team.run(team.control.failures()) == {"timeout": (1, "a")}


def test_dead_is_dead_at_once_where_it_is_said(ann: Worker) -> None:
    number = ann.take_one().number
    answer = ann.say(endings=[Died(number, "no such host")], freed=[number])

    (dead,) = answer.dead
    assert (dead.attempts, dead.causes, answer.admitted) == (1, ["no such host"], 0)


def test_the_dead_are_named_until_they_are_buried(ann: Worker, bob: Worker) -> None:
    first, second = ann.say(endings=[Died(lease.number, "late") for lease in ann.take(2)]).dead

    assert bob.say(buried=[first.token]).dead == [second]
    assert ann.say(buried=[second.token, b"unknown"]).dead == []


def test_twenty_of_many_dead_are_named(ann: Worker) -> None:
    ann.say(entries=pages(*(str(number) for number in range(30))))
    ann.say(endings=[Died(lease.number, "late") for lease in ann.take(33)])

    first = ann.say().dead
    rest = ann.say(buried=[dead.token for dead in first]).dead

    assert (len(first), len(rest)) == (20, 13)
    assert len({dead.payload for dead in first + rest}) == 33


def test_a_retry_takes_the_place_of_its_lease(ann: Worker) -> None:
    retry = Entry(b"a again", HOST, priority=-1)

    answer = ann.say(endings=[Replaced(ann.take_one().number, retry)])

    assert rest(answer) == (3, 0)
    assert payloads(ann.take(5)) == ["b", "c", "a again"]


def test_a_delayed_retry_waits(team: Team, ann: Worker) -> None:
    retry = Entry(b"a again", HOST, delay=60)
    answer = ann.say(endings=[Replaced(ann.take_one().number, retry)])
    assert (answer.pending, answer.later, answer.leased) == (2, 1, 0)

    team.come_due()

    assert payloads(ann.take(5)) == ["b", "c", "a again"]


@pytest.mark.parametrize(("name", "pending"), [("c", 2), ("new", 3)])
def test_a_redirect_is_queued_if_it_leads_to_what_is_new(ann: Worker, name: str, pending: int) -> None:
    redirect = Entry(b"redirect", HOST, fingerprint=fingerprint_of(name))

    answer = ann.say(endings=[Replaced(ann.take_one().number, redirect)])

    assert rest(answer) == (pending, 0)
    assert answer.lost == []


def test_a_lease_that_runs_out_goes_to_another_worker(team: Team, ann: Worker, bob: Worker) -> None:
    lease = ann.take_one()
    team.expire(lease)
    bob.say()

    taken = {lease.payload: lease.deliveries for lease in bob.take(5)}

    assert taken == {b"a": 2, b"b": 1, b"c": 1}


@pytest.mark.parametrize(
    "ending",
    [
        lambda number: Done(number, {"pages": 1}),
        lambda number: Returned(number, "late"),
        lambda number: Died(number, "late"),
        lambda number: Replaced(number, Entry(b"again", HOST)),
    ],
)
def test_a_worker_that_was_late_can_neither_end_nor_renew(team: Team, ann: Worker, bob: Worker, ending: type) -> None:
    lease = ann.take_one()
    team.expire()
    (again,) = bob.say(wants={HOST: 1}).leases
    late: Ending = ending(lease.number)

    answer = ann.say(endings=[late], renew=[lease.number])

    assert again.payload == lease.payload
    assert again.number > lease.number
    assert (answer.lost, answer.stats, answer.dead) == ([lease.number], {}, [])
    assert rest(answer) == (2, 1)


def test_a_worker_that_is_late_while_nobody_noticed_keeps_its_lease(team: Team, ann: Worker) -> None:
    first, second = ann.take(2)
    team.expire()

    answer = ann.say(endings=[Done(first.number)], renew=[second.number])

    assert (answer.lost, answer.leased) == ([], 1)


def test_a_lease_lasts_as_long_as_it_was_said_and_is_renewed(team: Team) -> None:
    long = team.worker("long", lease_seconds=1000)
    renewed, silent = long.take(2)
    began, first = team.run(team.control.now()), expiries(team)
    assert began + 900 < first[renewed.number] == first[silent.number] <= began + 1000

    team.expire()
    answer = long.say(renew=[renewed.number], wants={HOST: 5})

    assert expiries(team)[renewed.number] > first[renewed.number]
    assert answer.lost == []
    assert {lease.payload: lease.deliveries for lease in answer.leases} == {silent.payload: 2, b"c": 1}


def test_a_lease_ends_by_the_server_s_clock(team: Team, bob: Worker) -> None:
    team.worker("brief", lease_seconds=0.01).take_one()

    taken: list[Lease] = []
    while "a" not in payloads(taken):
        taken += bob.take(5)

    assert {lease.payload: lease.deliveries for lease in taken} == {b"a": 2, b"b": 1, b"c": 1}


def test_what_ends_its_workers_is_dead_at_last(team: Team) -> None:
    for number in range(3):
        victim = team.worker(f"victim {number}", max_deliveries=3)
        (lease,) = victim.take()
        assert lease.payload == b"a"
        team.expire()

    (dead,) = team.worker("heir", max_deliveries=3).say().dead
    assert (dead.payload, dead.causes) == (b"a", [SILENT] * 3)


def test_lease_numbers_grow_from_lease_to_lease_and_worker_to_worker(ann: Worker, bob: Worker) -> None:
    numbers = [lease.number for lease in [*ann.take(2), bob.take_one()]]
    ann.say(endings=[Returned(number) for number in numbers])
    numbers += [lease.number for lease in bob.take(3)]

    assert numbers == sorted(set(numbers))


def test_of_many_that_run_out_all_come_back(team: Team, ann: Worker, bob: Worker) -> None:
    names = [str(number) for number in range(1200)]
    ann.say(entries=pages(*names))
    held: list[Lease] = [lease for _ in range(3) for lease in ann.take(500)]
    team.expire()

    answers = [bob.say() for _ in range(3)]

    assert len(held) == 1203
    assert [answer.leased for answer in answers] == [703, 203, 0]
    assert answers[-1].pending == 1203
