"""Erases captures and their rows. Segments that hold their bytes are written anew; records that stay keep theirs.

New objects are written first, under new names; then one transaction deletes rows, and has those that stay point at the
new objects; then the old ones are deleted. The table ``archive_move`` says how far it came, for who comes next after a
crash: before the transaction the new objects are of no use, after it the old ones.
"""

from __future__ import annotations

import base64
import io
import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from pipelines import erase_rows
from pipelines.catalogue import Catalogue
from pipelines.cdxj import SEGMENT_SUFFIX, index, index_name, read_segment
from pipelines.database import Row
from pipelines.erase_plan import Heir, Plan, Planner, read_record
from pipelines.erase_rows import Move
from pipelines.rewriting import Rewritten, adopted, rewrite, stamp
from pipelines.wishes import Wish

if TYPE_CHECKING:
    from pipelines.object_store import Archive

_DIGEST = "sha256:"
_WARC_DATE = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass
class Erased:
    """What was done: captures, rows by table, segments that were written anew or went, and bytes of the archive."""

    captures: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    rewritten: int = 0
    removed: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    mended: int = 0
    """Objects that an erasure which was cut off had left."""


@dataclass
class _New:
    """A segment that takes the place of another, which may have nothing left."""

    name: str
    rewritten: Rewritten
    adopted: list[tuple[int, Move, str]] = field(default_factory=list)


