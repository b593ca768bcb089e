"""Records of a segment that is written anew: some are left out, some changed, the others stay as they are."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from pipelines.cdxj import members
from pipelines.warc import HEADER, NOT_MODIFIED, STATUS, packed, unpacked

_SENT = frozenset({STATUS.lower(), HEADER.lower()})
_BLANK_LINE = b"\r\n\r\n"
_REFERS = ("warc-profile", "warc-refers-to", "warc-refers-to-target-uri", "warc-refers-to-date")
_OF_THE_BLOCK = ("warc-block-digest", "warc-truncated")


@dataclass(slots=True)
class Record:
    """A WARC record: its fields in their order, as UTF-8 with what is none escaped, and its block."""

    fields: list[tuple[str, str]]
    block: bytes

    @classmethod
    def read(cls, member: bytes) -> Self:
        """Of one gzip member.

        Raises:
            ArchiveError: it is damaged.
        """
        head, _, block = unpacked(member).partition(_BLANK_LINE)
        return cls(read_fields(head), block.removesuffix(_BLANK_LINE))

    def get(self, name: str) -> str:
        """The first field of that name, in small letters, or an empty text."""
        return next((value for field, value in self.fields if field.lower() == name), "")

    def member(self) -> bytes:
        """As one gzip member."""
        kept = [pair for pair in self.fields if pair[0].lower() != "content-length"]
        lines = [f"{name}: {value}\r\n" for name, value in [*kept, ("Content-Length", str(len(self.block)))]]
        head = "".join(["WARC/1.1\r\n", *lines, "\r\n"]).encode("utf-8", "surrogateescape")
        return packed(head + self.block + _BLANK_LINE)

    def without(self, *names: str) -> list[tuple[str, str]]:
        """Its fields but some."""
        return [pair for pair in self.fields if pair[0].lower() not in names]

    @property
    def http(self) -> tuple[bytes, bytes]:
        """The status line with the headers, and the body. Of what a browser made: those of what was sent."""
        if self.get("warc-type") == "resource":
            lines = [value for name, value in self.fields if name.lower() in _SENT]
            return "\r\n".join(lines).encode("utf-8", "surrogateescape"), self.block
        head, _, body = self.block.partition(_BLANK_LINE)
        return head, body


def read_fields(head: bytes) -> list[tuple[str, str]]:
    """The fields of a record, by its bytes up to the blank line."""
    lines = head.partition(_BLANK_LINE)[0].decode("utf-8", "surrogateescape").split("\r\n")[1:]
    return [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]


def promoted(revisit: Record, original: Record) -> Record:
    """A revisit that has become the record of the body which it referred to."""
    fields = revisit.without("warc-type", *_REFERS, *_OF_THE_BLOCK)
    head, body = original.http
    if revisit.get("warc-profile") != NOT_MODIFIED:
        head = revisit.http[0]
    return Record([("WARC-Type", "response"), *fields], _with_length(head, len(body)) + _BLANK_LINE + body)


def redirected(revisit: Record, url: str, date: str) -> Record:
    """A revisit that refers to the capture of ``url`` at ``date``, and to no other any more."""
    fields = revisit.without(*_REFERS[1:])
    about = [("WARC-Refers-To-Target-URI", url), ("WARC-Refers-To-Date", date)]
    return Record([*fields, *about], revisit.block)


def adopted(original: Record, record_id: str, url: str, date: str, content_type: str) -> Record:
    """A record of the same body for another URL, with nothing of what was said to the first one."""
    kept = [pair for pair in original.fields if pair[0].lower() in {"warc-payload-digest", "longline-site"}]
    body = original.http[1]
    head = _with_length(f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}".encode(), len(body))
    fields = [("WARC-Type", "response"), ("WARC-Record-ID", record_id), ("WARC-Date", date), ("WARC-Target-URI", url)]
    fields += [*kept, ("Content-Type", "application/http; msgtype=response")]
    return Record(fields, head + _BLANK_LINE + body)


def _with_length(head: bytes, length: int) -> bytes:
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"Content-Length: %d" % length])


@dataclass(slots=True)
class Rewritten:
    """A segment's new bytes, and for each record that is still there: its old offset → its new offset and length."""

    data: bytearray = field(default_factory=bytearray)
    moves: dict[int, tuple[int, int]] = field(default_factory=dict)
    left_out: int = 0

    def add(self, member: bytes) -> tuple[int, int]:
        """Append a record; its offset and length."""
        place = (len(self.data), len(member))
        self.data += member
        return place


Doomed = Callable[[dict[str, str]], bool]
"""Whether a record goes, by its fields; their names are in small letters."""
Changes = dict[int, Callable[[Record], Record]]
"""By the offset of a record, what becomes of it."""


def rewrite(data: bytes, filename: str, doomed: Doomed, changes: Changes) -> Rewritten:
    """A segment without the records that are doomed and those that were made at once with them.

    Raises:
        ArchiveError: it is damaged.
    """
    found = [(offset, length, _named(head)) for offset, length, head in members(io.BytesIO(data))]
    gone = {about.get("warc-record-id") for _, _, about in found if doomed(about)} - {None}
    result = Rewritten()
    for offset, length, about in found:
        if doomed(about) or about.get("warc-concurrent-to") in gone:
            result.left_out += 1
            continue
        member = data[offset : offset + length]
        if about.get("warc-type") == "warcinfo":
            result.add(_renamed(Record.read(member), filename).member())
            continue
        change = changes.get(offset)
        result.moves[offset] = result.add(change(Record.read(member)).member() if change else member)
    return result


def _named(head: bytes) -> dict[str, str]:
    return {name.lower(): value for name, value in reversed(read_fields(head))}


def _renamed(warcinfo: Record, filename: str) -> Record:
    return Record([*warcinfo.without("warc-filename"), ("WARC-Filename", filename)], warcinfo.block)


def stamp(date: str) -> str:
    """The 14 digits by which indexes know a record's WARC-Date."""
    return re.sub(r"\D", "", date)[:14]
