"""What workers say of themselves."""

from __future__ import annotations

from frontier.codec import dumps
from frontier.jobs import SILENCE_SECONDS
from frontier.notes import Note, leave_note, notes_of, take_note_away
from schemas.redis_keys import worker_note
from tests.support.job_workers import Team


def test_notes_of_those_who_have_left_some_are_read(team: Team) -> None:
    note = Note(cpu=0.5, downloads=3, away={"PostgreSQL": 2.5})
    team.run(leave_note(team.server, "ann", note))

    assert team.run(notes_of(team.server, [])) == {}
    assert team.run(notes_of(team.server, ["ann", "bob"])) == {"ann": note}

    team.run(take_note_away(team.server, "ann"))
    assert team.run(notes_of(team.server, ["ann"])) == {}


def test_a_note_goes_with_a_worker_that_is_silent(team: Team) -> None:
    team.run(leave_note(team.server, "ann", Note()))

    assert 0 < team.run(team.server.pttl(worker_note("ann"))) <= 1000 * SILENCE_SECONDS


def test_what_a_newer_worker_says_beside_is_left_out(team: Team) -> None:
    team.run(team.server.set(worker_note("ann"), dumps({"cpu": 0.1, "mood": "good"})))

    assert team.run(notes_of(team.server, ["ann"])) == {"ann": Note(cpu=0.1)}
