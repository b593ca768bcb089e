"""What an archive holds: its segments by day, and the captures that their indexes list.

A segment is named by the day on which it was begun. Its pages were fetched on that day, or shortly before midnight.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from pipelines.cdxj import REVISIT, SEGMENT_SUFFIX, Line, index_name, read_segment, surt
from pipelines.failures import MissingObjectError
from pipelines.object_store import Archive
from schemas.addresses import url_key

ONE_DAY = timedelta(days=1)
STAMP = "%Y%m%d%H%M%S"
# Enough to hide how long one answer takes, and few enough to be held in memory.
_AT_ONCE = 16
_DIGEST = "sha256:"


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as it was at one moment, or that it was as before; ``segment`` is the name of the object that has it."""

    segment: str
    line: Line

    @property
    def taken(self) -> datetime:
        """When, in whole seconds."""
        return datetime.strptime(self.line.timestamp, STAMP).replace(tzinfo=UTC)

    @property
    def has_bytes(self) -> bool:
        """Whether its record has the body, and does not name another that has it."""
        return self.line.mime != REVISIT


class Catalogue:
    """Reads an archive's indexes: one request lists the segments of a day, one more reads each segment's index."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def segments(self, day: date) -> list[str]:
        """The names of the segments that were begun on a day."""
        return [name for name in self.archive.names(f"warc/{day:%Y/%m/%d}") if name.endswith(SEGMENT_SUFFIX)]

    def lines(self, segment: str, having: bytes = b"") -> list[Line]:
        """The lines of a segment's index that have certain bytes in them. Where the index is missing, it is made anew.

        Raises:
            ArchiveError: it cannot be read.
        """
        return [Line.decode(line) for line in self._index(segment).splitlines() if having in line and line]

    def captures(self, days: Iterable[date], having: bytes = b"") -> Iterator[Capture]:
        """The captures of some days, by the lines of the indexes that have certain bytes in them.

        Raises:
            ArchiveError: an index cannot be read.
        """
        with ThreadPoolExecutor(_AT_ONCE) as readers:
            for day in days:
                names = iter(self.segments(day))
                while some := list(islice(names, 4 * _AT_ONCE)):
                    found = readers.map(lambda name: self.lines(name, having), some)
                    for name, lines in zip(some, found, strict=True):
                        yield from (Capture(name, line) for line in lines)

    def captures_of(self, url: str, days: Iterable[date], site: str | None = None) -> Iterator[Capture]:
        """The captures of a URL.

        Raises:
            ArchiveError: an index cannot be read.
        """
        key = url_key(url)
        for capture in self.captures(days, having=f"{surt(url)} ".encode()):
            if url_key(capture.line.url) == key and site in {None, capture.line.site}:
                yield capture

    def _index(self, segment: str) -> bytes:
        try:
            return self.archive.whole(self.archive.uri(index_name(segment)))
        except MissingObjectError:
            # Whoever wrote the segment died before its index was there.
            data = io.BytesIO(self.archive.whole(self.archive.uri(segment)))
            return b"\n".join(line.encode().encode() for line in read_segment(data, segment))


def days_between(since: date, until: date) -> Iterator[date]:
    """The days whose segments may have what was fetched between two days, the newest first."""
    day = until + ONE_DAY
    while day >= since:
        yield day
        day -= ONE_DAY


def digest_of(line: Line) -> bytes:
    """The SHA-256 of its body, as tables have it; empty where it is not said."""
    return base64.b32decode(line.digest.removeprefix(_DIGEST)) if line.digest.startswith(_DIGEST) else b""
