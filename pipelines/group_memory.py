"""The groups that some postings are in, or were split off from, and what becomes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Any

import psycopg

from extractors.postings.clusters import Pair, pair
from pipelines import group_rows
from pipelines.database import Row

MOST_MEMBERS = 60
"""Of a group that has more, the newest are looked at again, and the others stay."""
Reason = tuple[str, float]
"""The rule by which a posting is in its group, and the score."""


class Members:
    """Rows of ``posting_group_member``: of groups by rules of one job, or of groups by ``requisitions``."""

    def __init__(
        self, connection: psycopg.Connection[Row], postings: Collection[int], *, requisitions: bool = False
    ) -> None:
        self._connection = connection
        values = {"ids": sorted(postings), "requisitions": requisitions, "most": MOST_MEMBERS}
        self._rows = connection.execute(group_rows.MEMBERS.encode(), values).fetchall()
        self._asked = set(postings)
        self._live = {row["posting_id"]: row for row in self._rows if row["split_at"] is None}
        self._written = 0

    def postings(self) -> set[int]:
        """Those that are in the groups."""
        return set(self._live)

    def split_pairs(self) -> set[Pair]:
        """Two that were in one group, from which one was split off."""
        groups: dict[int, list[Row]] = defaultdict(list)
        for row in self._rows:
            groups[row["group_id"]].append(row)
        return {
            pair(one["posting_id"], other["posting_id"])
            for rows in groups.values()
            for one, other in combinations(rows, 2)
            if one["split_at"] or other["split_at"]
        }

    def write(self, jobs: list[set[int]], reasons: Mapping[int, Reason]) -> int:
        """Make the groups what ``jobs`` says of all postings that were asked for; the number of rows that changed."""
        placed: dict[int, int] = {}
        for job in sorted(jobs, key=min):
            own = {self._live[one]["group_id"] for one in job if one in self._live} - set(placed.values())
            group = min(own) if own else self._new_group()
            placed |= dict.fromkeys(job, group)
        for one in sorted(self._asked - placed.keys()):
            self._leave_alone(one, set(placed.values()))
        for one in sorted(placed):
            self._move(one, placed[one], reasons[one])
        self._forget_empty()
        return self._written

    def gather(self, one: int, mates: list[int]) -> int:
        """Have ``one`` in the group that ``mates`` have, or in a new one; in none where it has no mates left."""
        split = self.split_pairs()
        mates = [mate for mate in mates if pair(one, mate) not in split]
        groups = {self._live[mate]["group_id"] for mate in mates if mate in self._live}
        own = self._live.get(one)
        if mates and not (own and own["group_id"] in groups):
            group = min(groups) if groups else self._new_group()
            free = [mate for mate in mates if mate not in self._live]
            for member in (one, *(free if not groups else [])):
                self._move(member, group, (group_rows.REQUISITION, 1.0))
        elif own and not mates:
            self._leave(one, own["group_id"])
        self._forget_empty()
        return self._written

    def _leave_alone(self, one: int, taken: set[int]) -> None:
        """Nothing is like it now. Where somebody was split off from it, that is kept."""
        row = self._live.get(one)
        if row is None:
            return
        group = row["group_id"]
        if not self._remembers(group):
            self._leave(one, group)
        elif group in taken:
            self._move(one, self._new_group(), (row["rule"], row["score"]))
        else:
            taken.add(group)

    def _move(self, one: int, group: int, reason: Reason) -> None:
        row = self._live.get(one)
        if row and (row["group_id"], row["rule"], row["score"]) == (group, *reason):
            return
        if row and row["group_id"] != group:
            self._do(group_rows.REMEMBER, group=row["group_id"], to=group)
            self._leave(one, row["group_id"])
        self._do(group_rows.JOIN, group=group, posting=one, rule=reason[0], score=reason[1])
        self._written += 1

    def _leave(self, one: int, group: int) -> None:
        self._do(group_rows.LEAVE, group=group, posting=one)
        self._written += 1

    def _remembers(self, group: int) -> bool:
        return any(row["group_id"] == group and row["split_at"] for row in self._rows)

    def _forget_empty(self) -> None:
        if self._written:
            self._do(group_rows.FORGET_EMPTY, groups=sorted({row["group_id"] for row in self._rows}))

    def _new_group(self) -> int:
        row = self._do(group_rows.NEW_GROUP).fetchone()
        assert row is not None
        return int(row["id"])

    def _do(self, query: str, **values: Any) -> psycopg.Cursor[Row]:
        return self._connection.execute(query.encode(), values)
