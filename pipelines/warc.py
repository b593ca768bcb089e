"""Records of WARC 1.1 (ISO 28500:2017), each one gzip member, so that any of them reads alone."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

from isal import igzip, isal_zlib
from zlib_ng import zlib_ng

from pipelines.failures import ArchiveError
from schemas.page import ArchivePointer, Page, Unchanged

Headers = list[tuple[str, str]]

# What is kept for years costs more than the time that makes it small: ARCHITECTURE.md has the sums.
LEVEL = 6
GZIP_WINDOW = 31
# The body is kept decoded: these headers would no longer describe it.
TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
# A key or password of ours is nothing of the page's, and whoever reads the archive need not have it.
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization"})
RESPONSE = ("Content-Type", "application/http; msgtype=response")
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
HOLD_A_BODY = frozenset({"response", "resource"})
STATUS, HEADER = "Longline-Status", "Longline-Header"
"""Of a page that a browser has made: the status line, and each header, of the document that was sent."""
_OURS = frozenset({STATUS.encode(), HEADER.encode()})
HEAD_BYTES = 2_000
"""So much of a record's gzip member has all of its own headers that count."""
MOST_HEAD = 16_000
HTTP_STATUSES = frozenset(HTTPStatus)
_LINE_END = re.compile("[\r\n]")
_NOT_IN_A_URI = re.compile("[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Original:
    """A record that holds a body, for others to refer to: its page's URL, its ``WARC-Date``, and where it is."""

    url: str
    date: str
    pointer: ArchivePointer


def warcinfo(filename: str, software: str, jobs: Iterable[tuple[str, str]] = ()) -> bytes:
    """The first record of a segment: what wrote it, by which standard, and for which sites and jobs."""
    block = _fields(
        [
            ("software", software),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
            *(("isPartOf", f"site {site}, job {job}") for site, job in jobs),
        ]
    )
    headers = [("WARC-Filename", filename), ("Content-Type", "application/warc-fields")]
    return _record("warcinfo", datetime.now(UTC), headers, block)


def records(page: Page, original: Original | None = None) -> tuple[bytes, bytes]:
    """The record that stands for a page, and that of its request, each a gzip member."""
    if page.unchanged:
        return revisit(page, page.unchanged)
    if original:
        return duplicate(page, original)
    return resource(page) if page.rendered else exchange(page)


def exchange(page: Page) -> tuple[bytes, bytes]:
    """The response record and the request record of a page."""
    headers = [("WARC-Payload-Digest", digest(page.body_sha256)), RESPONSE]
    return _with_request(page, "response", headers, _response_head(page) + page.body)


def resource(page: Page) -> tuple[bytes, bytes]:
    """The same of what a browser made of a page: no server has sent these bytes.

    The status and the headers of the document that was sent stand in headers of ours.
    """
    status, *said = _response_head(page).decode("latin-1").split("\r\n")[:-2]
    headers = [
        ("WARC-Payload-Digest", digest(page.body_sha256)),
        ("Content-Type", page.content_type or "text/html; charset=utf-8"),
        (STATUS, status),
        *((HEADER, line) for line in said),
    ]
    return _with_request(page, "resource", headers, page.body)


def duplicate(page: Page, original: Original) -> tuple[bytes, bytes]:
    """The same of a page whose body another record has: the first record has this answer's headers alone.

    WARC 1.1, 6.7.2: the profile ``identical-payload-digest``.
    """
    headers = [
        ("WARC-Profile", IDENTICAL),
        ("WARC-Refers-To-Target-URI", escaped(original.url)),
        ("WARC-Refers-To-Date", original.date),
        ("WARC-Payload-Digest", digest(page.body_sha256)),
        RESPONSE,
    ]
    return _with_request(page, "revisit", headers, _response_head(page))


def revisit(page: Page, known: Unchanged) -> tuple[bytes, bytes]:
    """The same of a page that is as it was: the first record has the headers of the 304, and says which bytes it means.

    WARC 1.1, 6.7.2: the profile ``server-not-modified``.
    """
    headers = [
        ("WARC-Profile", NOT_MODIFIED),
        ("WARC-Refers-To-Target-URI", escaped(known.original_url or page.url)),
        ("WARC-Refers-To-Date", date(known.fetched_at)),
        ("WARC-Payload-Digest", digest(known.body_sha256)),
        RESPONSE,
    ]
    block = b"HTTP/1.1 304 Not Modified\r\n" + _http_fields(known.headers) + b"\r\n"
    return _with_request(page, "revisit", headers, block)


def original_of(page: Page, pointer: ArchivePointer) -> Original:
    """How others refer to the record of a page."""
    return Original(page.url, date(page.fetched_at), pointer)


def _with_request(page: Page, kind: str, headers: Headers, block: bytes) -> tuple[bytes, bytes]:
    record_id = _new_id()
    about = [
        ("WARC-Target-URI", escaped(page.url)),
        ("Longline-Job", str(page.job_id)),
        ("Longline-Site", page.site),
        ("Longline-Tier", page.tier),
        *([("Longline-Proxy", page.proxy)] if page.proxy else []),
    ]
    asked = [*about, ("WARC-Concurrent-To", record_id), ("Content-Type", "application/http; msgtype=request")]
    record = _record(kind, page.fetched_at, [*about, *headers], block, record_id)
    return record, _record("request", page.fetched_at, asked, _request_block(page))


def digest(sha256: bytes) -> str:
    """As records and indexes name a body."""
    return f"sha256:{base64.b32encode(sha256).decode()}"


def read_original(start: bytes, pointer: ArchivePointer, sha256: bytes) -> Original | None:
    """How to refer to the record at a place; None where it does not hold this body.

    Args:
        start: how the record's gzip member begins, by ``HEAD_BYTES`` at least.
    """
    try:
        head = zlib.decompressobj(GZIP_WINDOW).decompress(start, MOST_HEAD)
    except zlib.error:
        return None
    lines = (line.partition(b": ") for line in head.partition(b"\r\n\r\n")[0].split(b"\r\n"))
    said = {name: value.decode("utf-8", "replace") for name, _, value in lines}
    holds = said.get(b"WARC-Type") in HOLD_A_BODY and said.get(b"WARC-Payload-Digest") == digest(sha256)
    url, when = said.get(b"WARC-Target-URI", ""), said.get(b"WARC-Date", "")
    return Original(url, when, pointer) if holds and url and when else None


def read_http(member: bytes) -> tuple[str, Headers, bytes]:
    """Status line, headers and body of a page's record; headers as latin-1, which keeps any byte.

    Args:
        member: the gzip member that a row's pointer names.

    Raises:
        ArchiveError: it is damaged, or is not all of a member and nothing else.
    """
    about, _, block = unpacked(member).partition(b"\r\n\r\n")
    if b"\r\nWARC-Type: resource\r\n" in about:
        head, body = _sent(about), block
    else:
        head, _, body = block.partition(b"\r\n\r\n")
    return *read_head(head), body.removesuffix(b"\r\n\r\n")


def read_head(head: bytes) -> tuple[str, Headers]:
    """The status line and the headers of an answer, as latin-1, which keeps any byte."""
    status, *lines = head.decode("latin-1").split("\r\n")
    return status, [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]


def _sent(about: bytes) -> bytes:
    """The head of the answer that a browser made a page of."""
    pairs = (line.partition(b": ") for line in about.split(b"\r\n"))
    # Fields of WARC are UTF-8; those of HTTP were read as latin-1.
    return b"\r\n".join(value.decode().encode("latin-1") for name, _, value in pairs if name in _OURS)


def _response_head(page: Page) -> bytes:
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in TRANSFER_HEADERS else name, value) for name, value in page.headers
    ]
    headers.append(("Content-Length", str(len(page.body))))
    phrase = HTTPStatus(page.status).phrase if page.status in HTTP_STATUSES else ""
    return f"HTTP/1.1 {page.status} {phrase}\r\n".encode() + _http_fields(headers) + b"\r\n"


