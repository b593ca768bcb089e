"""What is queued, and in which order it leaves."""

from __future__ import annotations

import pytest

from frontier.job import MOST, JobExistsError
from frontier.model import Batch, Done, Entry, JobCommand, Replaced, Returned
from tests.support.job_workers import HOST, Team, Worker, fingerprint_of, pages, payloads


def take_all(worker: Worker, host: str = HOST) -> list[str]:
    names: list[str] = []
    while leases := worker.take(100, host):
        names += payloads(leases)
        worker.say(endings=[Done(lease.number) for lease in leases])
    return names


def test_a_job_that_nobody_created_is_gone(ann: Worker) -> None:
    answer = ann.say(entries=pages("a"), wants={HOST: 1})

    assert answer.state is JobCommand.GONE
    assert answer.leases == []


def test_a_job_is_created_once(ann: Worker, bob: Worker) -> None:
    ann.create(*pages("a"), limit=7)

    with pytest.raises(JobExistsError, match="cannot be created, since Redis has it"):
        bob.create(*pages("b"))
    assert take_all(ann) == ["a"]


def test_to_create_it_again_after_a_lost_answer_changes_nothing(ann: Worker) -> None:
    ann.create(Entry(b"a", HOST))
    ann.create(Entry(b"a", HOST))

    assert take_all(ann) == ["a"]


def test_a_large_start_comes_whole(ann: Worker) -> None:
    names = [str(number) for number in range(2 * MOST + 5)]
    ann.create(*pages(*names))

    assert ann.say().pending == len(names)
    assert take_all(ann) == names


def test_the_highest_priority_leaves_first(ann: Worker) -> None:
    ann.create(*(Entry(str(priority).encode(), HOST, priority) for priority in (0, -5, 1000, 7, -(2**40))))

    assert take_all(ann) == ["1000", "7", "0", "-5", str(-(2**40))]


def test_within_a_priority_the_oldest_leaves_first(ann: Worker) -> None:
    names = [f"{number:04}" for number in reversed(range(300))]
    ann.create(*pages(*names[:150]))
    ann.say(entries=pages(*names[150:]))

    assert take_all(ann) == names


def test_no_more_is_handed_out_than_was_asked_for(ann: Worker) -> None:
    ann.create(*pages("a", "b", "c"), *pages("x", host="other.com"))

    answer = ann.say(wants={HOST: 2, "other.com": 5, "unknown.com": 5})

    assert sorted(payloads(answer.leases)) == ["a", "b", "x"]
    assert (answer.pending, answer.leased, answer.hosts) == (1, 3, {HOST: 1})


def test_a_lease_says_what_was_queued(ann: Worker) -> None:
    ann.create(Entry(b"\x00\xff\xc3", "127.0.0.1:8080", -3))

    lease = ann.take_one("127.0.0.1:8080")

    assert (lease.payload, lease.host, lease.priority) == (b"\x00\xff\xc3", "127.0.0.1:8080", -3)
    assert (lease.admitted, lease.deliveries) == (False, 1)


def test_what_was_queued_before_is_left_out(ann: Worker, bob: Worker) -> None:
    ann.create(*pages("a", "b", "a"))

    answer = bob.say(entries=[*pages("b", "c"), Entry(b"other", HOST, fingerprint=fingerprint_of("a"))])

    assert answer.new == 1
    assert take_all(ann) == ["a", "b", "c"]


def test_what_has_no_fingerprint_is_always_new(ann: Worker) -> None:
    ann.create(Entry(b"a", HOST), Entry(b"a", HOST))

    assert take_all(ann) == ["a", "a"]


@pytest.mark.parametrize("fingerprint", [0, 1, -1, 2**63 - 1, -(2**63), 10**15, -(10**15)])
def test_any_64_bits_are_a_fingerprint(ann: Worker, fingerprint: int) -> None:
    ann.create(Entry(b"a", HOST, fingerprint=fingerprint))

    assert ann.say(entries=[Entry(b"b", HOST, fingerprint=fingerprint)]).new == 0
    assert ann.say(entries=[Entry(b"c", HOST, fingerprint=fingerprint ^ 1)]).new == 1


def test_a_later_entry_waits_for_its_time(team: Team, ann: Worker) -> None:
    ann.create(*pages("a"), *pages("later", delay=60))
    answer = ann.say(wants={HOST: 5})
    assert payloads(answer.leases) == ["a"]
    assert (answer.pending, answer.later) == (0, 1)
    assert answer.due_in is not None
    assert 0 < answer.due_in <= 60

    team.come_due()

    assert payloads(ann.take(5)) == ["later"]
    assert ann.say().due_in is None


def test_what_is_due_in_a_moment_is_handed_out_then(ann: Worker) -> None:
    ann.create(*pages("a", delay=0.001), *pages("b", delay=0.001))

    names: list[str] = []
    while len(names) < 2:
        names += payloads(ann.take(5))

    assert names == ["a", "b"]


