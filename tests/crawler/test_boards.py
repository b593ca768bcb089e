"""Boards of each platform, from what an employer's page shows to the proof of their list. No platform is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scrapy import Request

from crawler.boards import BOARD, name_of
from crawler.listing_chain import Chain
from crawler.spiders.site import SiteSpider
from extractors.postings import postings
from extractors.postings.asking import Ask
from extractors.postings.document import Document
from extractors.postings.platforms import board_of
from tests.extractors.postings.platforms.example import Example
from tests.extractors.postings.platforms.feeds import EXAMPLES
from tests.extractors.postings.platforms.lists import LISTS, NOT_THERE, Listed, successfactors_page, talentclue_row
from tests.support.discovering import data, found, html, make_spider, only

FEEDS = pytest.mark.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))
PAGES = pytest.mark.parametrize("example", LISTS.values(), ids=list(LISTS))
BROKEN = {
    "not there": (404, '{"message": "Not Found"}'),
    "too many": (429, '{"message": "Too Many Requests"}'),
    "failed": (500, ""),
    "a page": (200, NOT_THERE),
    "an error": (200, '{"error": "Something went wrong"}'),
    "errors": (200, '{"errors": [{"message": "Unknown account"}]}'),
    "a state": (200, '{"status": 404, "jobs": []}'),
    "not ok": (200, '{"ok": false}'),
    "null": (200, "null"),
    "nothing": (200, ""),
}
"""What is no list, whatever the platform."""


@pytest.fixture
def spider() -> SiteSpider:
    return make_spider()


def first_of(spider: SiteSpider, example: Example) -> Request:
    """The request for a board's list."""
    board = board_of(example.url)
    assert board is not None
    ask = example.asked or Ask(example.url)
    meta = {BOARD: name_of(board)} | Chain.of(board, board.feed or example.url).meta
    request = spider.crawl.page_request(ask.url, 1, 40, meta)
    return request.replace(method=ask.method, body=ask.body) if ask.method == "POST" else request


def text_of(answer: Any) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer)


def is_proof(listing: dict[str, Any] | None) -> bool:
    return listing is not None and listing["complete"]


def no_posting(url: str, body: str) -> bool:
    return postings(Document.read(url, body.encode())) == []


@FEEDS
def test_a_feed_is_read_to_its_end(example: Example, spider: SiteSpider) -> None:
    request = first_of(spider, example)
    requests, listing = found(spider, data(request, example.full))

    assert all(map(spider.on_site, requests))
    assert listing is not None
    assert (listing["listed"], listing["declared_total"]) == (example.count, example.total)
    assert listing["tenant"].partition("/")[0] == (example.board or example.tenant)
    details = [one.url for one in requests if one.method == "GET" and one.url in example.listed]
    assert details == ([] if example.keys else list(example.listed))
    assert listing["complete"] is (example.next is None)
    if example.next is not None:
        (more,) = (one for one in requests if one.url == example.next.url and one.method == example.next.method)
        if example.last is not None:
            _, listing = found(spider, data(more, example.last))
            assert is_proof(listing)


@FEEDS
def test_an_empty_board_is_proof_that_there_is_none(example: Example, spider: SiteSpider) -> None:
    request = first_of(spider, example)
    requests, listing = found(spider, data(request, example.empty))

    assert requests == []
    assert listing is not None
    assert (listing["listed"], listing["declared_total"] or 0, listing["problems"]) == (0, 0, ())
    assert listing["complete"]
    assert no_posting(request.url, text_of(example.empty))


@pytest.mark.parametrize("kind", BROKEN)
@FEEDS
def test_what_is_no_list_proves_nothing(example: Example, kind: str, spider: SiteSpider) -> None:
    status, body = BROKEN[kind]
    request = first_of(spider, example)
    _, listing = found(spider, data(request, body, status))

    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (0, False)
    assert no_posting(request.url, body)


@FEEDS
def test_a_feed_s_own_error_proves_nothing(example: Example, spider: SiteSpider) -> None:
    for status in (200, 404):
        _, listing = found(spider, data(first_of(spider, example), example.error, status))
        assert listing is not None
        assert (listing["listed"], listing["complete"]) == (0, False)


