"""What is done to a crawl, and when. A plan follows from its seed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

LEAST_EVENTS, MOST_EVENTS = 6, 10
SITE_DIES = 0.4
"""How likely it is that ``crawl site`` is killed."""
SMALL, LARGE = 200, 40_000
"""Bytes that the append-only file of Valkey loses."""
BUDGETS = (400_000, 2_000_000, 64_000_000)
"""Values of LONGLINE_BUDGET_BYTES: with a small one, many segments are uploaded; with the largest, few."""


class Verb(StrEnum):
    """What is done, and to whom."""

    KILL_WORKER = "SIGKILL to worker"
    STOP_WORKER = "SIGTERM to worker"
    FREEZE_WORKER = "SIGSTOP to worker"
    THAW_WORKER = "SIGCONT to worker"
    START_WORKER = "start of worker"
    KILL_SITE = "SIGKILL to crawl site"
    KILL_POSTGRES = "SIGKILL to PostgreSQL"
    STOP_POSTGRES = "stop of PostgreSQL"
    START_POSTGRES = "start of PostgreSQL"
    KILL_VALKEY = "SIGKILL to Valkey"
    STOP_VALKEY = "stop of Valkey"
    FREEZE_VALKEY = "SIGSTOP to Valkey"
    SLOW_VALKEY = "end of fsync in Valkey"
    CUT_VALKEY = "cut of Valkey's file"
    START_VALKEY = "start of Valkey"


@dataclass(frozen=True)
class Step:
    """One deed, ``at`` seconds after the crawl has begun.

    ``worker``, ``node`` of Valkey: which one, from 0. ``lost``: bytes of the file's end; ``whole``: up to the end of
    a command.
    """

    at: float
    verb: Verb
    worker: int = 0
    node: int = 0
    lost: int = 0
    whole: bool = False


@dataclass(frozen=True)
class Plan:
    """The steps in order of time, and how many bytes a worker may hold."""

    seed: int
    steps: tuple[Step, ...] = ()
    budget: int = BUDGETS[0]


@dataclass(frozen=True)
class Setting:
    """What a plan depends on beside its seed. ``nodes``: of Valkey, each with a shard of the job."""

    workers: int
    lease_seconds: float
    nodes: int = 1


Event = Callable[[Random, float, Setting], list[Step]]


def make_plan(seed: int, setting: Setting) -> Plan:
    """Six to ten events; each ends what it began. They may overlap."""
    chance = Random(seed)
    kinds: list[Event] = [_lose_tail, _kill_worker, _late_worker]
    kinds += chance.choices(list(EVENTS), list(EVENTS.values()), k=chance.randint(LEAST_EVENTS, MOST_EVENTS) - 3)
    chance.shuffle(kinds)
    steps, at = [], 0.0
    for kind in kinds:
        at += chance.uniform(0.4, 2.5)
        steps += kind(chance, at, setting)
    if chance.random() < SITE_DIES:
        steps.append(Step(chance.uniform(0.2, at), Verb.KILL_SITE))
    # Steps of one moment stay in their order.
    return Plan(seed, tuple(sorted(steps, key=lambda step: step.at)), chance.choice(BUDGETS))


def calm_plan(seed: int) -> Plan:
    """Nothing is done."""
    return Plan(seed)


def _kill_worker(chance: Random, at: float, setting: Setting) -> list[Step]:
    return _replaced(Verb.KILL_WORKER, chance, at, setting)


def _stop_worker(chance: Random, at: float, setting: Setting) -> list[Step]:
    return _replaced(Verb.STOP_WORKER, chance, at, setting)


def _replaced(verb: Verb, chance: Random, at: float, setting: Setting) -> list[Step]:
    worker = chance.randrange(setting.workers)
    return [Step(at, verb, worker), Step(at + chance.uniform(0, 2), Verb.START_WORKER, worker)]


def _late_worker(chance: Random, at: float, setting: Setting) -> list[Step]:
    """It stands still for longer than its leases last, and goes on as if nothing had been."""
    worker = chance.randrange(setting.workers)
    back = at + setting.lease_seconds * chance.uniform(1.2, 2.2)
    return [Step(at, Verb.FREEZE_WORKER, worker), Step(back, Verb.THAW_WORKER, worker)]


def _kill_postgres(chance: Random, at: float, _: Setting) -> list[Step]:
    return [Step(at, Verb.KILL_POSTGRES), Step(at + chance.uniform(0.1, 4), Verb.START_POSTGRES)]


def _restart_postgres(chance: Random, at: float, _: Setting) -> list[Step]:
    return [Step(at, Verb.STOP_POSTGRES), Step(at + chance.uniform(0.1, 4), Verb.START_POSTGRES)]


def _kill_valkey(chance: Random, at: float, setting: Setting) -> list[Step]:
    node = _node(chance, setting)
    return [Step(at, Verb.KILL_VALKEY, node=node), Step(at + chance.uniform(0.1, 4), Verb.START_VALKEY, node=node)]


def _restart_valkey(chance: Random, at: float, setting: Setting) -> list[Step]:
    node = _node(chance, setting)
    return [Step(at, Verb.STOP_VALKEY, node=node), Step(at + chance.uniform(0.1, 4), Verb.START_VALKEY, node=node)]


def _freeze_valkey(chance: Random, at: float, setting: Setting) -> list[Step]:
    """It does what it was asked to before, when nobody waits for the answer any more."""
    node = _node(chance, setting)
    return [Step(at, Verb.FREEZE_VALKEY, node=node), Step(at + chance.uniform(0.5, 6), Verb.START_VALKEY, node=node)]


def _lose_tail(chance: Random, at: float, setting: Setting) -> list[Step]:
    """Most often to the byte, so that a command is cut in two; else behind a command. Of several nodes, only what is on
    no disk yet may be lost: so the node stops to write to its disk first."""
    node = _node(chance, setting)
    cut = Step(at, Verb.CUT_VALKEY, node=node, lost=chance.randint(SMALL, LARGE), whole=chance.random() < 0.4)
    slow = [Step(at - chance.uniform(0.1, 1), Verb.SLOW_VALKEY, node=node)] if setting.nodes > 1 else []
    start = Step(at + chance.uniform(0.1, 4), Verb.START_VALKEY, node=node)
    return [*slow, Step(at, Verb.KILL_VALKEY, node=node), cut, start]


def _node(chance: Random, setting: Setting) -> int:
    return chance.randrange(setting.nodes) if setting.nodes > 1 else 0


EVENTS: dict[Event, int] = {
    _kill_worker: 4,
    _stop_worker: 1,
    _late_worker: 2,
    _kill_postgres: 2,
    _restart_postgres: 1,
    _kill_valkey: 1,
    _restart_valkey: 1,
    _freeze_valkey: 1,
    _lose_tail: 3,
}
"""Each with its weight."""
