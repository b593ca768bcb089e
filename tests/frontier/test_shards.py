"""A job in several shards, each on a node of a cluster: nothing lost, nothing doubled, and one end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import redis

from frontier.connection import RedisUnavailableError, check
from frontier.durable import NotDurableError
from frontier.hold import Hold
from frontier.job import JobExistsError, WrongShardsError
from frontier.jobs import Jobs
from frontier.model import Answer, Batch, Died, Done, Entry, JobCommand, Replaced, Returned
from frontier.sharding import apportion, home_of_fingerprint, inner, shards_of
from schemas.redis_keys import job_meta
from tests.support.aof import cut, last_file
from tests.support.cluster import Cluster, Node, cluster_of
from tests.support.job_workers import HOST, Team, Worker, fingerprint_of, open_team, pages, payloads
from tests.support.postgres import ESCAPED
from tests.support.valkey import valkey

SHARDS = 3
PATIENCE = 60.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster_of(tmp_path_factory.mktemp("cluster"), SHARDS) as cluster:
        yield cluster


@pytest.fixture
def team(cluster: Cluster) -> Iterator[Team]:
    """Of a job whose shards are on three nodes."""
    with open_team(cluster.url) as team:
        team.job = next(job for job in iter(uuid4, None) if len(set(nodes_of(cluster, job))) == SHARDS)
        team.control = type(team.control)(team.server, team.job)
        yield team
        team.run(Jobs(team.server).forget(team.job))
    assert cluster.keys() == []


@pytest.fixture
def ann(team: Team) -> Worker:
    return team.worker("ann", shards=SHARDS)


@pytest.fixture
def bob(team: Team) -> Worker:
    return team.worker("bob", shards=SHARDS)


def nodes_of(cluster: Cluster, job: UUID) -> list[Node]:
    return [cluster.node_of(job_meta(job, shard)) for shard in range(SHARDS)]


def page_in(shard: int, number: int = 0) -> Entry:
    """A page whose home is the shard."""
    names = (f"page-{shard}-{number}-{attempt}" for attempt in range(1000))
    (page,) = pages(next(name for name in names if home_of_fingerprint(fingerprint_of(name), SHARDS) == shard))
    return page


def take_all(worker: Worker) -> list[str]:
    """What a worker is handed until there is nothing left."""
    found: list[str] = []
    while True:
        answer = worker.say(wants={HOST: 100})
        found += payloads(answer.leases)
        if answer.pending == 0:
            return sorted(found)


def say_until_it_is_safe(team: Team, worker: Worker) -> Answer:
    """Until no ending waits for a disk."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = worker.say()
        if not worker.frontier.unsaid:
            return answer
        assert time.monotonic() < deadline
        team.run(worker.frontier.settle())


def payloads_of(*entries: Entry) -> list[str]:
    return [entry.payload.decode() for entry in entries]


@contextmanager
def node_that_does_not_sync(node: Node) -> Iterator[redis.Redis]:
    """What it is told stays in memory, and in the system's: as if its disk were slow."""
    with node.client() as client:
        client.config_set("appendfsync", "no")
        yield client


