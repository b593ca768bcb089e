"""A job through restarts, lost data, and a Redis that cannot be used now."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from redis.asyncio import RedisCluster

from frontier.connection import RedisUnavailableError
from frontier.model import Died, Done, Entry, JobCommand
from tests.support import aof
from tests.support.cluster import clustered_valkey
from tests.support.job_workers import HOST, Team, Worker, open_team, pages, payloads
from tests.support.killable import KillableValkey

PATIENCE = 60.0
LINKS = [f"link {number}" for number in range(20)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KillableValkey]:
    valkey = KillableValkey(tmp_path_factory.mktemp("valkey"))
    valkey.start()
    try:
        yield valkey
    finally:
        valkey.thaw()
        valkey.kill()


@pytest.fixture
def valkey(running: KillableValkey) -> KillableValkey:
    running.start()
    with running.client() as client:
        client.flushall()
    return running


@pytest.fixture
def team(valkey: KillableValkey) -> Iterator[Team]:
    with open_team(valkey.url) as opened:
        yield opened


def restart(valkey: KillableValkey) -> None:
    # In order: while Valkey syncs its file, it has told of what it has not written, and a kill would lose that.
    valkey.stop()
    valkey.start()


def say_again(worker: Worker) -> Any:
    """The last batch, on a new connection where the old one was cut; what is slow is asked once more."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return worker.repeat()
        except RedisUnavailableError:
            assert time.monotonic() < deadline


def test_after_a_restart_leases_come_back_and_their_work_is_void(
    valkey: KillableValkey, ann: Worker, bob: Worker
) -> None:
    ann.create(*pages("a", "b"))
    first = ann.say(wants={HOST: 1})
    bob.say()
    restart(valkey)

    with contextlib.suppress(RedisUnavailableError):
        bob.say()
    number = first.leases[0].number
    answer = ann.say(endings=[Done(number, {"pages": 1})], renew=[number], freed=[number])

    assert answer.epoch > first.epoch
    assert answer.lost == [first.leases[0].number]
    assert (answer.stats, answer.pending, answer.leased, answer.admitted) == ({}, 2, 0, 1)
    assert [(lease.payload, lease.deliveries) for lease in bob.take(5)] == [(b"a", 1), (b"b", 1)]


def test_many_leases_come_back_one_part_after_the_other(valkey: KillableValkey, ann: Worker) -> None:
    names = [f"{number:04}" for number in range(1200)]
    ann.create(*pages(*names))
    for _ in range(3):
        ann.take(500)
    restart(valkey)
    with contextlib.suppress(RedisUnavailableError):
        ann.say()

    answers = [ann.say() for _ in range(3)]

    assert answers[-1].leased == 0
    assert [name for _ in range(3) for name in payloads(ann.take(500))] == names


def test_a_lost_answer_is_told_again_after_a_restart(valkey: KillableValkey, ann: Worker) -> None:
    ann.create(*pages("a"))
    ann.say(endings=[Done(ann.take_one().number, {"pages": 1})], entries=[Entry(b"b", HOST)])
    restart(valkey)

    answer = say_again(ann)

    assert (answer.new, answer.lost, answer.stats, answer.pending) == (1, [], {"pages": 1}, 1)


def test_epochs_differ_even_where_the_last_one_was_lost(valkey: KillableValkey, ann: Worker) -> None:
    ann.create(*pages("a"))
    file = aof.last_file(valkey.folder)
    kept = file.stat().st_size
    restart(valkey)
    with contextlib.suppress(RedisUnavailableError):
        ann.say()
    second = ann.say().epoch
    valkey.kill()
    aof.cut(file, 10**9, kept, whole=True)
    valkey.start()
    with contextlib.suppress(RedisUnavailableError):
        ann.say()

    assert ann.say().epoch > second


