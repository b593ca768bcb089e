"""What of a spider of somebody's own counts as named by its operator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from scrapy import Spider

from crawler.fetch.typed import of_spider, of_urls
from schemas.job import Job
from schemas.site import SiteConfig


class Inside(Spider):
    name = "inside"
    start_urls = ["http://10.0.0.5/"]

    def __init__(self, first: str | None = None, **arguments: Any) -> None:
        super().__init__(**arguments)
        if first:
            self.start_urls = [first]


def job(**arguments: str) -> str:
    config = SiteConfig(url="http://10.0.0.5/")
    described = Job(UUID(int=1), 1, 1, "inside", config, spider="inside", arguments=arguments)
    return described.encode().decode()


def test_start_urls_count_as_the_spider_has_them() -> None:
    assert of_spider(Inside(), None) == {"10.0.0.5:80"}
    assert of_spider(Inside(first="http://10.0.0.6:81/"), job()) == {"10.0.0.6:81"}


def test_arguments_count_that_are_urls() -> None:
    given = {"pages": "http://10.0.0.7/,https://10.0.0.8/a", "depth": "3", "host": "10.0.0.9"}
    assert of_spider(Inside(), job(**given)) == {"10.0.0.5:80", "10.0.0.7:80", "10.0.0.8:443"}


def test_of_what_scrapyd_starts_the_class_alone_counts() -> None:
    said = "http://169.254.169.254/"
    assert of_spider(Inside(first=said), job(first=said, _job="some id")) == {"10.0.0.5:80"}


def test_what_is_no_list_of_urls_names_nothing() -> None:
    assert of_urls(None) == of_urls("http://10.0.0.5/") == of_urls([b"http://10.0.0.5/", 5, "10.0.0.5"]) == frozenset()


def test_a_job_brings_what_was_typed_to_its_workers() -> None:
    typed = frozenset({"10.0.0.5:80"})
    described = Job(UUID(int=1), 1, 1, "inside", SiteConfig(url="http://10.0.0.5/"), typed=typed)
    assert Job.decode(described.encode()).typed == typed
