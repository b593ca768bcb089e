"""Lists of postings as data: how many there are, which, and where they go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings import postings
from extractors.postings.asking import Ask
from extractors.postings.document import Document
from extractors.postings.feed import Feed, feed
from extractors.postings.fields import is_true
from tests.extractors.postings.platforms.example import Example
from tests.extractors.postings.platforms.feeds import EXAMPLES

KINDS = pytest.mark.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))
API = "https://acme.example/api/jobs"


def document(url: str, answer: Any) -> Document:
    if isinstance(answer, str):
        return Document.read(url, answer.encode(), "text/html" if answer.startswith("<html") else "application/xml")
    return Document.read(url, json.dumps(answer).encode(), "application/json")


def read(answer: Any, url: str = API, *, asked: Ask | None = None, link: str = "") -> Feed | None:
    return feed(document(url, answer), asked, link)


def jobs(first: int, count: int) -> list[dict[str, Any]]:
    return [{"id": number, "jobTitle": f"Baker {number}", "url": f"/jobs/{number}"} for number in range(count)][first:]


@KINDS
def test_a_feed_says_how_many_there_are_which_and_where_it_goes_on(example: Example) -> None:
    found = read(example.full, example.url, asked=example.asked)

    assert found is not None
    assert (found.total, found.next, found.count) == (example.total, example.next, example.count)
    assert found.listed == example.listed


@KINDS
def test_its_last_page_is_known(example: Example) -> None:
    if example.last is None or example.next is None:
        return
    found = read(example.last, example.next.url, asked=example.next)
    assert found is not None
    assert found.next is None


@KINDS
def test_an_empty_board_is_an_empty_list(example: Example) -> None:
    found = read(example.empty, example.url, asked=example.asked)
    assert found is not None
    assert (found.listed, found.count, found.next, found.total or 0) == ((), 0, None, 0)


@KINDS
def test_an_error_is_no_list(example: Example) -> None:
    assert read(example.error, example.url, asked=example.asked) is None


@KINDS
def test_postings_that_a_feed_holds_whole_have_the_platform_s_keys(example: Example) -> None:
    found = read(example.full, example.url, asked=example.asked)
    assert found is not None
    assert not example.keys or found.whole
    if example.keys:
        records = postings(document(example.url, example.full))
        assert tuple(one["source_id"] for one in records) == example.keys
        assert {one["tenant"] for one in records} == {example.tenant}


HIDDEN = [
    {"isListed": False},
    {"visibility": "INTERNAL"},
    {"status": "draft"},
    {"is_internal": True},
    {"unlisted": "true"},
    {"is_published": 0},
]


@pytest.mark.parametrize("hidden", HIDDEN, ids=str)
@KINDS
def test_postings_that_nobody_is_to_see_are_left_out(example: Example, hidden: dict[str, Any]) -> None:
    if isinstance(example.full, str):
        return  # no platform with a feed in XML has any in it
    answer = deepcopy(example.full)
    holder = next(one for one in _lists(answer) if len(one) >= example.count)
    shown = [one for one in holder if is_true(one.get("isListed", True))]
    shown[0].update(hidden)

    found = read(answer, example.url, asked=example.asked)
    assert found is not None
    assert (found.count, found.listed) == (example.count - 1, example.listed[1:])
    if example.keys and not example.marked:
        assert tuple(one["source_id"] for one in postings(document(example.url, answer))) == example.keys[1:]


def _lists(value: Any) -> Iterator[list[dict[str, Any]]]:
    """The postings of an answer."""
    if isinstance(value, list):
        yield value
    elif all(str(name).isdecimal() for name in value):
        yield list(value.values())
    else:
        for inner in value.values():
            yield from _lists(inner) if isinstance(inner, list | dict) and inner else ()


def test_a_list_that_a_platform_cuts_off_says_so() -> None:
    url = "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/jobs"
    entries = [{"title": "Baker", "externalPath": "/job/Bonn/Baker_R-1", "locationsText": "Bonn"}]

    full, other = (read({"total": total, "jobPostings": entries}, url) for total in (2000, 1999))
    assert full is not None
    assert other is not None
    assert (full.capped, other.capped) == (True, False)


@pytest.mark.parametrize(
    ("answer", "asked", "url"),
    [
        ({"jobs": jobs(0, 10), "total": 25}, f"{API}?page=1&size=10", f"{API}?page=2&size=10"),
        ({"jobs": jobs(0, 10), "total": 25}, f"{API}?offset=10&limit=10", f"{API}?offset=20&limit=10"),
        ({"jobs": jobs(0, 10)}, f"{API}?skip=0&take=10", f"{API}?skip=10&take=10"),
        ({"data": jobs(0, 2), "meta": {"current_page": 1, "last_page": 3}}, API, f"{API}?page=2"),
        ({"jobs": jobs(0, 2), "pagination": {"hasMore": True}}, f"{API}?page=4", f"{API}?page=5"),
        ({"jobs": jobs(0, 2), "links": {"next": "?page=2"}}, API, f"{API}?page=2"),
        ({"jobs": jobs(0, 2), "_links": {"next": {"href": "/api/jobs?after=x"}}}, API, f"{API}?after=x"),
        ({"jobs": jobs(0, 2), "nextCursor": "b2"}, f"{API}?cursor=a1", f"{API}?cursor=b2"),
        ({"jobs": jobs(0, 2), "next_page_token": "b2"}, API, f"{API}?page_token=b2"),
    ],
)
def test_the_next_page_is_found_by_shape(answer: Any, asked: str, url: str) -> None:
    found = read(answer, asked)
    assert found is not None
    assert found.next == Ask(url)


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ({"jobs": jobs(0, 5), "total": 25}, f"{API}?page=3&size=10"),
        ({"jobs": jobs(0, 5), "total": 25}, f"{API}?offset=20&limit=10"),
        ({"jobs": jobs(0, 5)}, f"{API}?skip=20&take=10"),
        ({"data": jobs(0, 2), "meta": {"current_page": 3, "last_page": 3}}, f"{API}?page=3"),
        ({"jobs": jobs(0, 2), "pagination": {"hasMore": False}}, f"{API}?page=4&size=2"),
        ({"jobs": jobs(0, 2), "links": {"next": None}}, API),
        ({"jobs": jobs(0, 2)}, API),
    ],
)
def test_the_last_page_is_found_by_shape(answer: Any, asked: str) -> None:
    found = read(answer, asked)
    assert found is not None
    assert found.next is None


def test_the_next_page_may_stand_in_a_header() -> None:
    link = f'<{API}?page=1>; rel="prev", <{API}?page=3>; rel="next"'
    found = read({"jobs": jobs(0, 2)}, f"{API}?page=2", link=link)
    assert found is not None
    assert found.next == Ask(f"{API}?page=3")


def test_postings_that_stand_in_groups_are_one_list() -> None:
    groups = [{"id": 1, "name": "Bakery", "jobs": jobs(0, 2)}, {"id": 2, "name": "Mill", "jobs": jobs(2, 3)}]
    found = read({"departments": groups})
    assert found is not None
    assert found.count == 3


def test_a_posting_that_stands_there_for_each_of_its_places_is_one() -> None:
    found = read({"jobs": [*jobs(0, 2), *jobs(0, 2), {"id": 7, "jobTitle": "Cook"}, {"id": 8, "jobTitle": "Cook"}]})
    assert found is not None
    assert (found.count, len(found.listed)) == (4, 2)


@pytest.mark.parametrize("answer", [{"a": 1}, {"articles": [{"id": 1, "title": "News"}]}, 5, "x", [1, 2], {}])
def test_what_lists_no_postings_is_no_list(answer: Any) -> None:
    assert read(answer, "https://acme.example/data") is None


@pytest.mark.parametrize("address", ["http://[bad", "https://[::1", "//[", "http://a]b/", "http://x:99999999/", "?"])
def test_an_address_that_is_none_is_passed_over(address: str) -> None:
    text = "You bake bread and rolls for the whole town, from four in the morning until noon, with two others."
    entry = {"id": 1, "jobTitle": "Baker", "description": text, "employmentType": "FULL_TIME", "url": address}
    url = "https://boards-api.greenhouse.io/v1/boards/acme/jobs"
    found = read({"jobs": [entry]}, url)
    assert found is not None
    assert found.count == 1
    assert [one["title"] for one in postings(document(url, {"jobs": [entry]}))] == ["Baker"]


@given(st.recursive(st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
@settings(max_examples=60, deadline=None)
def test_anything_is_read_without_an_exception(value: Any) -> None:
    read(value)
    read({"jobs": value, "next": value, "total": value, "page": value})