@FEEDS
def test_a_feed_that_broke_off_proves_nothing(example: Example, spider: SiteSpider) -> None:
    whole = text_of(example.full)
    for end in (len(whole) - 2, 2 * len(whole) // 3, len(whole) // 2):
        request = first_of(spider, example)
        _, listing = found(spider, data(request, whole[:end]))
        assert listing is not None
        assert (listing["listed"], listing["complete"]) == (0, False)
        assert no_posting(request.url, whole[:end])


# Pages


def walk(spider: SiteSpider, example: Listed, pages: dict[str, str]) -> tuple[list[str], dict[str, Any] | None]:
    """The postings that a board's pages lead to, and what is known of it in the end."""
    waiting, listed, listing = found(spider, html(spider, example.shown))[0], [], None
    while waiting:
        request = waiting.pop(0)
        assert spider.on_site(request)
        if request.url not in pages:
            listed.append(request.url)
            continue
        requests, listing = found(spider, data(request, pages[request.url]))
        waiting += requests
    return listed, listing


@PAGES
def test_a_board_without_a_feed_is_read_page_by_page(example: Listed, spider: SiteSpider) -> None:
    listed, listing = walk(spider, example, example.pages)

    assert sorted(listed) == sorted(example.listed)
    assert listing is not None
    assert (listing["tenant"], listing["listed"]) == (example.tenant, len(example.listed))
    assert (listing["declared_total"], listing["complete"], listing["problems"]) == (example.total, True, ())


@PAGES
def test_a_page_that_says_that_there_is_none_is_proof(example: Listed, spider: SiteSpider) -> None:
    listed, listing = walk(spider, example, {next(iter(example.pages)): example.empty})
    assert listed == []
    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (0, True)


@pytest.mark.parametrize(("status", "body"), [(200, NOT_THERE), (404, NOT_THERE), (429, ""), (200, "{}")])
@PAGES
def test_a_page_that_lists_nothing_is_none(example: Listed, status: int, body: str, spider: SiteSpider) -> None:
    first = only(found(spider, html(spider, example.shown))[0])
    requests, listing = found(spider, data(first, body, status))
    assert requests == []
    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (0, False)


def test_a_page_in_the_middle_that_fails_leaves_it_open(spider: SiteSpider) -> None:
    example = LISTS["jobvite"]
    (first, second, _) = example.pages
    _, listing = walk(spider, example, {first: example.pages[first], second: NOT_THERE})
    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (2, False)


def test_where_a_feed_is_closed_a_page_tells_of_postings_and_proves_nothing(spider: SiteSpider) -> None:
    feed = first_of(spider, EXAMPLES["successfactors"])
    page = only(found(spider, data(feed, NOT_THERE, 403))[0])
    requests, _ = found(spider, data(page, successfactors_page(77, 78)))
    assert [one.url[-2:] for one in requests] == ["77", "78"]
    assert all(map(spider.on_site, requests))


def test_a_board_elsewhere_is_read_from_its_page_where_the_feed_does_not_know_it(spider: SiteSpider) -> None:
    feed = only(found(spider, html(spider, '<iframe src="https://job-boards.eu.greenhouse.io/acme"></iframe>'))[0])
    page = only(found(spider, data(feed, {"status": 404, "error": "Job board not found"}, 404))[0])
    links = "".join(f'<a href="https://job-boards.eu.greenhouse.io/acme/jobs/{one}">Baker</a>' for one in (11, 12))
    requests, listing = found(spider, data(page, f"<!doctype html><title>Jobs at Acme</title>{links}"))

    assert page.url == "https://job-boards.eu.greenhouse.io/acme"
    assert [one.url[-2:] for one in requests] == ["11", "12"]
    assert listing is not None
    assert (listing["platform"], listing["tenant"], listing["listed"]) == ("greenhouse", "acme", 2)


def test_a_board_that_is_known_by_a_number_leads_to_postings_under_the_employer_s_name(spider: SiteSpider) -> None:
    frame = '<iframe src="https://careers.talentclue.com/es/company/77/jsoffers"></iframe>'
    page = only(found(spider, html(spider, frame))[0])
    other = '<a href="https://jobs.lever.co/acme/0f1e2d3c-0000-4000-8000-0123456789ab">Baker</a>'
    rows = f"<!doctype html><table>{talentclue_row(11)}{talentclue_row(12)}</table>{other}"
    requests, listing = found(spider, data(page, rows))

    assert {f"https://acme.talentclue.com/es/node/{number}/77" for number in (11, 12)} <= {one.url for one in requests}
    assert all(map(spider.on_site, requests))
    assert is_proof(listing)
