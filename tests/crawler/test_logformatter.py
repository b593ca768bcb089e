"""What is logged of a page: nothing, unless it is a surprise."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatterResult

from crawler.logformatter import QuietLogFormatter
from pipelines.failures import ArchiveError, DatabaseError, RowError
from tests.support.pages import make_page

FORMATTER = QuietLogFormatter()
RESPONSE = Response("https://example.com/")
SPIDER = Spider("test")


def of_error(item: Any, error: BaseException) -> LogFormatterResult:
    return FORMATTER.item_error(item, error, RESPONSE, SPIDER)


def test_a_page_that_was_fetched_and_stored_makes_no_line() -> None:
    line = FORMATTER.crawled(Request("https://example.com/"), RESPONSE, SPIDER)  # type: ignore[func-returns-value]
    other = FORMATTER.scraped(make_page(), RESPONSE, SPIDER)  # type: ignore[func-returns-value]

    assert (line, other) == (None, None)


@pytest.mark.parametrize("error", [ArchiveError("full"), DatabaseError("away"), RowError("bad")], ids=repr)
def test_what_the_summary_tells_is_for_those_who_debug(error: Exception) -> None:
    line = of_error(make_page(), error)

    assert line["level"] == logging.DEBUG
    assert line["msg"] % line["args"] == str(error)


def test_a_surprise_names_the_page_without_its_body() -> None:
    line = of_error(make_page(body=b"a very long body"), KeyError("title"))

    assert line["level"] == logging.ERROR
    assert line["msg"] % line["args"] == "Error processing https://example.com/"


def test_a_surprise_names_the_kind_of_any_other_item() -> None:
    line = of_error({"name": "x"}, KeyError("title"))

    assert line["msg"] % line["args"] == "Error processing dict"