def test_whatever_tail_is_lost_no_link_is_lost_with_it(valkey: KillableValkey) -> None:
    # A page, its links, and its end: a tail is cut anywhere, also within a step.
    with open_team(valkey.url) as team:
        ann = team.worker("ann")
        ann.create(*pages("page"))
        lease = ann.take_one()
        file = aof.last_file(valkey.folder)
        floor = file.stat().st_size
        ann.say(entries=pages(*LINKS[:10]))
        ann.say(entries=pages(*LINKS[10:]), endings=[Done(lease.number, {"pages": 1})])
    valkey.stop()
    log = file.read_bytes()
    ends = [*range(floor, len(log), (len(log) - floor) // 12), len(log)]
    found = [found_after(valkey, team, file, log[:end]) for end in ends]

    assert found[0] == {"page"}
    assert found[-1] == set(LINKS)
    assert {"page", *LINKS[:10]} in found
    assert all("page" in names or names == set(LINKS) for names in found)


def found_after(valkey: KillableValkey, before: Team, file: Path, log: bytes) -> set[str]:
    """What another worker is handed after a restart with this append-only file."""
    file.write_bytes(log)
    valkey.start()
    with open_team(valkey.url) as team:
        team.job = before.job
        names = set(payloads(team.worker("bob").take(50)))
    valkey.kill()
    return names


def test_a_job_whose_data_are_gone_says_so(valkey: KillableValkey, ann: Worker) -> None:
    ann.create(*pages("a", "b"))
    lease = ann.take_one()
    with valkey.client() as client:
        client.flushall()

    answer = ann.say(entries=pages("c"), endings=[Done(lease.number)], finish=True)

    assert (answer.state, answer.over) == (JobCommand.GONE, False)
    with valkey.client() as client:
        assert client.dbsize() == 0


def test_a_batch_that_a_frozen_redis_took_is_done_once(valkey: KillableValkey, ann: Worker) -> None:
    ann.create(Entry(b"a", HOST))
    number = ann.take_one().number
    valkey.freeze()
    with pytest.raises(RedisUnavailableError, match="Redis cannot be used now"):
        ann.say(entries=[Entry(b"b", HOST)], endings=[Done(number, {"pages": 1})], wants={HOST: 1})
    valkey.thaw()

    answer = say_again(ann)

    assert (answer.stats, answer.pending, answer.leased) == ({"pages": 1}, 0, 1)
    assert payloads(answer.leases) == ["b"]


def test_a_large_batch_goes_on_where_it_stopped(valkey: KillableValkey, ann: Worker) -> None:
    ann.create()
    entries = [Entry(str(number).encode(), HOST) for number in range(3500)]
    freeze = threading.Timer(0.03, valkey.freeze)
    freeze.start()
    with contextlib.suppress(RedisUnavailableError):
        ann.say(entries=entries)
    freeze.join()
    valkey.thaw()

    assert say_again(ann).pending == 3500


def test_a_full_redis_takes_what_is_said(valkey: KillableValkey, ann: Worker) -> None:
    ann.create(*pages("a"))
    lease = ann.take_one()
    with valkey.client() as client:
        client.config_set("maxmemory", "1mb")
        client.config_set("maxmemory-policy", "noeviction")
        try:
            with pytest.raises(redis.exceptions.OutOfMemoryError):
                client.set("other", "x")
            answer = ann.say(entries=pages("b"), endings=[Done(lease.number)])
        finally:
            client.config_set("maxmemory", "0")

    assert (answer.pending, answer.leased) == (1, 0)


def test_a_replica_cannot_be_used(valkey: KillableValkey, ann: Worker) -> None:
    ann.create(*pages("a"))
    with valkey.client() as client:
        client.replicaof("127.0.0.1", "1")
        try:
            with pytest.raises(RedisUnavailableError, match="read only replica"):
                ann.say()
        finally:
            client.replicaof("NO", "ONE")


def test_a_redis_that_is_busy_cannot_be_used(valkey: KillableValkey, team: Team, ann: Worker) -> None:
    ann.create(*pages("a"))
    with valkey.client() as client, valkey.client() as other:
        client.config_set("busy-reply-threshold", "1")
        endless = threading.Thread(target=run_endless, args=[other])
        endless.start()
        try:
            with pytest.raises(RedisUnavailableError, match="BUSY"):
                wait_until_busy(team, ann)
        finally:
            client.script_kill()
            endless.join()
            client.config_set("busy-reply-threshold", "5000")

    assert ann.say().pending == 1


def run_endless(client: redis.Redis) -> None:
    with contextlib.suppress(redis.RedisError):
        client.eval("while true do end", 0)


def wait_until_busy(team: Team, worker: Worker) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        worker.say()
        team.run(asyncio.sleep(0.02))


def test_nobody_answers(valkey: KillableValkey, ann: Worker) -> None:
    valkey.stop()

    with pytest.raises(RedisUnavailableError, match="Wait, or see that it runs and has room"):
        ann.say()


def test_scripts_that_redis_has_forgotten_are_sent_again(valkey: KillableValkey, ann: Worker) -> None:
    ann.create(*pages("a"))
    with valkey.client() as client:
        client.script_flush()

    assert payloads(ann.take()) == ["a"]


def test_a_cluster_serves_a_job(tmp_path: Path) -> None:
    with clustered_valkey(tmp_path) as url, asyncio.Runner() as runner:
        server: Any = RedisCluster.from_url(url)
        team = Team(runner, server, uuid4())
        ann = team.worker("ann")
        ann.create(*pages("a", "b", "c"), *pages("d", host="other.com"))
        lease, dead = ann.take(2)

        answer = ann.say(endings=[Done(lease.number, {"pages": 1}), Died(dead.number, "late")], wants={"other.com": 1})

        assert (payloads(answer.leases), answer.stats, len(answer.dead)) == (["d"], {"pages": 1}, 1)
        assert team.run(team.control.revive()) == 1
        team.run(ann.frontier.remove())
        assert team.run(server.dbsize()) == 0
        team.run(server.aclose())
