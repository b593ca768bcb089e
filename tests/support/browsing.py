"""Small crawls of the site ``apps`` whose pages a browser shows, and the processes of that browser."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

from tests.support.small_crawl import Crawled, SmallCrawl
from tests.support.web import RunningWeb

Asked = str | dict[str, Any]
"""A path, or what makes a request, with a path as its URL."""


def browsing(
    redis_url: str, web: RunningWeb, *asked: Asked, meta: dict[str, Any] | None = None, **settings: Any
) -> SmallCrawl:
    """A crawl of requests that are all rendered; ``meta`` goes with each."""
    own = {"ROBOTSTXT_OBEY": False, "RETRY_TIMES": 1}
    requests = [_request(web, {"url": each} if isinstance(each, str) else each, meta or {}) for each in asked]
    return SmallCrawl("tests.support.measuring.Measuring", redis_url, {"requests": requests}, own | settings)


def _request(web: RunningWeb, asked: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    all_meta = {"render": "always"} | meta | asked.get("meta", {})
    return asked | {"url": web.url("apps", asked["url"]), "meta": all_meta}


def notes(crawled: Crawled) -> list[dict[str, Any]]:
    """What the spider noted of its pages."""
    return [note for note in crawled.notes if note["url"]]


def noted(crawled: Crawled) -> dict[str, dict[str, Any]]:
    """The same by path."""
    return {"/" + note["url"].split("/", 3)[3]: note for note in notes(crawled)}


def wait_for(web: RunningWeb, path: str, times: int = 1) -> None:
    """Return when a path was asked for so many times."""
    deadline = time.monotonic() + 120
    while web.asked("apps")[path] < times:
        assert time.monotonic() < deadline, f"{path} was not asked for"
        time.sleep(0.05)


def renderers(pid: int) -> Sequence[psutil.Process]:
    """The processes of tabs, of the browser that a process has started."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):
            if "--type=renderer" in process.cmdline():
                found.append(process)
    return found


def browser_of(pid: int) -> psutil.Process:
    """The browser that a process has started."""
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):
            words = " ".join(process.cmdline())
            if "--remote-debugging-pipe" in words and "--type=" not in words:
                return process
    raise AssertionError("there is no browser")
