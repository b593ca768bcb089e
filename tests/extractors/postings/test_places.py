"""Where the work is, and where applicants may live."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.countries import country_code, country_in_address
from extractors.postings.places import applicant_scope, locations, scope_apart, workplace_type
from schemas.codes import COUNTRIES


def places(*job_location: Any, **posting: Any) -> list[tuple[Any, ...]]:
    """City, region and country of each place."""
    found = locations({"jobLocation": list(job_location), **posting}, role="office")
    return [(place["city"], place["region"], place["country"]) for place in found]


def address(city: Any = None, region: Any = None, country: Any = None) -> dict[str, Any]:
    parts = {"addressLocality": city, "addressRegion": region, "addressCountry": country}
    return {"@type": "Place", "address": {"@type": "PostalAddress", **parts}}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (address("Bonn", "NRW", "DE"), ("Bonn", "NRW", "DE")),
        (address("Bonn", None, {"@type": "Country", "name": "Deutschland"}), ("Bonn", None, "DE")),
        (address("Austin, TX", None, "USA"), ("Austin", "TX", "US")),
        (address("San Francisco, CA"), ("San Francisco", "CA", "US")),
        (address("Atlanta, Georgia"), ("Atlanta", "Georgia", "US")),
        (address("Cambridge, United Kingdom"), ("Cambridge", None, "GB")),
        (address("Helsinki, Uusimaa, Finland", None, "FI"), ("Helsinki", "Uusimaa", "FI")),
        (address(None, "Karnataka, India"), (None, "Karnataka", "IN")),
        (address("Leipzig", "-", "DE"), ("Leipzig", None, "DE")),
        (address("Anywhere in India", None, "IN"), (None, None, "IN")),
        (address("Remote, Poland"), (None, None, "PL")),
        ("Wien, Österreich", ("Wien", None, "AT")),
        ({"name": "Oslo"}, ("Oslo", None, None)),
        ({"address": "Paris, France"}, ("Paris", None, "FR")),
        ({"addressLocality": "Rome", "addressCountry": "IT"}, ("Rome", None, "IT")),
    ],
)
def test_a_place_is_read_in_every_shape(place: Any, expected: tuple[Any, ...]) -> None:
    assert places(place) == [expected]


@pytest.mark.parametrize("place", [None, "", {}, address(), address("Remote"), address("N/A"), {"address": []}, False])
def test_nowhere_is_no_place(place: Any) -> None:
    assert places(place) == []


def test_each_place_comes_once_and_keeps_its_words() -> None:
    found = locations(
        {"jobLocation": [address("Bonn", None, "Germany"), address("Bonn", None, "Germany")]}, role="seat"
    )
    assert found == [{"raw": "Bonn, Germany", "city": "Bonn", "region": None, "country": "DE", "role": "seat"}]


def test_towns_in_one_field_are_told_apart() -> None:
    towns = places(address("Espoo, Vantaa, Kerava, Sipoo, Uusimaa, Finland", None, "FI"))
    assert towns == [(town, "Uusimaa", "FI") for town in ("Espoo", "Vantaa", "Kerava", "Sipoo")]


def test_all_countries_of_the_world_are_no_places_of_work() -> None:
    everywhere = locations({"jobLocation": [address(None, None, code) for code in sorted(COUNTRIES)]}, role="office")
    offices, scope = scope_apart(everywhere)
    assert offices == []
    assert [place["region"] for place in scope] == ["Worldwide"]
    some = locations({"jobLocation": [address(None, None, code) for code in ("DE", "FR", "US")]}, role="office")
    assert scope_apart(some) == (some, [])


def test_a_scope_of_all_countries_is_the_world() -> None:
    scope = applicant_scope({"applicantLocationRequirements": [{"name": code} for code in sorted(COUNTRIES)]})
    assert [(place["region"], place["country"]) for place in scope] == [("Worldwide", None)]


def test_the_name_of_the_firm_is_no_city() -> None:
    assert places(address("Acme"), hiringOrganization={"name": "Acme"}) == []


def test_places_with_one_copied_address_are_told_apart_by_their_names() -> None:
    copies = [address("Bonn", "NRW", "DE") | {"name": name} for name in ("Bonn, NRW", "Ulm, BW")]
    assert places(*copies) == [("Bonn", "NRW", "DE"), ("Ulm", "BW", "DE")]


@pytest.mark.parametrize(
    ("posting", "kind"),
    [
        ({"jobLocationType": "TELECOMMUTE"}, "remote"),
        ({"jobLocationType": ["Hybrid"]}, "hybrid"),
        ({"jobLocationType": "On-site"}, "onsite"),
        ({"jobLocationType": ["TELECOMMUTE", "onsite"]}, "hybrid"),
        ({"jobLocation": {"@type": "VirtualLocation"}}, "remote"),
        ({"jobLocationType": "somewhere"}, None),
        ({"jobLocationType": "T\u00e9l\u00e9travail"}, "remote"),
        ({"jobLocation": address("Remote")}, "remote"),
        ({"jobLocation": [address("Remote"), address("Bonn")]}, None),
        ({}, None),
    ],
)
def test_the_workplace_is_only_what_is_said(posting: dict[str, Any], kind: str | None) -> None:
    assert workplace_type(posting) == kind


def test_a_scope_is_a_country_or_else_a_region() -> None:
    scope = applicant_scope({"applicantLocationRequirements": ["CAN", {"name": "Europe"}, {"name": "Europe"}, {}]})
    assert [(place["raw"], place["country"], place["region"]) for place in scope] == [
        ("CAN", "CA", None),
        ("Europe", None, "Europe"),
    ]
    assert {place["role"] for place in scope} == {"remote_scope"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("de", "DE"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("UK", "GB"),
        ("Türkiye", "TR"),
        ("日本", "JP"),
        ("osterreich", "AT"),
    ],
)
def test_countries_are_known_by_codes_and_names(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize(
    ("city", "region", "country", "expected"),
    [
        ("Buffalo", "UNAVAILABLE", "US", [("Buffalo", None, "US")]),
        ("Singapore", None, "SG", [("Singapore", None, "SG")]),
        ("Germany", None, "DE", [(None, None, "DE")]),
        ("S\u00e3o Paulo - SP", None, "BR", [("S\u00e3o Paulo", "SP", "BR")]),
        ("Berlin / Munich", None, "DE", [("Berlin", None, "DE"), ("Munich", None, "DE")]),
        ("10115 Berlin", None, "DE", [("Berlin", None, "DE")]),
        ("London (Hybrid)", None, "GB", [("London", None, "GB")]),
        ("Hybrid - London", None, "GB", [("London", None, "GB")]),
        ("HQ - Chicago", "IL", "US", [("Chicago", "IL", "US")]),
        ("Hybrid", None, "GB", [(None, None, "GB")]),
    ],
)
def test_a_field_for_the_town_has_the_town_alone(
    city: str, region: str | None, country: str, expected: list[tuple[Any, ...]]
) -> None:
    assert places(address(city, region, country)) == expected


def test_each_of_several_towns_in_one_field_is_a_place() -> None:
    assert places("Berlin, Germany; Hamburg, Germany") == [("Berlin", None, "DE"), ("Hamburg", None, "DE")]
    assert places(address(["Bonn", "K\u00f6ln"], None, ["DE", "DE"])) == [
        ("Bonn", None, "DE"),
        ("K\u00f6ln", None, "DE"),
    ]
    assert places(address(["Bonn", "Ulm"], None, "DE")) == [("Bonn", None, "DE"), ("Ulm", None, "DE")]


def test_a_town_in_capitals_is_written_as_people_write_it() -> None:
    assert places(address("NEW YORK", "NY", "US")) == [("New York", "NY", "US")]
    assert places(address("CDMX", None, "MX")) == [("CDMX", None, "MX")]


def test_a_place_that_stands_in_the_street_alone_is_one() -> None:
    assert places({"address": {"streetAddress": "Wangen b. D\u00fcbendorf, CH"}}) == [
        ("Wangen b. D\u00fcbendorf", None, "CH")
    ]
    assert places({"address": {"streetAddress": "Main Street 5, Bonn, Germany"}}) == []


def test_a_state_with_its_country_is_where_applicants_may_live() -> None:
    (scope,) = applicant_scope({"applicantLocationRequirements": {"@type": "State", "name": "Michigan, USA"}})
    assert (scope["region"], scope["country"]) == ("Michigan", "US")


@pytest.mark.parametrize("name", ["", "European Union", "Bavaria", "XX", "EU", "Atlantis"])
def test_what_is_no_country_has_no_code(name: str) -> None:
    assert country_code(name) is None


def test_a_state_in_an_address_is_no_country() -> None:
    assert country_in_address("CA") is None
    assert country_in_address("Georgia") is None
    assert country_code("Georgia") == "GE"


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_every_code_is_a_country(code: str) -> None:
    assert country_code(code) == code


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_place_or_none(text: str) -> None:
    assert all(any(place) for place in places(address(text, text, text)))
