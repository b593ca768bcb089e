"""Boards of platforms on an employer's own pages."""

from __future__ import annotations

import pytest

from extractors.postings.document import Document
from extractors.postings.platforms.embedded import boards_in

UUID = "0f1e2d3c-0000-4000-8000-0123456789ab"
SHOWN = {
    '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>': ("greenhouse", "acme"),
    '<iframe src="https://boards.greenhouse.io/embed/job_app?for=acme&amp;token=7"></iframe>': ("greenhouse", "acme"),
    '<script src="//jobs.lever.co/x.js"></script><script>window.leverJobsOptions = {accountName: "acme"}</script>': (
        "lever",
        "acme",
    ),
    '<script>fetch("https:\\/\\/api.eu.lever.co\\/v0\\/postings\\/acme?mode=json")</script>': ("lever", "acme"),
    '<script src="https://jobs.ashbyhq.com/acme/embed?version=2"></script>': ("ashby", "acme"),
    '<script src="https://www.workable.com/assets/embed.js"></script><script>whr(document).ready(function(){'
    "whr_embed(12345, {detail: 'titles'})})</script>": ("workable", "12345"),
    '<script src="https://static.smartrecruiters.com/job-widget/1.4/script/w.js"></script>'
    "<script>widget({'company_code': 'Acme1'})</script>": ("smartrecruiters", "acme1"),
    '<iframe src="https://acme.wd5.myworkdayjobs.com/Careers"></iframe>': ("workday", "acme"),
    '<div data-url="https://acme.recruitee.com/"></div>': ("recruitee", "acme"),
    '<script>fetch("https://api.recruitee.com/c/12345/careers/offers")</script>': ("recruitee", "12345"),
    '<script>fetch("https://ats.rippling.com/api/v2/board/acme/jobs?page=0&pageSize=20")</script>': (
        "rippling",
        "acme",
    ),
    '<iframe src="https://acme.teamtailor.com/jobs?frame=1"></iframe>': ("teamtailor", "acme"),
    '<iframe data-src="https://acme.jobs.personio.de/?language=en"></iframe>': ("personio", "acme"),
    '<div id="BambooHR" data-domain="acme.bamboohr.com"></div><script src="//resources.bamboohr.com/e.js"></script>': (
        "bamboohr",
        "acme",
    ),
    '<iframe src="https://careers-acme.icims.com/jobs/intro?in_iframe=1"></iframe>': ("icims", "careers-acme"),
    '<script src="//jobs.jobvite.com/__assets__/frame.js"></script><div data-careersite="acme"></div>': (
        "jobvite",
        "acme",
    ),
    '<iframe src="https://career5.successfactors.eu/career?company=acme"></iframe>': ("successfactors", "acme"),
    '<script src="https://acme.breezy.hr/embed/js"></script>': ("breezy", "acme"),
    '<script src="//app.jazz.co/widgets/basic/create/acme"></script>': ("jazzhr", "acme"),
    '<script src="https://acme.pinpointhq.com/embed.js"></script>': ("pinpoint", "acme"),
    '<iframe src="https://ats.rippling.com/acme/jobs"></iframe>': ("rippling", "acme"),
    '<iframe src="https://jobs.gem.com/acme"></iframe>': ("gem", "acme"),
    f'<iframe src="https://recruiting.paylocity.com/Recruiting/Jobs/All/{UUID}/Acme"></iframe>': ("paylocity", UUID),
    '<iframe src="https://www.careers-page.com/acme"></iframe>': ("manatal", "acme"),
    '<iframe src="https://app.jobvite.com/CompanyJobs/Careers.aspx?k=JobListing&amp;c=qAbc9"></iframe>': (
        "jobvite",
        "qabc9",
    ),
    '<script src="//www.comeet.co/careers-api/api.js"></script><script>comeetInit = () => COMEET.init('
    '{"token": "1A2B3C4D5E", "company-uid": "1A.005"})</script>': ("comeet", "1a.005"),
    '<script>var comeetvar = {"comeet_token":"1A2B3C4D5E","comeet_uid":"1A.005"}</script>'
    '<script src="https://www.comeet.co/careers-api/api.js"></script>': ("comeet", "1a.005"),
    f'<div id="tc-jswidget" data-client-id="{"0a" * 16}" data-lang="es"></div>'
    '<script src="https://careers.talentclue.com/sites/static/widget/jswidget.min.js"></script>': (
        "talentclue",
        "0a" * 16,
    ),
}


def boards(markup: str, url: str = "https://www.acme.example/careers") -> list[tuple[str, str, bool]]:
    page = f"<!doctype html><html><body><h1>Careers</h1>{markup}</body></html>"
    found = boards_in(Document.read(url, page.encode(), "text/html"))
    return [(one.board.platform, one.board.tenant, one.linked) for one in found]


@pytest.mark.parametrize("markup", SHOWN)
def test_a_board_that_a_page_shows_as_a_part_of_itself_is_found(markup: str) -> None:
    assert boards(markup) == [(*SHOWN[markup], False)]


def test_a_board_that_a_page_links_to_is_told_apart() -> None:
    assert boards('<a href="https://jobs.lever.co/acme">Jobs</a>') == [("lever", "acme", True)]
    two = "".join(f'<a class=x href="https://jobs.lever.co/acme/{UUID[:-1]}{number}">Baker</a>' for number in range(2))
    assert boards(two) == [("lever", "acme", True)]
    assert boards('<a href="https://jobs.lever.co/a">J</a><iframe src="https://jobs.lever.co/a">') == [
        ("lever", "a", False)
    ]


def test_a_host_of_the_employer_s_own_that_a_platform_serves_has_the_platform_s_feed() -> None:
    page = '<script src="https://careers.recruiteecdn.com/main.js"></script>'
    found = boards_in(Document.read("https://careers.acme.example/o/baker", page.encode(), "text/html"))
    assert [(one.board.platform, one.board.tenant, one.board.feed) for one in found] == [
        ("web", "careers.acme.example", "https://careers.acme.example/api/offers/")
    ]


@pytest.mark.parametrize(
    "markup",
    [
        "",
        '<a href="https://www.greenhouse.io/">We recommend Greenhouse</a>',
        '<script src="https://www.workable.com/assets/embed.js"></script>',
        '<a href="https://evil.example/jobs.lever.co/acme">No</a>',
        '<a href="https://jobs.lever.co.evil.example/acme">No</a>',
        '<a href="https://jobs.lever.co/">All</a>',
        '<a href="//">Nothing</a>',
        f'<a href="https://jobs.lever.co/acme/{UUID}/apply">Apply at Acme</a>',
        f'<script>{{"applyUrl": "https://jobs.lever.co/acme/{UUID}"}}</script>',
    ],
)
def test_what_is_no_board_is_none(markup: str) -> None:
    assert boards(markup) == []


def test_a_page_of_addresses_is_done_soon() -> None:
    assert boards("//" * 500_000) == []
    assert len(boards("<a href='https://jobs.lever.co/a'></a>" * 50_000)) == 1
