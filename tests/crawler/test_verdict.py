"""How a job ended: one table of cases."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.failures import Failures
from crawler.verdict import Events, Verdict, judge
from schemas.job import JobState, JobStats
from schemas.site import SiteConfig

URL = "https://example.com/"
COMPLETED = Verdict(JobState.COMPLETED)


def failures(*pairs: tuple[str, str]) -> Failures:
    found = Failures()
    for cause, example in pairs:
        found.add(cause, example)
    return found


UNFETCHED = failures(("DownloadTimeoutError", "/a could not be fetched: no answer in time."))
DISALLOWED = failures(("disallowed", "robots.txt disallows /a."))
UNPROCESSED = failures(("KeyError", "/a: 'title'"), ("KeyError", "/b: 'title'"))
OK = {"200": 3}
DONE = {"reason": "finished"}

COMPLETE: dict[str, tuple[dict[str, Any], dict[str, int], dict[str, Any]]] = {
    "pages": ({}, OK, DONE),
    "some pages that failed": ({}, OK | {"404": 5, "500": 7}, DONE),
    "some pages that were not fetched": ({}, OK, DONE | {"unfetched": UNFETCHED}),
    "some pages that are disallowed": ({}, OK, DONE | {"unfetched": DISALLOWED}),
    "one answer without content": ({}, {"204": 1}, DONE),
    "a dry run": ({"dry_run": True}, {}, DONE),
    "as many pages as expected": ({"expect": {"pages": 3}}, OK, DONE),
    "more answers than blocks, of which none is kept": (
        {},
        {},
        DONE | {"stats": {"answered": 3, "verdicts": {"blocked: Akamai": 2}}},
    ),
}
FAILED: dict[str, tuple[dict[str, Any], dict[str, int], dict[str, Any], str]] = {
    "it ended early": ({}, OK, {"reason": "memusage_exceeded"}, "The crawl ended early: memusage_exceeded."),
    "no page and no reason": ({}, {}, DONE, f"{URL} gave no page."),
    "no page": ({}, {}, DONE | {"unfetched": UNFETCHED}, "/a could not be fetched: no answer in time."),
    "nothing allowed": ({}, {}, DONE | {"unfetched": DISALLOWED}, "robots.txt disallows /a."),
    "errors alone": (
        {},
        {"500": 4, "404": 1},
        DONE | {"unfetched": UNFETCHED},
        f"{URL} gave no usable page. Its answers: 404 (1x), 500 (4x).",
    ),
    "redirects alone": ({}, {"301": 1}, DONE, f"{URL} gave no usable page. Its answers: 301 (1x)."),
    "a dry run without answer": (
        {"dry_run": True},
        {},
        DONE | {"unfetched": UNFETCHED},
        "/a could not be fetched: no answer in time.",
    ),
    "pages that could not be processed": (
        {},
        OK,
        DONE | {"unprocessed": UNPROCESSED},
        "2 pages could not be processed; first: /a: 'title'",
    ),
    "walls alone": (
        {},
        {"200": 2, "404": 1},
        DONE | {"stats": {"verdicts": {"blocked: Akamai": 1, "login_wall": 1}, "walled": 2}},
        f"{URL} gave no usable page. Its answers: 200 (2x), 404 (1x), blocked: Akamai (1x), login_wall (1x).",
    ),
    "most were blocks": (
        {},
        {"200": 8, "403": 2, "302": 90},
        DONE
        | {
            "stats": {"verdicts": {"blocked: Akamai": 2, "captcha: DataDome": 4, "soft_block": 1}, "walled": 5},
            "unfetched": Failures({"walled:captcha: DataDome": 4}, {"walled:captcha: DataDome": "/a was held up."}),
        },
        "7 of 10 pages were block pages by DataDome and Akamai: /a was held up.",
    ),
    "most were blocks of nobody's": (
        {},
        {"200": 2, "429": 3},
        DONE | {"stats": {"verdicts": {"rate_limited": 3}}},
        "3 of 5 pages were block pages.",
    ),
    "too few pages behind walls": (
        {"expect": {"pages": 3}},
        {"200": 4},
        DONE | {"stats": {"verdicts": {"blocked": 1, "login_wall": 1}, "walled": 2}},
        "The site's config expects at least 3 pages; the job found 2.",
    ),
    "too few pages": (
        {"expect": {"pages": 4}},
        OK | {"404": 9},
        DONE,
        "The site's config expects at least 4 pages; the job found 3.",
    ),
    "too few postings": (
        {"expect": {"postings": 1}},
        OK,
        DONE,
        "The site's config expects at least 1 postings; the job found 0.",
    ),
    "nothing can be stored": (
        {},
        OK,
        {"reason": "storage", "storage_problem": "The archive refused it.", "unprocessed": UNPROCESSED},
        "The archive refused it.",
    ),
    "nothing can be stored any more, and somebody stops it": (
        {},
        OK,
        {"reason": "shutdown", "storage_problem": "The archive refused it."},
        "The archive refused it.",
    ),
}


def verdict(config: dict[str, Any], statuses: dict[str, int], events: dict[str, Any]) -> Verdict:
    more = events.get("stats", {})
    stats = JobStats(pages=sum(statuses.values()), statuses=statuses, **more)
    happened = {name: value for name, value in events.items() if name != "stats"}
    return judge(SiteConfig(url=URL, **config), stats, Events(**happened))


@pytest.mark.parametrize("case", COMPLETE.values(), ids=COMPLETE)
def test_a_job_is_completed_with(case: tuple[dict[str, Any], dict[str, int], dict[str, Any]]) -> None:
    assert verdict(*case) == COMPLETED


@pytest.mark.parametrize("case", FAILED.values(), ids=FAILED)
def test_a_job_fails_where(case: tuple[dict[str, Any], dict[str, int], dict[str, Any], str]) -> None:
    *found, sentence = case

    assert verdict(*found) == Verdict(JobState.FAILED, sentence)


@pytest.mark.parametrize("statuses", [OK, {}, {"500": 1}], ids=str)
def test_a_job_that_was_stopped_is_cancelled(statuses: dict[str, int]) -> None:
    stopped = verdict({"expect": {"pages": 100}}, statuses, {"reason": "shutdown"})

    assert stopped.state == JobState.CANCELLED
    assert stopped.error == "Stopped on request; the pages that were fetched are stored."
