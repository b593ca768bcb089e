"""Start URLs that are pushed to a key in Redis: each is asked for, none is lost, and a bad one costs no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from scrapy import Spider
from scrapy.settings import Settings

from crawler.start_urls import BadStartUrlError, Wish, request_of
from tests.support.project import make_project
from tests.support.small_crawl import Crawled, SmallCrawl
from tests.support.web import RunningWeb

CRABS = "tests.crawler.start_url_crabs"
SETTINGS = {"ROBOTSTXT_OBEY": False, "MAX_IDLE_TIME_BEFORE_CLOSE": 1, "CONCURRENT_REQUESTS": 1}
Client = Any


@pytest.fixture
def client(redis_url: str) -> Iterator[Client]:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


def crawl(redis_url: str, spider: str = "Reader", job: str | None = None, **arguments: Any) -> Crawled:
    named = {"job": job} if job else {}
    return SmallCrawl(f"{CRABS}.{spider}", redis_url, arguments, SETTINGS, **named).run()


def urls(web: RunningWeb, *paths: str) -> list[str]:
    return [web.url("plain", path) for path in paths]


def noted(crawled: Crawled) -> list[str]:
    return [note[0] for note in crawled.notes]


def test_a_list_is_read_from_its_head(web: RunningWeb, redis_url: str, client: Client) -> None:
    wanted = urls(web, "/about", "/contact", "/team/anna")
    client.rpush("reader:start_urls", *wanted)

    crawled = crawl(redis_url)

    assert noted(crawled) == wanted
    assert crawled.reason == "finished"
    assert client.keys("*start_urls*") == []


def test_a_set_is_read(web: RunningWeb, redis_url: str, client: Client) -> None:
    wanted = urls(web, "/about", "/contact", "/team/anna")
    client.sadd("reader:start_urls", *wanted)

    assert sorted(noted(crawl(redis_url))) == sorted(wanted)


def test_a_sorted_set_is_read_from_its_highest_score(web: RunningWeb, redis_url: str, client: Client) -> None:
    first, second, third = urls(web, "/about", "/contact", "/team/anna")
    client.zadd("reader:start_urls", {third: 1, first: 30, second: 2})

    assert noted(crawl(redis_url)) == [first, second, third]


def test_what_is_pushed_while_it_crawls_is_read(web: RunningWeb, redis_url: str, client: Client) -> None:
    first, second = urls(web, "/about", "/contact")
    client.rpush("urls", first)

    assert noted(crawl(redis_url, "Follower", then=second)) == [first, second]


def test_who_pushes_a_url_again_gets_it_again(web: RunningWeb, redis_url: str, client: Client) -> None:
    wanted = urls(web, "/about", "/about")
    client.rpush("reader:start_urls", *wanted)

    assert noted(crawl(redis_url)) == wanted


def test_an_object_says_method_meta_and_form(web: RunningWeb, redis_url: str, client: Client) -> None:
    (url,) = urls(web, "/about")
    client.rpush("reader:start_urls", json.dumps({"url": url, "method": "post", "meta": {"note": [7]}, "q": "a b"}))

    assert crawl(redis_url).notes == [[url, "POST", "q=a+b", [7]]]


def test_a_bad_entry_is_set_aside_and_the_others_go_on(web: RunningWeb, redis_url: str, client: Client) -> None:
    (good,) = urls(web, "/about")
    bad = ['{"uri": "x"}', "no url", "[1, 2]", '{"url": "http:///"}', '{"url": "http://127.0.0.1/", "meta": 7}']
    client.rpush("reader:start_urls", *bad[:3], good, *bad[3:])
    client.rpush("reader:start_urls", b"http://127.0.0.1/\xff")

    crawled = crawl(redis_url)

    assert noted(crawled) == [good]
    aside = {one["entry"]: one["reason"] for one in map(json.loads, client.lrange("reader:start_urls:bad", 0, -1))}
    assert aside.keys() == {*bad, "http://127.0.0.1/\ufffd"}
    assert aside['{"uri": "x"}'] == "it has no url"
    assert aside["[1, 2]"] == "it is JSON, but no object"
    assert "Missing scheme" in aside["no url"]
    assert client.keys("*taken") == []


def test_a_spider_may_make_the_requests_itself(web: RunningWeb, redis_url: str, client: Client) -> None:
    wanted = urls(web, "/about", "/contact")
    nothing = json.dumps({"urls": [], "note": ""})
    client.rpush("urls", "{", json.dumps({"urls": wanted, "note": "mine"}), nothing)

    crawled = crawl(redis_url, "Maker")

    assert [[note[0], note[3]] for note in crawled.notes] == [[url, "mine"] for url in wanted]
    aside = {one["entry"]: one["reason"] for one in map(json.loads, client.lrange("urls:bad", 0, -1))}
    assert aside[nothing] == "no request was made of it"
    assert aside["{"].startswith("JSONDecodeError: ")


def test_what_a_dead_worker_had_taken_is_taken_again(web: RunningWeb, redis_url: str, client: Client) -> None:
    (url,) = urls(web, "/about")
    client.zadd("{reader:start_urls}:taken", {f"17-1 {url}": 1})

    assert noted(crawl(redis_url)) == [url]
    assert client.keys("*taken") == []


def test_what_was_queued_by_a_worker_that_died_then_is_not_queued_twice(
    web: RunningWeb, redis_url: str, client: Client
) -> None:
    (url,) = urls(web, "/about")
    client.zadd("{reader:start_urls}:taken", {f"17-1 {url}": 1})
    kept = SmallCrawl(f"{CRABS}.Reader", redis_url, {}, SETTINGS | {"SCHEDULER_PERSIST": True})
    assert noted(kept.run()) == [url]
    client.zadd("{reader:start_urls}:taken", {f"17-1 {url}": 1})

    assert noted(crawl(redis_url, job=kept.job)) == []


def test_spiders_of_scrapy_redis_read_their_key(web: RunningWeb, redis_url: str, client: Client) -> None:
    (url,) = urls(web, "/about")
    client.rpush("scrapy-redis:start_urls", json.dumps({"url": url, "meta": {"note": 1}}), json.dumps({"no": "url"}))

    crawled = crawl(redis_url, "ScrapyRedis")

    assert crawled.notes == [[url, 1]]
    assert crawled.reason == "finished"
    assert client.llen("scrapy-redis:start_urls:bad") == 1


def test_a_key_of_another_kind_fails_the_crawl_loudly(redis_url: str, client: Client) -> None:
    client.set("reader:start_urls", "http://127.0.0.1/")

    crawled = crawl(redis_url)

    assert crawled.reason == "storage"
    assert "reader:start_urls is a string; start URLs are a list, a set or a sorted set" in crawled.log


def test_a_stock_project_needs_the_scheduler_alone(
    tmp_path: Path, web: RunningWeb, redis_url: str, client: Client
) -> None:
    (url,) = urls(web, "/about")
    client.rpush("mine", url)
    settings = f"""
        SCHEDULER = "crawler.scheduler.Scheduler"
        SPIDER_MIDDLEWARES = {{"crawler.delivery.Delivery": 0}}
        REDIS_URL = {redis_url!r}
        REDIS_START_URLS_KEY = "mine"
        MAX_IDLE_TIME_BEFORE_CLOSE = 1
        TELNETCONSOLE_ENABLED = False
    """
    project = make_project(tmp_path, settings)
    code = """
        import scrapy

        class Probe(scrapy.Spider):
            name = "probe"
            redis_key = None

            def parse(self, response):
                yield {"url": response.url}
    """
    project.write("spiders/probe.py", code)
    done = project.run("crawl", "probe", "-O", "items.jsonl")

    assert done.status == 0, done.stderr
    assert json.loads((tmp_path / "items.jsonl").read_text()) == {"url": url}


def test_who_has_no_redis_key_wants_no_start_urls() -> None:
    assert Wish.of(Spider("plain"), Settings()) is None


def test_the_spider_has_the_last_word() -> None:
    spider = Spider("shop", redis_key="%(name)s:in", redis_batch_size="3", redis_encoding="latin-1", max_idle_time=9)

    assert Wish.of(spider, Settings({"REDIS_START_URLS_KEY": "no"})) == Wish("shop:in", 3, "latin-1", 9.0)


def test_settings_say_what_the_spider_does_not() -> None:
    said = {"REDIS_START_URLS_KEY": "all:%(name)s", "REDIS_START_URLS_BATCH_SIZE": "5", "MAX_IDLE_TIME_BEFORE_CLOSE": 2}

    assert Wish.of(Spider("shop", redis_key=None), Settings(said)) == Wish("all:shop", 5, "utf-8", 2.0)


def test_a_key_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="redis_key is empty"):
        Wish.of(Spider("shop", redis_key=" "), Settings())


@pytest.mark.parametrize("data", [b"7", b'"http://127.0.0.1/"', b"null", b'{"url": ""}'])
def test_json_that_is_no_request_is_bad(data: bytes) -> None:
    with pytest.raises(BadStartUrlError):
        request_of(data)