def repeat_after_an_outage(worker: Worker) -> Answer:
    """The first to use a connection hears that it was cut."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return worker.repeat()
        except RedisUnavailableError:
            assert time.monotonic() < deadline


def test_entries_go_to_all_shards_and_each_is_known_everywhere(ann: Worker, bob: Worker) -> None:
    ann.create()
    names = [f"page-{number}" for number in range(60)]

    first = ann.say(entries=pages(*names[:40]))
    second = bob.say(entries=pages(*names[20:]))

    assert (first.new, second.new, second.pending) == (40, 20, 60)
    assert take_all(bob) == sorted(names)
    assert bob.say().leased == 60


def test_a_worker_is_handed_no_more_than_it_wants(ann: Worker) -> None:
    ann.create()
    ann.say(entries=pages(*map(str, range(60))))

    assert [len(ann.say(wants={HOST: most}).leases) for most in (1, 7, 20)] == [1, 7, 20]


def test_leases_are_told_apart_by_their_numbers(team: Team, ann: Worker) -> None:
    ann.create()
    answer = ann.say(entries=[page_in(shard) for shard in range(SHARDS)], wants={HOST: SHARDS})
    answer = ann.say(wants={HOST: SHARDS}) if not answer.leases else answer

    assert {inner(lease.number)[1] for lease in answer.leases} == set(range(SHARDS))
    ann.say(endings=[Returned(lease.number) for lease in answer.leases])
    assert ann.say().leased == 0


def test_a_page_ends_when_its_links_are_on_the_disks_of_other_nodes(team: Team, ann: Worker, cluster: Cluster) -> None:
    ann.create()
    ann.say(entries=[page_in(0)])
    parent = ann.take_one()
    with node_that_does_not_sync(nodes_of(cluster, team.job)[1]) as client:
        ann.say(entries=[page_in(1)], endings=[Done(parent.number, {"pages": 1})])
        team.run(ann.frontier.settle())

        assert ann.say().leased == 1, "its link is in memory alone"
        client.config_set("appendfsync", "everysec")

    last = say_until_it_is_safe(team, ann)

    assert (last.leased, last.stats) == (0, {"pages": 1})


def test_a_page_whose_links_were_lost_is_done_again(team: Team, ann: Worker, cluster: Cluster) -> None:
    node = nodes_of(cluster, team.job)[1]
    ann.create()
    ann.say(entries=[page_in(0)])
    parent = ann.take_one()
    with node_that_does_not_sync(node):
        kept = last_file(node.folder).stat().st_size
        ann.say(entries=[page_in(1)], endings=[Done(parent.number)])
        node.kill()
    file = last_file(node.folder)
    assert cut(file, file.stat().st_size - kept, kept, whole=False)
    node.start()
    cluster.await_ready()

    ann.prepare(Batch(""))
    answer = repeat_after_an_outage(ann)

    assert answer.restarted == {1}
    assert ann.say().leased == 0, "its lease was given back"
    again = ann.take_one()
    assert (again.payload, again.deliveries) == (parent.payload, 1)
    ann.say(entries=[page_in(1)], endings=[Done(again.number)])
    say_until_it_is_safe(team, ann)
    assert payloads(ann.take(9)) == payloads_of(page_in(1))


def test_a_restart_of_one_node_makes_its_own_leases_void_alone(team: Team, ann: Worker, cluster: Cluster) -> None:
    ann.create()
    ann.say(entries=[page_in(0, 1), *(page_in(shard) for shard in range(SHARDS))])
    leases = sorted(ann.take(SHARDS + 1), key=lambda lease: inner(lease.number)[1])
    # All that was sent is on the disks that this one waits for.
    ann.say(endings=[Done(leases[0].number)])
    say_until_it_is_safe(team, ann)
    node = nodes_of(cluster, team.job)[2]
    node.stop()
    node.start()
    cluster.await_ready()

    ann.prepare(Batch("", endings=[Done(lease.number, {"pages": 1}) for lease in leases[1:]]))
    answer = repeat_after_an_outage(ann)
    last = say_until_it_is_safe(team, ann)

    assert answer.restarted == {2}
    assert (last.leased, last.stats) == (0, {"pages": 2})
    assert payloads(ann.take(9)) == [leases[-1].payload.decode()]


def test_a_redirect_to_another_shard_takes_the_place_of_the_first(team: Team, ann: Worker) -> None:
    ann.create(limit=20 * SHARDS)
    ann.say(entries=[page_in(0)])
    lease = ann.take_one()
    target = page_in(1)

    ann.say(endings=[Replaced(lease.number, Entry(b"target", HOST, 0, target.fingerprint, page=True, admitted=True))])
    say_until_it_is_safe(team, ann)

    (found,) = ann.take(9)
    assert (found.payload, ann.say().admitted) == (b"target", 1)


def test_one_worker_ends_a_job_and_only_when_nothing_is_left_anywhere(team: Team, ann: Worker, bob: Worker) -> None:
    ann.create()
    ann.say(entries=[page_in(2)])
    bob.say()
    lease = bob.take_one()
    assert not any(ann.say(finish=True).over for _ in range(3)), "bob works on it"

    bob.say(entries=[page_in(0)], endings=[Done(lease.number)])
    assert not any(ann.say(finish=True).over for _ in range(3)), "a link waits"

    (last,) = bob.take(9)
    say_until_it_is_safe(team, bob)
    bob.say(endings=[Done(last.number)])
    assert [ann.say(finish=True).over for _ in range(3)] == [False, True, True]
    assert not any(bob.say(finish=True).over for _ in range(3)), "ann ends it"


def test_what_moved_between_two_looks_keeps_a_job_open(team: Team, ann: Worker, bob: Worker) -> None:
    """Each shard is quiet whenever it is looked at, since the work is always elsewhere."""
    ann.create()
    for number in range(4):
        assert not ann.say(finish=True).over
        bob.say(entries=[page_in(number % SHARDS, number)])
        bob.say(endings=[Done(lease.number) for lease in bob.take(9)])


def test_a_job_that_is_held_stays_open_while_the_dead_of_its_shards_come_back(team: Team, ann: Worker) -> None:
    ann.create()
    ann.say(entries=[page_in(shard) for shard in range(SHARDS)])
    ann.say(endings=[Died(lease.number, "late") for lease in ann.take(SHARDS)])
    tokens = [one.token for one in say_until_it_is_safe(team, ann).dead]
    hold = Hold(team.server, team.job)

    assert team.run(hold.take())
    assert not any(ann.say(buried=tokens, finish=True).over for _ in range(3))
    assert team.run(team.control.revive(tokens[:1])) == 1
    team.run(hold.release())

    assert not any(ann.say(finish=True).over for _ in range(3)), "one waits again"
    assert len(take_all(ann)) == 1


def test_the_pages_that_a_job_may_fetch_are_shared_out(team: Team, ann: Worker) -> None:
    ann.create(limit=2 * SHARDS + 1)
    ann.say(entries=pages(*map(str, range(60))))

    leases = [lease for _ in range(5) for lease in ann.take(60)]

    assert len(leases) == 2 * SHARDS + 1
    ann.say(endings=[Done(lease.number) for lease in leases])
    say_until_it_is_safe(team, ann)
    assert [ann.say(finish=True).over for _ in range(2)] == [False, True]


def test_the_dead_of_all_shards_are_buried_and_revived(team: Team, ann: Worker) -> None:
    ann.create()
    ann.say(entries=[page_in(shard) for shard in range(SHARDS)])
    ann.say(endings=[Died(lease.number, "late") for lease in ann.take(SHARDS)])
    dead = say_until_it_is_safe(team, ann).dead
    assert len(dead) == SHARDS

    assert ann.say(buried=[one.token for one in dead]).dead == []
    one, *_ = team.run(team.control.dead(lambda payload: True))
    assert team.run(team.control.revive([one])) == 1
    assert team.run(team.control.revive()) == SHARDS - 1
    assert take_all(ann) == sorted(payloads_of(*(page_in(shard) for shard in range(SHARDS))))


def test_people_ask_and_steer_all_shards_at_once(team: Team, ann: Worker, bob: Worker) -> None:
    ann.create()
    ann.say(entries=pages(*map(str, range(30))), failures=[("late", "a"), ("late", "b")])
    bob.take(4)
    ann.take(2)

    assert team.run(team.control.set_state(JobCommand.PAUSED)) is JobCommand.PAUSED
    assert ann.take(5) == []
    status = team.run(team.control.status())
    assert (status.state, status.pending, status.leased, status.seen) == (JobCommand.PAUSED, 24, 6, 30)
    (host,) = status.hosts
    assert (host.host, host.pending, host.leased) == (HOST, 24, 6)
    assert [(one.worker, one.leases) for one in team.run(team.control.holdings())] == [("bob", 4), ("ann", 2)]
    assert team.run(team.control.failures()) == {"late": (2, "a")}
    assert team.run(team.control.was_seen(fingerprint_of("7")))
    assert not team.run(team.control.was_seen(fingerprint_of("70")))
    assert team.run(team.control.members()) == {"ann", "bob"}
    assert team.run(team.control.prioritise(HOST, 1)) == 24
    (place,) = team.run(team.control.find(HOST, lambda payload: payload == b"11"))
    assert place.payload == b"11"


def test_a_job_is_made_once(team: Team, ann: Worker, bob: Worker) -> None:
    ann.create(*pages("a"))

    with pytest.raises(JobExistsError):
        bob.create(*pages("b"))


def test_who_was_told_another_number_of_shards_is_refused(team: Team, ann: Worker) -> None:
    ann.create()

    with pytest.raises(WrongShardsError, match="in 3 shards, and not 1"):
        team.worker("carl").say()


def test_a_redis_that_keeps_no_file_is_refused(tmp_path: Path) -> None:
    with valkey(tmp_path, "--appendonly", "no") as port, open_team(f"redis://:{ESCAPED}@127.0.0.1:{port}/0") as team:
        with pytest.raises(NotDurableError, match="appendonly yes"):
            team.worker("ann", shards=2).create()
        assert team.key_names() == []


def test_one_node_of_a_cluster_does_not_stand_for_it(cluster: Cluster) -> None:
    check(cluster.url)

    with pytest.raises(RedisUnavailableError, match=r"is one node of a cluster. Write redis[+]cluster://"):
        check(cluster.nodes[0].url)


def test_a_cluster_that_is_away_is_named(cluster: Cluster) -> None:
    with pytest.raises(RedisUnavailableError, match=r"REDIS_URL: redis[+]cluster://127.0.0.1:1 cannot be reached"):
        check("redis+cluster://127.0.0.1:1")


def test_small_jobs_have_fewer_shards() -> None:
    assert [shards_of(8, most) for most in (None, 100, 25_000, 10**9)] == [8, 1, 2, 8]


def test_a_limit_below_the_number_of_shards_is_refused(ann: Worker) -> None:
    with pytest.raises(ValueError, match="2 pages cannot be shared by 3 shards"):
        ann.create(limit=2)


@pytest.mark.parametrize(
    ("most", "known", "asked"),
    [(6, [3, 2, 1], {0: 3, 1: 2, 2: 1}), (2, [5, 5, 0], {0: 1, 1: 1}), (3, [0, 0, 9], {2: 3})],
)
def test_shards_are_asked_for_as_much_as_each_has(most: int, known: list[int], asked: dict[int, int]) -> None:
    assert apportion(most, known) == asked
    assert sum(apportion(most, [0, 0, 0]).values()) == most
