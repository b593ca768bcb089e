"""A request that waits in Redis comes back as it was."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import FormRequest, Request, Spider
from scrapy.http import JsonRequest

from crawler.requests import from_dict, to_dict
from frontier import codec


class Careful(Request):
    """A request of a user's own, with an attribute of its own."""

    attributes = (*Request.attributes, "care")

    def __init__(self, *args: Any, care: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.care = care


class Crab(Spider):
    name = "crab"

    def parse(self, response: Any, **_: Any) -> None: ...

    def parse_other(self, response: Any) -> None: ...

    def failed(self, failure: Any) -> None: ...


SPIDER = Crab()


def returned(request: Request) -> Request:
    """The request after a stay in Redis."""
    return from_dict(codec.loads(codec.dumps(to_dict(request, SPIDER))), SPIDER)


def values_of(request: Request) -> dict[str, Any]:
    return {name: getattr(request, name) for name in (*request.attributes, "callback", "errback")}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | texts | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
requests = st.builds(
    Request,
    url=texts.map("https://example.com/{}".format),
    method=st.sampled_from(["GET", "POST", "HEAD"]),
    callback=st.sampled_from([None, SPIDER.parse, SPIDER.parse_other]),
    errback=st.sampled_from([None, SPIDER.failed]),
    headers=st.dictionaries(st.from_regex(r"[A-Z][a-z-]{0,9}", fullmatch=True), texts, max_size=3),
    body=st.binary(max_size=50),
    cookies=st.dictionaries(texts, texts, max_size=2) | st.lists(st.dictionaries(texts, texts, max_size=2), max_size=2),
    meta=st.dictionaries(texts, plain, max_size=3),
    priority=st.integers(-1000, 1000),
    dont_filter=st.booleans(),
    flags=st.lists(texts, max_size=2),
    cb_kwargs=st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), plain, max_size=2),
)


@given(requests)
def test_every_request_comes_back_as_it_was(request_: Request) -> None:
    assert values_of(returned(request_)) == values_of(request_)


def test_of_an_ordinary_request_little_is_written() -> None:
    request = Request("https://example.com/", SPIDER.parse, meta={"depth": 1})

    assert to_dict(request, SPIDER) == {"url": "https://example.com/", "callback": "parse", "meta": {"depth": 1}}


@pytest.mark.parametrize(
    "request_",
    [
        FormRequest("https://example.com/", formdata={"a": "ü"}, callback=SPIDER.parse),
        JsonRequest("https://example.com/", data={"a": [1, None]}, dumps_kwargs={"sort_keys": True}),
        Careful("https://example.com/", care=7),
    ],
    ids=lambda request: type(request).__name__,
)
def test_a_request_keeps_its_class_and_what_is_its_own(request_: Request) -> None:
    back = returned(request_)

    assert type(back) is type(request_)
    assert values_of(back) == values_of(request_)


@pytest.mark.parametrize(
    "callback",
    [lambda response: None, partial(SPIDER.parse), Crab().parse, print, Crab.parse],
    ids=["a lambda", "a partial", "another spider's", "a built-in", "not bound"],
)
@pytest.mark.parametrize("place", ["callback", "errback"])
def test_what_is_no_method_of_the_spider_is_refused(callback: Any, place: str) -> None:
    request = Request("https://example.com/", **{"callback": SPIDER.parse, place: callback})

    with pytest.raises(ValueError, match=r"is not a method of .*: a callback must be one to be queued"):
        to_dict(request, SPIDER)


def test_a_name_that_the_spider_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="absent"):
        from_dict({"url": "https://example.com/", "callback": "absent"}, SPIDER)
