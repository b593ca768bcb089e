"""Whole crawls through proxies that misbehave, die and are refused: all rows are there, and nothing went past."""

from __future__ import annotations

import json
import subprocess
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import last_job, pages_of
from tests.support.arrivals import soonest
from tests.support.crawl import Crawled, Scrapy
from tests.support.processes import serving
from tests.support.proxies import RunningProxy, forward_proxy
from tests.support.web import RunningWeb
from tests.support.workers import alive, until
from tests.web import bans
from tests.web.bans import paths
from tests.web.proxies import PROXIES, address

if TYPE_CHECKING:
    from crawler.embedded import Servers

GOOD = ("good-1", "good-2", "good-3")
Store = Callable[..., None]


@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[str, str]]:
    with serving("tests.web.proxies") as said:
        yield said


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


def named(proxies: dict[str, str], *names: str) -> str:
    return ",".join(proxies[name] for name in names)


def finished(process: subprocess.Popen[str], timeout: float = 240) -> Crawled:
    stdout, stderr = process.communicate(timeout=timeout)
    return Crawled(process.returncode, stdout, stderr)


def has_exactly_the_sites_rows(rows: Rows, web: RunningWeb, site: str) -> None:
    job = last_job(rows, web.sites[site])
    assert (job["state"], job["stats"]["failures"]) == ("completed", {})
    pages = pages_of(rows, web.sites[site])
    pages = {path: page for path, page in pages.items() if path not in {"/robots.txt", "/sitemap.xml"}}
    assert set(pages) == paths()
    assert {page["status"] for page in pages.values()} == {200}
    assert {page["tier"] for page in pages.values()} == {"proxy"}
    assert [path for path, page in pages.items() if page["job_id"] != job["id"]] == []
    assert "127.0.0.1" not in {visit.peer for visit in web.visits(site)}


def test_with_half_of_the_proxies_killed_in_the_middle_each_page_is_there(
    scrapy: Scrapy, web: RunningWeb, rows: Rows
) -> None:
    with ExitStack() as stack:
        hosts = [f"127.0.0.{number}" for number in range(61, 67)]
        six = [stack.enter_context(forward_proxy(host, user="anna", password="x")) for host in hosts]
        words = ("crawl", "site", "-a", f"url={web.url('tree')}")
        process = scrapy.start(*words, LONGLINE_PROXIES=",".join(proxy.url for proxy in six))
        try:
            kill_in_the_middle(web, process, six[:3])
        finally:
            done = finished(process)

    assert done.status == 0, done.stdout + done.stderr
    has_exactly_the_sites_rows(rows, web, "tree")
    assert {visit.peer for visit in web.visits("tree")} == set(hosts)


def kill_in_the_middle(web: RunningWeb, process: subprocess.Popen[str], proxies: list[RunningProxy]) -> None:
    pause = threading.Event()
    while len(web.visits("tree")) < bans.PAGES / 3 and process.poll() is None:
        pause.wait(0.05)
    for proxy in proxies:
        proxy.kill()


def test_among_proxies_that_misbehave_in_every_way_each_page_is_there(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, proxies: dict[str, str]
) -> None:
    broken = [name for name in PROXIES if name != "mute"]
    done = scrapy.run(
        "crawl",
        "site",
        *("-s", "DOWNLOAD_VERIFY_CERTIFICATES=False"),
        *("-a", f"url={web.url('tree')}"),
        LONGLINE_PROXIES=named(proxies, *broken),
    )

    assert done.status == 0, done.stdout + done.stderr
    has_exactly_the_sites_rows(rows, web, "tree")


def test_a_site_with_a_budget_for_each_address_is_crawled_to_its_end(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, proxies: dict[str, str]
) -> None:
    done = scrapy.run(
        "crawl", "site", "-a", f"url={web.url('budgets')}", LONGLINE_PROXIES=named(proxies, *GOOD, "open")
    )

    assert done.status == 0, done.stdout + done.stderr
    has_exactly_the_sites_rows(rows, web, "budgets")
    refused = [visit for visit in web.visits("budgets") if visit.status == 403]
    # That a budget is spent is noticed by what was under way through that proxy, and by tries whether that is over.
    assert 0 < len(refused) < bans.PAGES


def test_a_site_that_demands_a_proxy_is_not_crawled_without_one(
    scrapy: Scrapy, web: RunningWeb, store_site: Store
) -> None:
    store_site("demanding", url=web.url("tree"), proxy="required")

    done = scrapy.run("crawl", "site", "-a", "site=demanding")

    assert done.status == 2
    assert "The site demanding demands a proxy (proxy: required), and there is none." in done.stderr
    assert not web.visits("tree")


def test_a_worker_without_proxies_leaves_a_job_that_demands_one_to_others(
    scrapy: Scrapy, web: RunningWeb, store_site: Store, proxies: dict[str, str], servers: Servers
) -> None:
    # Long enough for a worker to see that there is a job.
    store_site("demanding", url=web.url("tree"), proxy="required", delay=0.1)
    worker = scrapy.start("crawl", "worker")
    try:
        until(servers.redis_url, lambda client: worker.pid in alive(client))
        done = scrapy.run("crawl", "site", "-a", "site=demanding", LONGLINE_PROXIES=named(proxies, *GOOD))
    finally:
        worker.terminate()
        left = finished(worker)

    assert done.status == 0, done.stdout + done.stderr
    assert "demands a proxy, and is left to others" in left.stderr
    assert {visit.peer for visit in web.visits("tree")} == {address(name) for name in GOOD}


