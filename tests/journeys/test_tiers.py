"""Whole crawls of a site whose pages let in some tiers alone: climbing, what it costs, and what is remembered."""

from __future__ import annotations

import threading
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import redis

from tests.conftest import missing
from tests.journeys.conftest import Rows
from tests.journeys.reading import last_job, pages_of
from tests.support.browser import find_browser
from tests.support.crawl import Crawled, Scrapy
from tests.support.proxies import RunningProxy, forward_proxy
from tests.support.web import RunningWeb
from tests.support.workers import workers
from tests.web.gates import DIRECT, PAGES, POSTINGS, SITE, SMART, paths

if TYPE_CHECKING:
    from crawler.embedded import Servers

KEY = "0123456789abcdefkey"
ALL = "tiers=direct,proxy,smartproxy,browser"
COSTS = {"direct": 0, "proxy": 1_000, "smartproxy": 20_000, "browser": 300_000}
"""Of a request, in millionths."""
COST_SETTING = '{"proxy": {"request": 0.001}, "smartproxy": {"request": 0.02}, "browser": {"request": 0.3}}'
SETTINGS = ("-s", f"LONGLINE_TIER_COSTS={COST_SETTING}", "-s", "RETRY_TIMES=1")


@dataclass(frozen=True)
class Ways:
    """Four proxies and a smart proxy."""

    proxies: list[RunningProxy]
    smart: RunningProxy

    def environment(self) -> dict[str, str]:
        return {
            "LONGLINE_PROXIES": ",".join(proxy.url for proxy in self.proxies),
            "ZYTE_SMARTPROXY_APIKEY": KEY,
            "ZYTE_SMARTPROXY_URL": f"http://{self.smart.host}:{self.smart.port}",
        }


@pytest.fixture
def ways(web: RunningWeb, servers: Servers) -> Iterator[Ways]:
    """Nothing is known of the site."""
    web.reset()
    with redis.Redis.from_url(servers.redis_url) as client:
        client.delete(*client.keys("longline:tier:*"), "-")
    with ExitStack() as stack:
        hosts = [f"127.0.0.{number}" for number in range(61, 65)]
        proxies = [stack.enter_context(forward_proxy(host, user="anna", password="sesame")) for host in hosts]
        yield Ways(proxies, stack.enter_context(forward_proxy(SMART, user=KEY, banned=0)))


@pytest.fixture(scope="module", autouse=True)
def _browser() -> None:
    if find_browser() is None:
        missing("There is no browser (Debian: apt install chromium)")


def words(url: str, *arguments: str) -> list[str]:
    given = [word for argument in arguments for word in ("-a", argument)]
    return ["crawl", "site", "-a", f"url={url}", *given, *SETTINGS]


def run(scrapy: Scrapy, *words: str, ways: Ways) -> Crawled:
    environment: dict[str, Any] = ways.environment()
    return scrapy.run(*words, **environment)


def crawl(scrapy: Scrapy, url: str, ways: Ways, *arguments: str) -> Crawled:
    return run(scrapy, *words(url, *arguments), ways=ways)


def asked(web: RunningWeb) -> dict[str, Counter[str]]:
    """How often the pages behind each gate were asked for by each tier, as the site saw it."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for visit in web.visits("gates"):
        # Not what a browser asks for besides.
        if visit.path not in SITE:
            continue
        peer = {DIRECT: "direct", SMART: "smartproxy"}.get(visit.peer, "proxy")
        found[visit.path.split("/")[1]]["browser" if "Sec-Fetch-Mode" in visit.headers else peer] += 1
    return found


def by_tier(web: RunningWeb) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in asked(web).values():
        total += counts
    return total


def postings(rows: Rows, web: RunningWeb, job: dict[str, Any]) -> dict[str, str]:
    query = """SELECT page.url, posting.title FROM posting JOIN page ON page.id = page_id
        WHERE starts_with(page.url, %s) AND page.job_id = %s"""
    found = rows.execute(query, [web.sites["gates"], job["id"]]).fetchall()
    return {row["url"].removeprefix(web.sites["gates"]): row["title"] for row in found}


def check_complete(done: Crawled, rows: Rows, web: RunningWeb) -> dict[str, Any]:
    """It has exactly the postings of the site, its pages' tiers are true, and its costs are those of what was asked."""
    assert done.status == 0, done.stdout + done.stderr
    job = last_job(rows, web.sites["gates"])
    assert postings(rows, web, job) == POSTINGS
    pages = pages_of(rows, web.sites["gates"])
    assert {pages[path]["tier"] for path in paths("human")} == {"browser"}
    assert {pages[path]["tier"] for path in paths("far")} == {"smartproxy"}
    assert {pages[path]["tier"] for path in paths("near")} <= {"proxy", "smartproxy"}
    assert {pages[path]["tier"] for path in paths("open")} == {"direct"}
    tiers = job["stats"]["tiers"]
    assert {tier: use["cost"] for tier, use in tiers.items()} == {
        tier: COSTS[tier] * use["requests"] for tier, use in tiers.items()
    }
    return dict(tiers)


