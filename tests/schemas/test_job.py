"""A job's stats: what is counted in several places comes together, and flat names say the same."""

from __future__ import annotations

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from schemas.job import NUMBERS, JobStats
from schemas.tiers import TIERS, TierUse

numbers = st.integers(0, 10**12)
statuses = st.dictionaries(st.integers(100, 999).map(str), st.integers(1, 10**9), max_size=4)
uses = st.builds(TierUse, requests=st.integers(1, 10**9), bytes=numbers, cost=numbers)
tiers = st.dictionaries(st.sampled_from(TIERS), uses, max_size=4)
failures = st.dictionaries(st.text(), st.tuples(st.integers(1, 10**9), st.text()), max_size=4)
stats = st.builds(JobStats, statuses=statuses, failures=failures, tiers=tiers, **dict.fromkeys(NUMBERS, numbers))


@given(stats)
def test_counts_and_failures_are_all_there_is(one: JobStats) -> None:
    assert JobStats.from_counts(one.counts(), one.failures) == one


@given(stats)
def test_stats_are_read_from_json_as_they_were(one: JobStats) -> None:
    assert JobStats(**json.loads(json.dumps(asdict(one)))) == one


@given(stats, stats)
def test_every_number_is_added(one: JobStats, other: JobStats) -> None:
    expected = {name: getattr(one, name) + getattr(other, name) for name in NUMBERS}

    one.add(other)

    assert {name: getattr(one, name) for name in NUMBERS} == expected


def test_statuses_and_failures_are_added_by_name_and_the_first_example_is_kept() -> None:
    one = JobStats(statuses={"200": 1}, failures={"timeout": (1, "first")}, verdicts={"blocked": 1})
    more = JobStats(statuses={"200": 2, "404": 1}, failures={"timeout": (2, "second"), "refused": (1, "third")})

    one.add(more)
    one.add(JobStats(verdicts={"blocked": 2, "captcha": 1}))

    assert one.statuses == {"200": 3, "404": 1}
    assert one.verdicts == {"blocked": 3, "captcha": 1}
    assert one.failures == {"timeout": (3, "first"), "refused": (1, "third")}


def test_what_tiers_cost_is_added_by_tier() -> None:
    one = JobStats(tiers={"direct": TierUse(3, 900)})

    one.add(JobStats(tiers={"direct": TierUse(1, 100), "proxy": TierUse(2, 500, 1_000)}))

    assert one.tiers == {"direct": TierUse(4, 1000), "proxy": TierUse(2, 500, 1_000)}
    assert one.counts()["tier:proxy:cost"] == 1_000


def test_counts_are_flat_and_leave_out_what_is_zero() -> None:
    stats = JobStats(2, {"200": 1, "404": 1}, postings=3, verdicts={"captcha: DataDome": 1})

    assert JobStats.from_counts(stats.counts()) == stats
    assert stats.counts() == {
        "pages": 2,
        "postings": 3,
        "verdict:captcha: DataDome": 1,
        "status:200": 1,
        "status:404": 1,
    }


def test_a_name_that_a_newer_worker_counts_does_no_harm() -> None:
    assert JobStats.from_counts({"pages": 1, "wonders": 7}) == JobStats(1)
