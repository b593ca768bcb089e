"""The wiring: each component is there, and what must be off is off."""

from __future__ import annotations

import subprocess
import sys

import pytest
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from tests.support.processes import ROOT

COMPONENTS = (
    "DOWNLOADER_MIDDLEWARES",
    "SPIDER_MIDDLEWARES",
    "ITEM_PIPELINES",
    "EXTENSIONS",
    "DOWNLOAD_HANDLERS",
)
CLASSES = ("SCHEDULER", "SCHEDULER_QUEUE_CLASS", "DUPEFILTER_CLASS", "REQUEST_FINGERPRINTER_CLASS", "LOG_FORMATTER")


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Scrapy's defaults with the project's settings on top."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    return settings


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_can_be_loaded(settings: Settings, name: str) -> None:
    # Handlers are given as scheme: path, all others as path: order.
    paths = [
        path if name == "DOWNLOAD_HANDLERS" else component
        for component, path in settings.getdict(name).items()
        if path is not None
    ]

    assert all(load_object(path) for path in paths)


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_can_be_loaded(settings: Settings, name: str) -> None:
    assert load_object(settings[name]).__module__.startswith("crawler.")


def test_no_two_components_of_a_kind_have_the_same_place(settings: Settings) -> None:
    for name in COMPONENTS[:4]:
        places = [place for place in settings.getdict(name).values() if place is not None]
        assert len(places) == len(set(places)), name


def test_nobody_can_reach_into_a_crawl(settings: Settings) -> None:
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")


def test_robots_txt_is_obeyed_unless_somebody_says_otherwise(settings: Settings) -> None:
    assert settings.getbool("ROBOTSTXT_OBEY")


@pytest.mark.parametrize("scheme", ["data", "file", "ftp", "s3"])
def test_only_the_web_is_fetched(settings: Settings, scheme: str) -> None:
    assert settings.getdict("DOWNLOAD_HANDLERS")[scheme] is None


def test_cookies_are_judged_by_a_list_that_nobody_fetches() -> None:
    words = "import crawler, scrapy.downloadermiddlewares.cookies as c; print(*c._split_domain.suffix_list_urls)"
    said = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=True, cwd=ROOT, timeout=240
    )

    assert said.stdout.strip() == ""
