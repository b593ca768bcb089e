"""A plain Scrapy spider gets the frontier, the archive, robots.txt, retries, a job, and rows of its items."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import archived_body, last_job, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.project import Project, make_project
from tests.support.web import RunningWeb
from tests.web.expected import BOOKS, EXPECTED

OURS = "from crawler.settings import *"


@pytest.fixture(scope="module")
def example(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    web.reset()
    done = session_scrapy.run("crawl", "example", "-a", f"url={web.sites['books']}", "-O", "books.json")
    assert done.status == 0, done.stdout + done.stderr
    return done


def records(rows: Rows, site: str) -> dict[str, dict[str, Any]]:
    query = """
        SELECT record.*, page.url FROM record JOIN site ON site.id = record.site_id
        LEFT JOIN page ON page.id = page_id WHERE slug = %s
    """
    return {row["key"]: row for row in rows.execute(query, [site]).fetchall()}


def test_each_item_is_a_record_by_its_key(example: Crawled, rows: Rows) -> None:
    found = records(rows, "example")

    assert {key: record["data"] for key, record in found.items()} == BOOKS.records
    assert {record["kind"] for record in found.values()} == {"book"}


def test_each_record_points_at_the_page_that_it_came_from(example: Crawled, rows: Rows, web: RunningWeb) -> None:
    found = {key: record["url"].removeprefix(web.sites["books"]) for key, record in records(rows, "example").items()}

    assert found.pop("a-1") in ("/book/emma", "/book/emma?edition=2")
    assert found == {"a-2": "/book/persuasion", "b-1": "/book/moby-dick", "c-1": "/book/walden"}


def test_each_response_is_archived_and_a_page(example: Crawled, rows: Rows, web: RunningWeb) -> None:
    pages = pages_of(rows, web.sites["books"])

    assert {path for path, page in pages.items() if page["status"] == 200} == BOOKS.pages
    assert {path: page["status"] for path, page in pages.items() if page["status"] != 200} == BOOKS.failing
    assert b"Persuasion" in archived_body(pages["/book/persuasion"])
    assert pages["/book/persuasion"]["title"] == "Persuasion"


def test_robots_txt_is_obeyed_and_each_page_asked_for_once(example: Crawled, web: RunningWeb) -> None:
    asked = web.asked("books")

    assert not BOOKS.never & asked.keys()
    assert asked == dict.fromkeys(BOOKS.pages | BOOKS.failing.keys() | {"/robots.txt"}, 1)


def test_a_bad_item_is_set_aside_with_its_page(example: Crawled, rows: Rows, web: RunningWeb) -> None:
    query = (
        "SELECT page.url, kind, data, problems FROM rejected_record JOIN page ON page.id = page_id WHERE kind = 'book'"
    )
    (rejected,) = rows.execute(query).fetchall()

    assert rejected["url"] == web.url("books", "/book/unnumbered")
    assert rejected["data"]["title"] == "Unnumbered"
    assert rejected["problems"] == [{"field": "upc", "problem": "is missing, but is part of the key"}]


def test_the_job_has_a_row_and_a_summary(example: Crawled, rows: Rows, web: RunningWeb) -> None:
    job = last_job(rows, web.sites["books"])

    assert (job["state"], job["error"]) == ("completed", None)
    assert (job["stats"]["pages"], job["stats"]["records"], job["stats"]["rejected"]) == (9, 5, 1)
    assert "completed example in " in example.stdout
    assert "  records            5 " in example.stdout
    assert "select kind, key, data from record limit 20" in example.stdout
    assert example.stderr.count("\n") <= 1


def test_items_are_exported_as_in_any_project(example: Crawled, session_scrapy: Scrapy) -> None:
    exported = json.loads((session_scrapy.folder / "books.json").read_text())

    assert {item["upc"] for item in exported} == BOOKS.records.keys()


def test_records_are_exported(example: Crawled, scrapy: Scrapy, rows: Rows, web: RunningWeb, tmp_path: Path) -> None:
    job = last_job(rows, web.sites["books"])
    done = scrapy.run("export", "records", "--to", "records.jsonl", "--job", str(job["id"]))

    assert done.status == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "records.jsonl").read_text().splitlines()]
    assert {line["key"]: line["data"] for line in lines} == BOOKS.records


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A project of somebody's own, with our settings."""
    return make_project(tmp_path / "project", OURS)


