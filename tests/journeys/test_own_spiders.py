"""A plain Scrapy spider gets the frontier, the archive, robots.txt, a job, and rows of its items."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.own import Run, records
from tests.journeys.reading import archived_body, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.project import Project
from tests.support.web import RunningWeb
from tests.web.expected import BOOKS, EXPECTED


@pytest.fixture(scope="module")
def example(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    web.reset()
    done = session_scrapy.run("crawl", "example", "-a", f"url={web.sites['books']}", "-O", "books.json")
    assert done.status == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def job(example: Crawled, rows: Rows) -> dict[str, Any]:
    """That of the spider ``example``."""
    row = rows.execute("SELECT job.* FROM job JOIN site ON site.id = site_id WHERE slug = 'example'").fetchone()
    assert row is not None
    return row


def test_each_item_is_a_record_by_its_key(example: Crawled, rows: Rows) -> None:
    found = records(rows, "example")

    assert {key: record["data"] for key, record in found.items()} == BOOKS.records
    assert {record["kind"] for record in found.values()} == {"book"}


def test_each_record_points_at_the_page_that_it_came_from(example: Crawled, rows: Rows, web: RunningWeb) -> None:
    found = {key: record["url"].removeprefix(web.sites["books"]) for key, record in records(rows, "example").items()}

    assert found.pop("a-1") in ("/book/emma", "/book/emma?edition=2")
    assert found == {"a-2": "/book/persuasion", "b-1": "/book/moby-dick", "c-1": "/book/walden"}


def test_each_response_is_archived_and_a_page(rows: Rows, web: RunningWeb, job: dict[str, Any]) -> None:
    pages = pages_of(rows, web.sites["books"], job)

    assert {path for path, page in pages.items() if page["status"] == 200} == BOOKS.pages
    assert {path: page["status"] for path, page in pages.items() if page["status"] != 200} == BOOKS.failing
    assert b"Persuasion" in archived_body(pages["/book/persuasion"])
    assert pages["/book/persuasion"]["title"] == "Persuasion"


def test_robots_txt_is_obeyed_and_each_page_asked_for_once(example: Crawled, web: RunningWeb) -> None:
    asked = web.asked("books")

    assert not BOOKS.never & asked.keys()
    assert asked == dict.fromkeys(BOOKS.pages | BOOKS.failing.keys() | {"/robots.txt"}, 1)


def test_a_bad_item_is_set_aside_with_its_page(rows: Rows, web: RunningWeb, job: dict[str, Any]) -> None:
    query = (
        "SELECT page.url, kind, data, problems FROM rejected_record JOIN page ON page.id = page_id WHERE job_id = %s"
    )
    (rejected,) = rows.execute(query, [job["id"]]).fetchall()

    assert rejected["kind"] == "book"
    assert rejected["url"] == web.url("books", "/book/unnumbered")
    assert rejected["data"]["title"] == "Unnumbered"
    assert rejected["problems"] == [{"field": "upc", "problem": "is missing, but is part of the key"}]


def test_the_job_has_a_row_and_a_summary(example: Crawled, job: dict[str, Any]) -> None:
    assert (job["state"], job["error"]) == ("completed", None)
    assert (job["stats"]["pages"], job["stats"]["records"], job["stats"]["rejected"]) == (9, 5, 1)
    assert "completed example in " in example.stdout
    assert "  records            5 " in example.stdout
    assert "select kind, key, data from record limit 20" in example.stdout
    assert example.stderr.count("\n") <= 1


def test_items_are_exported_as_in_any_project(example: Crawled, session_scrapy: Scrapy) -> None:
    exported = json.loads((session_scrapy.folder / "books.json").read_text())

    assert {item["upc"] for item in exported} == BOOKS.records.keys()


def test_records_are_exported(scrapy: Scrapy, job: dict[str, Any], tmp_path: Path) -> None:
    done = scrapy.run("export", "records", "--to", "records.jsonl", "--job", str(job["id"]))

    assert done.status == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "records.jsonl").read_text().splitlines()]
    assert {line["key"]: line["data"] for line in lines} == BOOKS.records


def test_a_generated_spider_runs(shop: Project, home: Path, web: RunningWeb, rows: Rows) -> None:
    scrapy = shop.scrapy(home)
    made = scrapy.run("genspider", "slow", web.url("crawl-delay"))
    assert "Created spider 'slow' using template 'basic'" in made.stdout, made.stderr

    done = scrapy.run("crawl", "slow")

    assert done.status == 0, done.stdout + done.stderr
    found = records(rows, "slow")
    assert found.keys() == {web.url("crawl-delay", path) for path in EXPECTED["crawl-delay"].pages}
    assert found[web.url("crawl-delay")]["data"]["title"] == "Slowly, please"


def test_other_templates_are_scrapys(shop: Project, home: Path) -> None:
    made = shop.scrapy(home).run("genspider", "-t", "crawl", "rules", "example.com")

    assert "Created spider 'rules' using template 'crawl'" in made.stdout, made.stderr


def test_where_a_spider_starts_is_not_made_up(crawl_own: Run, rows: Rows, web: RunningWeb) -> None:
    code = """
class Late(scrapy.Spider):
    name = "undecided"

    async def start(self):
        if getattr(self, "where", None):
            yield Request(self.where)

    def parse(self, response):
        pass
"""
    jobs = "SELECT job.* FROM job JOIN site ON site.id = site_id WHERE slug = 'undecided' ORDER BY sequence"

    assert crawl_own("undecided", code).status == 1
    assert crawl_own("undecided", code, "-a", f"where={web.url('books')}").status == 0

    nowhere, somewhere = rows.execute(jobs).fetchall()
    assert (nowhere["url"], nowhere["error"]) == (None, "The site gave no page.")
    assert somewhere["url"] == somewhere["config"]["url"] == web.url("books")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nosuch"], "There is no spider nosuch. There are: "),
        (["bad"], "The spider bad: keys = 7: name the fields that make the key"),
        ([], "Give one spider. To see which there are: scrapy list"),
    ],
)
def test_what_cannot_run_is_refused(shop: Project, home: Path, words: list[str], sentence: str) -> None:
    shop.write("spiders/bad.py", "import scrapy\n\nclass Bad(scrapy.Spider):\n    name = 'bad'\n    keys = 7\n")
    done = shop.scrapy(home).run("crawl", *words)

    assert done.status == 2
    assert sentence in done.stderr
