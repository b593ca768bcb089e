"""Recorded pages: what is written of them, and what is said where they are read otherwise."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.recorded import Case, Meta, RecordedError, cases, difference, record
from schemas.selectors import PostingSelectors
from tests.support.crawl import Scrapy

URL = "https://www.crust.example/jobs/head-baker"
PAGE = b"""<html lang="en"><title>Jobs</title><h2>Night Baker</h2><i>2 days ago</i><script type="application/ld+json">{
"@type": "JobPosting", "title": "Head Baker", "hiringOrganization": "Crust",
"description": "<p>You bake.</p><p>We pay well.</p>"}</script></html>"""
META = Meta(url=URL, content_type="text/html", fetched=datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return record(tmp_path / "crust" / "head-baker", PAGE, META)


def edit(case: Case, **changes: Any) -> None:
    file = case.folder / "expected.json"
    (posting,) = json.loads(file.read_bytes())
    file.write_text(json.dumps([posting | changes]), encoding="utf-8")


def test_a_page_is_kept_with_what_it_is_read_as(case: Case, tmp_path: Path) -> None:
    assert (case.folder / "page.html").read_bytes() == PAGE
    assert json.loads((case.folder / "meta.json").read_bytes())["fetched"] == "2026-11-20T00:00:00Z"
    (posting,) = case.expected()
    assert posting["title"] == "Head Baker"
    assert "provenance" not in posting
    assert [str(one) for one in cases(tmp_path)] == ["crust/head-baker"]
    assert difference(case) == ""


def test_a_difference_is_told_field_by_field(case: Case) -> None:
    edit(case, company="Crumb", description_text="You bake.\nWe pay.")

    assert difference(case).splitlines()[1:] == [
        "Head Baker:",
        "  company",
        '    expected  "Crumb"',
        '    read      "Crust"',
        "  description_text",
        "    -We pay.",
        "    +We pay well.",
    ]
    case.accept()
    assert difference(case) == ""


def test_a_posting_that_is_missing_and_one_too_many_are_told(case: Case) -> None:
    edit(case, title="Miller", source_id="another")

    assert difference(case).splitlines()[1:] == ["missing: Miller", "not expected: Head Baker"]


def test_a_field_that_is_taken_out_is_not_compared(case: Case) -> None:
    (posting,) = case.expected()
    (case.folder / "expected.json").write_text(json.dumps([{"title": posting["title"]}]), encoding="utf-8")

    assert difference(case) == ""


def test_the_clock_and_the_selectors_are_those_of_the_record(tmp_path: Path) -> None:
    meta = META.model_copy(update={"posting_selectors": PostingSelectors(title="h2", date_posted="i")})
    (posting,) = record(tmp_path / "a" / "b", PAGE, meta).expected()

    assert posting["title"] == "Night Baker"
    assert posting["date_posted"] == "2026-11-18T00:00:00Z"
    assert difference(Case(tmp_path / "a" / "b")) == ""


def test_nothing_is_overwritten_and_half_a_folder_is_named(case: Case) -> None:
    with pytest.raises(RecordedError, match="is there already"):
        record(case.folder, PAGE, META)
    (case.folder / "page.html").unlink()
    with pytest.raises(RecordedError, match=re.escape(f"{case.folder} is no recorded page")):
        difference(case)


def test_the_command_records_and_accepts(scrapy: Scrapy, tmp_path: Path) -> None:
    file, to = tmp_path / "page.html", str(tmp_path / "kept")
    file.write_bytes(PAGE)
    sites = tmp_path / "sites.yaml"
    sites.write_text("crust:\n  url: https://www.crust.example/\n  posting_selectors: {title: h2}\n", encoding="utf-8")
    words = ["record", str(file), "--url", URL, "--site", "crust", "--to", to]

    done = scrapy.run(*words, "--config", str(sites))
    assert done.status == 0, done.stderr
    assert "Night Baker" in done.stdout
    case = Case(tmp_path / "kept" / "crust" / "head-baker")
    assert difference(case) == ""
    assert scrapy.run(*words).status == 1

    edit(case, company="Crumb")
    accepted = scrapy.run("record", "--accept", "--to", to)
    assert 'expected  "Crumb"' in accepted.stdout
    assert difference(case) == ""


def test_the_command_says_what_is_missing(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(PAGE)
    file = str(tmp_path / "page.html")

    assert "Give --site NAME" in scrapy.run("record", file).stderr
    assert "Give --url URL" in scrapy.run("record", file, "--site", "crust").stderr
    wrong = scrapy.run("record", file, "--site", "crust", "--url", URL, "--config", file)
    assert (wrong.status, "is no file of sites" in wrong.stderr) == (2, True)
    assert scrapy.run("record", file, "--site", "../crust", "--url", URL).status == 2
