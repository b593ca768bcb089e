"""The targets of the Makefile, through make itself."""

from __future__ import annotations

import json

import pytest

from tests.support.checkout import Checkout

ARGV_PRINTER = "import json, sys\nprint(json.dumps(sys.argv[1:]))\nsys.exit(int('fail' in sys.argv))\n"


@pytest.fixture
def crawls(checkout: Checkout) -> Checkout:
    """A checkout whose ``scrapy`` prints its arguments, and ends with 1 where one of them is ``fail``."""
    (checkout.folder / "requirements.txt").write_text((checkout.folder / "small.txt").read_text())
    (checkout.folder / "scrapy").mkdir()
    (checkout.folder / "scrapy" / "__main__.py").write_text(ARGV_PRINTER)
    return checkout


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/?a=1&b=2#c",
        'http://127.0.0.1/it\'s "quoted" and; spaced',
        "http://127.0.0.1/$HOME/$(touch made)/`touch made`/$$",
        "http://127.0.0.1/$(shell touch made)",
    ],
)
def test_a_url_arrives_as_it_was_typed(crawls: Checkout, url: str) -> None:
    done = crawls.run("make", "crawl", f"URL={url}")

    assert json.loads(done.stdout) == ["crawl", "site", "-a", f"url={url}"]
    assert not (crawls.folder / "made").exists()


def test_arguments_are_split_as_a_shell_would(crawls: Checkout) -> None:
    done = crawls.run("make", "crawl", "URL=x", "ARGS=-a max_pages=50 -a output='two words' $(touch made) &")

    words = ["-a", "max_pages=50", "-a", "output=two words", "$(touch", "made)", "&"]
    assert json.loads(done.stdout) == ["crawl", "site", "-a", "url=x", *words]
    assert not (crawls.folder / "made").exists()


def test_make_says_whether_the_crawl_failed(crawls: Checkout) -> None:
    assert crawls.run("make", "crawl", "URL=x").returncode == 0
    failed = crawls.run("make", "crawl", "URL=x", "ARGS=fail")

    assert failed.returncode == 2
    assert failed.stderr.strip().endswith("crawl] Error 1")


def test_a_crawl_without_a_url_says_how(checkout: Checkout) -> None:
    done = checkout.run("make", "crawl")

    assert done.returncode == 2
    assert done.stderr.startswith("make crawl needs a URL: make crawl URL=https://example.com\n")
    assert not (checkout.folder / ".venv").exists()


def test_make_alone_lists_what_it_does(checkout: Checkout) -> None:
    done = checkout.run("make")

    assert done.returncode == 0
    assert all(f"make {target}" in done.stdout for target in ("crawl", "test", "web", "lock"))
