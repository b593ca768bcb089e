"""The site ``big``: that what it says of itself is true."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from tests.support.walk import Links
from tests.support.web import RunningWeb
from tests.web import big

HOST = "http://big"


def test_every_page_can_be_reached_and_no_other() -> None:
    reached: set[str] = set()
    ahead = ["/"]
    while ahead:
        path = ahead.pop()
        if path not in reached:
            reached.add(path)
            ahead += _leads_to(path)

    assert reached == big.statuses().keys()
    assert len(reached) > 2000
    assert len(big.titles()) == 600


def _leads_to(path: str) -> list[str]:
    answer = big.pages().get(path)
    if answer is None:
        return []
    links = Links(HOST + path)
    links.feed(answer.body.decode())
    return [url.removeprefix(HOST) for url in [*links.targets, *_target(answer.headers.get("Location"))]]


def _target(location: str | None) -> list[str]:
    return [HOST + location] if location else []


def test_the_end_of_a_chain_has_one_way_to_it() -> None:
    paths = [path for path, answer in big.pages().items() if b'href="/chains/3/60"' in answer.body]

    assert paths == ["/chains/3/59"]


@pytest.mark.parametrize(
    ("path", "statuses"),
    [("/flaky/3", [500, 500, 200]), ("/missing/1", [404]), ("/moved/1", [301]), ("/jobs/1/1", [200])],
)
def test_it_answers_as_it_says(web: RunningWeb, path: str, statuses: list[int]) -> None:
    web.reset()

    assert [_status(web.url("big", path)) for _ in statuses] == statuses
    assert big.statuses()[path] == statuses[-1]


def _status(url: str) -> int:
    opener = urllib.request.build_opener(_Staying)
    try:
        with opener.open(url, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class _Staying(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: object) -> None:
        return None
