"""One index of many captures, for replay: pywb serves a job, a site or a page by it, out of the archive as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from pipelines.catalogue import Capture, Catalogue, days_between
from pipelines.cdxj import Line
from pipelines.object_store import Archive

NOT_MODIFIED = "304"


def merged(captures: Iterable[Capture]) -> list[bytes]:
    """The sorted lines of captures, each with its segment's name in the archive, folders and all.

    A page that was not sent again (304) stands there with the record that has its bytes: pywb would serve the 304.
    """
    found = list(captures)
    originals: dict[tuple[str, str], Capture] = {}
    for capture in found:
        if capture.has_bytes:
            originals[capture.line.digest, ""] = originals[capture.line.digest, capture.line.url] = capture
    return sorted(_line(capture, originals).encode().encode() for capture in found)


def _line(capture: Capture, originals: dict[tuple[str, str], Capture]) -> Line:
    line = replace(capture.line, filename=capture.segment)
    if line.status != NOT_MODIFIED or capture.has_bytes:
        return line
    original = originals.get((line.digest, line.url)) or originals.get((line.digest, ""))
    if original is None:
        return line
    of_bytes = original.line
    line = replace(line, mime=of_bytes.mime, status=of_bytes.status, filename=original.segment)
    return replace(line, offset=of_bytes.offset, length=of_bytes.length)


def with_originals(archive: Archive, captures: Iterable[Capture], first: date, last: date) -> Iterator[Capture]:
    """Captures, and those that have the bytes which they refer to: these may be of other jobs, back to the first day.

    Raises:
        ArchiveError: an index cannot be read.
    """
    wanted: set[tuple[str, str]] = set()
    there: set[tuple[str, int]] = set()
    for capture in captures:
        there.add((capture.segment, capture.line.offset))
        if not capture.has_bytes:
            wanted.add((capture.line.site, capture.line.digest))
        yield capture
    if not wanted:
        return
    for capture in Catalogue(archive).captures(days_between(first, last)):
        known = (capture.segment, capture.line.offset) in there
        if capture.has_bytes and not known and (capture.line.site, capture.line.digest) in wanted:
            yield capture
