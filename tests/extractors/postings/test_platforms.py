"""Platforms, by the addresses of their boards and postings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from extractors.postings.employer import employer_of_board
from extractors.postings.platforms import Board, Key, board_of, key_of, platforms

UUID = "0f1e2d3c-0000-4000-8000-0123456789ab"
KEYS = {
    "https://boards.greenhouse.io/acme/jobs/4012345?gh_src=x": ("greenhouse", "acme", "4012345"),
    "https://job-boards.eu.greenhouse.io/acme/jobs/4012345": ("greenhouse", "acme", "4012345"),
    "https://boards-api.greenhouse.io/v1/boards/acme/jobs/4012345": ("greenhouse", "acme", "4012345"),
    f"https://jobs.lever.co/acme/{UUID}/apply": ("lever", "acme", UUID),
    f"https://jobs.eu.lever.co/acme/{UUID}": ("lever", "acme", UUID),
    f"https://api.lever.co/v0/postings/acme/{UUID}": ("lever", "acme", UUID),
    f"https://jobs.ashbyhq.com/Acme%20Labs/{UUID}": ("ashby", "acme labs", UUID),
    "https://apply.workable.com/acme/j/0123456789/": ("workable", "acme", "0123456789"),
    "https://jobs.smartrecruiters.com/Acme1/743999671674844-baker": ("smartrecruiters", "acme1", "743999671674844"),
    "https://acme.wd5.myworkdayjobs.com/en-US/Careers/job/Bonn/Baker_R-123": ("workday", "acme/careers", "R-123"),
    "https://acme.wd5.myworkdayjobs.com/Careers/job/Bonn/Baker_JR0042-1/apply": ("workday", "acme/careers", "JR0042"),
    "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/job/Bonn/Baker_R-1": ("workday", "acme/careers", "R-1"),
    "https://acme.wd5.myworkdayjobs.com/Careers/details/Baker_R-123?q=bread": ("workday", "acme/careers", "R-123"),
    "https://wd3.myworkdaysite.com/recruiting/acme/Jobs/job/Bonn/Baker_R-123": ("workday", "acme/jobs", "R-123"),
    "https://apply.workable.com/j/0123456789": ("workable", "", "0123456789"),
    "https://acme.recruitee.com/o/baker-bonn": ("recruitee", "acme", "baker-bonn"),
    "https://acme.teamtailor.com/de/jobs/123456-baker": ("teamtailor", "acme", "123456"),
    "https://acme.na.teamtailor.com/jobs/123456-baker": ("teamtailor", "acme.na", "123456"),
    "https://career5.sapsf.eu/sfcareer/jobreqcareer?jobId=77&company=acme": ("successfactors", "acme", "77"),
    "https://acme.jobs.personio.de/job/12345?language=de": ("personio", "acme", "12345"),
    "https://acme.bamboohr.com/careers/17": ("bamboohr", "acme", "17"),
    "https://acme.bamboohr.com/jobs/view.php?id=17": ("bamboohr", "acme", "17"),
    "https://careers-acme.icims.com/jobs/1234/baker/job": ("icims", "careers-acme", "1234"),
    "https://jobs.jobvite.com/acme/job/oAbc1fwq": ("jobvite", "acme", "oAbc1fwq"),
    "https://career5.successfactors.eu/career?company=acme&career_job_req_id=77": ("successfactors", "acme", "77"),
    "https://acme.breezy.hr/p/0123456789ab-baker": ("breezy", "acme", "0123456789ab"),
}
BOARDS = {
    "https://boards.greenhouse.io/embed/job_board?for=acme&b=x": "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true",
    "https://jobs.eu.lever.co/acme": "https://api.eu.lever.co/v0/postings/acme?mode=json",
    f"https://jobs.lever.co/acme/{UUID}": "https://api.lever.co/v0/postings/acme?mode=json",
    "https://jobs.ashbyhq.com/acme": "https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true",
    "https://acme.wd5.myworkdayjobs.com/en-US/Careers": "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/jobs",
    "https://acme.jobs.personio.com/": "https://acme.jobs.personio.com/xml",
}


@pytest.mark.parametrize("url", KEYS)
def test_a_posting_has_the_platform_s_key_at_each_of_its_addresses(url: str) -> None:
    assert key_of(url) == Key(*KEYS[url])


@pytest.mark.parametrize("url", BOARDS)
def test_a_board_has_a_feed(url: str) -> None:
    board = board_of(url)
    assert board is not None
    assert (board.tenant, board.feed) == ("acme", BOARDS[url])


@pytest.mark.parametrize(
    "url",
    [
        "https://www.acme.example/jobs/4012345",
        "https://www.lever.co/customers",
        "https://evil.example/https://boards.greenhouse.io/acme/jobs/1",
        "https://www.bamboohr.com/careers/application",
        "https://www.teamtailor.com/en/jobs",
        "",
    ],
)
def test_any_other_address_is_on_no_platform(url: str) -> None:
    assert key_of(url) is None
    assert board_of(url) is None


def test_the_page_and_the_feed_of_a_board_are_one_posting() -> None:
    text = "<p>At Acme Labs you bake bread in our oven, from four in the morning until noon.</p>"
    marked = json.dumps({"@type": "JobPosting", "title": "Baker", "description": text})
    page = f'<script type="application/ld+json">{marked}</script>'
    url = f"https://jobs.lever.co/acmelabs/{UUID}"
    feed = json.dumps([{"text": "Baker", "description": text, "hostedUrl": url, "workplaceType": "onsite"}])
    on_page = postings(Document.read(url, page.encode(), "text/html"))
    in_feed = postings(Document.read("https://api.lever.co/v0/postings/acmelabs", feed.encode(), "application/json"))

    for found in (on_page, in_feed):
        (posting,) = found
        assert (posting["platform"], posting["tenant"], posting["source_id"]) == ("lever", "acmelabs", UUID)
        assert posting["company"] == "Acme Labs"


OWN = "https://www.acme.example/careers/open?gh_jid=4012345"
EMBED = '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>'
TEXT = "<p>At Acme you bake bread in our oven, from four in the morning until noon, with two others.</p>"


def keys(url: str, answer: Any) -> list[tuple[str, str, str]]:
    body, kind = (answer, "text/html") if isinstance(answer, str) else (json.dumps(answer), "application/json")
    found = postings(Document.read(url, body.encode(), kind))
    return [(one["platform"], one["tenant"], one["source_id"]) for one in found]


def page(head: str = "", **more: str) -> str:
    marked = json.dumps({"@type": "JobPosting", "title": "Baker", "description": TEXT} | more)
    return f'<title>Baker</title>{head}<script type="application/ld+json">{marked}</script>'


def test_a_posting_on_the_employer_s_own_page_has_the_key_of_the_board_that_the_page_shows() -> None:
    feed = {"jobs": [{"id": 4012345, "title": "Baker", "content": TEXT, "absolute_url": OWN, "location": "Bonn"}]}
    greenhouse = [("greenhouse", "acme", "4012345")]
    assert keys("https://boards-api.greenhouse.io/v1/boards/acme/jobs", feed) == greenhouse
    assert keys(OWN, page(EMBED)) == greenhouse
    assert keys(OWN, page(EMBED + '<link rel="canonical" href="/careers/open">')) == greenhouse
    assert keys(OWN, page())[0][:2] == ("web", "acme.example")
    assert keys(OWN, page(EMBED + EMBED.replace("acme", "other")))[0][0] == "web"
    assert keys("https://www.acme.example/careers/4012345", page(EMBED))[0][0] == "web"


def test_a_feed_s_postings_are_its_board_s_whichever_host_it_has_them_on() -> None:
    job = {"id": 1, "slug": "baker", "title": "Baker", "description": TEXT, "city": "Bonn"}
    offers = {"offers": [job | {"careers_url": "https://careers.acme.example/o/baker"}]}
    assert keys("https://acme.recruitee.com/api/offers/", offers) == [("recruitee", "acme", "baker")]
    widget = {"name": "Acme", "jobs": [job | {"url": "https://apply.workable.com/j/0123456789", "shortcode": "x"}]}
    address = "https://apply.workable.com/api/v1/widget/accounts/acme"
    assert keys(address, widget) == [("workable", "acme", "0123456789")]


def test_an_employer_that_the_text_does_not_name_has_the_board_s_name() -> None:
    assert employer_of_board("acme-labs", "We bake.") == "Acme Labs"
    assert employer_of_board("acmelabs", "Join ACME Labs, Inc. today") == "ACME Labs"
    assert Board("lever", "a", "x") == Board("lever", "a", None)


@pytest.mark.parametrize(
    ("url", "employer"),
    [
        ("https://jobs.lever.co/Acme", "acme"),
        ("https://careers-acme.icims.com/jobs/1/baker/job", "acme"),
        ("https://uscareers-acme.icims.com/jobs/1/baker/job", ""),
        ("https://acme.na.teamtailor.com/jobs", "acme"),
        ("https://acme.wd5.myworkdayjobs.com/Careers", "acme"),
        ("https://www.comeet.com/jobs/acme/1A.005", "acme"),
        ("https://www.comeet.co/careers-api/2.0/company/1A.005/positions?token=1A2B3C4D", ""),
        ("https://app.jobvite.com/CompanyJobs/Careers.aspx?c=qAbc9", ""),
        ("https://apply.workable.com/api/v1/widget/accounts/12345", ""),
        (f"https://recruiting.paylocity.com/recruiting/jobs/All/{UUID}", ""),
    ],
)
def test_a_number_is_no_name_of_an_employer(url: str, employer: str) -> None:
    board = board_of(url)
    assert board is not None
    assert board.employer == employer


GROUPS = {
    "region": "com",
    "server": "wd5",
    "site": "Careers",
    "host": "career5.sapsf.eu",
    "token": "1A2B3C4D",
    "name": "acme",
    "company": "acme",
    "number": "acme",
}
IN_ANOTHER_FORM = {
    "paylocity": {"tenant": UUID},
    "greenhouse": {"region": ""},
    "lever": {"region": ""},
    "talentclue": {"number": "0" * 32, "company": "77"},
}
"""Where a platform's addresses do not take what others do."""


def test_a_board_s_feeds_and_lists_are_on_the_board() -> None:
    for platform in platforms():
        values = {"tenant": "acme"} | GROUPS | IN_ANOTHER_FORM.get(platform.name, {})
        for template in (*platform.templates("feed"), *platform.templates("list")):
            board = board_of(template.format_map(values))
            assert board is not None, template
            assert board.platform == platform.name
            assert board.tenant in {one.lower() for one in values.values()}
