"""Requests as entries and back, and what is known to be queued."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from scrapy import Request, Spider
from scrapy.http import FormRequest, Response
from scrapy.utils.test import get_crawler

from crawler.leases import ADMITTED, COUNTS, DELAY, JOB, LEASE, SLOT, child, job_of, redirected
from crawler.queues import JobQueue, SeenFilter, UnknownPayloadError
from frontier import codec
from frontier.model import Lease

URL = "http://example.com/page"


class Shop(Spider):
    name = "shop"

    def item(self, response: Response) -> None:
        """A callback."""


@pytest.fixture
def queue() -> JobQueue:
    return JobQueue(Shop(), codec, UUID(int=1))


def lease_of(payload: bytes, **more: Any) -> Lease:
    known: dict[str, Any] = {"host": "example.com", "priority": 0, "admitted": False, "deliveries": 1}
    return Lease(7, payload, **(known | more))


def there_and_back(queue: JobQueue, request: Request) -> Request:
    return queue.request(lease_of(queue.entry(request, None).payload))


@pytest.mark.parametrize(
    "request_",
    [
        Request(URL),
        Request(URL, method="POST", body=b"\x00\xff", headers={"X-Answer": ["42", "43"]}, cookies={"a": "b"}),
        Request(URL, priority=-3, dont_filter=True, meta={"depth": 2, "words": ["a", "b"]}, cb_kwargs={"page": 2}),
        FormRequest(URL, formdata={"a": "b"}),
    ],
)
def test_a_request_comes_back_as_it_was(queue: JobQueue, request_: Request) -> None:
    back = there_and_back(queue, request_)

    assert type(back) is type(request_)
    assert back.to_dict() == request_.to_dict()


def test_callbacks_are_those_of_the_spider(queue: JobQueue) -> None:
    spider = queue.spider

    back = there_and_back(queue, Request(URL, spider.item, errback=spider.item))

    assert (back.callback, back.errback) == (spider.item, spider.item)


def test_what_is_the_frontiers_own_is_beside_the_payload(queue: JobQueue) -> None:
    meta = {ADMITTED: True, LEASE: 7, DELAY: 2.5, SLOT: "shop", COUNTS: True, "mine": 1}
    request = Request(URL, priority=3, meta=meta)

    entry = queue.entry(request, -5)

    assert (entry.host, entry.priority, entry.fingerprint) == ("shop", 3, -5)
    assert (entry.page, entry.admitted, entry.delay) == (True, True, 2.5)
    assert queue.request(lease_of(entry.payload)).meta == {COUNTS: True, "mine": 1}


def test_a_host_is_named_with_its_port_and_without_a_password(queue: JobQueue) -> None:
    assert queue.entry(Request("http://user:word@example.com:8080/a?b"), None).host == "example.com:8080"


def test_a_request_that_cannot_be_written_down_is_as_it_was(queue: JobQueue) -> None:
    meta = {ADMITTED: True, LEASE: 7, DELAY: 2.5, SLOT: "shop", "object": object()}
    request = Request(URL, meta=dict(meta))

    with pytest.raises(TypeError):
        queue.entry(request, None)

    assert request.meta == meta


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (codec.dumps([2, "r", {"url": URL}]), "of version 2; this worker reads version 1"),
        (codec.dumps([1, "telepathy", URL]), "of the kind 'telepathy'"),
        (codec.dumps([1, "r", {"url": URL, "callback": "no_such"}]), "no_such"),
        (codec.dumps([1, "r"]), "cannot read"),
        (codec.dumps([1, "p", URL, 0]), "lengthen"),
        (codec.dumps({}), "cannot read"),
        (codec.dumps(7), "cannot read"),
        (b"\xc1", "cannot read"),
        (b"", "cannot read"),
    ],
)
def test_what_cannot_be_read_is_one_error(queue: JobQueue, payload: bytes, words: str) -> None:
    with pytest.raises(UnknownPayloadError, match=words):
        queue.request(lease_of(payload))


def test_the_beginning_of_a_job_is_known_as_such(queue: JobQueue) -> None:
    seed = queue.seed("example.com")

    assert queue.is_seed(lease_of(seed.payload))
    assert not queue.is_seed(lease_of(queue.entry(Request(URL), None).payload))
    assert seed.priority > 1_000_000


# What is known to be queued


@pytest.fixture
def seen() -> SeenFilter:
    return SeenFilter(get_crawler(Shop))


def test_what_was_queued_is_known_until_it_is_forgotten(seen: SeenFilter) -> None:
    fingerprint = seen.fingerprint(Request(URL))

    assert -(1 << 63) <= fingerprint < 1 << 63
    assert not seen.known(fingerprint)
    assert seen.known(fingerprint)
    seen.forget(fingerprint)
    assert not seen.known(fingerprint)
    seen.clear()
    assert not seen.request_seen(Request(URL))
    assert seen.request_seen(Request(URL))


# Keys of request.meta


def test_a_child_has_nothing_of_its_parents_lease() -> None:
    parent = Request(URL, meta={LEASE: 7, ADMITTED: True, SLOT: "example.com", JOB: "1", "lease": "a year"})

    made = child(Request(URL, meta=parent.meta), parent)

    assert made.meta == {JOB: "1", "lease": "a year"}
    assert parent.meta[LEASE] == 7


def test_who_is_asked_again_is_a_child_of_its_own() -> None:
    parent = Request(URL, meta={LEASE: 7})

    made = child(parent, parent)

    assert (made is parent, made.meta, parent.meta) == (False, {}, {LEASE: 7})


def test_a_slot_of_the_spiders_own_stays() -> None:
    parent = Request(URL, meta={SLOT: "slow hosts"})

    assert child(Request(URL, meta=parent.meta), parent).meta == {SLOT: "slow hosts"}


def test_a_redirect_leaves_the_slot_of_its_first_host() -> None:
    meta = {"redirect_urls": [URL], SLOT: "example.com"}
    elsewhere, own = Request("http://other.example/", meta=meta), Request(URL, meta=meta | {SLOT: "mine"})

    redirected(elsewhere)
    redirected(own)

    assert SLOT not in elsewhere.meta
    assert own.meta[SLOT] == "mine"


@pytest.mark.parametrize("value", ["nonsense", 7, ["a"], None, ""])
def test_what_is_no_id_names_no_job(value: object) -> None:
    assert job_of({JOB: value}) is None


def test_an_id_names_its_job() -> None:
    job = uuid4()

    assert job_of({JOB: str(job)}) == job
