"""Boards of platforms that a site's pages lead to, and lists of postings page after page. No platform is asked."""

from __future__ import annotations

import json

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.discovery import LIST_PRIORITY
from crawler.requests import from_dict, to_dict
from crawler.spiders.site import SiteSpider
from extractors.postings.careers import CAREERS, POSTING
from frontier.codec import dumps, loads
from schemas.page import Page, Record
from tests.extractors.postings.platforms.feeds import EXAMPLES
from tests.support.discovering import SITE, data, found, html, make_spider, only

SCRIPT = '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>'
GREENHOUSE = EXAMPLES["greenhouse"]
WORKDAY = EXAMPLES["workday"]


@pytest.fixture
def spider() -> SiteSpider:
    return make_spider()


def test_a_board_that_a_page_embeds_is_followed_to_its_feed_and_no_further(spider: SiteSpider) -> None:
    requests, _ = found(spider, html(spider, SCRIPT))

    feed = only(requests)
    assert (feed.url, feed.method, feed.priority) == (GREENHOUSE.url, "GET", LIST_PRIORITY)
    assert spider.on_site(feed)
    assert not spider.on_site(feed.replace(url=GREENHOUSE.url.replace("acme", "others")))
    assert not spider.on_site(feed.replace(url="https://boards.greenhouse.io/"))
    requests, listing = found(spider, data(feed, GREENHOUSE.full))
    assert requests == []
    assert listing == {
        "url": GREENHOUSE.url,
        "platform": "greenhouse",
        "tenant": "acme",
        "declared_total": 2,
        "listed": 2,
        "complete": True,
        "problems": (),
    }


def test_a_board_is_asked_for_once(spider: SiteSpider) -> None:
    assert len(found(spider, html(spider, SCRIPT))[0]) == 1
    assert found(spider, html(spider, SCRIPT, f"{SITE}jobs"))[0] == []


def test_a_list_of_many_pages_is_read_to_its_end_by_post(spider: SiteSpider) -> None:
    (first,), _ = found(spider, html(spider, '<iframe src="https://acme.wd5.myworkdayjobs.com/Careers"></iframe>'))
    assert (first.method, json.loads(first.body)["offset"]) == ("POST", 0)

    requests, listing = found(spider, data(first, WORKDAY.full))
    second = only([one for one in requests if one.method == "POST"])
    assert json.loads(second.body)["offset"] == 20
    assert [one.url for one in requests if one.method == "GET"] == list(WORKDAY.listed)
    assert {one.priority for one in requests if one.method == "GET"} == {POSTING}
    assert all(map(spider.on_site, requests))
    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (20, False)

    requests, listing = found(spider, data(second, WORKDAY.last))
    assert len(requests) == 7
    assert listing is not None
    assert (listing["tenant"], listing["declared_total"], listing["listed"]) == ("acme/careers", 27, 27)
    assert (listing["complete"], listing["problems"]) == (True, ())


def test_another_worker_may_read_the_next_page(spider: SiteSpider) -> None:
    (first,), _ = found(spider, html(spider, '<iframe src="https://acme.wd5.myworkdayjobs.com/Careers"></iframe>'))
    second = only([one for one in found(spider, data(first, WORKDAY.full))[0] if one.method == "POST"])
    other = SiteSpider(job=spider.job)

    taken_up = from_dict(loads(dumps(to_dict(second, spider))), other)
    assert other.on_site(taken_up)
    _, listing = found(other, data(taken_up, WORKDAY.last))
    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (27, True)


def test_a_list_that_is_cut_off_is_not_complete(spider: SiteSpider) -> None:
    (first,), _ = found(spider, html(spider, '<iframe src="https://acme.wd5.myworkdayjobs.com/Careers"></iframe>'))
    _, listing = found(spider, data(first, WORKDAY.full | {"total": 2000}))
    assert listing is not None
    assert not listing["complete"]
    assert any("shows no more" in problem for problem in listing["problems"])


@pytest.mark.parametrize(("status", "words"), [(404, "answered 404"), (200, "is no list of postings")])
def test_a_board_that_is_not_there_is_not_complete(spider: SiteSpider, status: int, words: str) -> None:
    feed = only(found(spider, html(spider, SCRIPT))[0])
    requests, listing = found(spider, data(feed, GREENHOUSE.error, status))
    assert only(requests).url == "https://job-boards.greenhouse.io/acme"
    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (0, False)
    assert words in " ".join(listing["problems"])