Run = Callable[..., Crawled]


@pytest.fixture
def crawl_own(shop: Project, home: Path) -> Run:
    """``crawl_own("name", "the spider's code", "argument=1")``."""

    def run(name: str, code: str, *words: str) -> Crawled:
        shop.write(f"spiders/{name}.py", "import scrapy\nfrom scrapy import Request\n")
        with (shop.folder / "shop" / "spiders" / f"{name}.py").open("a") as file:
            file.write(code)
        return shop.scrapy(home).run("crawl", name, *words)

    return run


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


KINDS_OF_ITEMS = """
from dataclasses import dataclass
import attrs
from pydantic import BaseModel

@dataclass
class DataItem:
    id: int
    key = "id"

@attrs.define
class AttrsItem:
    id: int

class ModelItem(BaseModel):
    id: int

class ScrapyItem(scrapy.Item):
    id = scrapy.Field()

class Kinds(scrapy.Spider):
    name = "kinds"
    keys = {"attrs": "id", "model": ("id",), "scrapy": "id", "pen": "id"}

    def __init__(self, address, **kwargs):
        super().__init__(**kwargs)
        self.address = address

    async def start(self):
        yield {"kind": "pen", "id": "from the start"}
        yield Request(self.address, cb_kwargs={"number": 7}, meta={"mine": {"a": [1, None]}})

    async def parse(self, response, number):
        assert response.meta["mine"] == {"a": [1, None]}
        for kind in (DataItem, AttrsItem, ModelItem):
            yield kind(id=number)
        yield ScrapyItem(id=number)
        yield {"kind": "pen", "id": number, "note": "NUL \\0"}
        yield {"kind": "note", "text": "no key"}
"""


def test_items_of_every_kind_are_stored(crawl_own: Run, web: RunningWeb, rows: Rows) -> None:
    done = crawl_own("kinds", KINDS_OF_ITEMS, "-a", f"address={web.url('empty')}")

    assert done.status == 0, done.stdout + done.stderr
    query = "SELECT kind, key, data, page_id FROM record JOIN site ON site.id = site_id WHERE slug = 'kinds'"
    found = {(row["kind"], row["key"]): row for row in rows.execute(query).fetchall()}
    (note,) = (key for key in found if key[0] == "note")
    assert len(note[1]) == 64
    named = {("data", "7"), ("attrs", "7"), ("model", "7"), ("scrapy", "7"), ("pen", "7"), ("pen", "from the start")}
    assert found.keys() == named | {note}
    assert found["pen", "7"]["data"]["note"] == "NUL "
    assert {key for key, row in found.items() if row["page_id"] is None} == {("pen", "from the start")}
    assert last_job(rows, web.url("empty"))["stats"]["records"] == 7


PLAIN = """
class Plain(scrapy.Spider):
    name = "{name}"
    start_urls = ["{url}"]
    {more}

    def parse(self, response):
        {parse}
"""


def plain(name: str, url: str, parse: str, more: str = "") -> str:
    return PLAIN.format(name=name, url=url, parse=parse, more=more)


def test_a_spider_may_keep_no_pages(crawl_own: Run, web: RunningWeb, rows: Rows) -> None:
    code = plain("pageless", web.url("endless", "/?day=70"), "yield {'id': 1}", "archive = False; keys = 'id'")
    done = crawl_own("pageless", code)

    assert done.status == 0, done.stdout + done.stderr
    assert records(rows, "pageless")["1"]["page_id"] is None
    assert not pages_of(rows, web.url("endless", "/?day=70"))


RAISING = "yield {'id': 1}\n        yield Request(response.url + 'inside')\n        raise ValueError('no price')"


@pytest.mark.parametrize(("name", "parse"), [("late", RAISING), ("early", "return 1 / 0")])
def test_a_callback_that_raises_costs_nothing_that_came_before(
    crawl_own: Run, web: RunningWeb, rows: Rows, name: str, parse: str
) -> None:
    url = web.url("forbidden", f"/{name}")
    custom = 'keys = "id"; custom_settings = {"ROBOTSTXT_OBEY": False, "HTTPERROR_ALLOW_ALL": True}'
    done = crawl_own(name, plain(name, url, parse, custom))

    assert done.status == 1
    assert "pages could not be processed; first: " in done.stdout
    assert records(rows, name).keys() == ({"1"} if name == "late" else set())
    assert url in {page["url"] for page in pages_of(rows, url).values()}


