"""The misbehaving web itself: that it has what ``expected.py`` says, and misbehaves as promised."""

from __future__ import annotations

import gzip
import socket
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from html import escape
from http.client import HTTPConnection, IncompleteRead

import pytest

from tests.support.walk import walk
from tests.support.web import RunningWeb
from tests.web.expected import EXPECTED, PLAIN


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


def ask(web: RunningWeb, site: str, path: str) -> Answer:
    """One request, without following a redirect."""
    with closing(HTTPConnection(web.sites[site].removeprefix("http://"), timeout=60)) as connection:
        connection.request("GET", path)
        with connection.getresponse() as response:
            return Answer(response.status, response.headers, response.read())


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    web.reset()


@pytest.mark.parametrize("site", EXPECTED)
def test_every_expected_page_answers_as_promised(web: RunningWeb, site: str) -> None:
    expected = EXPECTED[site]
    pages = dict.fromkeys(expected.pages - {"/odd/flaky"}, 200)

    for path, status in (pages | expected.failing).items():
        assert ask(web, site, path).status == status, path


def test_documents_have_their_types(web: RunningWeb) -> None:
    for path, content_type in PLAIN.documents.items():
        assert ask(web, "plain", path).headers.get_content_type() == content_type


def test_redirects_lead_where_they_should(web: RunningWeb) -> None:
    for path, target in PLAIN.redirects.items():
        there = target.replace("@elsewhere@", web.sites["elsewhere"])
        assert ask(web, "plain", path).headers["Location"] == there


def test_a_flaky_page_answers_at_the_third_try_until_it_is_reset(web: RunningWeb) -> None:
    answers = [ask(web, "plain", "/odd/flaky") for _ in range(3)]
    assert [answer.status for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "1"

    web.reset()

    assert ask(web, "plain", "/odd/flaky").status == 503


def test_a_truncated_page_breaks_off(web: RunningWeb) -> None:
    with pytest.raises(IncompleteRead):
        ask(web, "plain", "/odd/truncated")


def test_a_chunked_page_has_no_length(web: RunningWeb) -> None:
    answer = ask(web, "plain", "/odd/chunked")

    assert answer.headers["Content-Length"] is None
    assert b"/odd/chunked-found" in answer.body


def test_the_robots_file_names_the_sitemap_by_its_address(web: RunningWeb) -> None:
    robots = ask(web, "plain", "/robots.txt").body.decode()

    assert f"Sitemap: {web.url('plain', '/sitemaps/index.xml')}" in robots


def test_the_sitemaps_name_pages_by_their_address(web: RunningWeb) -> None:
    plain = ask(web, "plain", "/sitemaps/one.xml").body.decode()
    packed = gzip.decompress(ask(web, "plain", "/sitemaps/two.xml.gz").body).decode()

    for path in PLAIN.sitemap_only:
        assert f"<loc>{escape(web.url('plain', path))}</loc>" in plain + packed


def test_an_error_site_fails_at_everything(web: RunningWeb) -> None:
    assert [ask(web, "error", path).status for path in ("/", "/robots.txt", "/any?thing")] == [500, 500, 500]


def test_a_calendar_has_no_end(web: RunningWeb) -> None:
    assert b"/?day=1000001" in ask(web, "endless", "/?day=1000000").body


def test_visits_are_recorded_by_site(web: RunningWeb) -> None:
    ask(web, "plain", "/missing?a=%20")
    ask(web, "empty", "/")

    (visit,) = web.visits("plain")

    assert (visit.method, visit.path, visit.status) == ("GET", "/missing?a=%20", 404)
    assert visit.headers["Host"] == web.sites["plain"].removeprefix("http://")
    assert visit.started <= visit.finished
    assert web.asked("empty") == {"/": 1}


def test_nothing_is_reachable_from_outside(web: RunningWeb) -> None:
    for address in (*web.sites.values(), web.control):
        host, _, port = address.removeprefix("http://").partition(":")
        assert host == "127.0.0.1"
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", int(port))) != 0


def test_every_expected_page_can_be_reached_and_no_other(web: RunningWeb) -> None:
    base = web.sites["plain"]
    reached = {url.removeprefix(base) for url in walk(web.url("plain"))}
    known = PLAIN.pages | PLAIN.failing.keys() | PLAIN.redirects.keys() | PLAIN.unanswered | PLAIN.documents.keys()

    assert known - PLAIN.sitemap_only <= reached
    assert reached <= known | PLAIN.never
