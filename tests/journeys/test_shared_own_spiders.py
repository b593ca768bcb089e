"""A job of somebody's own spider, on several processes: as if one had done it, whoever of them dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.journeys.conftest import Rows
from tests.journeys.own import records
from tests.journeys.reading import archived_body, last_job
from tests.support.crawl import Crawled, Scrapy
from tests.support.project import Project, make_project
from tests.support.web import RunningWeb
from tests.support.workers import until, workers

SECONDS = 180
NOTES = 400
CODE = """
import asyncio
import os
import sys
import scrapy

class Notes(scrapy.Spider):
    name = "{name}"
    keys = "note"
    custom_settings = {{"USER_AGENT": "Notes/1.0"}}

    def __init__(self, url, **kwargs):
        super().__init__(**kwargs)
        self.url = url
        {init}

    async def start(self):
        {start}

    def parse(self, response):
        yield {{"note": response.url.rpartition("/")[2], "title": response.css("title::text").get()}}
        for link in response.css("a::attr(href)").getall():
            place, _, number = link.rpartition("/")
            if place == "/notes" and int(number) <= {notes} or place == "/missing":
                yield response.follow(link)
"""


@dataclass(frozen=True)
class Team:
    """A project with the spider, and what its processes share."""

    project: Project
    scrapy: Scrapy
    servers: Any
    web: RunningWeb

    def spider(self, name: str, init: str = "pass", start: str = "yield scrapy.Request(self.url)") -> str:
        """Have a spider of this name, that reads notes of the site ``big``."""
        self.project.write(f"spiders/{name}.py", CODE.format(name=name, init=init, start=start, notes=NOTES))
        return name

    def words(self, name: str) -> list[str]:
        """The command that crawls with it."""
        return ["crawl", name, "-a", f"url={self.web.url('big', '/notes/1')}"]

    def crawl(self, name: str, *words: str) -> Crawled:
        """Crawl with it, while two workers may join."""
        self.web.reset()
        with workers(self.scrapy, 2, self.servers):
            return self.scrapy.run(*self.words(name), *words)

    def crawl_together(self, name: str) -> Crawled:
        """Crawl with one that waits for ``go``, which is said when two workers have joined."""
        self.web.reset()
        with workers(self.scrapy, 2, self.servers) as others:
            owner = self.scrapy.start(*self.words(name))
            self.until(lambda client: {worker.pid for worker in others} <= crawling(client))
            self.go.touch()
            stdout, stderr = owner.communicate(timeout=SECONDS)
        return Crawled(owner.returncode, stdout, stderr)

    @property
    def go(self) -> Path:
        """A file for which a spider may wait."""
        return self.project.folder / "go"

    @property
    def waits(self) -> str:
        """What waits for it."""
        return f"while not os.path.exists({str(self.go)!r}): await asyncio.sleep(0.05)"

    def until(self, happened: Callable[[redis.Redis], bool]) -> None:
        """Wait until something stands in Redis."""
        until(self.servers.redis_url, happened, SECONDS)


@pytest.fixture(scope="module")
def team(home: Path, servers: Any, web: RunningWeb, tmp_path_factory: pytest.TempPathFactory) -> Team:
    project = make_project(tmp_path_factory.mktemp("shared"), "from crawler.settings import *")
    return Team(project, project.scrapy(home), servers, web)


@pytest.fixture(scope="module")
def shared(team: Team) -> Crawled:
    waits = f"{team.waits}\n        yield scrapy.Request(self.url)"
    done = team.crawl_together(team.spider("notes", start=waits))
    team.go.unlink()
    assert done.status == 0, done.stdout + done.stderr
    return done


def titles() -> dict[str, str]:
    return {str(number): f"Note {number}" for number in range(1, NOTES + 1)}


def stored(rows: Rows, name: str) -> dict[str, str]:
    return {key: record["data"]["title"] for key, record in records(rows, name).items()}


def pages(rows: Rows, name: str) -> list[dict[str, Any]]:
    query = "SELECT page.* FROM page JOIN site ON site.id = page.site_id WHERE slug = %s"
    return rows.execute(query, [name]).fetchall()


def processes(rows: Rows, name: str) -> set[str]:
    """Process ids of those who archived a job's pages: ``…/host-pid-digits-number.warc.gz``."""
    return {page["archive_uri"].rpartition("/")[2].split("-")[-3] for page in pages(rows, name)}


def test_every_page_is_asked_for_once(shared: Crawled, web: RunningWeb) -> None:
    asked = web.asked("big")

    assert {f"/notes/{number}" for number in titles()} <= asked.keys()
    assert {path for path, count in asked.items() if count > 1} <= {"/robots.txt"}