@pytest.mark.parametrize(
    ("name", "parse", "reason"),
    [
        ("lambda", "yield Request(response.url + 'x', lambda response: None)", "is not a method of"),
        ("object", "yield Request(response.url + 'x', meta={'item': object()})", "can not serialize 'object' object"),
    ],
)
def test_what_cannot_be_queued_fails_loudly(
    crawl_own: Run, web: RunningWeb, name: str, parse: str, reason: str
) -> None:
    done = crawl_own(name, plain(name, web.url("empty"), parse))

    assert done.status == 1
    assert (
        f"x> cannot be queued: {reason}" in " ".join(done.stdout.split()).replace("&lt;", "<") or reason in done.stdout
    )
    assert "Its callbacks must be methods of the spider" in done.stdout


def test_what_could_not_be_fetched_is_counted_and_named(crawl_own: Run) -> None:
    code = plain("nowhere", "http://127.0.0.1:1/", "yield {}", 'custom_settings = {"RETRY_TIMES": 0}')
    done = crawl_own("nowhere", code)

    assert done.status == 1
    assert "http://127.0.0.1:1/ cannot be reached: connection refused." in done.stdout


def test_items_of_an_errback_belong_to_no_page(crawl_own: Run, web: RunningWeb, rows: Rows) -> None:
    code = f"""
class Errbacks(scrapy.Spider):
    name = "errbacks"
    keys = "id"
    custom_settings = {{"RETRY_TIMES": 0, "ROBOTSTXT_OBEY": False}}
    start_urls = ["{web.url("empty")}"]

    def parse(self, response):
        yield {{"id": "page"}}
        yield Request("http://127.0.0.1:1/", self.parse, errback=self.failed)

    def failed(self, failure):
        yield {{"id": "failure"}}
"""
    done = crawl_own("errbacks", code)

    assert done.status == 0, done.stdout + done.stderr
    found = records(rows, "errbacks")
    assert (found["page"]["url"], found["failure"]["url"]) == (web.url("empty"), None)


def test_a_pipeline_of_ones_own_may_make_a_new_item(shop: Project, crawl_own: Run, web: RunningWeb, rows: Rows) -> None:
    pipeline = """
        import asyncio

        class Upper:
            async def process_item(self, item):
                await asyncio.sleep(0)
                return {"id": item["id"].upper()} if isinstance(item, dict) else item
    """
    shop.write("upper.py", pipeline)
    with (shop.folder / "shop" / "settings.py").open("a") as file:
        file.write('ITEM_PIPELINES = ITEM_PIPELINES | {"shop.upper.Upper": 350}\n')
    done = crawl_own("uppers", plain("uppers", web.url("empty"), 'yield {"id": "a"}', 'keys = "id"'))

    assert done.status == 0, done.stdout + done.stderr
    assert {key: row["url"] for key, row in records(rows, "uppers").items()} == {"A": web.url("empty")}


def test_a_stored_site_of_the_spiders_name_has_the_last_word(
    crawl_own: Run, web: RunningWeb, store_site: Callable[..., None]
) -> None:
    store_site("strict", url=web.url("empty"), expect={"pages": 5}, user_agent="Configured/1.0")
    web.reset()
    done = crawl_own("strict", plain("strict", web.url("empty"), "pass", 'custom_settings = {"USER_AGENT": "Own/1.0"}'))

    assert done.status == 1
    assert "expects at least 5 pages" in done.stdout
    assert {visit.headers["User-Agent"] for visit in web.visits("empty")} == {"Configured/1.0"}


def test_limits_that_the_spider_sets_are_no_failure(crawl_own: Run, web: RunningWeb) -> None:
    limit = 'custom_settings = {"CLOSESPIDER_PAGECOUNT": 3}'
    done = crawl_own("limited", plain("limited", web.url("endless"), 'yield from response.follow_all(css="a")', limit))

    assert done.status == 0, done.stdout + done.stderr


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
