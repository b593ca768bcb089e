"""Which tier is next: by what is known of pages like it, with a clock of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.tier_policy import MOST_HOSTS, Choice, TierPolicy
from frontier.tiers import WHOLE, Answer, Known

TIERS = ("direct", "proxy", "smartproxy", "browser")
HOST = "shop.example"
KEY, OTHER = (HOST, "/jobs/*"), (HOST, "/lists/*")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def policy(clock: Clock) -> TierPolicy:
    return TierPolicy(clock, probe_seconds=60)


def note(policy: TierPolicy, tier: str, answers: str, key: tuple[str, str] = KEY) -> None:
    """``+`` a page, ``-`` a block."""
    for answer in answers:
        policy.note(key, tier, good=answer == "+")


def test_the_cheapest_is_tried_first_and_after_one_block_the_next(policy: TierPolicy) -> None:
    assert policy.choose(KEY, TIERS) == Choice("direct")
    note(policy, "direct", "-")
    assert policy.choose(KEY, TIERS) == Choice("proxy")
    assert policy.after(KEY, TIERS, ["direct"]) == "proxy"


def test_a_block_among_many_pages_changes_nothing(policy: TierPolicy) -> None:
    note(policy, "direct", "+++++-++-+")
    assert policy.choose(KEY, TIERS) == Choice("direct")


def test_a_page_climbs_past_tiers_that_are_known_to_fail(policy: TierPolicy) -> None:
    note(policy, "proxy", "--")
    note(policy, "smartproxy", "+")
    assert policy.after(KEY, TIERS, ["direct"]) == "smartproxy"


def test_pages_that_nobody_gets_are_asked_for_cheaply_and_climb_no_more(policy: TierPolicy) -> None:
    for tier in TIERS:
        note(policy, tier, "-" * 8)
    assert policy.choose(KEY, TIERS) == Choice("direct")
    assert policy.after(KEY, TIERS, ["direct"]) is None


def test_what_is_refused_of_other_pages_does_not_keep_a_page_from_climbing(policy: TierPolicy) -> None:
    for tier in TIERS:
        note(policy, tier, "-" * 8, OTHER)
    assert policy.after(KEY, TIERS, ["direct"]) == "proxy"


def test_who_began_too_high_goes_back_to_what_is_not_known(policy: TierPolicy) -> None:
    for tier in ("direct", "proxy", "smartproxy"):
        note(policy, tier, "-" * 8, OTHER)
    note(policy, "browser", "+", OTHER)
    note(policy, "proxy", "-")
    assert policy.choose(KEY, TIERS) == Choice("browser")
    assert policy.after(KEY, TIERS, ["browser"]) == "direct"
    assert policy.after(KEY, TIERS, ["browser", "direct"]) == "smartproxy"


def test_other_pages_of_a_host_begin_where_it_is_known_to_work_and_may_differ(policy: TierPolicy) -> None:
    note(policy, "direct", "---")
    note(policy, "proxy", "+++")
    assert policy.choose(OTHER, TIERS) == Choice("proxy")
    note(policy, "direct", "+", OTHER)
    assert policy.choose(OTHER, TIERS) == Choice("direct")
    assert policy.choose(KEY, TIERS) == Choice("proxy")


def test_now_and_then_one_page_tries_a_cheaper_tier_later_each_time(policy: TierPolicy, clock: Clock) -> None:
    note(policy, "direct", "-")
    tried = []
    for _ in range(10_000):
        clock.now += 1
        if policy.choose(KEY, TIERS).probes:
            tried.append(clock.now - 1000)
            note(policy, "direct", "-")
    assert tried == [60, 180, 420, 900, 1860, 3780, 7620]


def test_a_trial_that_goes_well_brings_the_tier_back(policy: TierPolicy, clock: Clock) -> None:
    note(policy, "direct", "-" * 15)
    clock.now += 61
    assert policy.choose(KEY, TIERS) == Choice("direct", probes=True)
    policy.note(KEY, "direct", good=True, probed=True)
    assert policy.choose(KEY, TIERS) == policy.choose(OTHER, TIERS) == Choice("direct")


def test_where_workers_agree_nobody_tries_without_leave(policy: TierPolicy, clock: Clock) -> None:
    policy.shared = True
    note(policy, "direct", "-")
    clock.now += 61
    assert policy.due() == [KEY]
    assert not policy.choose(KEY, TIERS).probes
    policy.learn(Answer({}, frozenset({KEY})))
    assert [policy.choose(KEY, TIERS).probes for _ in range(3)] == [True, False, False]


def test_what_was_not_told_yet_counts_beside_what_all_know(policy: TierPolicy) -> None:
    note(policy, "direct", "-")
    assert {(news.key, news.answers) for news in policy.news()} == {(KEY, 1), ((HOST, WHOLE), 1)}
    note(policy, "direct", "-")
    policy.learn(Answer({KEY: Known({"direct": (1.0, 0.0), "proxy": (3.0, 0.0)}, 30.0)}))
    assert policy.choose(KEY, TIERS) == Choice("smartproxy")
    policy.untold([])
    assert [(news.tier, news.answers) for news in policy.news()] == [("direct", 1), ("direct", 1)]


def test_what_could_not_be_told_is_told_later(policy: TierPolicy) -> None:
    note(policy, "direct", "-+")
    news = policy.news()
    policy.untold(news)
    note(policy, "direct", "+")
    assert {(one.answers, one.good) for one in policy.news()} == {(3, 2)}


def test_memory_is_bounded(policy: TierPolicy) -> None:
    for number in range(3 * MOST_HOSTS):
        policy.note((f"{number}.example", "/"), "direct", good=False)
    assert len(policy._hosts) == MOST_HOSTS


@given(st.lists(st.tuples(st.sampled_from(TIERS), st.booleans()), max_size=60), st.integers(1, 4))
def test_whatever_came_before_the_choice_is_one_of_the_tiers_and_climbing_ends(
    answers: list[tuple[str, bool]], count: int
) -> None:
    policy, tiers = TierPolicy(Clock(), 60), TIERS[:count]
    for known, good in answers:
        policy.note(KEY, known, good=good)
    tier: str | None = policy.choose(KEY, tiers).tier
    climbed = []
    while tier:
        climbed.append(tier)
        tier = policy.after(KEY, tiers, climbed)
    assert len(set(climbed)) == len(climbed) <= count