def test_a_batch_that_is_repeated_is_done_once(ann: Worker) -> None:
    ann.create(*pages("a", "b"))
    number = ann.take_one().number
    said = ann.say(
        entries=[Entry(b"c", HOST)], endings=[Done(number, {"pages": 1})], failures=[("late", "c")], wants={HOST: 1}
    )

    again = ann.repeat()

    assert again == said
    assert again.stats == {"pages": 1}
    assert (again.pending, again.leased, again.new) == (1, 1, 1)


def test_a_large_batch_comes_in_order_and_says_all(ann: Worker) -> None:
    ann.create(*pages(*(f"first {number}" for number in range(MOST + 3))))
    leases = [lease for _ in range(4) for lease in ann.take(MOST)]
    names = [f"second {number}" for number in range(2 * MOST)]

    answer = ann.say(
        entries=pages(*names), endings=[Done(lease.number, {"pages": 1}) for lease in leases], wants={HOST: 1}
    )

    assert (answer.new, answer.stats, answer.leased) == (2 * MOST, {"pages": MOST + 3}, 1)
    assert payloads(answer.leases) == names[:1]
    assert ann.repeat().leases == answer.leases


def test_of_many_hosts_some_are_named(ann: Worker) -> None:
    ann.create(*(Entry(b"a", f"{number}.com") for number in range(200)))

    hosts = ann.say().hosts

    assert len(hosts) == 64
    assert set(hosts.values()) == {1}


def test_a_job_knows_nothing_of_another(team: Team, ann: Worker) -> None:
    ann.create(*pages("a"))
    team.job = type(team.job)(int=7)
    other = team.worker("ann")
    other.create()

    assert other.take(5) == []
    assert take_all(ann) == ["a"]


def test_no_more_pages_are_handed_out_than_the_job_may_fetch(ann: Worker, bob: Worker) -> None:
    ann.create(*pages("a", "b", "c"), Entry(b"sitemap", HOST, 1), limit=2)

    assert payloads(ann.take(2)) == ["sitemap", "a"]
    (last,) = bob.take(5)
    assert ann.say(wants={HOST: 5}).admitted == 2
    assert payloads([last, *bob.say(freed=[last.number], wants={HOST: 5}).leases]) == ["b", "c"]


def test_a_page_that_is_tried_again_keeps_its_place_and_is_not_held_back(ann: Worker) -> None:
    ann.create(*pages("a", "b", "c"), limit=2)
    first, second = ann.take(2)
    retry = Entry(b"a again", HOST, page=True, admitted=True)
    ann.say(endings=[Replaced(first.number, retry), Returned(second.number, "late")])

    assert payloads(ann.take(5)) == ["a again", "b"]
    assert ann.say().admitted == 2


def test_a_place_is_free_where_its_page_leads_to_one_that_was_seen(ann: Worker) -> None:
    ann.create(*pages("a", "b"), limit=1)
    redirect = Entry(b"b", HOST, fingerprint=fingerprint_of("b"), page=True, admitted=True)

    answer = ann.say(endings=[Replaced(ann.take_one().number, redirect)], wants={HOST: 1})

    assert payloads(answer.leases) == ["b"]
    assert answer.admitted == 1


def test_a_paused_job_hands_nothing_out_and_takes_all_else(team: Team, ann: Worker) -> None:
    ann.create(*pages("a", "b"))
    number = ann.take_one().number
    assert team.run(team.control.set_state(JobCommand.PAUSED)) is JobCommand.PAUSED

    answer = ann.say(entries=pages("c"), endings=[Done(number)], wants={HOST: 5})

    assert answer.state is JobCommand.PAUSED
    assert (answer.leases, answer.pending, answer.leased) == ([], 2, 0)
    team.run(team.control.set_state(JobCommand.RUNNING))
    assert take_all(ann) == ["b", "c"]


def test_a_cancelled_job_drops_what_comes_and_is_over_when_nothing_is_leased(team: Team, ann: Worker) -> None:
    ann.create(*pages("a", "b", "c"))
    first, second = ann.take(2)
    team.run(team.control.set_state(JobCommand.CANCELLED))

    answer = ann.say(entries=pages("d"), endings=[Returned(first.number)], finish=True)
    assert (answer.state, answer.pending, answer.over) == (JobCommand.CANCELLED, 1, False)

    assert ann.say(endings=[Done(second.number)], finish=True).over


def test_ids_are_for_one_batch_each(team: Team, ann: Worker, bob: Worker) -> None:
    ann.create(*pages("a", "b"))
    batch = Batch("one", wants={HOST: 1})

    assert payloads(team.run(ann.frontier.exchange(batch)).leases) == ["a"]
    assert payloads(team.run(bob.frontier.exchange(batch)).leases) == ["b"]