def test_with_no_proxy_alive_the_job_waits_says_so_and_fails_with_one_sentence(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, proxies: dict[str, str], redis_url: str
) -> None:
    assert scrapy.run("jobs").status == 0  # migrates
    names = ("dead", "wrong-password")
    process = scrapy.start(
        "crawl",
        "site",
        *("-a", f"url={web.url('tree')}"),
        LONGLINE_PROXIES=named(proxies, *names),
    )
    try:
        why = what_holds_it_up(scrapy, rows, web, process)
    finally:
        process.terminate()
        finished(process)
    # With a Redis of its own, where nobody has heard of these proxies.
    done = scrapy.run(
        "crawl",
        "site",
        *("-s", "LONGLINE_PROXY_WAIT=4"),
        *("-a", f"url={web.url('tree')}"),
        LONGLINE_PROXIES=named(proxies, *names),
        REDIS_URL=redis_url,
    )

    assert "have requests that wait for a proxy that works. None of the 2 proxies of LONGLINE_PROXIES worked" in why
    assert done.status == 1
    job = last_job(rows, web.sites["tree"])
    assert job["state"] == "failed"
    assert job["error"].startswith(
        "None of the 2 proxies of LONGLINE_PROXIES worked for 4 s (2 rest); the last failure"
    )
    assert job["error"] in done.stdout
    assert not web.visits("tree")
    assert "open-sesame" not in done.stdout + done.stderr + why


def test_where_its_site_refuses_all_proxies_the_job_fails_with_one_sentence_and_goes_past_none(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, proxies: dict[str, str]
) -> None:
    done = scrapy.run(
        "crawl",
        "site",
        *("-s", "LONGLINE_PROXY_WAIT=4"),
        *("-a", f"url={web.url('refusing')}"),
        LONGLINE_PROXIES=named(proxies, *GOOD),
    )

    assert done.status == 1
    job, host = last_job(rows, web.sites["refusing"]), web.sites["refusing"].removeprefix("http://")
    assert job["state"] == "failed"
    said = f"None of the 3 proxies of LONGLINE_PROXIES worked for 4 s (3 banned by {host}); the last failure: "
    assert job["error"].startswith(said)
    assert {visit.peer for visit in web.visits("refusing")} == {address(name) for name in GOOD}


def what_holds_it_up(scrapy: Scrapy, rows: Rows, web: RunningWeb, process: subprocess.Popen[str]) -> str:
    """What ``scrapy why --job`` says of proxies, as soon as it says something."""
    pause = threading.Event()
    while process.poll() is None:
        found = rows.execute("SELECT id FROM job WHERE url = %s AND state = 'running'", [web.url("tree")]).fetchone()
        if found:
            said: list[Any] = json.loads(scrapy.run("why", "--job", str(found["id"]), "--json").stdout)
            texts = [answer["text"] for answer in said if answer["what"] == "proxies"]
            if texts:
                return str(texts[0])
        pause.wait(0.2)
    return ""


def test_three_proxies_are_not_three_times_the_rate(
    scrapy: Scrapy, web: RunningWeb, store_site: Store, proxies: dict[str, str]
) -> None:
    store_site("slowly", url=web.url("banning"), delay=0.2, max_pages=15)
    with urllib.request.urlopen(web.url("banning", f"/__ban__?peer={address('good-2')}"), timeout=60):
        pass

    done = scrapy.run("crawl", "site", "-a", "site=slowly", LONGLINE_PROXIES=named(proxies, *GOOD, "dead"))

    assert done.status == 0, done.stdout + done.stderr
    visits = [visit for visit in web.visits("banning") if visit.peer != "127.0.0.1"]
    peers = Counter(visit.peer for visit in visits)
    assert set(peers) == {address(name) for name in GOOD}
    assert soonest([visit.started for visit in visits], 0.2) >= -0.1


def test_doctor_names_the_proxies_that_do_not_work(scrapy: Scrapy, proxies: dict[str, str]) -> None:
    well = scrapy.run("doctor", LONGLINE_PROXIES=named(proxies, *GOOD, "open", "socks", "socks-open"))
    names = ("good-1", "dead", "wrong-password", "socks-wrong-password")
    unwell = scrapy.run("doctor", LONGLINE_PROXIES=named(proxies, *names))

    assert "✓ proxies      6 answer" in well.stdout
    assert unwell.status == 1
    assert "✗ proxies      3 of 4 do not work: " in unwell.stdout
    assert f"{address('dead')}:" in unwell.stdout
    for reason in ("connection refused", "it does not take our user and password (407)"):
        assert reason in unwell.stdout
    assert "open-sesame" not in unwell.stdout


@pytest.mark.parametrize("name", ["socks", "open"])
def test_a_single_page_comes_through_each_kind_of_proxy(
    scrapy: Scrapy, web: RunningWeb, proxies: dict[str, str], name: str
) -> None:
    done = scrapy.run("extract", web.url("tree", "/1"), LONGLINE_PROXIES=proxies[name])

    assert done.status == 0, done.stderr
    assert {visit.peer for visit in web.visits("tree")} == {address(name)}