class Eraser:
    """Erases what is wished for, from the days of the archive between ``since`` and ``until``."""

    def __init__(
        self, connection: psycopg.Connection[Row], archive: Archive, wishes: Collection[Wish], since: date, until: date
    ) -> None:
        self._connection = connection
        self._archive = archive
        self._wishes = wishes
        self._days = (since, until)
        self._new: dict[str, _New] = {}
        self._done = Erased()

    def plan(self) -> Plan:
        """What is to be done in the archive.

        Raises:
            ArchiveError: an index or a record cannot be read.
        """
        return Planner(Catalogue(self._archive), self._wishes, *self._days).plan()

    def sites_of(self, plan: Plan) -> set[str]:
        """Whose captures the segments have that are to be written anew.

        Raises:
            ArchiveError: an index cannot be read.
        """
        catalogue = Catalogue(self._archive)
        return plan.sites | {line.site for segment in plan.segments for line in catalogue.lines(segment)}

    def rehearse(self, plan: Plan) -> Erased:
        """What would be done; nothing is."""
        with self._connection.transaction(force_rollback=True):
            rows = self._delete(plan)
        return Erased(captures=plan.captures, rows=rows, rewritten=len(plan.segments))

    def erase(self, plan: Plan) -> Erased:
        """Do it.

        Raises:
            ArchiveError: the archive does not give or take something; what was begun is undone by the next one.
        """
        self._done = Erased(captures=plan.captures)
        for segment in plan.segments:
            self._write(plan, segment)
        with self._connection.transaction():
            self._done.rows = self._delete(plan)
            self._point(plan)
            erase_rows.forget_readings(self._connection, self._olds())
            self._connection.execute("UPDATE archive_move SET moved = true WHERE old_uri = ANY(%s)", [self._olds()])
        settle(self._connection, self._archive)
        return self._done

    def _olds(self) -> list[str]:
        return [self._archive.uri(segment) for segment in self._new]

    def _write(self, plan: Plan, segment: str) -> None:
        """The segment that takes the place of another."""
        name = f"{_stem(segment)}-{secrets.token_hex(4)}{SEGMENT_SUFFIX}"
        data = self._archive.whole(self._archive.uri(segment))
        changes = plan.changes.get(segment, {})
        new = _New(name, rewrite(data, name.rpartition("/")[2], self._is_doomed, changes))
        self._new[segment] = new
        self._adopt(plan, segment, new)
        self._done.bytes_before += len(data)
        old_uri, new_uri = self._archive.uri(segment), self._archive.uri(name)
        journal = "INSERT INTO archive_move (old_uri, new_uri) VALUES (%s, %s)"
        self._connection.execute(journal, [old_uri, new_uri])
        if not new.rewritten.moves and not new.adopted:
            self._done.removed += 1
            return
        self._done.rewritten += 1
        self._done.bytes_after += len(new.rewritten.data)
        self._archive.replace(new_uri, bytes(new.rewritten.data))
        lines = read_segment(io.BytesIO(new.rewritten.data), name)
        self._archive.replace(index_name(new_uri), index(lines))

    def _is_doomed(self, fields: dict[str, str]) -> bool:
        site, url = fields.get("longline-site", ""), fields.get("warc-target-uri")
        when = stamp(fields.get("warc-date", ""))
        return url is not None and any(wish.meets(site, url, when) for wish in self._wishes)

    def _adopt(self, plan: Plan, segment: str, new: _New) -> None:
        """A record of their own for rows that stay, whose bytes are those of one that goes and of no other."""
        uri = self._archive.uri(segment)
        doomed = plan.doomed.get(segment, {})
        for row in erase_rows.holders(self._connection, uri, doomed):
            key = doomed[row["archive_offset"]]
            if key in plan.heirs or key not in plan.bodies or self._meets(row):
                continue
            original = read_record(self._archive, plan.bodies[key])
            when = row["last_seen"].astimezone(UTC).strftime(_WARC_DATE)
            record = adopted(original, f"<urn:uuid:{uuid4()}>", row["url"], when, row["content_type"])
            offset, length = new.rewritten.add(record.member())
            move = Move(uri, row["archive_offset"], self._archive.uri(new.name), offset, length)
            new.adopted.append((row["id"], move, when))

    def _meets(self, row: Row) -> bool:
        seen = stamp(row["last_seen"].astimezone(UTC).strftime(_WARC_DATE))
        return any(wish.meets(row["site"], row["url"], seen) for wish in self._wishes)

    def _delete(self, plan: Plan) -> Counter[str]:
        keys = {key for offsets in plan.doomed.values() for key in offsets.values()}
        bodies = [_sha256(digest) for _, digest in keys if digest.startswith(_DIGEST)]
        return erase_rows.delete_rows(self._connection, self._wishes, bodies)

    def _point(self, plan: Plan) -> None:
        """Have the rows that stay point at where their bytes are now."""
        walls = 0
        for segment, doomed in plan.doomed.items():
            walls += erase_rows.forget_walls(self._connection, self._wishes, self._archive.uri(segment), doomed)
        for segment, new in self._new.items():
            uri = self._archive.uri(segment)
            for page_id, move, when in new.adopted:
                erase_rows.adopt(self._connection, page_id, move, when)
            erase_rows.move_pointers(self._connection, uri, self._moves(plan, segment, new))
        for heir in plan.heirs.values():
            if heir.is_new:
                erase_rows.refetched(self._connection, self._place(heir), heir.url, heir.date)
        for segment, doomed in plan.doomed.items():
            uri = self._archive.uri(segment)
            walls += erase_rows.forget_lost_walls(self._connection, uri, doomed)
            erase_rows.settle_versions(self._connection, uri, doomed)
        if walls:
            self._done.rows["page.wall"] = walls

    def _moves(self, plan: Plan, segment: str, new: _New) -> list[Move]:
        uri, new_uri = self._archive.uri(segment), self._archive.uri(new.name)
        moves = [Move(uri, old, new_uri, *place) for old, place in new.rewritten.moves.items()]
        for offset, key in plan.doomed.get(segment, {}).items():
            if heir := plan.heirs.get(key):
                place = self._place(heir)
                moves.append(Move(uri, offset, place.new_uri, place.new_offset, place.new_length))
        return moves

    def _place(self, heir: Heir) -> Move:
        segment, offset, length = heir.place
        uri = self._archive.uri(segment)
        new = self._new.get(segment)
        if new is None:
            return Move(uri, offset, uri, offset, length)
        return Move(uri, offset, self._archive.uri(new.name), *new.rewritten.moves[offset])


def settle(connection: psycopg.Connection[Row], archive: Archive) -> int:
    """Take away what an erasure has left, or one that was cut off; how many segments.

    Raises:
        ArchiveError: the archive does not let go of them, or is not the one that they are in.
    """
    left = connection.execute("SELECT old_uri, new_uri, moved FROM archive_move ORDER BY id").fetchall()
    for row in left:
        useless = row["old_uri"] if row["moved"] else row["new_uri"]
        archive.delete(index_name(useless))
        archive.delete(useless)
        connection.execute(
            "DELETE FROM archive_move WHERE old_uri = %s AND new_uri = %s", [row["old_uri"], row["new_uri"]]
        )
    return len(left)


def _stem(segment: str) -> str:
    return segment.removesuffix(SEGMENT_SUFFIX)


def _sha256(digest: str) -> bytes:
    return base64.b32decode(digest.removeprefix(_DIGEST))
