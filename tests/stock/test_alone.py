"""Each component works alone in a stock Scrapy project, by its dotted path and nothing else of ours."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.conftest import job, rows, tables_url
from tests.support.crawl import Crawled
from tests.support.project import Project, make_project
from tests.support.tables import Rows
from tests.support.web import RunningWeb

__all__ = ["job", "rows", "tables_url"]  # fixtures

STOCK = """
BOT_NAME = "shop"
LOG_LEVEL = "INFO"
TELNETCONSOLE_ENABLED = False
"""
SPIDER = """
import scrapy
from scrapy import Request

class Probe(scrapy.Spider):
    name = "probe"
    {more}

    def __init__(self, url, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = url.split()

    def parse(self, response):
        {parse}
"""
LOOK = 'yield {"url": response.url, "status": response.status}'
FOLLOW = LOOK + '\n        yield from response.follow_all(css="a")'
PAGE = """
        from datetime import datetime, timezone
        from uuid import UUID
        yield {
            "url": response.url, "final_url": response.url, "status": response.status, "body": response.body,
            "request_headers": [], "headers": [("Content-Type", "text/html")], "content_type": "text/html",
            "fetched_at": datetime.now(timezone.utc), "site_id": 1, "job_id": UUID(int=1), "fence": (1, 1),
            "site": "shop", "extract": frozenset({"page", "posting"}),
        }
"""
SHOW = """
import json
from dataclasses import asdict

class Show:
    def process_item(self, page):
        records = [record.kind for record in page.records]
        rejected = [record.problems for record in page.rejected]
        with open("shown.jsonl", "a") as file:
            print(json.dumps({"metadata": asdict(page.metadata), "records": records, "rejected": rejected}), file=file)
        return page
"""


def crawl(folder: Path, url: str, settings: str, parse: str = LOOK, more: str = "") -> Crawled:
    """Run the spider ``probe`` with these settings; what it yields is in ``items.jsonl``, where it is no page."""
    project = make_project(folder, STOCK + settings)
    project.write("show.py", SHOW)
    project.write("spiders/probe.py", SPIDER.format(parse=parse, more=more))
    words = [] if PAGE[-40:] in parse else ["-O", "items.jsonl"]
    done = Project(folder).run("crawl", "probe", "-a", f"url={url}", *words)
    assert done.status == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "Spider closed (" in done.stderr
    return done


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def stat(done: Crawled, name: str) -> int:
    found = re.search(rf"'{re.escape(name)}': (\d+)", done.stderr)
    return int(found[1]) if found else 0


def test_the_archive(tmp_path: Path, web: RunningWeb) -> None:
    archive = tmp_path / "archive"
    settings = f"""
ITEM_PIPELINES = {{"pipelines.archive.ArchivePipeline": 100}}
LONGLINE_ARCHIVE_URL = {archive.as_uri()!r}
"""
    crawl(tmp_path / "project", f"{web.url('empty')} {web.url('endless')}", settings, PAGE)

    segments = list(archive.rglob("*.warc.gz"))
    assert sum(gzip.decompress(file.read_bytes()).count(b"WARC-Type: response") for file in segments) == 2
    check = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *segments], capture_output=True, check=False)
    assert check.returncode == 0, check.stdout


def test_a_pipeline_that_is_not_configured_says_so_and_is_off(tmp_path: Path, web: RunningWeb) -> None:
    settings = """
ITEM_PIPELINES = {"pipelines.archive.ArchivePipeline": 100, "pipelines.store.StorePipeline": 400}
SPIDER_MIDDLEWARES = {"crawler.pages.PageMiddleware": 20}
DOWNLOADER_MIDDLEWARES = {"crawler.fetch.unfetched.UnfetchedMiddleware": 10}
LONGLINE_PROGRESS_SECONDS = 0
EXTENSIONS = {"crawler.extensions.progress.Progress": 1}
"""
    done = crawl(tmp_path, web.url("empty"), settings)

    for name, reason in (
        ("pipelines.archive.ArchivePipeline", "LONGLINE_ARCHIVE_URL is not set."),
        ("pipelines.store.StorePipeline", "DATABASE_URL is not set."),
        ("crawler.pages.PageMiddleware", "LONGLINE_JOB is not set."),
        ("crawler.fetch.unfetched.UnfetchedMiddleware", "LONGLINE_JOB is not set."),
        ("crawler.extensions.progress.Progress", "LONGLINE_PROGRESS_SECONDS is 0."),
    ):
        assert f"Disabled {name}: {reason}" in done.stderr
    assert len(lines(tmp_path / "items.jsonl")) == 1


def test_extraction(tmp_path: Path, web: RunningWeb) -> None:
    settings = 'ITEM_PIPELINES = {"pipelines.extract.ExtractPipeline": 1, "shop.show.Show": 2}'
    crawl(tmp_path, web.url("plain", "/careers/engineer"), settings, PAGE)

    (shown,) = lines(tmp_path / "shown.jsonl")
    assert (shown["metadata"]["title"], shown["records"]) == ("Engineer", ["posting"])


def test_validation(tmp_path: Path, web: RunningWeb) -> None:
    settings = 'ITEM_PIPELINES = {"pipelines.validate.ValidatePipeline": 1, "shop.show.Show": 2}'
    records = "from schemas.page import Record; records = [Record('posting', {'title': 'x'}), Record('mine', {'a': 1})]"
    parse = records + PAGE.replace("yield {", 'yield {"records": records,')
    crawl(tmp_path, web.url("empty"), settings, parse)

    (shown,) = lines(tmp_path / "shown.jsonl")
    assert shown["records"] == ["mine"]
    assert {"field": "url", "problem": "Field required"} in shown["rejected"][0]


def test_storage(tmp_path: Path, web: RunningWeb, tables_url: str, rows: Rows, job: Any) -> None:
    settings = f"""
ITEM_PIPELINES = {{"pipelines.store.StorePipeline": 1}}
DATABASE_URL = {tables_url!r}
LONGLINE_JOB_ID = {str(job.id)!r}
"""
    crawl(tmp_path, web.url("empty"), settings, more='keys = "url"')

    (record,) = rows.execute("SELECT kind, key, data, site_id FROM record").fetchall()
    data = {"url": web.url("empty"), "status": 200}
    assert record == {"kind": "item", "key": web.url("empty"), "data": data, "site_id": job.site_id}


def test_a_page_without_the_archive_is_told_what_is_missing(tmp_path: Path, web: RunningWeb, tables_url: str) -> None:
    settings = f'ITEM_PIPELINES = {{"pipelines.store.StorePipeline": 1}}\nDATABASE_URL = {tables_url!r}\n'
    project = make_project(tmp_path, STOCK + settings)
    project.write("spiders/probe.py", SPIDER.format(parse=PAGE, more=""))

    done = project.run("crawl", "probe", "-a", f"url={web.url('empty')}")

    assert "did not pass the archive. Put ArchivePipeline before StorePipeline." in done.stderr


def middleware(path: str, off: str) -> str:
    return f'DOWNLOADER_MIDDLEWARES = {{"{path}": 500, "scrapy.downloadermiddlewares.{off}": None}}\n'


BOUNDARY = middleware("crawler.fetch.boundary.BoundaryMiddleware", "offsite.OffsiteMiddleware")
ROBOTS = middleware("crawler.fetch.robots.RobotsMiddleware", "robotstxt.RobotsTxtMiddleware")
RETRY = middleware("crawler.fetch.retry.BackoffRetryMiddleware", "retry.RetryMiddleware")


def test_the_boundary_by_allowed_domains(tmp_path: Path, web: RunningWeb) -> None:
    done = crawl(tmp_path, web.url("empty"), BOUNDARY, FOLLOW, 'allowed_domains = ["elsewhere.example"]')

    assert stat(done, "item_scraped_count") == 1  # start requests may go anywhere


def test_the_boundary_by_the_spiders_own_rule(tmp_path: Path, web: RunningWeb) -> None:
    own = "def on_site(self, request): return request.url.startswith(self.start_urls[0])"
    web.reset()
    crawl(tmp_path, web.url("plain", "/team/"), BOUNDARY, FOLLOW, own)

    urls = {item["url"] for item in lines(tmp_path / "items.jsonl")}
    assert urls == {web.url("plain", path) for path in ("/team/", "/team/anna", "/team/ben", "/team/carla")}


@pytest.mark.parametrize("obey", [True, False])
def test_robots_txt(tmp_path: Path, web: RunningWeb, obey: bool) -> None:
    crawl(tmp_path, web.url("forbidden"), f"{ROBOTS}ROBOTSTXT_OBEY = {obey}\n", FOLLOW)

    paths = {item["url"].removeprefix(web.sites["forbidden"]) for item in lines(tmp_path / "items.jsonl")}
    assert paths == (set() if obey else {"/", "/inside"})


def test_retries_wait_with_scrapys_own_scheduler(tmp_path: Path, web: RunningWeb) -> None:
    web.reset()
    crawl(tmp_path, web.url("plain", "/odd/flaky"), RETRY)

    tries = [visit for visit in web.visits("plain") if visit.path == "/odd/flaky"]
    waits = [later.started - earlier.finished for earlier, later in pairwise(tries)]
    assert [visit.status for visit in tries] == [503, 503, 200]
    assert all(wait >= 1 for wait in waits)  # what Retry-After asks for
    assert [item["status"] for item in lines(tmp_path / "items.jsonl")] == [200]


def test_retries_of_what_does_not_answer_end(tmp_path: Path) -> None:
    done = Project(tmp_path)
    project = make_project(tmp_path, STOCK + RETRY + "RETRY_TIMES = 1\n")
    project.write("spiders/probe.py", SPIDER.format(parse=LOOK, more=""))

    ended = done.run("crawl", "probe", "-a", "url=http://127.0.0.1:1/")

    assert stat(ended, "retry/count") == 1
    assert stat(ended, "retry/max_reached") == 1


def test_the_scheduler(tmp_path: Path, web: RunningWeb, redis_url: str) -> None:
    settings = f"""
SCHEDULER = "crawler.scheduler.Scheduler"
SPIDER_MIDDLEWARES = {{"crawler.delivery.Delivery": 0}}
REDIS_URL = {redis_url!r}
"""
    done = crawl(tmp_path, web.url("crawl-delay"), settings, FOLLOW)

    # Six pages; Scrapy asks for a start page once more where another links to it.
    assert stat(done, "item_scraped_count") == 7
    assert stat(done, "scheduler/dequeued/redis") == 7


def test_progress(tmp_path: Path, web: RunningWeb) -> None:
    settings = 'EXTENSIONS = {"crawler.extensions.progress.Progress": 1}\nLONGLINE_PROGRESS_SECONDS = 0.2\n'
    done = crawl(tmp_path, web.url("plain", "/odd/slow"), settings)

    assert re.search(r"\d\d:\d\d:\d\d 0 pages · 0\.0 pages/s · \d+ pending · 0 records · 0 errors\n", done.stderr)


def test_outcome(tmp_path: Path, web: RunningWeb) -> None:
    crawl(tmp_path, web.url("empty"), 'EXTENSIONS = {"crawler.extensions.outcome.Outcome": 1}\n')

    assert len(lines(tmp_path / "items.jsonl")) == 1


def test_the_http_client(tmp_path: Path, web: RunningWeb) -> None:
    settings = 'DOWNLOAD_HANDLERS = {"http": "crawler.fetch.http.HttpDownloadHandler"}\n'
    crawl(tmp_path, web.url("plain", "/odd/brotli"), settings, 'yield {"title": response.css("title::text").get()}')

    assert lines(tmp_path / "items.jsonl") == [{"title": "Packed by Brotli"}]


def test_the_quiet_log(tmp_path: Path, web: RunningWeb) -> None:
    settings = 'LOG_FORMATTER = "crawler.logformatter.QuietLogFormatter"\nLOG_LEVEL = "DEBUG"\n'
    done = crawl(tmp_path, web.url("empty"), settings)

    assert "Crawled (200)" not in done.stderr
    assert "Scraped from" not in done.stderr


def test_the_fingerprint(tmp_path: Path, web: RunningWeb) -> None:
    settings = 'REQUEST_FINGERPRINTER_CLASS = "crawler.fingerprint.UrlKeyFingerprinter"\n'
    done = crawl(tmp_path, web.url("plain", "/search"), settings, FOLLOW + '\n        response.follow("/about")')

    assert stat(done, "dupefilter/filtered") >= 1


def test_the_spider_middleware_with_the_archive(tmp_path: Path, web: RunningWeb) -> None:
    archive = tmp_path / "archive"
    job_of = {"id": "00000000-0000-0000-0000-000000000001", "sequence": 1, "site_id": 1, "site": "shop"}
    job_json = json.dumps(job_of | {"config": {"url": "http://127.0.0.1/"}})
    settings = f"""
SPIDER_MIDDLEWARES = {{"crawler.pages.PageMiddleware": 20}}
ITEM_PROCESSOR = "pipelines.processor.ItemProcessor"
ITEM_PIPELINES = {{"pipelines.archive.ArchivePipeline": 100}}
LONGLINE_ARCHIVE_URL = {archive.as_uri()!r}
LONGLINE_JOB = {job_json!r}
"""
    crawl(tmp_path / "project", web.url("empty"), settings)

    (segment,) = archive.rglob("*.warc.gz")
    assert gzip.decompress(segment.read_bytes()).count(b"WARC-Type: response") == 1
    assert len(lines(tmp_path / "project" / "items.jsonl")) == 1
