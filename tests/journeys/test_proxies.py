"""Whole crawls through proxies, through the smart proxy, and with a browser's identity."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
import redis

from tests.journeys.conftest import Rows
from tests.journeys.own import plain
from tests.journeys.reading import last_job, pages_of
from tests.support.crawl import Crawled, Scrapy
from tests.support.project import Project
from tests.support.proxies import PASSWORD, RunningProxy, forward_proxy
from tests.support.web import RunningWeb
from tests.web.server import Visit

if TYPE_CHECKING:
    from crawler.embedded import Servers

PAGES = 300
LAST = 40
"""Requests of one proxy, after which it dies."""
KEY = "0123456789abcdefkey"


@contextmanager
def two_proxies(**options: Any) -> Iterator[tuple[RunningProxy, RunningProxy]]:
    """The first one with these options."""
    with (
        forward_proxy("127.0.0.2", user="anna", password=PASSWORD, **options) as one,
        forward_proxy("127.0.0.3", user="anna", password=PASSWORD) as two,
    ):
        yield one, two


def peers(visits: list[Visit]) -> Counter[str]:
    return Counter(visit.peer for visit in visits)


def test_the_site_sees_both_proxies_and_one_when_the_other_dies(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, servers: Servers, home: Path
) -> None:
    web.reset()
    words = ("crawl", "site", "-L", "DEBUG", "-a", f"url={web.url('endless')}", "-a", f"max_pages={PAGES}")
    with two_proxies(last=LAST) as (one, two):
        done = scrapy.run(*words, LONGLINE_PROXIES=f"{one.url}, {two.url}")

    assert done.status == 0, done.stdout + done.stderr
    visits = web.visits("endless")
    assert set(peers(visits)) == {one.host, two.host}
    # What was under way when it died was asked for again through the other.
    assert 0 < peers(visits)[one.host] <= LAST
    assert peers(visits)[two.host] > PAGES - LAST
    job = last_job(rows, web.sites["endless"])
    assert job["stats"]["pages"] == PAGES
    pages = pages_of(rows, web.sites["endless"])
    assert {page["tier"] for page in pages.values() if page["job_id"] == job["id"]} == {"proxy"}
    assert f"http://anna:***@{one.host}:{one.port} rests for " in done.stderr
    no_secret(["sesame", "b3Blbi9zZXNhbWV"], done, pages, servers)


def no_secret(words: list[str], done: Crawled, pages: dict[str, dict[str, object]], servers: Servers) -> None:
    """It is in no output, in no archive, and not in Redis."""
    segments = {Path(unquote(urlsplit(str(page["archive_uri"])).path)) for page in pages.values()}
    texts = [done.stdout.encode(), done.stderr.encode(), *map(unpacked, segments)]
    with redis.Redis.from_url(servers.redis_url) as client:
        texts += [client.dump(key) or b"" for key in client.scan_iter()]
    for word in words:
        assert not any(word.encode() in text for text in texts)


def unpacked(segment: Path) -> bytes:
    return gzip.decompress(segment.read_bytes())


def test_robots_and_sitemaps_go_through_proxies_too(scrapy: Scrapy, web: RunningWeb) -> None:
    web.reset()
    with two_proxies() as (one, two):
        done = scrapy.crawl(web.url("crawl-delay"), LONGLINE_PROXIES=f"{one.url},{two.url}")

    assert done.status == 0, done.stdout + done.stderr
    assert web.asked("crawl-delay").keys() >= {"/robots.txt", "/sitemap.xml", "/"}
    assert set(peers(web.visits("crawl-delay"))) == {one.host, two.host}


def test_a_site_may_be_crawled_without_the_proxies(
    scrapy: Scrapy, web: RunningWeb, store_site: Callable[..., None]
) -> None:
    store_site("near", url=web.url("elsewhere"), proxy=False)
    web.reset()
    with two_proxies() as (one, _):
        done = scrapy.run("crawl", "site", "-a", "site=near", LONGLINE_PROXIES=one.url)

    assert done.status == 0, done.stdout + done.stderr
    assert "/robots.txt" in web.asked("elsewhere")
    assert set(peers(web.visits("elsewhere"))) == {"127.0.0.1"}


def test_a_single_page_is_fetched_through_them_too(scrapy: Scrapy, web: RunningWeb) -> None:
    web.reset()
    with two_proxies() as (one, two):
        two.kill()
        done = scrapy.run("extract", web.url("empty"), LONGLINE_PROXIES=f"{one.url},{two.url}")
        wrong = scrapy.run("extract", web.url("empty"), LONGLINE_PROXIES=one.url.replace("anna", "ben"))

    assert done.status == 0, done.stderr
    assert peers(web.visits("empty")) == {one.host: 1}
    assert wrong.status == 1
    assert f"http://{one.host}:{one.port} does not take our user and password (407)" in wrong.stderr
    assert "sesame" not in wrong.stderr


def test_a_spider_of_ones_own_goes_through_them_unless_its_site_says_otherwise(
    shop: Project, home: Path, web: RunningWeb, store_site: Callable[..., None]
) -> None:
    url = web.url("elsewhere")
    store_site("near", url=url, proxy=False)
    with forward_proxy("127.0.0.2") as one:
        for name, address in (("far", one.host), ("near", "127.0.0.1")):
            shop.write(f"spiders/{name}.py", "import scrapy\n" + plain(name, url, "pass"))
            web.reset()
            done = shop.scrapy(home).run("crawl", name, LONGLINE_PROXIES=one.url)
            assert done.status == 0, done.stdout + done.stderr
            assert set(peers(web.visits("elsewhere"))) == {address}


def test_bad_proxies_are_refused_before_anything_starts(scrapy: Scrapy, web: RunningWeb, tmp_path: Path) -> None:
    file = tmp_path / "proxies.txt"
    file.write_text("# ours\nanna:hunter2@proxy.example:8080\n")
    web.reset()
    for value, said in (
        ("http://anna:hunter2@h:1,socks4://h:2", "LONGLINE_PROXIES entry 2: must be a URL"),
        ("proxies.txt", f"LONGLINE_PROXIES: {file}, line 2: must be a URL"),
        ("missing.txt", "missing.txt cannot be read: No such file or directory"),
    ):
        done = scrapy.crawl(web.url("empty"), LONGLINE_PROXIES=value)
        assert done.status == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert "hunter2" not in done.stderr
    assert not web.visits("empty")


def test_where_a_key_is_set_pages_come_by_the_smart_proxy_and_a_ban_is_tried_again(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, servers: Servers
) -> None:
    web.reset()
    with forward_proxy("127.0.0.5", user=KEY, banned=2) as zyte, forward_proxy("127.0.0.2") as other:
        address = f"http://{zyte.host}:{zyte.port}"
        words = ("crawl", "site", "-L", "DEBUG", "-a", f"url={web.url('endless')}", "-a", "max_pages=20")
        done = scrapy.run(*words, ZYTE_SMARTPROXY_APIKEY=KEY, ZYTE_SMARTPROXY_URL=address, LONGLINE_PROXIES=other.url)

    assert done.status == 0, done.stdout + done.stderr
    assert set(peers(web.visits("endless"))) == {zyte.host}
    job = last_job(rows, web.sites["endless"])
    pages = {path: page for path, page in pages_of(rows, web.sites["endless"]).items() if page["job_id"] == job["id"]}
    assert {page["tier"] for page in pages.values()} == {"smartproxy"}
    assert {page["status"] for page in pages.values()} == {200}
    assert "'zyte_smartproxy/response/banned': 2" in done.stderr
    no_secret([KEY, KEY[:7]], done, pages, servers)


def test_a_site_sees_one_browser_and_robots_rules_for_longline_hold(
    scrapy: Scrapy, web: RunningWeb, store_site: Callable[..., None]
) -> None:
    store_site("shy", url=web.url("plain"), identity="browser", extract=["page"])
    web.reset()
    done = scrapy.run("crawl", "site", "-a", "site=shy")

    assert done.status == 0, done.stdout + done.stderr
    visits = web.visits("plain")
    agents = {visit.headers["User-Agent"] for visit in visits}
    assert len(agents) == 1
    assert agents.pop().startswith("Mozilla/5.0 (")
    assert not [visit.path for visit in visits if visit.path.startswith("/private/")]
    assert {visit.headers["Sec-Fetch-Site"] for visit in visits if "Sec-Fetch-Site" in visit.headers} <= {
        "none",
        "same-origin",
    }


@pytest.mark.parametrize("identity", ["robot", "browser"])
def test_no_request_without_a_body_says_how_long_it_is(
    scrapy: Scrapy, web: RunningWeb, store_site: Callable[..., None], identity: str
) -> None:
    store_site("light", url=web.url("empty"), identity=identity)
    web.reset()
    done = scrapy.run("crawl", "site", "-a", "site=light")

    assert done.status == 0, done.stdout + done.stderr
    assert web.visits("empty")
    assert not [visit for visit in web.visits("empty") if "Content-Length" in visit.headers]
