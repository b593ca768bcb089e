"""Stage 2: what the site asked for is read from a page, and an extractor that fails costs nothing but its own part."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from dataclasses import asdict
from typing import Any

import pytest

from extractors.html import parse
from pipelines.extract import ExtractPipeline
from schemas.page import Page, PageMetadata
from tests.support.pages import HTML, make_page

POSTING = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "title": "Nurse",
    "description": "<p>Care.</p>",
    "hiringOrganization": {"@type": "Organization", "name": "Plain Ltd"},
}
WITH_POSTING = HTML + b'<script type="application/ld+json">' + json.dumps(POSTING).encode() + b"</script>"
EVERYTHING = frozenset({"page", "posting", "text"})


def html_page(body: bytes = WITH_POSTING, **changes: Any) -> Page:
    defaults: dict[str, Any] = {"tree": parse(body), "extract": EVERYTHING}
    return make_page(body=body, **defaults | changes)


def extracted(item: Any) -> Any:
    return asyncio.run(ExtractPipeline().process_item(item))


def kinds(page: Page) -> list[str]:
    return [record.kind for record in page.records]


def test_everything_that_was_asked_for_is_read() -> None:
    page = extracted(html_page())

    assert kinds(page) == ["posting", "text"]
    assert page.metadata.title == "A page"
    assert page.records[0].data["title"] == "Nurse"
    assert "Some words." in page.records[1].data["markdown"]
    assert page.problems == []


@pytest.mark.parametrize(
    ("extract", "title", "found"),
    [
        ({"page"}, "A page", []),
        ({"posting"}, None, ["posting"]),
        ({"text"}, None, ["text"]),
        ({"page", "posting"}, "A page", ["posting"]),
    ],
    ids=["page", "posting", "text", "page and posting"],
)
def test_what_was_not_asked_for_is_not_read(extract: set[str], title: str | None, found: list[str]) -> None:
    page = extracted(html_page(extract=frozenset(extract)))

    assert (page.metadata.title, kinds(page)) == (title, found)


@pytest.mark.parametrize("tree", ["HTML", "none"])
def test_the_body_and_the_tree_are_let_go(tree: str) -> None:
    page = extracted(html_page() if tree == "HTML" else html_page(tree=None))

    assert (page.tree, page.body) == (None, b"")
    assert page.body_bytes == len(WITH_POSTING)


@pytest.mark.parametrize("status", [301, 404, 500])
def test_an_error_page_has_a_title_but_no_records(status: int) -> None:
    page = extracted(html_page(status=status))

    assert (page.metadata.title, page.records) == ("A page", [])


def test_what_is_no_html_is_not_read() -> None:
    page = extracted(make_page(body=b"%PDF-1.7 JobPosting", content_type="application/pdf", extract=EVERYTHING))

    assert (page.metadata, page.records, page.problems) == (PageMetadata(), [], [])


def test_an_extractor_that_fails_costs_neither_the_page_nor_the_others(caplog: pytest.LogCaptureFixture) -> None:
    # No document that is known makes an extractor fail; a tree that is none does.
    with caplog.at_level(logging.ERROR, "pipelines.extract"):
        page = extracted(html_page(tree=object()))

    assert kinds(page) == ["text"]
    assert [problem.split(":")[0] for problem in page.problems] == ["metadata", "posting"]
    assert "AttributeError" in page.problems[0]
    assert [record.getMessage() for record in caplog.records] == [
        "https://example.com/: the metadata extractor failed; the page is kept.",
        "https://example.com/: the posting extractor failed; the page is kept.",
    ]


def test_text_is_read_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []
    read = ExtractPipeline._text

    def noting(page: Page) -> None:
        threads.append(threading.current_thread())
        read(page)

    monkeypatch.setattr(ExtractPipeline, "_text", staticmethod(noting))
    page = extracted(html_page())

    assert kinds(page) == ["posting", "text"]
    assert threads != [threading.main_thread()]
    assert len(threads) == 1


def test_a_page_may_come_as_a_dict() -> None:
    item = asdict(make_page(extract=EVERYTHING)) | {"tree": parse(WITH_POSTING), "body": WITH_POSTING}

    assert kinds(extracted(item)) == ["posting", "text"]


@pytest.mark.parametrize("item", [{"name": "no page"}, None, 7])
def test_anything_else_is_passed_on(item: Any) -> None:
    assert extracted(item) is item
