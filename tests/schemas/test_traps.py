"""What is followed of sites that are large, and of sites that have no end."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.site import SiteConfig
from schemas.traps import (
    BARREN_DEPTH,
    DEPTH,
    KEPT,
    LENGTH,
    PAST_DEPTH,
    SHALLOW,
    WORDS,
    Trap,
    Traps,
    repeats,
    shape,
)

SITE = "https://example.com"
YEAR = 2026


def traps(refused: Any = None, **config: Any) -> Traps:
    return Traps(SiteConfig(url=SITE, **config), YEAR, refused or (lambda trap, link: None))


def refusal(path: str, depth: int = 1, **config: Any) -> Trap | None:
    return traps(**config).refusal(SITE + path, depth)


# What a URL shows


def test_a_long_url_is_a_trap_even_in_a_sitemap() -> None:
    longest = "/".ljust(LENGTH - len(SITE), "a")

    assert refusal(longest, depth=0) is None
    assert refusal(longest + "a", depth=0) == Trap.LENGTH


@pytest.mark.parametrize(
    "path",
    ["/a/a/a/a", "/a/b/a/c/a/d/a/", "/a/b/a/b/a/b", "/x/a/b/c/a/b/c/a/b/c/y", "/a//b//c//d//", "/about/a/b/a/b/a/b/?a"],
)
def test_a_path_that_repeats_itself_is_a_trap(path: str) -> None:
    assert repeats(SITE + path)
    assert refusal(path) == Trap.REPEATS


@pytest.mark.parametrize(
    "path",
    ["/", "/a/a/a/", "/a/b/a/b/", "/2026/01/01/01/", "/a/b/a/c/a/d", "/a/b/a/b/c/a/b", "/a?x=/a/a/a/a", "/a//b//c/"],
)
def test_a_path_may_name_a_thing_three_times(path: str) -> None:
    assert refusal(path) is None


def test_what_a_sitemap_names_may_repeat_itself() -> None:
    assert refusal("/a/a/a/a", depth=0) is None


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=4), st.integers(3, 5))
def test_a_sequence_that_follows_itself_is_found(sequence: list[str], times: int) -> None:
    assert repeats(f"{SITE}/start/{'/'.join(sequence * times)}/end")


def test_what_is_too_deep_is_a_trap_unless_the_config_names_a_depth() -> None:
    assert refusal("/a", DEPTH) is None
    assert refusal("/a", DEPTH + 1) == Trap.DEPTH
    assert refusal("/a", DEPTH + 1, max_depth=9999) is None


FAR = ("/2031/05/", "/2031/5", "/cal/2031-05", "/events-2031-05-14.html", "/?m=5&year=2031", "/?date=2031-05-14T00:00")
NO_DATES = (
    "/jobs/20310514",
    "/jobs/2031",
    "/2031/13/",
    "/product-2031-05",
    "/?id=2031",
    "/12031-05-14",
    "/years/2031/a/",
)


@pytest.mark.parametrize("path", FAR)
def test_dates_far_in_the_future_are_a_trap_where_they_are_deep(path: str) -> None:
    assert refusal(path, SHALLOW + 1) == Trap.DATE
    assert refusal(path, SHALLOW) is None
    assert refusal(path.replace("2031", str(YEAR + 2)), SHALLOW + 1) is None
    assert refusal(path, SHALLOW + 1, max_depth=50) is None


@pytest.mark.parametrize("path", FAR)
def test_dates_long_ago_are_a_trap_where_no_index_leads_to_them(path: str) -> None:
    old = path.replace("2031", "1950")

    assert refusal(old, PAST_DEPTH) is None
    assert refusal(old, PAST_DEPTH + 1) == Trap.DATE


@pytest.mark.parametrize("path", NO_DATES)
def test_other_numbers_are_no_dates(path: str) -> None:
    assert refusal(path, PAST_DEPTH + 1) is None


# What growth shows


def chain(checked: Traps, *paths: str, pages: int = DEPTH + 50) -> int:
    """How deep a worker gets where each page leads to these paths, with its own number in the place of 0."""
    for depth in range(1, pages + 1):
        if not checked.passed([SITE + path.replace("0", str(depth)) for path in paths], depth):
            return depth - 1
    return pages


@pytest.mark.parametrize("path", ["/?day=0", "/page/0/", "/calendar.php?offset=0&view=month", "/r/0?sid=a0b"])
def test_pages_that_lead_to_nothing_but_their_like_come_to_an_end(path: str) -> None:
    assert chain(traps(), path) == SHALLOW + 1 + BARREN_DEPTH


def test_a_list_that_brings_postings_goes_on() -> None:
    assert chain(traps(), "/jobs?page=0", "/jobs/0") == DEPTH
    assert chain(traps(max_depth=10**6), "/jobs?page=0", "/jobs/0") == DEPTH + 50


def test_pages_with_names_of_their_own_go_on() -> None:
    checked = traps()
    names = ["-".join("abcdefghij"[int(digit)] for digit in str(depth)) for depth in range(DEPTH)]

    assert all(checked.passed([f"{SITE}/{name}"], depth) for depth, name in enumerate(names))


def test_a_chain_of_numbers_goes_on_where_the_config_names_a_depth() -> None:
    assert chain(traps(max_depth=10**6), "/?day=0") == DEPTH + 50


def test_many_pages_of_one_shape_are_followed() -> None:
    checked = traps()
    pages = [[f"{SITE}/jobs/{number + 20 * page}" for number in range(20)] for page in range(2500)]

    assert sum(len(checked.passed(links, depth=SHALLOW + 1)) for links in pages) == 50_000
    assert len(checked.passed([f"{SITE}/items/{number}" for number in range(50_000)], depth=0)) == 50_000


def test_a_list_is_barren_only_from_where_it_brought_something_last() -> None:
    checked = traps()
    assert chain(checked, "/jobs?page=0", "/jobs/0", pages=300) == 300

    depths = [depth for depth in range(301, 600) if checked.passed([f"{SITE}/jobs?page={depth}"], depth)]

    assert depths == list(range(301, 301 + BARREN_DEPTH))


def test_what_other_pages_bring_does_not_keep_a_trap_alive() -> None:
    checked = traps()
    deepest = 0
    for depth in range(1, 500):
        checked.passed([f"{SITE}/jobs?page={depth}", f"{SITE}/jobs/{depth}"], depth)
        deepest += bool(checked.passed([f"{SITE}/?day={depth}"], depth))

    assert deepest == SHALLOW + 1 + BARREN_DEPTH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/2026/may/14", "/2031/December/1"),
        ("/?day=1&view=a", "/?view=b&day=22"),
        ("/events/2026-05-14/", "/events/2031-12-01/"),
        ("/?d[0]=1&d[1]=2", "/?d[7]="),
    ],
)
def test_numbers_months_and_values_do_not_change_a_shape(one: str, other: str) -> None:
    assert shape(SITE + one) == shape(SITE + other)


@pytest.mark.parametrize(("one", "other"), [("/a", "/b"), ("/?a=1", "/?b=1"), ("/marine/", "/april/"), ("/1/", "/1")])
def test_all_else_does(one: str, other: str) -> None:
    assert shape(SITE + one) != shape(SITE + other)


# What the config bounds


def test_a_host_has_no_more_pages_than_the_config_allows() -> None:
    told: Counter[Trap] = Counter()
    checked = traps(lambda trap, link: told.update([trap]), max_pages_per_host=3)
    links = [f"{site}/{number}" for number in range(5) for site in (SITE, "https://www.example.com")]

    passed = [*checked.passed(links[:4], 0), *checked.passed(links[4:], 1)]

    assert passed == links[:6]
    assert told == {Trap.PER_HOST: 4}


def test_a_shape_has_no_more_pages_than_the_config_allows() -> None:
    checked = traps(max_pages_per_shape=2)

    assert checked.passed([f"{SITE}/?colour={word}" for word in ("red", "blue", "green")], 1) == [
        f"{SITE}/?colour=red",
        f"{SITE}/?colour=blue",
    ]
    assert checked.passed([f"{SITE}/?size=1"], 1)


def test_memory_is_bounded_whatever_a_site_links_to() -> None:
    checked = traps(max_pages_per_shape=10**6)
    letters = "abcdefghij"
    words = ("".join(letters[int(digit)] for digit in str(number)) for number in range(3 * KEPT))
    for word in words:
        checked.passed([f"{SITE}/{word}", f"{SITE}/{'x' * LENGTH}{word}"], SHALLOW + 1)

    assert max(map(len, (checked._told, checked._fruitful, checked._shapes._taken))) <= KEPT


# What is told


def test_each_refused_link_is_told_once_with_its_reason() -> None:
    told: list[tuple[Trap, str]] = []
    checked = traps(lambda trap, link: told.append((trap, link)))
    bad, worse = f"{SITE}/a/a/a/a", f"{SITE}/{'x' * LENGTH}"

    for _ in range(3):
        assert checked.passed([bad, f"{SITE}/fine", worse], 1) == [f"{SITE}/fine"]

    assert told == [(Trap.REPEATS, bad), (Trap.LENGTH, worse)]


def test_there_are_words_for_each() -> None:
    assert WORDS.keys() == set(Trap)
