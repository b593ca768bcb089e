"""How hosts are asked, for whoever looks on."""

from __future__ import annotations

from typing import Any

from frontier.budgets import Ask, Budgets
from frontier.host_view import HostView, host_views
from schemas.redis_keys import host_budget
from tests.support.job_workers import HOST, Team


def ask(team: Team, worker: str, *asks: Ask, seconds: float = 100.0) -> Any:
    return team.run(Budgets(team.server, worker, seconds).ask(asks))


def look(team: Team, *hosts: str) -> dict[str, HostView]:
    found: dict[str, HostView] = team.run(host_views(team.server, hosts))
    return found


def test_nothing_is_known_of_hosts_that_nobody_asks(team: Team) -> None:
    assert look(team) == {}
    assert look(team, HOST, "other.com") == {}


def test_the_strictest_of_those_who_ask_hold_and_the_others_wait(team: Team) -> None:
    ask(team, "ann", Ask(HOST, 1.0, 8))
    ask(team, "bob", Ask(HOST, 2.0, 4))

    assert look(team, "other.com", HOST) == {HOST: HostView(HOST, 2.0, 0.0, 4, ("ann",), ("bob",))}


def test_what_a_host_has_put_on_top_is_told_and_looking_changes_nothing(team: Team) -> None:
    ask(team, "ann", Ask(HOST, 1.0, 8, penalty=30.0))
    before = team.run(team.server.get(host_budget(HOST)))

    view = look(team, HOST)[HOST]

    assert (view.delay, view.penalty) == (31.0, 30.0)
    assert team.run(team.server.get(host_budget(HOST))) == before


def test_a_penalty_outlives_the_worker_that_learned_it(team: Team) -> None:
    ask(team, "ann", Ask(HOST, 0.0, 8, penalty=30.0))
    ask(team, "ann", Ask(HOST, 0.0, 8, penalty=30.0, release=True))

    assert look(team, HOST)[HOST] == HostView(HOST, 30.0, 30.0, 1, (), ())