def test_the_rows_are_those_of_one_process(shared: Crawled, rows: Rows, web: RunningWeb) -> None:
    missing = [page for page in pages(rows, "notes") if page["status"] == 404]

    assert stored(rows, "notes") == titles()
    assert missing
    assert all(len(archived_body(page)) == page["body_bytes"] for page in pages(rows, "notes"))
    job = last_job(rows, web.url("big"))
    assert (job["state"], job["stats"]["records"]) == ("completed", NOTES)
    assert job["stats"]["statuses"] == {"200": NOTES, "404": len(missing)}


def test_several_processes_did_the_work(shared: Crawled, rows: Rows) -> None:
    assert len(processes(rows, "notes")) > 1


def test_the_spiders_settings_hold_for_all_of_them(shared: Crawled, web: RunningWeb) -> None:
    assert {visit.headers["User-Agent"] for visit in web.visits("big")} == {"Notes/1.0"}


def test_the_spiders_limit_holds_over_all_of_them(
    team: Team, store_site: Callable[..., None], web: RunningWeb, rows: Rows
) -> None:
    store_site("limited_notes", url=web.url("big", "/notes/1"), max_pages=60)
    done = team.crawl(team.spider("limited_notes"))

    assert done.status == 0, done.stdout + done.stderr
    assert len([visit for visit in web.visits("big") if visit.path != "/robots.txt"]) == 60
    assert len(pages(rows, "limited_notes")) == 60


def test_a_page_that_cannot_be_had_takes_no_place(
    team: Team, store_site: Callable[..., None], web: RunningWeb, rows: Rows
) -> None:
    store_site("refused_notes", url=web.url("big", "/notes/1"), max_pages=5)
    refused = 'yield scrapy.Request("http://127.0.0.1:1/", meta={"max_retry_times": 0})'
    name = team.spider("refused_notes", start=f"{refused}; yield scrapy.Request(self.url)")
    done = team.scrapy.run(*team.words(name))

    assert done.status == 0, done.stdout + done.stderr
    assert len(pages(rows, name)) == 5


def test_a_file_that_the_command_line_asks_for_has_all_items(team: Team, rows: Rows) -> None:
    done = team.crawl(team.spider("filed_notes"), "-O", "notes.csv")

    assert done.status == 0, done.stdout + done.stderr
    lines = (team.scrapy.folder / "notes.csv").read_text().splitlines()
    assert sorted(lines) == sorted(["note,title", *(f"{number},{title}" for number, title in titles().items())])
    assert len(processes(rows, "filed_notes")) == 1


def test_workers_finish_what_was_begun_by_one_that_was_killed(team: Team, rows: Rows) -> None:
    # It has not ended its beginning when it is killed, however many notes there are by then.
    name = team.spider("orphaned_notes", start=f"yield scrapy.Request(self.url)\n        {team.waits}")
    team.web.reset()
    with workers(team.scrapy, 2, team.servers) as others:
        pids = {worker.pid for worker in others}
        owner = team.scrapy.start(*team.words(name), LONGLINE_LEASE_SECONDS="2")
        team.until(lambda client: pids <= crawling(client) and len(team.web.visits("big")) > 5)
        owner.kill()
        owner.communicate(timeout=SECONDS)
        team.go.touch()
        team.until(lambda client: not client.hlen("longline:jobs"))
    team.go.unlink()

    assert stored(rows, name) == titles()
    job = last_job(rows, team.web.url("big"))
    assert (job["state"], job["error"]) == ("completed", None)


def crawling(client: redis.Redis) -> set[int]:
    """Process ids of those who work on a job of somebody's own spider: a name ends in the pid and some digits."""
    names: Any = client.zrange("longline:workers", 0, -1)
    return {int(name.split(b"-")[-2]) for name in names if name.startswith(b"crawl@")}


def test_a_spider_that_cannot_start_in_a_worker_costs_the_worker_nothing(team: Team, rows: Rows) -> None:
    name = team.spider("shy_notes", init='assert "worker" not in sys.argv, "not here"')
    with workers(team.scrapy, 1, team.servers):
        done = team.scrapy.run(*team.words(name))

    assert done.status == 0, done.stdout + done.stderr
    assert stored(rows, name) == titles()


def test_urls_that_are_pushed_to_a_key_are_shared(team: Team, rows: Rows) -> None:
    name = team.spider("pushed_notes", init='self.redis_key = "pushed"', start="return; yield")
    nowhere = [f"/nowhere/{number}" for number in range(40)]
    with redis.Redis.from_url(team.servers.redis_url) as client:
        client.rpush("pushed", *(team.web.url("big", path) for path in ("/notes/1", *nowhere)))
        done = team.crawl(name, "-s", "MAX_IDLE_TIME_BEFORE_CLOSE=2")

        assert done.status == 0, done.stdout + done.stderr
        assert not client.exists("pushed", "{pushed}:taken", "pushed:bad")
    asked = team.web.asked("big")
    assert {path: asked[path] for path in nowhere} == dict.fromkeys(nowhere, 1)
    assert stored(rows, name) == titles()
