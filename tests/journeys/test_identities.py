"""Sites that look at who asks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import Rows
from tests.journeys.reading import pages_of
from tests.support.crawl import Scrapy
from tests.support.web import RunningWeb
from tests.support.workers import workers
from tests.web.coherent import PAGES, contradiction

if TYPE_CHECKING:
    from crawler.embedded import Servers

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/152.0.0.0 Safari/537.36"
ACCEPTED = [("Accept", "*/*"), ("Accept-Language", "en"), ("Accept-Encoding", "gzip")]
HINTS = [
    ("sec-ch-ua", '"Chromium";v="152", "Google Chrome";v="152"'),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", '"Windows"'),
]


@pytest.mark.parametrize(
    ("headers", "wrong"),
    [
        ([*HINTS, ("User-Agent", CHROME), *ACCEPTED], None),
        ([("User-Agent", "Longline/0.1.0"), *ACCEPTED], "no browser"),
        ([("User-Agent", CHROME), *ACCEPTED], "hints"),
        ([("User-Agent", CHROME), *HINTS, *ACCEPTED], "order"),
        ([(HINTS[0][0], HINTS[0][1].replace("152", "135")), *HINTS[1:], ("User-Agent", CHROME), *ACCEPTED], "version"),
        ([*HINTS[:2], ("sec-ch-ua-platform", '"macOS"'), ("User-Agent", CHROME), *ACCEPTED], "platform"),
    ],
)
def test_the_site_sees_through_what_contradicts_itself(headers: list[tuple[str, str]], wrong: str | None) -> None:
    assert contradiction(headers) == wrong


def test_a_browser_s_identity_is_let_in_and_a_robot_is_not(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, store_site: Callable[..., None]
) -> None:
    store_site("coherent", url=web.url("coherent"), identity="browser")
    done = scrapy.run("crawl", "site", "-a", "site=coherent")

    assert done.status == 0, done.stdout + done.stderr
    pages = pages_of(rows, web.sites["coherent"])
    assert {path: row["status"] for path, row in pages.items()} == dict.fromkeys(PAGES, 200)
    done = scrapy.crawl(web.sites["coherent"].replace("127.0.0.1", "localhost"), "max_pages=1")
    assert done.status == 1
    assert "403" in done.stdout


def test_a_worker_goes_by_the_name_that_each_job_says(
    scrapy: Scrapy, web: RunningWeb, servers: Servers, store_site: Callable[..., None]
) -> None:
    store_site("named", url=web.url("big"), user_agent="Acme/1.0 (+https://acme.example/bot)", max_pages=40)
    web.reset()
    with workers(scrapy, 1, servers):
        done = scrapy.run("crawl", "site", "-a", "site=named")

    assert done.status == 0, done.stdout + done.stderr
    assert {visit.headers["User-Agent"] for visit in web.visits("big")} == {"Acme/1.0 (+https://acme.example/bot)"}


def test_doctor_says_by_which_name_sites_see_us(scrapy: Scrapy) -> None:
    named = scrapy.run("doctor", LONGLINE_CONTACT="https://acme.example/bot").stdout
    assert "Longline/0.1.0 (+https://acme.example/bot); the data on browsers are" in named
    assert "sites cannot tell whom to ask. Set LONGLINE_CONTACT" in scrapy.run("doctor").stdout


def test_doctor_says_when_the_data_on_browsers_are_old(scrapy: Scrapy) -> None:
    clock = (
        "import datetime, crawler.soundness as doctor\n"
        "class Later(datetime.datetime):\n"
        "    @classmethod\n"
        "    def now(cls, tz=None):\n"
        "        return datetime.datetime(2028, 1, 1, tzinfo=tz)\n"
        "doctor.datetime = Later\n"
        "from schemas.environment import read_environment\n"
        "print(list(doctor.examine(read_environment())))"
    )
    command = [sys.executable, "-c", clock]
    said = subprocess.run(
        command, cwd=scrapy.folder, env=scrapy.environment(), capture_output=True, text=True, check=True, timeout=240
    ).stdout
    assert "'identity', None, 'the data on browsers are" in said
    assert "Update them: " in said
