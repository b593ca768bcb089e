"""Pairs into jobs: nothing that is apart comes together, and the order does not matter."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from extractors.postings.clusters import Pair, clusters, pair

pairs = st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda both: both[0] != both[1]).map(lambda b: pair(*b))
some = st.sets(pairs, max_size=14)


def found(certain: set[Pair], alike: set[Pair], split: set[Pair], apart: set[Pair]) -> list[list[int]]:
    return sorted(sorted(part) for part in clusters(certain, alike, split, lambda a, b: pair(a, b) in apart))


def test_what_is_alike_is_one_job_over_several_steps() -> None:
    assert found(set(), {(1, 2), (2, 3), (5, 6)}, set(), set()) == [[1, 2, 3], [5, 6]]


def test_what_fits_two_that_are_apart_is_put_to_neither() -> None:
    assert found(set(), {(1, 2), (2, 3)}, set(), {(1, 3)}) == []
    assert found(set(), {(1, 2), (2, 3), (3, 4)}, set(), {(1, 3)}) == [[3, 4]]


def test_a_long_way_between_two_that_are_apart_joins_nobody() -> None:
    assert found(set(), {(1, 2), (2, 3), (3, 4)}, set(), {(1, 4)}) == []


def test_what_is_certain_stays_together_though_it_looks_apart() -> None:
    assert found({(1, 2), (2, 3)}, set(), set(), {(1, 2), (1, 3)}) == [[1, 2, 3]]


def test_who_is_alike_to_one_of_them_and_apart_from_another_is_left_alone() -> None:
    assert found({(1, 2)}, {(2, 3)}, set(), {(1, 3)}) == [[1, 2]]


def test_nothing_puts_together_what_was_split() -> None:
    assert found({(1, 2)}, {(1, 2)}, {(1, 2)}, set()) == []
    assert found({(1, 3), (2, 3)}, set(), {(1, 2)}, set()) == []


@given(certain=some, alike=some, split=some, apart=some)
def test_any_pairs_make_sets_that_share_nobody_and_hold_no_split(
    certain: set[Pair], alike: set[Pair], split: set[Pair], apart: set[Pair]
) -> None:
    jobs = found(certain, alike, split, apart)

    members = [one for job in jobs for one in job]
    assert len(members) == len(set(members))
    assert all(len(job) > 1 for job in jobs)
    assert not [both for job in jobs for both in combinations(job, 2) if both in split]


@given(alike=some, apart=some, seed=st.integers(0, 9))
def test_names_do_not_matter(alike: set[Pair], apart: set[Pair], seed: int) -> None:
    names = list(range(10))
    random.Random(seed).shuffle(names)

    def renamed(edges: set[Pair]) -> set[Pair]:
        return {pair(names[one], names[other]) for one, other in edges}

    jobs = found(set(), alike, set(), apart)

    assert sorted(sorted(names[one] for one in job) for job in jobs) == found(
        set(), renamed(alike), set(), renamed(apart)
    )
    assert not [both for job in jobs for both in combinations(job, 2) if both in apart]
