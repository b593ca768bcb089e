"""Through which proxy an answer came: its host and port, and nothing that is secret."""

from __future__ import annotations

import pytest
from scrapy import Request

from crawler.fetch.proxy_demand import carried_alike, carrier_of, forget_proxy

URL = "https://example.com/"
ADDRESSES = {
    "http://10.0.0.1:8080": "10.0.0.1:8080",
    "http://anna:hunter2@proxy.example:8080/": "proxy.example:8080",
    "socks5://anna:hun/ter@2@proxy.example:1080": "proxy.example:1080",
    "proxy.example:3128": "proxy.example:3128",
}


@pytest.mark.parametrize(("address", "place"), ADDRESSES.items())
def test_host_and_port_are_told_and_no_password(address: str, place: str) -> None:
    with_one, kept = (Request(URL, meta={"proxy": address}) for _ in range(2))
    forget_proxy(with_one)

    assert "proxy" not in with_one.meta
    assert carrier_of(with_one) == carrier_of(kept) == place


def test_an_answer_that_came_directly_has_none() -> None:
    request = Request(URL)
    forget_proxy(request)
    assert carrier_of(request) == ""


def test_another_try_of_a_request_is_carried_anew() -> None:
    request = Request(URL, meta={"proxy": "http://10.0.0.1:8080"})
    forget_proxy(request)
    assert carrier_of(request.replace(dont_filter=True)) == ""


def test_a_page_that_a_browser_has_brought_came_as_the_browser_asked_for_it() -> None:
    first, browsers = (Request(URL, meta={"proxy": f"http://10.0.0.{n}:8080"}) for n in (1, 2))
    forget_proxy(first)
    carried_alike(first, browsers)
    assert carrier_of(first) == "10.0.0.2:8080"
