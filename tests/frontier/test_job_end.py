"""When a job is over, who ends it, and what it leaves."""

from __future__ import annotations

import re

import msgpack

from frontier.model import Answer, Died, Done, Entry, Replaced
from frontier.scripts import Script
from schemas import redis_keys
from tests.support.job_workers import HOST, Team, Worker, pages


def test_a_job_is_over_when_nothing_is_left(team: Team, ann: Worker) -> None:
    ann.create(*pages("a"), *pages("b", delay=60))
    assert not ann.say(finish=True).over  # a and b wait
    lease = ann.take_one()
    assert not ann.say(finish=True).over  # a is leased
    assert not ann.say(endings=[Done(lease.number)], finish=True).over  # b waits for its time
    team.come_due()
    lease = ann.take_one()

    assert not ann.say(endings=[Done(lease.number)]).over
    assert ann.say(finish=True).over


def test_a_job_without_entries_is_over_at_once(ann: Worker) -> None:
    ann.create()

    assert ann.say(finish=True).over


def test_one_of_two_ends_the_job(ann: Worker, bob: Worker) -> None:
    ann.create()

    assert ann.say(finish=True).over
    assert not bob.say(finish=True).over
    assert ann.repeat().over
    assert ann.say(finish=True).over


def test_another_ends_the_job_where_the_first_has_stopped(team: Team, bob: Worker) -> None:
    brief = team.worker("brief", lease_seconds=0.01)
    brief.create()
    assert brief.say(finish=True).over

    def until_over() -> Answer:
        while not (answer := bob.say(finish=True)).over:
            pass
        return answer

    assert until_over().over
    assert not brief.say(finish=True).over


def test_what_comes_after_all_is_done_goes_on(ann: Worker, bob: Worker) -> None:
    ann.create()
    ann.say(finish=True)
    bob.say(entries=pages("late"))

    assert not ann.say(finish=True).over


def test_a_job_with_all_its_pages_is_over_when_they_are(ann: Worker) -> None:
    ann.create(*pages("a", "b", "c"), Entry(b"sitemap", HOST, -1), limit=2)
    first, second = ann.take(2)
    assert not ann.say(endings=[Done(first.number)], finish=True).over

    assert ann.say(endings=[Done(second.number)], finish=True).over


def test_a_page_with_a_place_is_waited_for(team: Team, ann: Worker) -> None:
    ann.create(*pages("a", "b"), limit=1)
    retry = Entry(b"a again", HOST, page=True, admitted=True, delay=60)
    answer = ann.say(endings=[Replaced(ann.take_one().number, retry)], finish=True)
    assert not answer.over
    team.come_due()
    assert not ann.say(finish=True).over
    lease = ann.take_one()

    assert ann.say(endings=[Done(lease.number)], finish=True).over


def test_a_place_that_is_given_back_lets_the_job_go_on(ann: Worker) -> None:
    ann.create(*pages("a", "b"), limit=1)
    lease = ann.take_one()

    answer = ann.say(endings=[Died(lease.number, "late")], freed=[lease.number], finish=True, wants={HOST: 1})

    assert not answer.over
    assert [lease.payload for lease in answer.leases] == [b"b"]


def live_through(team: Team, ann: Worker, bob: Worker) -> None:
    """What makes every kind of key."""
    ann.create(*pages(*(str(number) for number in range(900))), *pages("x", host="[::1]:8080", priority=-7))
    ann.say(entries=pages("later", delay=60), failures=[("late", "a was late.")], wants={"[::1]:8080": 1})
    lease = ann.take_one()
    ann.say(endings=[Died(ann.take_one().number, "late"), Done(lease.number, {"pages": 1})])
    bob.take(10)
    team.run(team.control.prioritise(HOST, 3))


def test_a_job_that_was_removed_leaves_nothing(team: Team, ann: Worker, bob: Worker) -> None:
    live_through(team, ann, bob)

    team.run(ann.frontier.remove())
    team.run(ann.frontier.remove())

    assert team.key_names() == []


def test_a_large_job_is_removed_in_steps(team: Team, ann: Worker) -> None:
    ann.create(*(Entry(b"a", f"{number}.com", fingerprint=number) for number in range(2000)))
    remove = Script(team.server, "remove").run

    assert team.run(remove([redis_keys.job_meta(team.job)], []))
    assert ann.say().state == "gone"
    assert len(team.key_names()) > 100
    team.run(ann.frontier.remove())
    assert team.key_names() == []


def test_every_key_is_declared(team: Team, ann: Worker, bob: Worker) -> None:
    live_through(team, ann, bob)
    declared = [re.sub("<.*?>", ".+", re.escape(name)) for name in redis_keys.JOB_KEYS]

    keys = team.key_names()

    assert [key for key in keys if not any(re.fullmatch(name, key) for name in declared)] == []
    made = {re.sub(r":.*", "", key) for key in keys}
    families = {name.partition(":")[0] for name in redis_keys.JOB_KEYS}
    assert families - made == {"stale", "removing"}


def test_what_workers_were_told_is_forgotten_when_they_are(team: Team, ann: Worker) -> None:
    ann.create()
    for number in range(150):
        team.worker(f"worker {number}").say()
    key = redis_keys.job_key(team.job, "replies")
    reply = msgpack.unpackb(team.run(team.server.hget(key, "ann")), raw=True)
    reply[b"at"] -= 3_700_000_000
    team.run(team.server.hset(key, "ann", msgpack.packb(reply, use_bin_type=False)))

    team.worker("new").say()

    assert not team.run(team.server.hexists(key, "ann"))
    assert team.run(team.server.hlen(key)) == 151
