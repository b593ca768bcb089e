"""Some postings that have changed, compared with all others that may be the same job, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import psycopg

from extractors.postings.clusters import Pair, clusters, pair
from extractors.postings.same import SAME_TEXT, Advert, advert, apart, contradictory, likeness, shingles
from pipelines import group_rows
from pipelines.database import Row
from pipelines.group_memory import Members
from pipelines.group_signs import Signs, signs_of

MOST = 40
"""Of those that share a sign, the newest so many are compared: thousands would each be compared with all others."""
RULES = 1
"""Counted on when a rule changes: then all postings are compared anew."""
BY_LINK, BY_TEXT = "apply_link", "text"


class Batch:
    """Reads what it needs once; the order in which postings came does not matter."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection
        self._adverts: dict[int, Advert] = {}
        self._signs: dict[int, Signs] = {}
        self._with_text: set[int] = set()
        self._scores: dict[Pair, float] = {}

    def compare(self, ids: list[int]) -> int:
        """Group these postings anew.

        Returns:
            How many rows of ``posting_group_member`` it wrote or took away.
        """
        changed = self._sign(ids)
        certain = self._certain(changed)
        alike = self._alike(self._near(changed))
        touched = set(changed) | {one for both in certain | alike for one in both}
        members = Members(self._connection, touched)
        nodes = touched | members.postings()
        self._read(nodes)
        members = Members(self._connection, nodes)
        certain = {both for both in self._certain(nodes) if nodes.issuperset(both)}
        alike = self._alike(self._blocks(nodes))
        jobs = clusters(certain, alike, members.split_pairs(), self._apart)
        return members.write(jobs, self._reasons(certain, alike)) + self._requisitions(changed)

    def _sign(self, ids: list[int]) -> list[int]:
        """Keep the signs of changed postings, and that they were compared; those that are gone are left out."""
        found = self._read(ids)
        signs = [(row["id"], sign) for row in found for sign in self._signs[row["id"]].stored]
        self._do(group_rows.FORGET_SIGNS, ids=ids)
        self._do(group_rows.SIGN, ids=[one for one, _ in signs], signs=[sign for _, sign in signs])
        digests = [row["content_sha256"] for row in found]
        self._do(group_rows.COMPARED, ids=[row["id"] for row in found], digests=digests, rules=RULES)
        return [row["id"] for row in found]

    def _read(self, ids: Collection[int]) -> list[Row]:
        missing = sorted(set(ids) - self._adverts.keys())
        found = self._do(group_rows.ADVERTS, ids=missing).fetchall() if missing else []
        for row in found:
            self._adverts[row["id"]] = advert(row)
            self._signs[row["id"]] = signs_of(row, self._adverts[row["id"]])
        return found

    def _look_up(self, signs: Iterable[int], but: Collection[int] = ()) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for row in self._do(group_rows.LOOK_UP, signs=sorted(set(signs)), but=list(but), most=MOST):
            found[row["sign"]].append(row["posting_id"])
        self._read({one for some in found.values() for one in some})
        return found

    def _certain(self, ids: Iterable[int]) -> set[Pair]:
        """Who sends applicants to the address of one posting alone, from another site."""
        links = {link for one in ids if one in self._signs for link in self._signs[one].links}
        found = self._look_up(sign for link in links for sign in (link.target, link.pointing))
        pairs: set[Pair] = set()
        for link in links:
            pointing, targets = found.get(link.pointing, []), found.get(link.target, [])
            if len(targets) == 1 and len(pointing) < MOST:
                pairs |= self._linked(targets[0], [one for one in pointing if one != targets[0]])
        return pairs

    def _linked(self, target: int, pointing: list[int]) -> set[Pair]:
        """One site that sends the applicants of several jobs there means no single one."""
        titles = defaultdict(set)
        for one in pointing:
            titles[self._adverts[one].source].add(self._adverts[one].title)
        own = self._adverts[target].source
        sound = {source for source, names in titles.items() if len(names) == 1 and source != own}
        return {pair(one, target) for one in pointing if self._adverts[one].source in sound}

    def _near(self, changed: list[int]) -> set[Pair]:
        """Each with the others of the batch, and with those that were compared before."""
        found = self._look_up((sign for one in changed for sign in self._signs[one].near), but=changed)
        return self._blocks(changed) | {
            pair(one, other) for one in changed for sign in self._signs[one].near for other in found.get(sign, [])
        }

    def _blocks(self, nodes: Iterable[int]) -> set[Pair]:
        """All pairs of one employer and title."""
        blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one in sorted(nodes):
            if one in self._adverts and self._adverts[one].named:
                blocks[self._adverts[one].company, self._adverts[one].title].append(one)
        return {both for block in blocks.values() for both in combinations(block, 2)}

    def _alike(self, pairs: set[Pair]) -> set[Pair]:
        """Those of which nothing says that they are two jobs, and whose texts are the same."""
        plain = {(one, other) for one, other in pairs if not contradictory(self._adverts[one], self._adverts[other])}
        self._read_texts({one for both in plain for one in both})
        for one, other in plain - self._scores.keys():
            self._scores[one, other] = likeness(self._adverts[one], self._adverts[other])
        return {both for both in plain if self._scores[both] >= SAME_TEXT}

    def _read_texts(self, ids: set[int]) -> None:
        missing = sorted(ids - self._with_text)
        self._with_text |= ids
        for row in self._do(group_rows.TEXTS, ids=missing) if missing else []:
            text = shingles(row["description_text"])
            self._adverts[row["id"]] = replace(self._adverts[row["id"]], text=text)

    def _apart(self, one: int, other: int) -> bool:
        """Only members of what hangs together are asked about: their texts are read."""
        if self._scores.get(pair(one, other), 0.0) >= SAME_TEXT:
            return False
        return apart(self._adverts[one], self._adverts[other])

    def _reasons(self, certain: set[Pair], alike: set[Pair]) -> dict[int, tuple[str, float]]:
        reasons: dict[int, tuple[str, float]] = {}
        for both in alike:
            for one in both:
                known = reasons.get(one, (BY_TEXT, 0.0))
                reasons[one] = (BY_TEXT, max(known[1], self._scores[both]))
        return reasons | {one: (BY_LINK, 1.0) for both in certain for one in both}

    def _requisitions(self, changed: list[int]) -> int:
        """Put what an employer gives one number and title beside each other, in groups that say no more than that."""
        found = self._look_up(sign for one in changed if (sign := self._signs[one].requisition) is not None)
        written = 0
        for one in changed:
            sign = self._signs[one].requisition
            mates = [other for other in found.get(sign, []) if other != one] if sign is not None else []
            # A number that many share is none.
            mates = mates if len(mates) < MOST - 1 else []
            written += Members(self._connection, {one, *mates}, requisitions=True).gather(one, mates)
        return written

    def _do(self, query: str, **values: Any) -> psycopg.Cursor[Row]:
        return self._connection.execute(query.encode(), values)
