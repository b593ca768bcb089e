"""Which empty pages are worth while to be rendered."""

from __future__ import annotations

import asyncio

from scrapy import Request

from crawler.fetch.gains import AGAIN, KEPT, MISSES, LearnedGains
from extractors.html import parse
from extractors.rendering import adds


def asked(gains: LearnedGains, number: int, folder: str = "a") -> bool:
    return asyncio.run(gains.worth(Request(f"https://example.com/{folder}/{number}")))


def noted(gains: LearnedGains, number: int, *, gained: bool, folder: str = "a") -> None:
    asyncio.run(gains.note(Request(f"https://example.com/{folder}/{number}"), gained=gained))


def test_pages_are_rendered_until_several_in_a_row_gained_nothing() -> None:
    gains = LearnedGains()
    for number in range(MISSES):
        assert asked(gains, number)
        noted(gains, number, gained=False)
    assert not asked(gains, 99)
    assert asked(gains, 99, "b")


def test_one_that_gains_something_has_all_like_it_rendered_again() -> None:
    gains = LearnedGains()
    for number in range(MISSES):
        noted(gains, number, gained=False)
    noted(gains, 99, gained=True)
    assert asked(gains, 100)


def test_now_and_then_one_is_rendered_all_the_same() -> None:
    gains = LearnedGains()
    for number in range(MISSES):
        noted(gains, number, gained=False)
    assert [asked(gains, number) for number in range(2 * AGAIN)].count(True) == 2


def test_no_more_templates_are_remembered_than_there_is_room_for() -> None:
    gains = LearnedGains()
    for number in range(KEPT + 5):
        folder = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        asyncio.run(gains.note(Request(f"https://example.com/{folder}/x"), gained=False))
    assert len(gains._misses) == KEPT


def page(body: str) -> bytes:
    return f"<html><body><div id=root>{body}</div></body></html>".encode()


def added(body: str) -> bool:
    return adds(parse(page("<a href=/a>a</a>"), ""), parse(page(body), ""), "https://example.com/")


def test_links_records_and_much_text_are_a_gain() -> None:
    assert added("<a href=/a>a</a><a href=/b>b</a>")
    assert added('<a href=/a>a</a><script type="application/ld+json">{}</script>')
    assert added("many words " * 40)


def test_a_word_and_a_link_that_was_there_are_none() -> None:
    assert not added("<a href=/a>a</a> Loading, please wait")


def test_code_and_style_are_no_text() -> None:
    code, style = "call(1, 2); " * 100, ".a { color: red } " * 100
    assert not added(f"<a href=/a>a</a><script>{code}</script><style>{style}</style>")
    assert not added(f"<a href=/a>a</a><noscript>{code}</noscript><template>{code}</template>")
    assert added(f"<a href=/a>a</a><script>{code}</script><p>{'many words ' * 40}</p>")
