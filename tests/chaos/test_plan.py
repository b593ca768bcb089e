"""Plans: the same from the same seed, and each ends what it began."""

from __future__ import annotations

import pytest

from tests.chaos.plan import Setting, Step, Verb, make_plan

SETTING = Setting(workers=3, lease_seconds=3)
ON_NODES = Setting(workers=3, lease_seconds=3, nodes=3)
ENDED_BY = {
    Verb.KILL_WORKER: Verb.START_WORKER,
    Verb.STOP_WORKER: Verb.START_WORKER,
    Verb.FREEZE_WORKER: Verb.THAW_WORKER,
    Verb.KILL_POSTGRES: Verb.START_POSTGRES,
    Verb.STOP_POSTGRES: Verb.START_POSTGRES,
    Verb.KILL_VALKEY: Verb.START_VALKEY,
    Verb.STOP_VALKEY: Verb.START_VALKEY,
    Verb.FREEZE_VALKEY: Verb.START_VALKEY,
    Verb.SLOW_VALKEY: Verb.START_VALKEY,
    Verb.CUT_VALKEY: Verb.START_VALKEY,
}


def test_a_plan_follows_from_its_seed() -> None:
    assert make_plan(7, SETTING) == make_plan(7, SETTING)
    assert make_plan(7, SETTING) != make_plan(8, SETTING)


@pytest.mark.parametrize("setting", [SETTING, ON_NODES], ids=["one Valkey", "three"])
@pytest.mark.parametrize("seed", range(20))
def test_what_a_plan_begins_it_ends(seed: int, setting: Setting) -> None:
    steps = make_plan(seed, setting).steps

    assert list(steps) == sorted(steps, key=lambda step: step.at)
    assert all(_is_ended(step, steps[number + 1 :]) for number, step in enumerate(steps) if step.verb in ENDED_BY)


def _is_ended(begun: Step, later: tuple[Step, ...]) -> bool:
    whom = (begun.worker, begun.node)
    return any(step.verb == ENDED_BY[begun.verb] and (step.worker, step.node) == whom for step in later)


@pytest.mark.parametrize("seed", range(20))
def test_each_plan_loses_a_tail_kills_a_worker_and_makes_one_late(seed: int) -> None:
    verbs = {step.verb for step in make_plan(seed, SETTING).steps}

    assert verbs >= {Verb.CUT_VALKEY, Verb.KILL_WORKER, Verb.FREEZE_WORKER}


def test_the_plans_together_do_everything() -> None:
    verbs = {step.verb for seed in range(20) for step in make_plan(seed, SETTING).steps}

    assert verbs == set(Verb) - {Verb.SLOW_VALKEY}


def test_of_several_nodes_only_what_is_on_no_disk_is_lost() -> None:
    for seed in range(20):
        steps = make_plan(seed, ON_NODES).steps
        for number, step in enumerate(steps):
            before = [one for one in steps[:number] if one.verb == Verb.SLOW_VALKEY and one.node == step.node]
            assert step.verb != Verb.CUT_VALKEY or before
