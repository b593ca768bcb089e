"""Spiders of people's own in a project of their own, with all that people do in spiders."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.own import Run, plain, records
from tests.journeys.reading import last_job, pages_of
from tests.support.project import Project
from tests.support.web import RunningWeb

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
        yield Request(self.address, cb_kwargs={"number": 7}, meta={"job": {"a": [1, None]}})

    async def parse(self, response, number):
        assert response.meta["job"] == {"a": [1, None]}
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


def test_a_spider_may_keep_no_pages(crawl_own: Run, web: RunningWeb, rows: Rows) -> None:
    code = plain("pageless", web.url("endless", "/?day=70"), "yield {'id': 1}", "archive = False; keys = 'id'")
    done = crawl_own("pageless", code)

    assert done.status == 0, done.stdout + done.stderr
    assert records(rows, "pageless")["1"]["page_id"] is None
    kept = "SELECT page.url FROM page JOIN site ON site.id = page.site_id WHERE slug = 'pageless'"
    assert rows.execute(kept).fetchall() == []


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


def test_a_spider_middleware_of_ones_own_may_recover_from_an_error(
    shop: Project, crawl_own: Run, web: RunningWeb, rows: Rows
) -> None:
    recovery = """
        class Recovery:
            def process_spider_exception(self, response, exception):
                return [{"id": "recovered"}]
    """
    shop.write("recovery.py", recovery)
    with (shop.folder / "shop" / "settings.py").open("a") as file:
        file.write('SPIDER_MIDDLEWARES = SPIDER_MIDDLEWARES | {"shop.recovery.Recovery": 500}\n')
    parse = 'yield {"id": "before"}\n        raise ValueError("half way")'
    done = crawl_own("recovering", plain("recovering", web.url("empty"), parse, 'keys = "id"'))

    assert done.status == 0, done.stdout + done.stderr
    found = {key: row["url"] for key, row in records(rows, "recovering").items()}
    assert found == {"before": web.url("empty"), "recovered": web.url("empty")}
    assert last_job(rows, web.url("empty"))["stats"]["pages"] == 1


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
