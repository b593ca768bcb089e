"""``scrapy why`` of a job that nobody works on: what its workers have left in Redis."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from crawler.why_url import fingerprint
from frontier.jobs import Jobs
from frontier.model import Died, JobCommand, Returned
from frontier.notes import Note, leave_note, take_note_away
from schemas import redis_keys
from tests.journeys.conftest import Rows
from tests.journeys.test_why import why
from tests.support.crawl import Scrapy
from tests.support.job_workers import Team, Worker
from tests.support.orphan import HOST, SITE, entry, orphan


@pytest.fixture
def team(scrapy: Scrapy, rows: Rows, servers: Any) -> Iterator[Team]:
    assert scrapy.run("jobs").status == 0  # migrates
    with orphan(rows, servers.redis_url, ignore_parameters=["sid"], max_depth=3, budget="2.50") as team:
        yield team


@pytest.fixture
def ann(team: Team) -> Worker:
    """Who has made the job, and died."""
    worker = team.worker("ann", lease_seconds=3000)
    worker.create(*(entry(f"/{name}", fingerprint(f"{SITE}/{name}")) for name in "abc"))
    return worker


def live_on(team: Team, name: str) -> None:
    """As if the worker said so all the time."""
    seconds, _ = team.run(team.server.time())
    team.run(team.server.zadd(redis_keys.WORKERS, {name: seconds + 3600}))


def test_where_requests_of_dead_workers_are(scrapy: Scrapy, team: Team, ann: Worker) -> None:
    again, _, died = ann.take(3, HOST)
    ann.say(endings=[Returned(again.number, "the worker had a cold"), Died(died.number, "no answer in time")])
    ann.say(entries=[entry("/later", fingerprint(f"{SITE}/later"), delay=6000)])

    waiting = why(scrapy, f"{SITE}/a?sid=7")
    assert (waiting["what"], waiting["number"], waiting["asked_as"]) == ("waiting", 1, f"{SITE}/a")
    assert "It was tried 1 time in vain: the worker had a cold." in waiting["text"]
    silent = why(scrapy, f"{SITE}/b")
    assert re.search(r"That worker was not heard of for 15\.0 s: another one may have it in \d+ min", silent["text"])
    assert "after 1 try: no answer in time." in why(scrapy, f"{SITE}/c")["text"]
    later = why(scrapy, f"{SITE}/later")
    assert (later["what"], "which is in 1 h" in later["text"]) == ("waiting for its time", True)
    assert "Links deeper than max_depth 3 are not followed." in why(scrapy, f"{SITE}/never")["text"]

    held = json.loads(scrapy.run("why", "--job", str(team.job), "--json").stdout)
    assert [answer["what"] for answer in held] == ["no workers", "silent worker"]


def test_what_workers_say_holds_a_job_up(scrapy: Scrapy, team: Team, ann: Worker) -> None:
    live_on(team, "ann")
    note = Note(cpu=0.99, unstored=65_000_000, most_unstored=64_000_000, proxyless=3, away={"PostgreSQL": 12.0})
    team.run(leave_note(team.server, "ann", note))
    team.run(team.server.persist(redis_keys.worker_note("ann")))

    held = json.loads(scrapy.run("why", "--job", str(team.job), "--json").stdout)

    team.run(Jobs(team.server).leave("ann"))
    team.run(take_note_away(team.server, "ann"))
    assert [answer["what"] for answer in held] == ["away", "storing", "proxies", "CPU"]
    assert held[0]["text"].startswith("1 of 1 worker cannot reach PostgreSQL, for 12.0 s now")


def test_a_budget_that_is_spent(scrapy: Scrapy, team: Team, ann: Worker) -> None:
    live_on(team, "ann")
    ann.say(failures=[("budget spent", "The budget of 2.50 is spent.")] * 3)

    held = json.loads(scrapy.run("why", "--job", str(team.job), "--json").stdout)

    team.run(Jobs(team.server).leave("ann"))
    (said,) = [answer for answer in held if answer["what"] == "budget"]
    assert said["unpaid"] == 3
    assert said["text"].startswith("Its budget of 2.50 is spent: blocked pages stay blocked, 3 so far")


def test_a_job_whose_data_are_gone(scrapy: Scrapy, team: Team, ann: Worker) -> None:
    team.run(ann.frontier.remove())
    assert ann.say().state is JobCommand.GONE

    assert why(scrapy, "--job", str(team.job))["what"] == "gone"
