"""A page as it was at some moment: its row's bytes where these were current then, else an older capture's.

One ranged read gives the bytes of a row. What is older is looked for in the indexes of the days before, the newest
first; the days before the first job have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain

import psycopg

from pipelines.catalogue import Capture, Catalogue, days_between, digest_of
from pipelines.database import Row
from pipelines.failures import ArchiveError
from pipelines.object_store import Archive
from pipelines.rewriting import Record, stamp
from pipelines.warc import NOT_MODIFIED, Headers, read_head
from schemas.addresses import url_sha256

_OF_SITE = "(%(site)s::text IS NULL OR site.slug = %(site)s)"
_ROW = f"""
SELECT page.url, page.fetched_at, page.archive_uri, page.archive_offset, page.archive_length, site.slug AS site
FROM page JOIN site ON site.id = page.site_id
WHERE page.url_sha256 = %(key)s AND {_OF_SITE} ORDER BY page.fetched_at DESC LIMIT 1
"""  # noqa: S608 - made of this module's own text
_FIRST = f"""
SELECT min(job.created_at) AS first FROM job JOIN site ON site.id = job.site_id WHERE {_OF_SITE}
"""  # noqa: S608 - made of this module's own text
_SAME = "SELECT archive_uri, archive_offset, archive_length FROM page WHERE body_sha256 = %s LIMIT 1"
_GONE = frozenset({"404", "410"})
_FIRST_ERROR = "4"
_SHOWN = "%Y-%m-%d %H:%M:%S"
NAMED = 20
"""So many captures a sentence names."""


class NoCaptureError(LookupError):
    """There is no such capture; the text says which there are."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it came, decoded; headers as latin-1, which keeps any byte."""

    url: str
    status: str
    headers: Headers
    body: bytes


class Pages:
    """Looks pages up, of one site or of any."""

    def __init__(self, connection: psycopg.Connection[Row], archive: Archive, site: str | None = None) -> None:
        self._connection = connection
        self._archive = archive
        self._catalogue = Catalogue(archive)
        self._site = site

    def newest(self, url: str) -> Shown:
        """A page by its row.

        Raises:
            NoCaptureError: it has none.
            ArchiveError: the archive does not give its bytes.
        """
        row = self._row(url)
        if row is None:
            raise NoCaptureError(f"{url} is not stored. Crawl it, or look for its URL with: scrapy export pages")
        return self._by_row(row)

    def at(self, url: str, moment: datetime) -> Shown:
        """A page as it was at a moment.

        Raises:
            NoCaptureError: it was not captured by then.
            ArchiveError: the archive does not give its bytes.
        """
        row = self._row(url)
        if row and row["fetched_at"] <= moment:
            return self._by_row(row)
        capture = self._current(url, moment, self._first_day())
        if capture is None:
            raise NoCaptureError(self._which_there_are(url, moment))
        return self._by_capture(capture)

    def _row(self, url: str) -> Row | None:
        return self._connection.execute(_ROW.encode(), {"key": url_sha256(url), "site": self._site}).fetchone()

    def _by_row(self, row: Row) -> Shown:
        return _shown(row["url"], *self._record(row).http)

    def _record(self, row: Row) -> Record:
        return Record.read(self._archive.read(row["archive_uri"], row["archive_offset"], row["archive_length"]))

    def _first_day(self) -> date:
        row = self._connection.execute(_FIRST.encode(), {"site": self._site}).fetchone()
        first = row["first"] if row else None
        return (first or datetime.now(UTC)).astimezone(UTC).date()

    def _current(self, url: str, moment: datetime, first: date) -> Capture | None:
        """The newest capture until then: of a page where there is one, else of an error."""
        until = moment.astimezone(UTC)
        best: Capture | None = None
        for day in days_between(first, until.date()):
            found = self._catalogue.captures_of(url, [day], self._site)
            best = max([*(c for c in found if c.taken <= until), *([best] if best else [])], key=_worth, default=None)
            # Segments of the days before have nothing newer.
            if best and _is_page(best) and best.taken.date() >= day:
                break
        return best

    def _by_capture(self, capture: Capture) -> Shown:
        record = self._member(capture)
        if capture.has_bytes:
            return _shown(capture.line.url, *record.http)
        head, body = self._original(capture, record).http
        not_modified = record.get("warc-profile") == NOT_MODIFIED
        return _shown(capture.line.url, head if not_modified else record.http[0], body)

    def _member(self, capture: Capture) -> Record:
        uri = self._archive.uri(capture.segment)
        return Record.read(self._archive.read(uri, capture.line.offset, capture.line.length))

    def _original(self, revisit: Capture, record: Record) -> Record:
        """The record that has the body of a revisit: that of a row, or else the one that it refers to."""
        row = self._connection.execute(_SAME, [digest_of(revisit.line)]).fetchone()
        if row:
            return self._record(row)
        url, when = record.get("warc-refers-to-target-uri"), stamp(record.get("warc-refers-to-date"))
        day = datetime.strptime(when[:8], "%Y%m%d").replace(tzinfo=UTC).date()
        near = self._catalogue.captures_of(url, days_between(day, day))
        # It may refer to a record that refers to another: the digest says which it is in the end.
        far = self._catalogue.captures(
            days_between(self._first_day(), revisit.taken.date()), revisit.line.digest.encode()
        )
        for capture in chain(near, far):
            if capture.has_bytes and capture.line.digest == revisit.line.digest:
                return self._member(capture)
        raise ArchiveError(f"The bytes that {revisit.line.url} had at {revisit.taken} are not in the archive.")

    def _which_there_are(self, url: str, moment: datetime) -> str:
        days = days_between(self._first_day(), datetime.now(UTC).date())
        found = sorted({f"{capture.taken:{_SHOWN}}" for capture in self._catalogue.captures_of(url, days, self._site)})
        if not found:
            return f"{url} is not in the archive. Crawl it, or look for its URL with: scrapy export pages"
        more = f" and {len(found) - NAMED:,} later" if len(found) > NAMED else ""
        return (
            f"{url} has no capture from {moment:{_SHOWN}} UTC or before. "
            f"There are (UTC): {', '.join(found[:NAMED])}{more}."
        )


def _worth(capture: Capture) -> tuple[bool, str]:
    return _is_page(capture), capture.line.timestamp


def _is_page(capture: Capture) -> bool:
    """Whether a row would have it in the place of an error."""
    return capture.line.status < _FIRST_ERROR or capture.line.status in _GONE


def _shown(url: str, head: bytes, body: bytes) -> Shown:
    return Shown(url, *read_head(head), body)
