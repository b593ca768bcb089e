"""``scrapy frontier``: what it shows of a job, and how it steers one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from crawler.why_payload import name_of_unreadable, read_payload
from crawler.why_url import fingerprint
from frontier.codec import dumps
from frontier.model import Died, Entry, JobCommand
from pipelines.dead import bury
from schemas.queued import DeadRequest
from tests.journeys.conftest import Rows
from tests.support.crawl import Crawled, Scrapy
from tests.support.job_workers import Team, Worker
from tests.support.orphan import HOST, SITE, entry, orphan


@pytest.fixture
def team(scrapy: Scrapy, rows: Rows, servers: Any) -> Iterator[Team]:
    assert scrapy.run("jobs").status == 0  # migrates
    with orphan(rows, servers.redis_url) as team:
        yield team


@pytest.fixture
def ann(team: Team) -> Worker:
    worker = team.worker("ann")
    worker.create(*(entry(f"/{name}", fingerprint(f"{SITE}/{name}")) for name in "abcd"))
    return worker


def tell(scrapy: Scrapy, team: Team, what: str, *words: str) -> Crawled:
    return scrapy.run("frontier", what, str(team.job)[:13], *words)


def shown(scrapy: Scrapy, team: Team) -> dict[str, Any]:
    listed = json.loads(scrapy.run("frontier", "--json").stdout)
    return next(job for job in listed["jobs"] if job["id"] == str(team.job))


def state(rows: Rows, team: Team) -> str:
    row = rows.execute("SELECT state FROM job WHERE id = %s", [team.job]).fetchone()
    assert row is not None
    return str(row["state"])


def test_it_shows_what_redis_has_of_each_job(scrapy: Scrapy, team: Team, ann: Worker) -> None:
    first, _ = ann.take(2, HOST)
    ann.say(endings=[Died(first.number, "no answer")], freed=[first.number])

    job = shown(scrapy, team)

    assert (job["pending"], job["leased"], job["later"], job["seen"], job["dead"]) == (2, 1, 0, 4, 1)
    assert job["hosts"] == [{"host": HOST, "pending": 2, "leased": 1}]
    assert job["redis_bytes"] > 500
    table = scrapy.run("frontier").stdout
    assert str(team.job)[:8] in table
    assert f"{HOST} 2" in table
    assert " alive" in table


def test_a_job_is_paused_and_goes_on(scrapy: Scrapy, team: Team, ann: Worker, rows: Rows) -> None:
    assert tell(scrapy, team, "pause").status == 0
    assert ann.take(1, HOST) == []
    assert (shown(scrapy, team)["state"], state(rows, team)) == ("paused", "paused")

    assert tell(scrapy, team, "resume").status == 0
    assert len(ann.take(1, HOST)) == 1
    assert state(rows, team) == "running"


def test_a_job_that_nobody_works_on_is_cancelled_at_once(scrapy: Scrapy, team: Team, ann: Worker, rows: Rows) -> None:
    done = tell(scrapy, team, "cancel")

    assert (done.status, "nobody worked on it" in done.stdout) == (0, True)
    assert state(rows, team) == "cancelled"
    assert ann.say().state is JobCommand.GONE
    again = tell(scrapy, team, "pause")
    assert (again.status, again.stderr) == (1, f"The job {team.job} is not alive: it is cancelled.\n")


def test_a_host_is_preferred(scrapy: Scrapy, team: Team, ann: Worker) -> None:
    done = tell(scrapy, team, "prioritise", HOST, "-5")

    assert done.status == 0, done.stderr
    assert done.stdout.endswith(f"asks {HOST} after others; 4 of its requests wait.\n")
    assert team.run(team.server.zscore(f"longline:{{{team.job}:0}}:ranks", HOST)) == -5


def test_the_dead_come_back_from_redis_and_from_the_tables(
    scrapy: Scrapy, team: Team, ann: Worker, rows: Rows, servers: Any
) -> None:
    leases = ann.take(3, HOST)
    ann.say(endings=[Died(lease.number, "no answer") for lease in leases], freed=[lease.number for lease in leases])
    ann.say(buried=[str(lease.number).encode() for lease in leases])
    dead = [
        DeadRequest(f"{SITE}/{name}", "no answer", 1, ["no answer"], lease.payload)
        for name, lease in zip("abc", leases, strict=True)
    ]
    asyncio.run(_bury(servers.database_url, team, dead))
    # Redis keeps a part of the dead alone.
    team.run(team.server.hdel(f"longline:{{{team.job}:0}}:dead", str(leases[2].number)))

    one = tell(scrapy, team, "revive", f"{SITE}/a")
    assert (one.status, "has 1 of its dead back" in one.stdout) == (0, True), one.stderr
    assert tell(scrapy, team, "revive", f"{SITE}/nosuch").status == 1
    others = tell(scrapy, team, "revive")
    assert "has 2 of its dead back" in others.stdout, others.stderr

    assert rows.execute("SELECT url FROM dead_request WHERE job_id = %s", [team.job]).fetchall() == []
    again = [read_payload(lease.payload) for lease in ann.take(9, HOST)]
    assert sorted(queued.url for queued in again if queued) == [f"{SITE}/{name}" for name in "abcd"]


def test_the_dead_of_a_job_in_shards_come_back_from_the_tables(
    scrapy: Scrapy, team: Team, rows: Rows, servers: Any
) -> None:
    worker = team.worker("bob", shards=3)
    worker.create()
    worker.say(entries=[entry("/lost", fingerprint(f"{SITE}/lost"))])
    lease = worker.take_one(HOST)
    worker.say(endings=[Died(lease.number, "no answer")])
    (one,) = worker.say().dead
    worker.say(buried=[one.token])
    asyncio.run(_bury(servers.database_url, team, [DeadRequest(f"{SITE}/lost", "no answer", 1, [], lease.payload)]))
    for shard in range(3):
        team.run(team.server.delete(f"longline:{{{team.job}:{shard}}}:dead"))

    done = tell(scrapy, team, "revive")

    assert "has 1 of its dead back" in done.stdout, done.stderr
    assert worker.say().pending == 1
    assert worker.take_one(HOST).payload == lease.payload
    team.run(worker.frontier.remove())


def test_requests_that_nobody_could_read_have_names_of_their_own(
    scrapy: Scrapy, team: Team, ann: Worker, rows: Rows, servers: Any
) -> None:
    ann.say(entries=[Entry(dumps([99, number]), HOST, priority=1) for number in (1, 2)])
    leases = ann.take(2, HOST)
    ann.say(endings=[Died(lease.number, "a request of version 99") for lease in leases])
    names = [name_of_unreadable(HOST, lease.payload) for lease in leases]
    dead = [
        DeadRequest(name, "a request of version 99", 5, [], lease.payload)
        for name, lease in zip(names, leases, strict=True)
    ]
    asyncio.run(_bury(servers.database_url, team, dead))

    assert "It is dead since" in scrapy.run("why", "--job", str(team.job), names[0]).stdout
    assert "a request of version 99." in scrapy.run("why", names[1]).stdout
    one = tell(scrapy, team, "revive", names[0])
    assert (one.status, "has 1 of its dead back" in one.stdout) == (0, True), one.stderr
    left = rows.execute("SELECT url FROM dead_request WHERE job_id = %s", [team.job]).fetchall()
    assert left == [{"url": names[1]}]
    other = tell(scrapy, team, "revive")
    assert "has 1 of its dead back" in other.stdout, other.stderr
    assert sorted(lease.payload for lease in ann.take(2, HOST)) == sorted(lease.payload for lease in leases)


def test_a_job_that_is_being_finished_gets_nothing_back(scrapy: Scrapy, team: Team, ann: Worker) -> None:
    leases = ann.take(4, HOST)
    ann.say(endings=[Died(lease.number, "no answer") for lease in leases])
    assert ann.say(finish=True).over

    late = tell(scrapy, team, "revive")

    assert (late.status, late.stderr.startswith(f"The job {team.job} is being finished, or")) == (1, True), late.stderr
    assert ann.say(finish=True).over


async def _bury(database_url: str, team: Team, dead: list[DeadRequest]) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await bury(connection, team.job, dead)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["stop", "x"], "stop: give one of pause, resume, cancel, prioritise, revive, or nothing to see all jobs."),
        (["pause"], "Give: scrapy frontier pause JOB"),
        (["prioritise", "x", "example.com"], "Give: scrapy frontier prioritise JOB HOST RANK"),
        (["prioritise", "x", "example.com", "high"], "high: RANK takes a whole number"),
        (["revive", "x", "nonsense"], "nonsense: give URLs that start with http:// or https://."),
        (["pause", "nonsense"], "nonsense: that is not a job's id, nor its beginning."),
        (["pause", ""], "that is not a job's id, nor its beginning."),
    ],
)
def test_it_refuses_with_a_hint(scrapy: Scrapy, words: list[str], sentence: str) -> None:
    done = scrapy.run("frontier", *words)

    assert (done.status, sentence in done.stderr) == (2, True), done.stderr


def test_what_is_not_there_is_not_found(scrapy: Scrapy) -> None:
    done = scrapy.run("frontier", "pause", "00000000-0000-0000")

    assert (done.status, done.stderr) == (1, "00000000-0000-0000: there is no such job. See: scrapy jobs\n")
