"""Which of many postings are one job, where it is known of pairs: whatever order they came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations

Pair = tuple[int, int]
"""Two ids, the smaller one first."""
Apart = Callable[[int, int], bool]


def pair(one: int, other: int) -> Pair:
    """Both, the smaller one first."""
    return (one, other) if one < other else (other, one)


def clusters(certain: set[Pair], alike: set[Pair], split: set[Pair], apart: Apart) -> list[set[int]]:
    """Sets of two ids or more, each one job.

    What is ``certain`` stays together, whatever else is said of it, but for pairs that somebody has ``split``. What is
    ``alike`` to two that are ``apart`` fits both, and so is put to neither.
    """
    sure = _without_split(certain, split)
    hubs = {one: min(part) for part in _components(sure) for one in part}
    members: dict[int, set[int]] = defaultdict(set)
    for one in {one for both in sure | alike for one in both}:
        members[hubs.get(one, one)].add(one)
    edges = {pair(hubs.get(one, one), hubs.get(other, other)) for one, other in alike}
    far = _far(members, split, apart)
    edges = _torn({both for both in edges if both[0] != both[1] and not far(*both)}, far)
    together = _components(edges | {pair(hub, one) for one, hub in hubs.items() if one != hub})
    return [{member for one in part for member in members.get(one, {one})} for part in together]


def _far(members: dict[int, set[int]], split: set[Pair], apart: Apart) -> Apart:
    known: dict[Pair, bool] = {}

    def far(one: int, other: int) -> bool:
        key = pair(one, other)
        if key not in known:
            pairs = [(a, b) for a in members[one] for b in members[other]]
            known[key] = any(pair(a, b) in split or apart(a, b) for a, b in pairs)
        return known[key]

    return far


def _torn(edges: set[Pair], far: Apart) -> set[Pair]:
    """The edges of which no two that hang together are apart."""
    while True:
        torn: set[int] = set()
        for part in _components(edges):
            if any(far(one, other) for one, other in combinations(sorted(part), 2)):
                between = {one for one in part if _is_between(_neighbours(edges, one), far)}
                torn |= between or part
        if not torn:
            return edges
        edges = {both for both in edges if not torn & set(both)}


def _is_between(neighbours: list[int], far: Apart) -> bool:
    return any(far(one, other) for one, other in combinations(neighbours, 2))


def _neighbours(edges: set[Pair], of: int) -> list[int]:
    return [one if other == of else other for one, other in edges if of in (one, other)]


def _without_split(certain: set[Pair], split: set[Pair]) -> set[Pair]:
    """Those by which nobody comes together who was split."""
    sure = certain - split
    while True:
        torn = {
            one for part in _components(sure) for both in combinations(sorted(part), 2) if both in split for one in both
        }
        if not torn:
            return sure
        sure = {both for both in sure if not torn & set(both)}


def _components(edges: Iterable[Pair]) -> list[set[int]]:
    of: dict[int, set[int]] = {}
    for one, other in edges:
        joined, less = sorted((of.get(one, {one}), of.get(other, {other})), key=len, reverse=True)
        if joined is not less:
            joined |= less
        of.update(dict.fromkeys(joined if joined is less else less | {one, other}, joined))
    return list({id(part): part for part in of.values()}.values())
