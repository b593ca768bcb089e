"""The commands that look at what a crawl has left."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from tests.support.crawl import Crawled, Scrapy
from tests.support.web import RunningWeb
from tests.web.expected import EXPECTED

PAGES = EXPECTED["crawl-delay"].pages


@pytest.fixture(scope="module")
def crawled(session_scrapy: Scrapy, web: RunningWeb) -> Crawled:
    done = session_scrapy.crawl(web.url("crawl-delay"))
    assert done.status == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def job(crawled: Crawled, scrapy: Scrapy, web: RunningWeb) -> dict[str, Any]:
    done = scrapy.run("jobs", "--json")
    assert done.status == 0, done.stderr
    return next(job for job in json.loads(done.stdout) if job["url"] == web.url("crawl-delay"))


def test_jobs_lists_them_newest_first(job: dict[str, Any], scrapy: Scrapy) -> None:
    listed = json.loads(scrapy.run("jobs", "--json").stdout)
    sequences = [entry["sequence"] for entry in listed]
    assert sequences == sorted(sequences, reverse=True)
    assert job["state"] == "completed"
    assert job["stats"]["pages"] == len(PAGES)
    assert job["id"] in scrapy.run("jobs").stdout


def test_jobs_shows_one_and_refuses_what_it_does_not_know(job: dict[str, Any], scrapy: Scrapy) -> None:
    assert json.loads(scrapy.run("jobs", job["id"], "--json", "--follow").stdout)[0]["id"] == job["id"]
    unknown = scrapy.run("jobs", "00000000-0000-0000-0000-000000000000")
    assert (unknown.status, unknown.stderr.count("\n")) == (1, 1)
    assert scrapy.run("jobs", "nonsense").status == 2


def test_page_prints_the_archived_bytes(crawled: Crawled, scrapy: Scrapy, web: RunningWeb) -> None:
    page = scrapy.run("page", web.url("crawl-delay", "/1#part"))
    assert page.status == 0, page.stderr
    assert page.stdout.lstrip().lower().startswith("<!doctype html")
    headers = scrapy.run("page", "--headers", web.url("crawl-delay", "/1"))
    assert headers.stdout.startswith("HTTP/1.1 200 OK")
    missing = scrapy.run("page", web.url("crawl-delay", "/nosuch"))
    assert missing.status == 1
    assert "is not stored" in missing.stderr


def test_export_writes_each_format(job: dict[str, Any], scrapy: Scrapy, tmp_path: Path) -> None:
    for suffix in ("jsonl", "csv", "parquet"):
        done = scrapy.run("export", "pages", "--to", f"pages.{suffix}", "--job", job["id"])
        assert done.status == 0, done.stderr
    urls = {json.loads(line)["url"] for line in (tmp_path / "pages.jsonl").read_text().splitlines()}
    with (tmp_path / "pages.csv").open(newline="") as file:
        assert {row["url"] for row in csv.DictReader(file)} == urls
    table = pyarrow.parquet.read_table(tmp_path / "pages.parquet")
    assert set(table.column("url").to_pylist()) == urls
    assert len(urls) == len(PAGES)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["pages"], "Give --to FILE."),
        (["pages", "--to", "pages.xls"], "--to pages.xls: the name must end in .jsonl, .csv, .parquet."),
        (["everything", "--to", "x.csv"], "Give one of pages, texts, postings, records, open_posting, posting_once,"),
        (["pages", "--to", "x.csv", "--job", "nonsense"], "--job nonsense: it takes a job's id."),
        (["pages", "--to", "/nosuch/x.csv"], "--to /nosuch/x.csv cannot be written: No such file or directory."),
    ],
)
def test_export_refuses_with_a_hint(scrapy: Scrapy, words: list[str], sentence: str) -> None:
    done = scrapy.run("export", *words)
    assert done.status == 2
    assert sentence in done.stderr


def test_extract_reads_a_file_and_a_url_without_servers(scrapy: Scrapy, web: RunningWeb, tmp_path: Path) -> None:
    page = scrapy.run("extract", web.url("plain", "/careers/engineer"), LONGLINE_HOME=str(tmp_path / "none"))
    assert page.status == 0, page.stderr
    found = json.loads(page.stdout)
    assert [posting["title"] for posting in found["postings"]] == ["Engineer"]
    assert found["page"]["title"]
    (tmp_path / "page.html").write_text("<html lang=de><title>Hallo</title>")
    file = scrapy.run("extract", "page.html", "--url", "https://example.com/x", LONGLINE_HOME=str(tmp_path / "none"))
    assert json.loads(file.stdout)["page"]["language"] == "de"
    assert not (tmp_path / "none").exists()
    broken = scrapy.run("extract", web.url("plain", "/careers/broken"), "--explain")
    assert json.loads(broken.stdout)["rejected"][0]["problems"]
    assert scrapy.run("extract", "nosuch.html").status == 1


def test_doctor_says_that_all_is_well(scrapy: Scrapy, crawled: Crawled) -> None:
    done = scrapy.run("doctor")
    assert done.status == 0, done.stdout + done.stderr
    for part in ("python", "archive", "PostgreSQL", "Redis"):
        assert f"✓ {part}" in done.stdout
    assert "the schema is up to date" in done.stdout


def test_doctor_names_what_is_not_well(scrapy: Scrapy) -> None:
    done = scrapy.run("doctor", REDIS_URL="redis://:secret@127.0.0.1:1/0")
    assert done.status == 1
    assert "✗ Redis" in done.stdout
    assert "✓ PostgreSQL" in done.stdout
    assert "secret" not in done.stdout