def test_a_crawl_climbs_as_far_as_it_must_at_known_costs_and_the_next_one_knows_the_way(
    scrapy: Scrapy, rows: Rows, web: RunningWeb, ways: Ways
) -> None:
    done = crawl(scrapy, web.url("gates"), ways, ALL)

    tiers = check_complete(done, rows, web)
    seen = by_tier(web)
    assert {tier: use["requests"] for tier, use in tiers.items() if tier != "proxy"} == {
        tier: count for tier, count in seen.items() if tier != "proxy"
    }
    # What a host refuses to one proxy is asked for through another: the last answer alone comes to the tier.
    assert tiers["proxy"]["requests"] <= seen["proxy"]
    # Each gate was found out with a few requests: those that were under way at once.
    assert asked(web)["open"] == {"direct": PAGES}
    assert asked(web)["human"]["browser"] == PAGES
    assert "over the wire, for 3.60" in done.stdout  # twelve pages of the browser

    web.reset()
    again = crawl(scrapy, web.url("gates"), ways, ALL, "revalidate=false")

    check_complete(again, rows, web)
    assert asked(web)["human"] == {"browser": PAGES}
    assert asked(web)["far"] == {"smartproxy": PAGES}
    assert "direct" not in asked(web)["near"]


def test_half_of_the_proxies_may_die_in_the_middle(scrapy: Scrapy, rows: Rows, web: RunningWeb, ways: Ways) -> None:
    environment: dict[str, Any] = ways.environment()
    process = scrapy.start(*words(web.url("gates"), ALL), **environment)
    try:
        pause = threading.Event()
        while by_tier(web)["proxy"] < 3:
            assert process.poll() is None
            pause.wait(0.02)
        for proxy in ways.proxies[:2]:
            proxy.kill()
    finally:
        out, err = process.communicate(timeout=240)

    check_complete(Crawled(process.returncode, out, err), rows, web)


def test_a_job_spends_no_more_than_its_budget_and_says_so(
    scrapy: Scrapy, rows: Rows, web: RunningWeb, ways: Ways
) -> None:
    done = crawl(scrapy, web.url("gates", "/only-human"), ways, "tiers=direct,browser", "budget=1")

    assert done.status == 1
    job = last_job(rows, web.sites["gates"])
    assert job["stats"]["tiers"]["browser"] == job["stats"]["tiers"]["browser"] | {"requests": 3, "cost": 900_000}
    assert by_tier(web)["browser"] == 3
    assert "budget spent" in done.stdout
    assert "The budget of 1.00 is spent" in job["error"]
    pages = [pages_of(rows, web.sites["gates"])[path] for path in paths("human")]
    # Of a page that is known from before, the wall alone is new.
    blocked = [page for page in pages if page["verdict"] or (page["wall"] and page["wall"]["job_id"] == str(job["id"]))]
    assert len(blocked) == PAGES - 3


def test_why_names_the_tier(scrapy: Scrapy, web: RunningWeb, ways: Ways) -> None:
    done = crawl(scrapy, web.url("gates", "/near/1"), ways, "tiers=direct,proxy", "max_pages=1")
    why = scrapy.run("why", web.url("gates", "/near/1"))

    assert done.status == 0, done.stdout + done.stderr
    assert "(proxy)" in why.stdout


@pytest.fixture
def two_workers(scrapy: Scrapy, ways: Ways, servers: Servers) -> Iterator[None]:
    environment: dict[str, Any] = ways.environment()
    with workers(scrapy, 2, servers, *SETTINGS, **environment):
        yield


@pytest.mark.usefixtures("two_workers")
def test_workers_share_what_they_learn_and_the_budget(
    scrapy: Scrapy, rows: Rows, web: RunningWeb, ways: Ways, store_site: Callable[..., None]
) -> None:
    store_site("gates", url=web.url("gates"), tiers=["direct", "smartproxy"], budget="0.3", concurrency=4)
    run(scrapy, "crawl", "site", "-a", "site=gates", *SETTINGS, ways=ways)

    job = last_job(rows, web.sites["gates"])
    use = job["stats"]["tiers"]["smartproxy"]
    assert (use["requests"], Decimal(use["cost"]) / 1_000_000) == (15, Decimal("0.3"))
    assert by_tier(web)["smartproxy"] == 15


def test_a_site_that_opens_again_is_found_out_by_a_trial(
    scrapy: Scrapy, web: RunningWeb, ways: Ways, store_site: Callable[..., None]
) -> None:
    url, own = web.url("gates", "/only-near"), ("-a", "revalidate=false", "-s", "LONGLINE_TIER_PROBE_SECONDS=0.5")
    assert run(scrapy, "crawl", "site", "-a", f"url={url}", "-a", "tiers=direct,proxy", *own, ways=ways).status == 0
    store_site("slow-gate", url=url, tiers=["direct", "proxy"], delay=0.6)
    with urllib.request.urlopen(web.url("gates", "/__gate__?name=near&open=1"), timeout=60):
        pass
    before = len(web.visits("gates"))
    assert run(scrapy, "crawl", "site", "-a", "site=slow-gate", *own, ways=ways).status == 0

    near = [visit.peer for visit in web.visits("gates")[before:] if visit.path in paths("near")]
    assert set(near) > {DIRECT}
    assert set(near[-3:]) == {DIRECT}