def _request_block(page: Page) -> bytes:
    _, _, rest = escaped(page.url).partition("://")
    host, slash, path = rest.partition("/")
    headers = [("Host", host), *(pair for pair in page.request_headers if pair[0].lower() not in SECRET_HEADERS)]
    return _wire(f"{page.method} {slash}{path} HTTP/1.1\r\n") + _http_fields(headers) + b"\r\n"


def _record(kind: str, when: datetime, headers: Headers, block: bytes, record_id: str | None = None) -> bytes:
    fields = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id or _new_id()),
        ("WARC-Date", date(when)),
        *headers,
        ("Content-Length", str(len(block))),
    ]
    return packed(b"WARC/1.1\r\n" + _fields(fields) + b"\r\n" + block + b"\r\n\r\n")


def date(when: datetime, form: str = "%Y-%m-%dT%H:%M:%S.%fZ") -> str:
    """A time in UTC, as records name it."""
    return when.astimezone(UTC).strftime(form)


def _fields(pairs: Headers) -> bytes:
    return "".join(map(_line, pairs)).encode("utf-8", "replace")


def _http_fields(pairs: Headers) -> bytes:
    return b"".join(_wire(_line(pair)) for pair in pairs)


def _line(pair: tuple[str, str]) -> str:
    return _LINE_END.sub(" ", ": ".join(pair)) + "\r\n"


def _wire(text: str) -> bytes:
    """The bytes that came: what came by HTTP was read as latin-1."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def escaped(url: str) -> str:
    """As records name a URL: without what ends a line."""
    return _NOT_IN_A_URI.sub(lambda match: f"%{ord(match[0]):02X}", url)


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def packed(data: bytes) -> bytes:
    """One gzip member."""
    return zlib_ng.compress(data, LEVEL, GZIP_WINDOW)


def unpacked(member: bytes) -> bytes:
    """What is in a gzip member.

    Raises:
        ArchiveError: it is damaged, or is not all of a member and nothing else.
    """
    try:
        data: bytes = igzip.decompress(member)  # type: ignore[no-untyped-call]
    except (isal_zlib.error, EOFError, OSError) as error:  # type: ignore[misc] # its stub has an instance
        raise ArchiveError(f"A record of the archive is damaged, so that it cannot be read: {error}.") from error
    return data
