"""Nobody ends a job that is given more to do."""

from __future__ import annotations

import pytest

from frontier.hold import BeingFinishedError, Hold
from frontier.model import Died
from tests.support.job_workers import Team, Worker, pages, payloads


@pytest.fixture
def token(ann: Worker) -> bytes:
    """Of the one page of a job, that is dead and buried: the job is over, if anybody asks."""
    ann.create(*pages("a"))
    number = ann.take_one().number
    (dead,) = ann.say(endings=[Died(number, "late")], freed=[number]).dead
    ann.say(buried=[dead.token])
    return dead.token


def test_a_job_that_is_held_is_not_over_until_what_it_was_given_is_done(team: Team, ann: Worker, token: bytes) -> None:
    hold = Hold(team.server, team.job)
    assert team.run(hold.take())
    assert not ann.say(finish=True).over

    assert team.run(hold.take())
    assert team.run(team.control.revive([token])) == 1
    team.run(hold.release())

    assert not ann.say(finish=True).over
    assert payloads(ann.take()) == ["a"]


def test_a_job_is_over_when_nobody_holds_it_any_more(team: Team, ann: Worker, token: bytes) -> None:
    hold = Hold(team.server, team.job)
    team.run(hold.take())
    assert not ann.say(finish=True).over

    team.run(hold.release())

    assert ann.say(finish=True).over


def test_what_is_being_finished_or_held_cannot_be_held(team: Team, ann: Worker, token: bytes) -> None:
    assert ann.say(finish=True).over
    hold, other = Hold(team.server, team.job), Hold(team.server, team.job)

    with pytest.raises(BeingFinishedError, match=f"The job {team.job} is being finished, or somebody else"):
        team.run(hold.take())

    team.run(ann.frontier.keep())
    assert team.run(hold.take())
    with pytest.raises(BeingFinishedError):
        team.run(other.take())


def test_a_job_that_redis_does_not_know_is_not_held(team: Team) -> None:
    assert not team.run(Hold(team.server, team.job).take())
    assert team.key_names() == []
