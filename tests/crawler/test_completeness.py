"""When a crawl saw all of a site, and when it is no proof of what is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from crawler.completeness import whole_crawl
from crawler.failures import DISALLOWED, TRAPPED, UNRENDERED
from schemas.job import Job, JobStats
from schemas.listing import WholeCrawl
from schemas.site import SiteConfig
from schemas.traps import Trap

GOOD = JobStats(pages=12, statuses={"200": 9, "301": 1, "404": 1, "410": 1}, postings=5)


def job(**config: Any) -> Job:
    return Job(uuid4(), 1, 1, "acme", SiteConfig(url="https://acme.example/", **config))


def test_a_crawl_that_saw_all_is_a_proof() -> None:
    assert whole_crawl(job(max_pages=1000), GOOD, full=False) == WholeCrawl(left_out={"nofollow": 0})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        *(({"statuses": {"200": 9, status: 1}}, f"Status {status} (1x).") for status in ("401", "403", "429", "503")),
        ({"verdicts": {"blocked: Cloudflare": 2}}, "blocked: Cloudflare (2x)."),
        ({"verdicts": {"error_page": 1}}, "error_page (1x)."),
        ({"failures": {"no answer in time": (3, "https://a.example/ …")}}, "no answer in time (3x): https://a.ex"),
        ({"failures": {"sitemap": (1, "It could not be fetched.")}}, "sitemap (1x): It could not be fetched."),
        ({"failures": {UNRENDERED: (1, "There is no browser.")}}, "unrendered (1x): There is no browser."),
        ({"problems": 1}, "An extractor failed (1x)."),
    ],
)
def test_what_it_missed_speaks_against_it(changed: dict[str, Any], said: str) -> None:
    crawl = whole_crawl(job(), replace(GOOD, **changed), full=False)

    assert crawl
    assert [problem.startswith(said) for problem in crawl.problems] == [True]


def test_bounds_speak_against_it() -> None:
    full, shallow = whole_crawl(job(max_pages=12), GOOD, full=True), whole_crawl(job(max_depth=3), GOOD, full=False)

    assert full
    assert shallow
    assert full.problems == ("It ended at max_pages: 12.",)
    assert shallow.problems == ("It went no deeper than max_depth: 3.",)


def test_what_each_crawl_leaves_out_is_compared_with_the_last() -> None:
    trap = TRAPPED[next(iter(Trap))]
    stats = replace(GOOD, failures={DISALLOWED: (4, ""), trap: (2, "")}, nofollow=1)

    crawl = whole_crawl(job(), stats, full=False)

    assert crawl == WholeCrawl(left_out={DISALLOWED: 4, trap: 2, "nofollow": 1})
    assert crawl.since({DISALLOWED: 4, trap: 3, "nofollow": 1}) == ()
    assert len(crawl.since({DISALLOWED: 3})) == 3


@pytest.mark.parametrize(
    "other", [{"config": {"dry_run": True}}, {"config": {"extract": ("page",)}}, {"spider": "own"}]
)
def test_other_jobs_say_nothing_of_postings(other: dict[str, Any]) -> None:
    whole = job(**other.get("config", {}))

    assert whole_crawl(replace(whole, spider=other.get("spider", "site")), GOOD, full=False) is None
