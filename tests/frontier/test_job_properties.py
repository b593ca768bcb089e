"""Whatever workers say, in whatever order, through restarts and repeats: the job is what a simple model says."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from frontier.connection import RedisUnavailableError
from frontier.model import Answer, Batch, Died, Done, Ending, Entry, JobCommand, Replaced, Returned
from schemas import redis_keys
from tests.support.job_model import LIMIT, MAX_DELIVERIES, Model
from tests.support.job_workers import fingerprint_of, open_team
from tests.support.killable import KillableValkey

WORKERS = ("ann", "bob")
HOSTS = ("a.com", "b.com:8080")

workers = st.sampled_from(WORKERS)
entries = st.builds(
    Entry,
    payload=st.sampled_from([b"", b"x", b"R", b"\x00long\xff" * 30]),
    host=st.sampled_from(HOSTS),
    priority=st.integers(-1, 1),
    fingerprint=st.none() | st.integers(0, 8).map(lambda number: fingerprint_of(str(number))),
    page=st.booleans(),
    delay=st.sampled_from([0, 0, 0, 1000]),
)
wants = st.dictionaries(st.sampled_from(HOSTS), st.integers(0, 4))


def ending_of(kind: str, number: int, entry: Entry, place: bool) -> Ending:
    endings: dict[str, Ending] = {
        "done": Done(number, {"done": 1}),
        "replaced": Replaced(number, replace(entry, admitted=place and entry.page)),
        "untouched": Returned(number),
        "failed": Returned(number, "late"),
        "died": Died(number, "no such host"),
    }
    return endings[kind]


class Job(RuleBasedStateMachine):
    """Two workers of a job with a limit, and people who steer it."""

    def __init__(self, valkey: KillableValkey) -> None:
        super().__init__()
        self.valkey = valkey
        self.stack = ExitStack()
        self.team = self.stack.enter_context(open_team(valkey.url))
        terms: dict[str, Any] = {"lease_seconds": 1000, "max_deliveries": MAX_DELIVERIES}
        self.workers = {name: self.team.worker(name, **terms) for name in WORKERS}
        self.workers["ann"].create(limit=LIMIT)
        self.model = Model()
        self.told: dict[str, tuple[Batch, Answer]] = {}
        self.restarts = 0
        self.numbers: list[int] = []

    @rule(
        worker=workers,
        queued=st.lists(entries, max_size=6),
        ended=st.lists(st.tuples(st.sampled_from(["done", "replaced", "untouched", "failed", "died"]), entries)),
        wants=wants,
        flags=st.fixed_dictionaries({"renew": st.booleans(), "bury": st.booleans(), "finish": st.booleans()}),
    )
    def exchange(
        self,
        *,
        worker: str,
        queued: list[Entry],
        ended: list[tuple[str, Entry]],
        wants: dict[str, int],
        flags: dict[str, bool],
    ) -> None:
        """A worker ends the newest of all leases, its own and those of others and of the past, and asks for more."""
        endings = [
            ending_of(kind, number, entry, place=number in self.model.held and self.model.held[number].item.flag == "A")
            for number, (kind, entry) in zip(reversed(self.numbers), ended, strict=False)
        ]
        buried = [str(number).encode() for number in sorted(self.model.unburied)[:20]] if flags["bury"] else []
        renewed = self.numbers[-4:] if flags["renew"] else []
        batch = Batch("", queued, endings, renewed, wants=wants, buried=buried, finish=flags["finish"])
        items, lost, new = self.model.exchange(worker, batch)
        self.workers[worker].prepare(batch)
        answer = self.survive(self.workers[worker].repeat)
        assert (set(answer.lost), answer.new) == (lost, new)
        assert len(answer.leases) == len(items)
        for lease, item in zip(answer.leases, items, strict=True):
            assert (lease.payload, lease.host, lease.priority) == (item.payload, item.host, item.priority)
            assert (lease.admitted, lease.deliveries) == (item.flag == "A", len(item.causes) + 1)
            self.model.lease(worker, lease.number, item)
        self.note(worker, batch, answer)

    def note(self, worker: str, batch: Batch, answer: Answer) -> None:
        """What holds of every answer."""
        numbers = [lease.number for lease in answer.leases]
        assert numbers == sorted(numbers)
        assert min(numbers, default=0) > max(self.numbers, default=-1) or not numbers
        self.numbers += numbers
        self.told[worker] = batch, answer
        self.model.check(answer)
        assert answer.over == (batch.finish and self.model.ends(worker))

    def survive(self, send: Callable[[], Answer]) -> Answer:
        """A connection that was cut is noticed by the first who uses it."""
        with contextlib.suppress(RedisUnavailableError):
            return send()
        return send()

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """A worker has not heard the last answer."""
        worker = data.draw(st.sampled_from(sorted(self.told)))
        batch, before = self.told[worker]
        lost = self.model.renew(worker, batch.renew)
        answer = self.survive(self.workers[worker].repeat)
        assert answer.new == before.new
        assert set(answer.lost) == set(before.lost) | lost
        held = {number for number, each in self.model.held.items() if each.worker == worker}
        assert answer.leases == [lease for lease in before.leases if lease.number in held]
        self.model.check(answer)

    @rule()
    def leases_run_out(self) -> None:
        self.team.expire()
        self.model.expire()

    @rule()
    def time_goes_on(self) -> None:
        self.team.come_due()
        self.model.due = len(self.model.later)

    @rule()
    def redis_is_another(self) -> None:
        """As after a failover."""
        self.team.run(self.team.server.hset(redis_keys.job_meta(self.team.job), "run", "another"))
        self.model.restart()

    @precondition(lambda self: self.restarts == 0)
    @rule()
    def redis_is_started_again(self) -> None:
        self.restarts += 1
        # In order: while Valkey syncs its file, it has told of what it has not written, and a kill would lose that.
        self.valkey.stop()
        self.valkey.start()
        # The first one to use the old connection.
        with contextlib.suppress(RedisUnavailableError):
            self.team.run(self.team.control.status())
        self.model.restart()

    @rule()
    def people_pause_it_or_go_on(self) -> None:
        self.model.paused = not self.model.paused
        state = JobCommand.PAUSED if self.model.paused else JobCommand.RUNNING
        assert self.team.run(self.team.control.set_state(state)) is state

    @precondition(lambda self: self.model.dead)
    @rule()
    def people_revive_one(self) -> None:
        number = min(self.model.dead)
        self.model.revive(number)
        assert self.team.run(self.team.control.revive([str(number).encode()])) == 1

    def teardown(self) -> None:
        """All entries can be found, and nothing is left of a job that was removed."""
        places = [place for host in HOSTS for place in self.team.run(self.team.control.find(host, lambda _: True))]
        assert len(places) >= min(20, len(self.model.pending))
        self.team.run(self.workers["ann"].frontier.remove())
        assert self.team.key_names() == []
        self.stack.close()


def test_a_job_is_what_the_model_says(tmp_path: Path) -> None:
    valkey = KillableValkey(tmp_path)
    valkey.start()
    # It takes whatever makes a machine.
    machine: Any = partial(Job, valkey)
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=60,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
            ),
        )
    finally:
        valkey.kill()
