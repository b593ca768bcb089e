"""The index of a WARC segment, as pywb and ReplayWeb.page read it: a line of CDXJ for each page, sorted by its key."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote_from_bytes, unquote_to_bytes

import orjson

from pipelines.failures import ArchiveError

SEGMENT_SUFFIX = ".warc.gz"
INDEX_SUFFIX = ".cdxj"
REVISIT = "warc/revisit"
"""The ``mime`` of a record that refers to another one's body."""
PAGES = frozenset({"response", "revisit", "resource"})
"""The types of records that have a line: those that show a page."""
_GZIP_WINDOW = 31
_CHUNK = 1 << 16
_MOST_HEAD = 1 << 20
_BLANK_LINE = b"\r\n\r\n"
_DEFAULT_PORTS = {"http": "80", "https": "443"}
# As a browser leaves them in a URL: everything else is escaped.
_UNESCAPED = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_PLAIN = re.compile(r"[!-$&-~]*")
_WWW = re.compile(r"www\d*\.")
_SLASHES = re.compile("/{2,}")
_SESSION_IN_PATH = (
    re.compile(r"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$", re.DOTALL),
    re.compile(r"^(.*/)(?:\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$", re.DOTALL),
)
_SESSIONS_IN_QUERY = tuple(
    re.compile(rf"^(.*)(?:{session})(?:&(.*))?$", re.IGNORECASE | re.DOTALL)
    for session in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line: a page's record, and where in which file it is. Lines sort as an index does.

    ``timestamp`` is ``yyyymmddhhmmss`` in UTC; ``status`` a number, or empty where there is none; ``digest`` that of
    the body, as ``sha256:…`` in base32; ``filename`` the segment's name without its folders.
    """

    key: str
    timestamp: str
    url: str
    mime: str
    status: str
    digest: str
    length: int
    offset: int
    filename: str
    site: str = ""
    job: str = ""

    def encode(self) -> str:
        """The line, without its end."""
        return f"{self.key} {self.timestamp} {orjson.dumps(self._fields()).decode()}"

    def _fields(self) -> dict[str, str]:
        fields = {"url": self.url, "mime": self.mime, "status": self.status, "digest": self.digest}
        fields |= {"length": str(self.length), "offset": str(self.offset), "filename": self.filename}
        fields |= {"site": self.site, "job": self.job}
        return {name: value for name, value in fields.items() if value}

    @classmethod
    def decode(cls, text: str | bytes) -> Line:
        """A line of any index of ours.

        Raises:
            ArchiveError: it is none.
        """
        line = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        try:
            key, timestamp, fields = line.split(" ", 2)
            said = {name: str(value) for name, value in orjson.loads(fields).items()}
            length, offset, filename = int(said["length"]), int(said["offset"]), said["filename"]
        except (ValueError, KeyError, AttributeError) as error:
            raise ArchiveError(f"This is no line of an index: {line[:200]!r}.") from error
        url, mime, status, digest = (said.get(name, "") for name in ("url", "mime", "status", "digest"))
        whose = (said.get("site", ""), said.get("job", ""))
        return cls(key, timestamp, url, mime, status, digest, length, offset, filename, *whose)


def index(lines: Iterable[Line]) -> bytes:
    """The whole index of a segment."""
    encoded = sorted(line.encode().encode() for line in lines)
    return b"".join(line + b"\n" for line in encoded)


def index_name(segment: str) -> str:
    """The name or URI of a segment's index, by the segment's own."""
    return segment.removesuffix(SEGMENT_SUFFIX) + INDEX_SUFFIX


def read_segment(stream: BinaryIO, filename: str) -> Iterator[Line]:
    """The lines of a segment, in its own order, for where its index is missing. Memory is bounded, whatever its size.

    Raises:
        ArchiveError: it is damaged, or cut off.
    """
    for offset, length, head in members(stream):
        line = _line(head, offset, length, filename.rpartition("/")[2])
        if line:
            yield line


def members(stream: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Of each gzip member of a stream its offset and length in it, and how its content begins: all of its headers.

    Raises:
        ArchiveError: it is damaged, or cut off.
    """
    offset, rest = 0, stream.read(_CHUNK)
    while rest:
        member = zlib.decompressobj(_GZIP_WINDOW)
        head, length = bytearray(), 0
        while not member.eof:
            if not rest:
                raise ArchiveError(f"The segment is cut off: its record at {offset} has no end.")
            length += len(rest)
            try:
                content = member.decompress(rest)
            except zlib.error as error:
                raise ArchiveError(f"The segment is damaged: its record at {offset} cannot be read: {error}.") from None
            # The headers of WARC end with a blank line, and those of HTTP with another.
            if len(head) < _MOST_HEAD and head.count(_BLANK_LINE) < 2:
                head += content
            rest = member.unused_data or (b"" if member.eof else stream.read(_CHUNK))
        length -= len(member.unused_data)
        yield offset, length, bytes(head)
        offset += length
        rest = rest or stream.read(_CHUNK)


def _line(head: bytes, offset: int, length: int, filename: str) -> Line | None:
    about, _, block = head.partition(_BLANK_LINE)
    warc = _headers(about)
    kind = warc.get("warc-type", "")
    if kind not in PAGES:
        return None
    url, digest = warc.get("warc-target-uri", ""), warc.get("warc-payload-digest", "")
    if kind == "resource":
        _, status, *_ = f"{warc.get('longline-status', '')} 200 ".split(" ")
        mime = media_type(warc.get("content-type", ""))
    else:
        answer = block.partition(_BLANK_LINE)[0]
        status = answer.partition(b"\r\n")[0].decode("latin-1").split(" ")[1]
        mime = REVISIT if kind == "revisit" else media_type(_headers(answer).get("content-type", ""))
    when = re.sub(r"\D", "", warc.get("warc-date", ""))[:14]
    whose = (warc.get("longline-site", ""), warc.get("longline-job", ""))
    return Line(surt(url), when, url, mime, status, digest, length, offset, filename, *whose)


def _headers(head: bytes) -> dict[str, str]:
    """The first of each name; what is no UTF-8 came by HTTP."""
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    pairs = (line.partition(":") for line in reversed(text.split("\r\n")[1:]))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def media_type(content_type: str) -> str:
    """``text/html`` of ``Text/HTML; charset=utf-8``; ``unk`` where nothing is said."""
    return content_type.partition(";")[0].strip().lower().replace(" ", "") or "unk"


def surt(url: str) -> str:
    """The key by which replay finds a URL: ``com,example)/a?b=c``. Scheme, ``www.``, letters' case and order of
    parameters do not count in it, and neither do the ids of well-known kinds of sessions."""
    scheme, _, rest = url.partition("#")[0].partition("://")
    address, slash, query = rest.partition("?")
    authority, _, path = address.partition("/")
    host, port = _host(authority, scheme.lower())
    return f"{host}{port}){_path(path)}{_query(query) if slash else ''}"


def _host(authority: str, scheme: str) -> tuple[str, str]:
    host = authority.rpartition("@")[2]
    port = ""
    if not host.endswith("]"):
        host, _, port = host.partition(":") if "[" not in host else host.rpartition(":")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            host = _escaped(host)
    host = _WWW.sub("", _escaped(host).lower().replace("..", ".").strip("."), count=1) if host else ""
    reversed_host = ",".join(reversed(host.strip("[]").split(".")))
    return reversed_host, f":{port}" if port and port != _DEFAULT_PORTS.get(scheme) else ""


def _path(path: str) -> str:
    kept: list[str] = []
    parts = _unescaped(path).split(b"/")
    for part in parts:
        if part == b".." and kept:
            kept.pop()
        elif part != b".":
            kept.append(_quoted(part))
    text = _SLASHES.sub("/", "/" + "/".join(kept)).lower()
    for pattern in _SESSION_IN_PATH:
        text = pattern.sub(r"\1\2", text)
    return text[:-1] if len(text) > 1 and text.endswith("/") else text


def _query(query: str) -> str:
    text = _escaped(query)
    for pattern in _SESSIONS_IN_QUERY:
        if found := pattern.match(text):
            text = found[1] + (found[2] or "")
    # As pairs, so that "a" stands before "a=" and "a=1" before "a!=1".
    pairs = sorted(pair.split("=", 1) for pair in text.lower().split("&"))
    return "?" + "&".join(map("=".join, pairs)) if text else ""


def _escaped(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _quoted(_unescaped(text))


def _quoted(data: bytes) -> str:
    return quote_from_bytes(data, safe=_UNESCAPED)


def _unescaped(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    while b"%" in data:
        plain = unquote_to_bytes(data)
        if plain == data:
            break
        data = plain
    return data
