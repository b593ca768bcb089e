"""WARC records: what public tools read in them, and that each reads alone."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from pipelines import warc
from pipelines.failures import ArchiveError
from schemas.page import Page, Unchanged
from tests.support.pages import HTML, MOMENT, make_page

URL = "https://example.com/a?b=c"
# What a header's value may hold, once it is read as latin-1; blanks around it do not count.
values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f\x85")).map(str.strip)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True)


def segment(*pages: Page) -> bytes:
    return warc.warcinfo("test.warc.gz", "Longline/test") + b"".join(b"".join(warc.exchange(page)) for page in pages)


def records(data: bytes) -> list[tuple[Any, bytes]]:
    """Each record with its payload, as warcio reads them, digests checked."""
    iterator = ArchiveIterator(io.BytesIO(data), check_digests="raise")
    return [(record, record.content_stream().read()) for record in iterator]


def test_a_segment_is_what_public_tools_expect() -> None:
    info, response, request = records(segment(make_page(URL)))

    assert [record.rec_type for record, _ in (info, response, request)] == ["warcinfo", "response", "request"]
    assert b"software: Longline/test\r\n" in info[1]
    assert b"format: WARC File Format 1.1\r\n" in info[1]
    assert info[0].rec_headers.get_header("WARC-Filename") == "test.warc.gz"


def test_a_page_that_is_as_it_was_is_a_revisit_of_the_bytes_that_are_there() -> None:
    page = make_page(URL)
    known = Unchanged(MOMENT, page.body_sha256, [("ETag", '"v1"')])

    (revisit, payload), (request, _) = records(b"".join(warc.revisit(page, known)))

    assert (revisit.rec_type, request.rec_type, payload) == ("revisit", "request", b"")
    assert revisit.http_headers.statusline == "304 Not Modified"
    assert revisit.http_headers.get_header("ETag") == '"v1"'
    names = ("WARC-Profile", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")
    assert [revisit.rec_headers.get_header(name) for name in names] == [
        "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
        URL,
        "2026-03-02T12:30:15.123456Z",
    ]
    of = revisit.rec_headers.get_header("WARC-Record-ID")
    assert request.rec_headers.get_header("WARC-Concurrent-To") == of


def test_a_page_that_is_as_it_was_may_refer_to_bytes_of_another_page() -> None:
    page = make_page(URL)
    known = Unchanged(MOMENT, page.body_sha256, [], original_url="https://example.com/other")

    ((revisit, _),) = records(warc.records(replace(page, unchanged=known))[0])

    assert revisit.rec_headers.get_header("WARC-Target-URI") == URL
    assert revisit.rec_headers.get_header("WARC-Refers-To-Target-URI") == "https://example.com/other"


def test_a_response_record_has_the_page_and_where_it_belongs() -> None:
    page = make_page(URL, status=404, site="müller.example", tier="proxy")

    _, (record, payload), _ = records(segment(page))

    assert payload == HTML
    assert record.http_headers.get_statuscode() == "404"
    assert record.http_headers.statusline == "404 Not Found"
    assert record.http_headers.get_header("ETag") == '"v1"'
    said = {name: record.rec_headers.get_header(name) for name in ("WARC-Target-URI", "WARC-Date", "Longline-Job")}
    assert said == {
        "WARC-Target-URI": URL,
        "WARC-Date": "2026-03-02T12:30:15.123456Z",
        "Longline-Job": str(page.job_id),
    }
    assert record.rec_headers.get_header("Longline-Site") == "müller.example"
    assert record.rec_headers.get_header("Longline-Tier") == "proxy"


def test_a_request_record_says_what_was_asked_for() -> None:
    _, (response, _), (request, _) = records(segment(make_page(URL)))

    assert request.http_headers.protocol == "GET"
    assert request.http_headers.statusline == "/a?b=c HTTP/1.1"
    assert request.http_headers.headers == [("Host", "example.com"), ("User-Agent", "Longline/test")]
    assert request.rec_headers.get_header("WARC-Concurrent-To") == response.rec_headers.get_header("WARC-Record-ID")


def test_a_request_record_has_the_method_and_no_password() -> None:
    said = [("authorization", "Bearer open-sesame"), ("Proxy-Authorization", "Basic sesame"), ("Accept", "*/*")]
    page = replace(make_page(URL), method="POST", request_headers=said)

    _, _, (request, _) = records(segment(page))

    assert request.http_headers.protocol == "POST"
    assert request.http_headers.headers == [("Host", "example.com"), ("Accept", "*/*")]


def test_times_are_written_in_utc() -> None:
    page = make_page(fetched_at=MOMENT.astimezone(tz=None))

    _, (record, _), _ = records(segment(page))

    assert record.rec_headers.get_header("WARC-Date") == "2026-03-02T12:30:15.123456Z"


def test_each_record_is_one_gzip_member_that_reads_alone() -> None:
    pages = [make_page(f"https://example.com/{number}", body=f"page {number}".encode()) for number in range(20)]
    data = bytearray(warc.warcinfo("test.warc.gz", "Longline/test"))
    places = []
    for page in pages:
        response, request = warc.exchange(page)
        places.append((len(data), len(response)))
        data += response + request

    for page, (offset, length) in zip(pages, places, strict=True):
        member = bytes(data[offset : offset + length])
        assert warc.read_http(member)[2] == page.body
        ((record, payload),) = records(member)
        assert (record.rec_headers.get_header("WARC-Target-URI"), payload) == (page.url, page.body)


def test_a_decoded_body_has_no_header_of_its_encoding() -> None:
    headers = [("Content-Encoding", "br"), ("Transfer-Encoding", "chunked"), ("content-length", "7")]
    page = make_page(headers=headers)

    _, (record, payload), _ = records(segment(page))

    assert payload == HTML
    assert record.http_headers.headers == [
        ("X-Archive-Orig-Content-Encoding", "br"),
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("X-Archive-Orig-content-length", "7"),
        ("Content-Length", str(len(HTML))),
    ]


@pytest.mark.parametrize("wire", [b"caf\xe9", "café, 日本".encode()], ids=["latin-1", "UTF-8"])
def test_headers_are_archived_with_the_bytes_that_came(wire: bytes) -> None:
    response, _ = warc.exchange(make_page(headers=[("X-Name", wire.decode("latin-1"))]))

    assert b"\r\nX-Name: " + wire + b"\r\n" in gzip.decompress(response)
    assert ("X-Name", wire.decode("latin-1")) in warc.read_http(response)[1]


@pytest.mark.parametrize("value", ["日本", "lone \ud800 surrogate", "half \udce9"])
def test_a_header_that_no_server_can_send_is_archived_too(value: str) -> None:
    _, (record, payload), _ = records(segment(make_page(headers=[("X-Name", value)])))

    assert record.http_headers.get_header("X-Name")
    assert payload == HTML


BREAKS = ("\r\n", "\n", "\r", "\r\n\r\n")


@pytest.mark.parametrize("line_end", BREAKS, ids=repr)
def test_no_header_can_bring_in_another_or_end_the_headers(line_end: str) -> None:
    evil = f"x{line_end}WARC-Type: metadata{line_end}{line_end}<p>evil"
    page = make_page(
        URL, headers=[(f"X-{evil}", "1"), ("X-Value", evil)], request_headers=[("X-Value", evil)], site=evil, tier=evil
    )

    found = records(segment(page))

    assert [record.rec_type for record, _ in found] == ["warcinfo", "response", "request"]
    assert [payload for _, payload in found[1:]] == [HTML, b""]
    assert all(record.http_headers.get_header("WARC-Type") is None for record, _ in found[1:])


@pytest.mark.parametrize("line_end", BREAKS, ids=repr)
def test_no_url_can_bring_in_a_header(line_end: str) -> None:
    found = records(segment(make_page(f"https://example.com/{line_end}X-Evil: 1{line_end}{line_end}body")))

    assert [payload for _, payload in found[1:]] == [HTML, b""]
    assert found[2][0].http_headers.get_header("X-Evil") is None


@pytest.mark.parametrize("status", [200, 299, 404, 418, 520, 999])
def test_any_status_is_kept(status: int) -> None:
    response, _ = warc.exchange(make_page(status=status))

    assert warc.read_http(response)[0].startswith(f"HTTP/1.1 {status} ")


@given(body=st.binary() | st.binary().map(lambda data: data + b"\r\n\r\n") | st.just(b"\x1f\x8b\x08\x00" * 50))
def test_any_body_comes_back_as_it_was(body: bytes) -> None:
    page = make_page(body=body)
    response, _ = warc.exchange(page)

    assert warc.read_http(response)[2] == body
    assert records(segment(page))[1][1] == body


@given(headers=st.lists(st.tuples(names, values), max_size=6))
def test_any_header_comes_back_as_it_was(headers: list[tuple[str, str]]) -> None:
    response, _ = warc.exchange(make_page(headers=headers))

    kept = [pair for pair in headers if pair[0].lower() not in warc.TRANSFER_HEADERS]
    read = warc.read_http(response)[1]
    assert [(name, value) for name, value in read if not name.startswith("X-Archive-Orig-")][:-1] == kept


@given(path=st.text(max_size=50), body=st.binary(max_size=50))
def test_any_url_gives_records_that_read(path: str, body: bytes) -> None:
    found = records(segment(make_page(f"https://example.com/{path}", body=body)))

    assert [payload for _, payload in found[1:]] == [body, b""]


def test_a_damaged_record_is_told_from_a_whole_one() -> None:
    body = os.urandom(5_000)
    whole, other = warc.exchange(make_page(body=body))
    for place in range(10, len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x06
        # A few bits make no difference: what comes out is what went in.
        with suppress(ArchiveError):
            assert warc.read_http(bytes(damaged)) == warc.read_http(whole)
    for damaged_end in (whole[:-1], whole[:-9], whole[:20], whole + b"x", whole + other[:-1]):
        with pytest.raises(ArchiveError, match="is damaged"):
            warc.read_http(damaged_end)
    assert warc.read_http(whole + bytes(3))[2] == body


def test_warcio_check_passes(tmp_path: Path) -> None:
    file = tmp_path / "test.warc.gz"
    odd = make_page("https://example.com/é", body=b"", headers=[], request_headers=[], status=799)
    file.write_bytes(segment(make_page(URL), odd, make_page(urlsplit(URL)._replace(path="").geturl())))

    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", file], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("digest pass") == 3
