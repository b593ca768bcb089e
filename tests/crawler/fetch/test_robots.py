"""robots.txt, as real sites have it: fetched once, obeyed, and waited for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.arrivals import soonest
from tests.support.small_crawl import SmallCrawl
from tests.support.web import RunningWeb
from tests.web.server import Visit

if TYPE_CHECKING:
    from crawler.embedded import Servers

SITES = ("plain", "empty", "forbidden", "error", "crawl-delay", "veiled", "unsaid")
NOWHERE = "http://127.0.0.1:1/"


@dataclass(frozen=True)
class Seen:
    """A crawl as its spider saw it (what came of each URL), and as the sites did."""

    notes: dict[str, list[Any]]
    visits: dict[str, list[Visit]]

    def asked(self, site: str) -> Counter[str]:
        return Counter(visit.path for visit in self.visits[site])


def crawl(web: RunningWeb, servers: Servers, start: list[dict[str, Any]], **settings: Any) -> Seen:
    web.reset()
    done = SmallCrawl("tests.crawler.crabs.Crab", servers.redis_url, {"start": start}, settings).run()
    assert len(done.notes) == len(start)
    return Seen({url: rest for url, *rest in done.notes}, {site: web.visits(site) for site in SITES})


@pytest.fixture(scope="module")
def obedient(web: RunningWeb, servers: Servers) -> Seen:
    """A crawl of several sites at once with the settings as they are."""
    urls = [
        *(web.url("forbidden", path) for path in ("/", "/inside")),
        *(web.url("plain", path) for path in ("/about", "/contact", "/private/secret")),
        *(web.url("error", path) for path in ("/", "/any")),
        web.url("empty"),
        web.url("veiled"),
        web.url("unsaid"),
        NOWHERE,
    ]
    passing = {"url": web.url("forbidden", "/inside?passing"), "meta": {"dont_obey_robotstxt": True}}
    return crawl(web, servers, [*({"url": url} for url in urls), passing])


@pytest.fixture(scope="module")
def patient(web: RunningWeb, servers: Servers) -> Seen:
    """A crawl of the site that asks for half a second between two requests."""
    return crawl(web, servers, [{"url": web.url("crawl-delay", f"/1?{number}")} for number in range(12)])


@pytest.fixture(scope="module")
def careless(web: RunningWeb, servers: Servers) -> Seen:
    """A crawl that does not obey."""
    urls = [web.url("forbidden"), *(web.url("crawl-delay", path) for path in ("/", "/1", "/2"))]
    return crawl(web, servers, [{"url": url} for url in urls], ROBOTSTXT_OBEY=False)


@pytest.mark.parametrize(("site", "path"), [("forbidden", "/"), ("forbidden", "/inside"), ("plain", "/private/secret")])
def test_what_is_disallowed_is_never_asked_for(obedient: Seen, web: RunningWeb, site: str, path: str) -> None:
    url, robots = web.url(site, path), web.url(site, "/robots.txt")

    assert obedient.notes[url] == ["DisallowedByRobotsError", f"{robots} disallows {url}"]
    assert obedient.asked(site)[path] == 0


def test_what_is_allowed_is_fetched(obedient: Seen, web: RunningWeb) -> None:
    assert obedient.notes[web.url("plain", "/about")] == [200]


def test_robots_txt_is_asked_for_once(obedient: Seen) -> None:
    assert obedient.asked("plain") == {"/robots.txt": 1, "/about": 1, "/contact": 1}


def test_a_host_without_robots_txt_may_be_crawled(obedient: Seen, web: RunningWeb) -> None:
    assert obedient.notes[web.url("empty")] == [200]
    assert obedient.asked("empty") == {"/robots.txt": 1, "/": 1}


def test_a_single_request_may_pass_robots_txt_by(obedient: Seen, web: RunningWeb) -> None:
    assert obedient.notes[web.url("forbidden", "/inside?passing")] == [200]


@pytest.mark.parametrize("path", ["/", "/any"])
def test_a_host_whose_robots_txt_fails_is_left_alone(obedient: Seen, web: RunningWeb, path: str) -> None:
    robots = web.url("error", "/robots.txt")

    _, said = obedient.notes[web.url("error", path)]

    assert said == f"{robots} answered 500, so nothing of its host may be fetched"
    assert obedient.asked("error")[path] == 0


def test_a_robots_txt_that_fails_is_asked_for_again_later_each_time(obedient: Seen) -> None:
    assert obedient.asked("error") == {"/robots.txt": 3}
    first, second, third = (visit.started for visit in obedient.visits["error"])
    assert second - first >= 0.5
    assert third - second >= 1.0


def test_a_host_with_a_captcha_in_the_place_of_robots_txt_is_left_alone(obedient: Seen, web: RunningWeb) -> None:
    _, said = obedient.notes[web.url("veiled")]
    why = "its robots.txt was held up by a captcha of DataDome"

    assert said.startswith(f"{web.url('veiled')} cannot be reached: {why}")
    assert obedient.asked("veiled") == {"/robots.txt": 3}


def test_a_mere_403_says_that_there_is_no_robots_txt(obedient: Seen, web: RunningWeb) -> None:
    assert obedient.notes[web.url("unsaid")] == [200]
    assert obedient.asked("unsaid") == {"/robots.txt": 1, "/": 1}


def test_a_host_that_cannot_be_reached_is_said_so(obedient: Seen) -> None:
    assert obedient.notes[NOWHERE][1] == f"{NOWHERE} cannot be reached: connection refused"


def test_a_crawl_delay_is_kept(patient: Seen) -> None:
    assert patient.visits["crawl-delay"][0].path == "/robots.txt"
    starts = [visit.started for visit in patient.visits["crawl-delay"][1:]]
    assert len(starts) == 12
    assert soonest(starts, 0.5) >= -0.1


def test_a_site_may_be_crawled_against_its_robots_txt(careless: Seen) -> None:
    assert set(map(tuple, careless.notes.values())) == {(200,)}
    assert careless.asked("forbidden") == {"/": 1}
    assert careless.asked("crawl-delay") == {"/": 1, "/1": 1, "/2": 1}


def test_then_its_crawl_delay_does_not_count_either(careless: Seen) -> None:
    starts = [visit.started for visit in careless.visits["crawl-delay"]]

    assert min(later - earlier for earlier, later in pairwise(starts)) < 0.4
