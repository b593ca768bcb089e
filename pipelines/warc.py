"""Records of WARC 1.1 (ISO 28500:2017), each one gzip member, so that any of them reads alone."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

from isal import igzip, isal_zlib

from pipelines.failures import ArchiveError
from schemas.page import Page, Unchanged

Headers = list[tuple[str, str]]

# igzip takes far less time than zlib; its records are somewhat larger.
LEVEL = 2
GZIP_WINDOW = 31
# The body is kept decoded: these headers would no longer describe it.
TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
RESPONSE = ("Content-Type", "application/http; msgtype=response")
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
HTTP_STATUSES = frozenset(HTTPStatus)
_LINE_END = re.compile("[\r\n]")
_NOT_IN_A_URI = re.compile("[\x00-\x20\x7f]")


def warcinfo(filename: str, software: str) -> bytes:
    """The first record of a segment: what wrote it, and by which standard."""
    block = _fields(
        [
            ("software", software),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ]
    )
    headers = [("WARC-Filename", filename), ("Content-Type", "application/warc-fields")]
    return _record("warcinfo", datetime.now(UTC), headers, block)


def exchange(page: Page) -> tuple[bytes, bytes]:
    """The response record and the request record of a page, each a gzip member."""
    headers = [("WARC-Payload-Digest", _digest(page.body_sha256)), RESPONSE]
    return _with_request(page, "response", headers, _response_block(page))


def revisit(page: Page, known: Unchanged) -> tuple[bytes, bytes]:
    """The same of a page that is as it was: the first record has the headers of the 304, and says which bytes it means.

    WARC 1.1, 6.7.2: the profile ``server-not-modified``.
    """
    headers = [
        ("WARC-Profile", NOT_MODIFIED),
        ("WARC-Refers-To-Target-URI", _escaped(page.url)),
        ("WARC-Refers-To-Date", _date(known.fetched_at)),
        ("WARC-Payload-Digest", _digest(known.body_sha256)),
        RESPONSE,
    ]
    block = b"HTTP/1.1 304 Not Modified\r\n" + _http_fields(known.headers) + b"\r\n"
    return _with_request(page, "revisit", headers, block)


def _with_request(page: Page, kind: str, headers: Headers, block: bytes) -> tuple[bytes, bytes]:
    record_id = _new_id()
    about = [
        ("WARC-Target-URI", _escaped(page.url)),
        ("Longline-Job", str(page.job_id)),
        ("Longline-Site", page.site),
        ("Longline-Tier", page.tier),
    ]
    asked = [*about, ("WARC-Concurrent-To", record_id), ("Content-Type", "application/http; msgtype=request")]
    record = _record(kind, page.fetched_at, [*about, *headers], block, record_id)
    return record, _record("request", page.fetched_at, asked, _request_block(page))


def _digest(sha256: bytes) -> str:
    return f"sha256:{base64.b32encode(sha256).decode()}"


def read_http(member: bytes) -> tuple[str, Headers, bytes]:
    """Status line, headers and body of a response record; headers as latin-1, which keeps any byte.

    Args:
        member: the gzip member that a row's pointer names.

    Raises:
        ArchiveError: it is damaged, or is not all of a member and nothing else.
    """
    _, _, block = _gunzip(member).partition(b"\r\n\r\n")
    head, _, body = block.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return status, headers, body.removesuffix(b"\r\n\r\n")


def _response_block(page: Page) -> bytes:
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in TRANSFER_HEADERS else name, value) for name, value in page.headers
    ]
    headers.append(("Content-Length", str(len(page.body))))
    phrase = HTTPStatus(page.status).phrase if page.status in HTTP_STATUSES else ""
    return f"HTTP/1.1 {page.status} {phrase}\r\n".encode() + _http_fields(headers) + b"\r\n" + page.body


def _request_block(page: Page) -> bytes:
    _, _, rest = _escaped(page.url).partition("://")
    host, slash, path = rest.partition("/")
    headers = [("Host", host), *page.request_headers]
    return _wire(f"GET {slash}{path} HTTP/1.1\r\n") + _http_fields(headers) + b"\r\n"


def _record(kind: str, when: datetime, headers: Headers, block: bytes, record_id: str | None = None) -> bytes:
    fields = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id or _new_id()),
        ("WARC-Date", _date(when)),
        *headers,
        ("Content-Length", str(len(block))),
    ]
    return _gzip(b"WARC/1.1\r\n" + _fields(fields) + b"\r\n" + block + b"\r\n\r\n")


def _date(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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


def _escaped(url: str) -> str:
    return _NOT_IN_A_URI.sub(lambda match: f"%{ord(match[0]):02X}", url)


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _gzip(data: bytes) -> bytes:
    compressed: bytes = isal_zlib.compress(data, LEVEL, GZIP_WINDOW)
    return compressed


def _gunzip(member: bytes) -> bytes:
    try:
        data: bytes = igzip.decompress(member)  # type: ignore[no-untyped-call]
    except (isal_zlib.error, EOFError, OSError) as error:  # type: ignore[misc] # its stub has an instance
        raise ArchiveError(f"A record of the archive is damaged, so that it cannot be read: {error}.") from error
    return data
