"""Whether two postings are one job, by what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.postings.same import (
    Advert,
    advert,
    apart,
    city_keys,
    compatible,
    containment,
    contradictory,
    likeness,
    same,
    shingles,
    title_key,
)

TEXT = " ".join(f"You will bake {number} loaves of bread before dawn" for number in range(40))
BONN = {"raw": "Bonn, Germany", "city": "Bonn", "region": None, "country": "DE", "role": "office"}
KIEL = BONN | {"raw": "Kiel", "city": "Kiel"}
GERMANY = BONN | {"raw": "Germany", "city": None}


def posting(number: int = 1, **changes: Any) -> Advert:
    row = {
        "id": number,
        "platform": "web",
        "tenant": f"site-{number}.example",
        "requisition_id": None,
        "title": "Baker (m/w/d)",
        "company": "Bread GmbH",
        "locations": [BONN],
        "description_text": TEXT,
    }
    return advert(row | changes)


words = st.text(max_size=200)
parts = st.one_of(st.none(), st.sampled_from(["Bonn", "Kiel", "München", "—", "DE", "CA", "California"]))
places = st.lists(
    st.fixed_dictionaries(
        {"raw": parts, "city": parts, "region": parts, "country": st.sampled_from([None, "DE", "US"])}
    ),
    max_size=4,
)
adverts = st.builds(
    posting,
    st.integers(1, 3),
    platform=st.sampled_from(["web", "greenhouse"]),
    tenant=st.sampled_from(["a", "b"]),
    requisition_id=st.sampled_from([None, "R-1", "R-2", "r1"]),
    title=st.one_of(words, st.just("Baker")),
    company=st.one_of(st.none(), words, st.just("Bread")),
    locations=places,
    description_text=st.one_of(st.none(), words, st.just(TEXT), st.just(TEXT[:2000])),
)


def test_a_copy_elsewhere_is_the_same_job() -> None:
    assert same(posting(1), posting(2, title="BAKER", company="bread", locations=[GERMANY]))


def test_a_teaser_of_some_length_is_in_the_whole_text() -> None:
    assert same(posting(1), posting(2, description_text=TEXT[:600]))


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Senior Baker"},
        {"company": "Bread Factory"},
        {"company": None},
        {"locations": [KIEL]},
        {"description_text": TEXT.replace("bread", "rye bread")},
        {"description_text": "You will bake bread."},
        {"description_text": None},
    ],
)
def test_one_difference_is_enough(other: dict[str, Any]) -> None:
    assert not same(posting(1), posting(2, **other))


def test_another_number_of_the_employer_s_is_another_job() -> None:
    assert same(posting(1, requisition_id="R-17"), posting(2, requisition_id="r 17"))
    assert not same(posting(1, requisition_id="R-17"), posting(2, requisition_id="R-18"))
    assert same(posting(1, requisition_id="R-17"), posting(2))


def test_two_ids_of_one_platform_are_two_jobs_and_two_urls_of_a_site_may_be_one() -> None:
    here = {"platform": "greenhouse", "tenant": "bread"}

    assert not same(posting(1, **here), posting(2, **here))
    assert same(posting(1, **here), posting(2, **here | {"tenant": "bakers"}))
    assert same(posting(1, tenant="bread.example"), posting(2, tenant="bread.example"))


def test_two_different_texts_are_apart_and_a_teaser_is_not_known_to_be() -> None:
    assert apart(posting(1), posting(2, description_text=TEXT.replace("bread", "rye bread")))
    assert not apart(posting(1), posting(2, description_text="You will bake bread."))
    assert not apart(posting(1), posting(2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Baker (m/w/d)", "Baker"),
        ("Baker m/f/x", "baker"),
        ("Baker (all genders)", "Baker \N{EN DASH} All Genders"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER B}aker, Night Shift", "Baker - Night Shift"),
    ],
)
def test_titles_that_are_the_same(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(("one", "other"), [("C++ Developer", "C Developer"), ("C#", "C"), ("Baker I", "Baker II")])
def test_titles_that_are_not(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([], [KIEL], True),
        ([BONN, KIEL], [KIEL], True),
        ([BONN], [KIEL], False),
        ([GERMANY], [KIEL], True),
        ([BONN], [BONN | {"country": "US"}], False),
        ([{"city": "Zürich"}], [{"city": "ZURICH", "country": "CH"}], True),
        ([{"region": "CA"}], [{"region": "California"}], True),
        ([{"region": "CA"}], [{"region": "NV"}], False),
        ([{"raw": "Bonn, Germany"}], [BONN], True),
        ([{"raw": "Bonn, Germany"}], [KIEL], False),
    ],
)
def test_places_that_may_be_one(one: list[Any], other: list[Any], expected: bool) -> None:
    assert compatible(one, other) is expected


def test_towns_are_keys_unless_a_place_has_none() -> None:
    assert city_keys([BONN, KIEL]) == {"bonn", "kiel"}
    assert city_keys([BONN, GERMANY]) == city_keys([]) == set()


def test_languages_without_blanks_have_shingles() -> None:
    assert len(shingles("パン職人を募集しています")) == 8
    assert containment(shingles("パン職人を募集しています"), shingles("東京でパン職人を募集しています。")) == 1.0


@given(one=words, other=words)
def test_containment_of_any_text_is_symmetric_reflexive_and_a_share(one: str, other: str) -> None:
    score = containment(shingles(one), shingles(other))

    assert 0 <= score <= 1
    assert score == containment(shingles(other), shingles(one))
    assert containment(shingles(one), shingles(one)) == 1.0


@given(text=words, before=words, after=words)
def test_what_stands_in_a_longer_text_is_contained(text: str, before: str, after: str) -> None:
    whole = f"{before} {text} {after}"
    if len(shingles(text)) > 1:
        assert containment(shingles(text), shingles(whole)) == 1.0


@given(one=adverts, other=adverts)
def test_being_the_same_is_symmetric_and_never_apart(one: Advert, other: Advert) -> None:
    assert same(one, other) == same(other, one)
    assert apart(one, other) == apart(other, one)
    assert contradictory(one, other) == contradictory(other, one)
    assert likeness(one, other) == likeness(other, one)
    assert not (same(one, other) and apart(one, other))


@given(one=adverts)
def test_every_posting_that_says_enough_is_the_same_as_itself_and_its_copy(one: Advert) -> None:
    copy = replace(one, id=one.id + 9, source=("web", "elsewhere"))

    assert not apart(one, one)
    assert not apart(one, copy)
    if one.named and likeness(one, one):
        assert same(one, one)
        assert same(one, copy)


@given(one=adverts, other=adverts)
def test_places_of_one_job_lead_to_each_other(one: Advert, other: Advert) -> None:
    """What the database looks candidates up by never parts what the rule would join."""
    if same(one, other):
        some, others = city_keys(one.places), city_keys(other.places)
        assert not some or not others or some & others
