"""Which records go, and what becomes of those that refer to their bodies.

A body that a record which stays refers to stays as well. Where another record has it, that one is referred to; where
none has, the oldest of those that refer to it becomes the record that has it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from pipelines.catalogue import Capture, Catalogue, days_between
from pipelines.object_store import Archive
from pipelines.rewriting import Changes, Record, promoted, redirected, stamp
from pipelines.wishes import Wish, common_bytes, of_one_site

Key = tuple[str, str]
"""Of a body: the site's slug, and its digest as indexes have it."""
Place = tuple[str, int, int]
"""Of a record: its segment's name, offset and length."""
_WARC_DATE = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Heir:
    """Whose record has a body that erased ones had; ``is_new``: it had not before."""

    place: Place
    url: str
    date: str
    is_new: bool = False


@dataclass
class Plan:
    """``doomed``: of each segment the offsets of the captures that go, with their bodies' keys. ``sites``: whose
    captures these are."""

    doomed: dict[str, dict[int, Key]] = field(default_factory=dict)
    bodies: dict[Key, Place] = field(default_factory=dict)
    changes: dict[str, Changes] = field(default_factory=dict)
    heirs: dict[Key, Heir] = field(default_factory=dict)
    sites: set[str] = field(default_factory=set)

    @property
    def segments(self) -> list[str]:
        """Those that are written anew, or go."""
        return sorted(self.doomed.keys() | self.changes.keys())

    @property
    def captures(self) -> int:
        """How many go."""
        return sum(map(len, self.doomed.values()))


class Planner:
    """Looks through the indexes of the days between ``since`` and ``until``: twice, where bodies go."""

    def __init__(self, catalogue: Catalogue, wishes: Collection[Wish], since: date, until: date) -> None:
        self._catalogue = catalogue
        self._wishes = wishes
        self._days = (since, until)
        self._plan = Plan()

    def plan(self) -> Plan:
        """What is to be done.

        Raises:
            ArchiveError: an index or a record cannot be read.
        """
        for capture in self._captures(common_bytes(self._wishes)):
            if any(wish.meets_line(capture.line) for wish in self._wishes):
                self._doom(capture)
        for key, kept in self._kept().items():
            self._inherit(key, kept)
        return self._plan

    def _captures(self, having: bytes) -> Iterator[Capture]:
        return self._catalogue.captures(days_between(*self._days), having)

    def _doom(self, capture: Capture) -> None:
        key = key_of(capture)
        self._plan.doomed.setdefault(capture.segment, {})[capture.line.offset] = key
        self._plan.sites.add(capture.line.site)
        if capture.has_bytes:
            self._plan.bodies.setdefault(key, place_of(capture))

    def _kept(self) -> dict[Key, list[Capture]]:
        """The captures that stay and have, or refer to, a body that goes."""
        kept: dict[Key, list[Capture]] = {}
        if self._plan.bodies:
            for capture in self._captures(of_one_site(self._wishes)):
                key = key_of(capture)
                if key in self._plan.bodies and capture.line.offset not in self._plan.doomed.get(capture.segment, {}):
                    kept.setdefault(key, []).append(capture)
        return kept

    def _inherit(self, key: Key, kept: list[Capture]) -> None:
        kept.sort(key=lambda capture: (not capture.has_bytes, capture.line.timestamp))
        first = kept[0]
        url, when = first.line.url, f"{first.taken:{_WARC_DATE}}"
        if not first.has_bytes:
            when = self._read(first).get("warc-date")
            self._change(first, partial(_with_body, archive=self._catalogue.archive, place=self._plan.bodies[key]))
        self._plan.heirs[key] = Heir(place_of(first), url, when, is_new=not first.has_bytes)
        known = {(capture.line.url, capture.line.timestamp) for capture in kept}
        for capture in kept[1:]:
            if not capture.has_bytes and self._referred(capture) not in known:
                self._change(capture, partial(redirected, url=url, date=when))

    def _referred(self, capture: Capture) -> tuple[str, str]:
        record = self._read(capture)
        return record.get("warc-refers-to-target-uri"), stamp(record.get("warc-refers-to-date"))

    def _read(self, capture: Capture) -> Record:
        return read_record(self._catalogue.archive, place_of(capture))

    def _change(self, capture: Capture, change: Callable[[Record], Record]) -> None:
        self._plan.changes.setdefault(capture.segment, {})[capture.line.offset] = change


def read_record(archive: Archive, place: Place) -> Record:
    """The record at a place.

    Raises:
        ArchiveError: it cannot be read.
    """
    segment, offset, length = place
    return Record.read(archive.read(archive.uri(segment), offset, length))


def _with_body(revisit: Record, archive: Archive, place: Place) -> Record:
    return promoted(revisit, read_record(archive, place))


def key_of(capture: Capture) -> Key:
    """Of a capture's body."""
    return capture.line.site, capture.line.digest


def place_of(capture: Capture) -> Place:
    """Of a capture's record."""
    return capture.segment, capture.line.offset, capture.line.length
