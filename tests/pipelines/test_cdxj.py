"""The index of a segment: keys by which replay finds pages, lines that read back, and how it is made anew."""

from __future__ import annotations

import io
import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from pipelines import cdxj, warc
from pipelines.cdxj import Line, surt
from pipelines.failures import ArchiveError
from schemas.page import Unchanged
from tests.support.pages import MOMENT, make_page

SESSION = "0123456789abcdef0123456789abcdef"
# As the package surt says, by which pywb finds pages.
KEYS = {
    "http://example.com": "com,example)/",
    "https://www.Example.com/A/B/?z=1&A=2": "com,example)/a/b?a=2&z=1",
    "http://www2.example.com:80/x": "com,example)/x",
    "https://example.com:443/x/": "com,example)/x",
    "https://example.com:8443/x//y/../z/./w/": "com,example:8443)/x/z/w",
    "http://user:pw@example.com/a#frag": "com,example)/a",
    "http://example.com/a?": "com,example)/a",
    "http://example.com/a?b=1&a&a=": "com,example)/a?a&a=&b=1",
    "http://example.com/a?b=1&a=2&a=1&a!=3": "com,example)/a?a=1&a=2&a!=3&b=1",
    f"http://example.com/a?sid={SESSION}&x=1": "com,example)/a?x=1",
    "http://example.com/a?cfid=1&cftoken=2&k=3": "com,example)/a?k=3",
    "http://example.com/(a(0123456789abcdefghijklmn))/x.aspx?y": "com,example)/x.aspx?y",
    "http://example.com/%E4%BD%A0/%7euser/%2525/a%20b": "com,example)/%e4%bd%a0/~user/%25/a%20b",
    "http://example.com/a?q=%E4%BD%A0+b%26c&d=%23": "com,example)/a?c&d=%23&q=%e4%bd%a0+b",
    "http://bücher.example/ö?ü=é": "example,xn--bcher-kva)/%c3%b6?%c3%bc=%c3%a9",
    "http://127.0.0.1:8000/a": "1,0,0,127:8000)/a",
    "http://[::1]:8000/a": "::1:8000)/a",
    "http://example.com./../a": "com,example)/../a",
    "http://example.com?x=1": "com,example)/?x=1",
    "http://example.com/%zz?%zz": "com,example)/%25zz?%25zz",
    "http://www.www.example.com/": "com,example,www)/",
}
LINE = Line(
    "com,example)/a", "20260302123015", "https://example.com/a", "text/html", "200", "sha256:ABC", 812, 391, "w.warc.gz"
)


@pytest.mark.parametrize(("url", "key"), KEYS.items())
def test_keys_are_those_that_replay_looks_for(url: str, key: str) -> None:
    assert surt(url) == key


@given(st.text(string.printable, max_size=60))
def test_any_url_has_a_key_without_blanks(path: str) -> None:
    key = surt(f"https://example.com/{path}")
    assert key.startswith("com,example)/")
    assert not set(string.whitespace) & set(key)


def test_a_line_is_cdxj_whose_values_are_texts() -> None:
    assert LINE.encode() == (
        'com,example)/a 20260302123015 {"url":"https://example.com/a","mime":"text/html","status":"200",'
        '"digest":"sha256:ABC","length":"812","offset":"391","filename":"w.warc.gz"}'
    )
    assert Line.decode(LINE.encode()) == LINE


@pytest.mark.parametrize("text", ["", "a b", "a 2026 {}", "a 2026 []", 'a 2026 {"length":"x"}', "a 2026 {"])
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(ArchiveError, match="no line of an index"):
        Line.decode(text)


def test_an_index_is_sorted_by_its_bytes_and_reads_back() -> None:
    keys = ["com,example)/b", "com,example)/a?b", "com,example)/a", "com,example)/a/b", "com,example)/a"]
    lines = [Line(key, f"2026030212301{n}", "u", "m", "200", "d", 1, n, "f") for n, key in enumerate(keys)]

    data = cdxj.index(lines)

    assert data.endswith(b"\n")
    assert data.splitlines() == sorted(data.splitlines())
    assert sorted(map(cdxj.Line.decode, data.splitlines())) == sorted(lines)


def test_an_index_has_the_name_of_its_segment() -> None:
    segment = "warc/2026/03/02/host-7-000001.warc.gz"
    assert cdxj.index_name(segment) == "warc/2026/03/02/host-7-000001.cdxj"


def segment() -> bytes:
    page = make_page("https://example.com/a?b=c", headers=[("content-type", "Text/HTML; charset=x"), ("X", "\xe9")])
    other = make_page("https://example.com/é", status=404, headers=[], body=b"\r\n\r\n" * 100_000)
    known = Unchanged(MOMENT, page.body_sha256, [("ETag", '"v1"')])
    records = [*warc.exchange(page), *warc.exchange(other), *warc.revisit(page, known)]
    return warc.warcinfo("w.warc.gz", "test") + b"".join(records)


def test_the_lines_of_a_segment_are_found_in_its_bytes() -> None:
    data = segment()

    lines = list(cdxj.read_segment(io.BytesIO(data), "warc/2026/w.warc.gz"))

    assert [(line.key, line.timestamp, line.mime, line.status) for line in lines] == [
        ("com,example)/a?b=c", "20260302123015", "text/html", "200"),
        ("com,example)/%c3%a9", "20260302123015", "unk", "404"),
        ("com,example)/a?b=c", "20260302123015", "warc/revisit", "304"),
    ]
    assert {line.filename for line in lines} == {"w.warc.gz"}
    assert {(line.site, line.job) for line in lines} == {("example.com", str(UUID(int=1)))}
    assert list(map(cdxj.Line.decode, cdxj.index(lines).splitlines())) == sorted(lines)
    assert lines[0].digest == lines[2].digest != lines[1].digest
    for line in lines:
        assert warc.read_http(data[line.offset : line.offset + line.length])[0].split()[1] == line.status


def test_places_are_those_that_another_reader_finds() -> None:
    data = segment()
    iterator = ArchiveIterator(io.BytesIO(data))
    found = [(iterator.get_record_offset(), iterator.get_record_length()) for _ in iterator]
    assert [(offset, length) for offset, length, _ in cdxj.members(io.BytesIO(data))] == found


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_a_segment_that_is_cut_off_is_told_from_a_whole_one(cut: int) -> None:
    with pytest.raises(ArchiveError, match="cut off"):
        list(cdxj.read_segment(io.BytesIO(segment()[:-cut]), "w.warc.gz"))


def test_a_segment_that_is_damaged_is_told_from_a_whole_one() -> None:
    data = bytearray(segment())
    data[700] ^= 0xFF
    with pytest.raises(ArchiveError, match="damaged"):
        list(cdxj.read_segment(io.BytesIO(bytes(data)), "w.warc.gz"))