def test_a_list_that_answers_the_same_page_again_ends(spider: SiteSpider) -> None:
    (first,), _ = found(spider, html(spider, '<iframe src="https://acme.wd5.myworkdayjobs.com/Careers"></iframe>'))
    (second, *_), _ = found(spider, data(first, WORKDAY.full))
    requests, listing = found(spider, data(second, WORKDAY.full))
    assert all(one.method == "GET" for one in requests)
    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (20, False)


def test_a_board_is_followed_by_links_of_a_page_about_jobs_alone(spider: SiteSpider) -> None:
    link = '<a href="https://jobs.lever.co/acme">Open positions</a>'
    assert found(spider, html(spider, link, f"{SITE}blog/7"))[0] == []
    assert only(found(spider, html(spider, link))[0]).url == "https://api.lever.co/v0/postings/acme?mode=json"


def test_boards_of_many_employers_are_not_the_site_s_own(spider: SiteSpider) -> None:
    links = "".join(f'<a href="https://jobs.lever.co/acme{number}">Jobs</a>' for number in range(9))
    assert found(spider, html(spider, links))[0] == []


def test_a_page_about_jobs_may_redirect_to_a_board(spider: SiteSpider) -> None:
    for path, expected in (("careers", ["https://api.lever.co/v0/postings/acme?mode=json"]), ("blog", [])):
        request = spider.crawl.page_request(SITE + path, 1)
        moved = Response(SITE + path, 302, {"Location": "https://jobs.lever.co/acme"}, request=request)
        assert [one.url for one in found(spider, moved)[0]] == expected


def test_a_site_that_wants_no_postings_looks_for_none() -> None:
    spider = make_spider(extract=["page"])
    requests, _ = found(spider, html(spider, SCRIPT + '<a href="/jobs/">Jobs</a>'))
    assert [(one.url, one.priority) for one in requests] == [(f"{SITE}jobs/", 0)]


def test_links_are_asked_for_by_what_they_say_and_by_what_pages_like_them_held(spider: SiteSpider) -> None:
    crawl = spider.crawl
    for number in range(3):
        request = crawl.page_request(f"{SITE}x/name-{number}", 1)
        page = next(one for one in crawl.parse(html_of(request)) if isinstance(one, Page))
        page.records.append(Record("posting", {}))
        spider.passed(page)

    links = '<a href="/about">About</a><a href="/we">Work with us</a><a href="/x/other">Other</a>'
    requests, _ = found(spider, html(spider, links, SITE, depth=0))
    assert [(one.url.removeprefix(SITE), one.priority) for one in requests] == [
        ("about", 0),
        ("we", CAREERS),
        ("x/other", POSTING),
    ]


def html_of(request: Request) -> Response:
    return HtmlResponse(request.url, body=b"<!doctype html><p>A page", encoding="utf-8", request=request)


def test_a_list_goes_on_by_one_link_and_a_button_by_a_browser(spider: SiteSpider) -> None:
    jobs = "".join(f'<a href="/jobs/baker-{number}">Baker</a>' for number in range(4))
    pager = '<a href="?page=2">2</a><a href="?page=3">3</a>'
    requests, listing = found(spider, html(spider, jobs + pager, f"{SITE}jobs/"))
    assert [one.url for one in requests if "page=" in one.url] == [f"{SITE}jobs/?page=2"]
    assert listing is not None
    assert not listing["complete"]

    requests, listing = found(spider, html(spider, jobs + "<button>Load more</button>", f"{SITE}openings/jobs/"))
    again = only([one for one in requests if one.meta.get("render") == "always"])
    assert again.meta["browser"]["actions"] == ["more 200 text=Load more"]
    assert listing is not None
    assert not listing["complete"]


def test_a_list_whose_next_page_nothing_leads_to_is_not_complete() -> None:
    spider = make_spider(render="never")
    jobs = "".join(f'<a href="/jobs/baker-{number}">Baker</a>' for number in range(4))
    _, listing = found(spider, html(spider, f"{jobs}<p>4 jobs</p><p>Page 1 of 2</p>", f"{SITE}jobs/"))
    assert listing is not None
    assert (listing["listed"], listing["complete"]) == (4, False)
