"""Numbers and times in sentences, and what is read of requests in Redis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.why_payload import Queued, SameUrl, read_payload
from crawler.why_words import count, duration, named, sentence
from frontier.codec import dumps


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.0 s"),
        (8.24, "8.2 s"),
        (60, "1 min"),
        (336.4, "5 min 36 s"),
        (7500, "2 h 5 min"),
        (86_400 * 3 + 4 * 3600, "3 d 4 h"),
    ],
)
def test_a_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_counts_names_and_sentences() -> None:
    assert (count(1, "try", "tries"), count(1204, "request")) == ("1 try", "1,204 requests")
    assert named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert sentence("it ends. ") == "It ends."


def test_requests_are_read_as_they_are_queued() -> None:
    short = dumps([1, "p", "http://a.example/x?b=1&a=2", 3])
    meta = {"counts_as_page": True, "depth_in_site": 2, "download_slot": "b.example", "retry_times": 1}
    long = dumps([1, "r", {"url": "http://a.example/", "meta": meta, "priority": 5}])

    assert read_payload(short) == Queued("http://a.example/x?b=1&a=2", 3)
    assert SameUrl("http://a.example/x?a=2&b=1")(short)
    assert not SameUrl("http://a.example/x")(short)
    queued = read_payload(long)
    assert queued is not None
    again = queued.entry(long, own=False)
    assert (again.payload, again.host, again.priority, again.page) == (long, "b.example", 5, True)
    assert again.fingerprint is None


def test_requests_of_own_spiders_count_as_pages_unless_they_say_otherwise() -> None:
    payload = dumps([1, "r", {"url": "http://a.example/"}])
    queued = read_payload(payload)

    assert queued is not None
    assert [queued.entry(payload, own=own).page for own in (True, False)] == [True, False]


def test_the_beginning_of_a_job_and_other_versions_are_no_requests() -> None:
    assert read_payload(dumps([1, "s"])) is None
    assert read_payload(dumps([2, "p", "http://a.example/", 1])) is None
    assert read_payload(dumps([1, "x", "http://a.example/", 1])) is None


@given(st.binary(max_size=100))
def test_nothing_in_redis_breaks_a_command(payload: bytes) -> None:
    read_payload(payload)
    SameUrl("http://a.example/")(payload)
