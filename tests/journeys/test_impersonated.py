"""A site that is asked as a browser would ask it; and what is said where that cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import pages_of
from tests.support.crawl import Scrapy
from tests.support.processes import ROOT
from tests.support.secure import secure_site
from tests.support.web import RunningWeb

Store = Callable[..., None]
HIDDEN = """
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "curl_cffi" else found(name, *rest)
"""


@pytest.fixture
def without(tmp_path: Path) -> str:
    """The PYTHONPATH of a Python that has no curl_cffi."""
    folder = tmp_path / "hidden"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HIDDEN)
    return f"{folder}:{ROOT}"


def test_each_page_comes_by_a_connection_that_is_a_browsers(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, store_site: Store, tmp_path: Path
) -> None:
    web.reset()
    with secure_site(tmp_path, alpn=("http/1.1",), behind=urlsplit(web.url("plain")).port) as site:
        store_site("imitated", url=site.url(), identity="browser", impersonate="auto", max_pages=8)
        words = ("crawl", "site", "-a", "site=imitated", "-s", "DOWNLOAD_VERIFY_CERTIFICATES=False")
        done = scrapy.run(*words, LONGLINE_ALLOW_PRIVATE_ADDRESSES="true")

        assert done.status == 0, done.stdout + done.stderr
        assert len(pages_of(rows, site.url().rstrip("/"))) == 8
    # robots.txt and sitemaps too.
    assert len(site.spoken) >= 10
    assert {tuple(spoken.hello.alpn) for spoken in site.spoken} == {("h2", "http/1.1")}
    assert len({tuple(spoken.hello.ciphers) for spoken in site.spoken}) == 1


def test_a_site_that_asks_for_it_is_refused_where_the_package_is_missing(
    scrapy: Scrapy, web: RunningWeb, store_site: Store, without: str
) -> None:
    store_site("imitating", url=web.url("plain"), identity="browser", impersonate="auto")
    web.reset()

    done = scrapy.run("crawl", "site", "-a", "site=imitating", PYTHONPATH=without)

    assert done.status == 2
    assert "The site imitating asks for impersonation, and the package curl_cffi is not installed." in done.stderr
    assert not web.visits("plain")


@pytest.mark.parametrize("words", [("crawl", "worker"), ("crawl", "site", "-a", "url=http://127.0.0.1:1/")])
def test_so_is_a_setting(scrapy: Scrapy, without: str, words: tuple[str, ...]) -> None:
    done = scrapy.run(*words, "-s", "LONGLINE_IMPERSONATE=auto", PYTHONPATH=without)
    assert done.status == 2
    assert "LONGLINE_IMPERSONATE=auto asks for impersonation, and the package curl_cffi is not" in done.stderr

    done = scrapy.run(*words, "-s", "LONGLINE_IMPERSONATE=always")
    assert done.status == 2
    assert done.stderr.strip() == "LONGLINE_IMPERSONATE=always: it takes never or auto."


def test_doctor_says_whether_it_is_there(scrapy: Scrapy, without: str) -> None:
    assert "Chrome " in line_of(scrapy.run("doctor").stdout)
    assert "sites with impersonate: auto are refused" in line_of(scrapy.run("doctor", PYTHONPATH=without).stdout)


def line_of(said: str) -> str:
    return next(line for line in said.splitlines() if "browser TLS" in line)
