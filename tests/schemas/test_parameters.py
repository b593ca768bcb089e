"""Parameters that say nothing about the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.parameters import IgnoredParameters, check_names

IGNORED = IgnoredParameters(["sid", "utm_*", "JSESSIONID", "tx[id]"])
SITE = "https://example.com"
queries = st.text(alphabet="sidutm_a=&%5b;?/", max_size=30)


@pytest.mark.parametrize(
    ("url", "stripped"),
    [
        ("/a?sid=1", "/a"),
        ("/a?b=2&sid=1&c=3", "/a?b=2&c=3"),
        ("/a?SID=1&b", "/a?b"),
        ("/a?sid", "/a"),
        ("/a?sid=1&sid=2", "/a"),
        ("/a?utm_source=mail&utm_=x&b=1", "/a?b=1"),
        ("/a?tx%5Bid%5D=1&tx[id]=2&tx[page]=3", "/a?tx[page]=3"),
        ("/a;jsessionid=F00", "/a"),
        ("/a;jsessionid=F00/b;v=1;sid=2?b=1", "/a/b;v=1?b=1"),
        ("/a?", "/a"),
        ("/", "/"),
    ],
)
def test_they_are_taken_out_wherever_they_stand(url: str, stripped: str) -> None:
    assert IGNORED.strip(SITE + url) == SITE + stripped


@pytest.mark.parametrize(
    "url", ["/sid?side=1&a_sid=2", "/sid=1", "/utm_source", "/a?q=sid=1", "/a?utm=1", "/a?b=1&&c", "/;v=1"]
)
def test_all_else_stays_as_it_is(url: str) -> None:
    assert IGNORED.strip(SITE + url) == SITE + url


def test_a_star_alone_is_the_whole_query() -> None:
    assert IgnoredParameters(["*"]).strip(f"{SITE}/a?b=1&c") == f"{SITE}/a"


def test_links_to_one_page_become_one() -> None:
    links = [f"{SITE}/{tail}" for tail in ("a?sid=1", "b", "a?sid=2", "a")]

    assert IGNORED.strip_all(links) == [f"{SITE}/a", f"{SITE}/b"]
    assert IgnoredParameters(()).strip_all(links) is links


@given(queries)
def test_what_is_stripped_once_stays(query: str) -> None:
    once = IGNORED.strip(f"{SITE}/a?{query}")

    assert IGNORED.strip(once) == once


@pytest.mark.parametrize("name", ["sid", "utm_*", "*", "tx[id]", "a.b-c"])
def test_a_name_may_end_in_a_star(name: str) -> None:
    check_names([name])


@pytest.mark.parametrize("name", ["", "a b", "a=b", "*id", "a**", "?sid", "a&b"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a parameter"):
        check_names(["fine", name])
