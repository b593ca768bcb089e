"""Places in one line of text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.place_text import Where, read_where
from schemas.posting import Location

NOTATIONS = json.loads((Path(__file__).parent / "place_notations.json").read_text(encoding="utf-8"))


def short(places: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """City, region and country of each place."""
    return [(place["city"], place["region"], place["country"]) for place in places]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A | B | C", [("A", None, None), ("B", None, None), ("C", None, None)]),
        ("US, NC, Durham", [("Durham", "NC", "US")]),
        ("USA.VA.Reston", [("Reston", "VA", "US")]),
        ("US-CA-San Francisco", [("San Francisco", "CA", "US")]),
        ("USA - TX - Austin", [("Austin", "TX", "US")]),
        ("DE-Berlin", [("Berlin", None, "DE")]),
        ("Germany, Berlin", [("Berlin", None, "DE")]),
        ("KR, Seoul", [("Seoul", None, "KR")]),
        ("CA, San Francisco", [("San Francisco", "CA", "US")]),
        ("US-NC", [(None, "NC", "US")]),
        ("US-", [(None, None, "US")]),
        ("Paris, KY", [("Paris", "KY", "US")]),
        ("Paris, France", [("Paris", None, "FR")]),
        ("Paris", [("Paris", None, None)]),
        ("Georgia", [("Georgia", None, None)]),
        ("Georgia, US", [(None, "Georgia", "US")]),
        ("Atlanta, Georgia", [("Atlanta", "Georgia", "US")]),
        ("Tbilisi, Georgia", [("Tbilisi", None, "GE")]),
        ("Durham, NC, US", [("Durham", "NC", "US")]),
        ("Berlin, DE", [("Berlin", None, "DE")]),
        ("Wilmington, DE", [("Wilmington", "DE", "US")]),
        ("Bengaluru, IN", [("Bengaluru", None, "IN")]),
        ("Carmel, IN", [("Carmel", "IN", "US")]),
        ("Toronto, ON", [("Toronto", "ON", "CA")]),
        ("Toronto, CA", [("Toronto", None, "CA")]),
        ("London, ON", [("London", "ON", "CA")]),
        ("London, UK", [("London", None, "GB")]),
        ("London, England, United Kingdom", [("London", "England", "GB")]),
        ("Perth, WA", [("Perth", "WA", "AU")]),
        ("Seattle, WA", [("Seattle", "WA", "US")]),
        ("M\u00fcnchen, Bayern, Deutschland", [("M\u00fcnchen", "Bayern", "DE")]),
        ("10115 Berlin, Germany", [("Berlin", None, "DE")]),
        ("New York, NY 10001", [("New York", "NY", "US")]),
        ("123 Main St, Springfield, IL, US", [("Springfield", "IL", "US")]),
        ("Singapore, Singapore", [("Singapore", None, "SG")]),
        ("Hong Kong", [(None, None, "HK")]),
        ("\u65e5\u672c", [(None, None, "JP")]),
        ("California", [(None, "California", "US")]),
        ("New York", [("New York", None, None)]),
        ("Berlin (Hybrid)", [("Berlin", None, None)]),
        ("Hybrid - London", [("London", None, None)]),
        ("Location: Oslo, Norway", [("Oslo", None, "NO")]),
        ("Dublin, Ireland; Cork, Ireland", [("Dublin", None, "IE"), ("Cork", None, "IE")]),
        ("Paris or Lyon", [("Paris", None, None), ("Lyon", None, None)]),
        (
            "Espoo, Vantaa, Kerava, Sipoo, Uusimaa, Finland",
            [(town, "Uusimaa", "FI") for town in ("Espoo", "Vantaa", "Kerava", "Sipoo")],
        ),
        ("Bonn | Bonn", [("Bonn", None, None)]),
        ("Washington, D.C.", [("Washington", "DC", "US")]),
        ("Lima, Peru", [("Lima", None, "PE")]),
        ("Peru, IN", [("Peru", "IN", "US")]),
        ("Lebanon, NH", [("Lebanon", "NH", "US")]),
        ("Singapore, SG", [("Singapore", None, "SG")]),
        ("Korea, Republic of", [(None, None, "KR")]),
        ("London - UK", [("London", None, "GB")]),
        ("IN-Karnataka-Bangalore", [("Bangalore", "Karnataka", "IN")]),
        ("EMEA", [(None, "EMEA", None)]),
        (
            "Berlin, Hamburg, M\u00fcnchen",
            [("Berlin", None, None), ("Hamburg", None, None), ("M\u00fcnchen", None, None)],
        ),
        ("Multiple Locations", []),
        ("Duty Station: BUJUMBURA", [("Bujumbura", None, None)]),
        ("Le Mazaud, 19100 Brive-la-Gaillarde, France", [("Brive-la-Gaillarde", None, "FR")]),
        ("Bombay, MH", [("Bombay", "MH", "IN")]),
        ("75 - Paris 01", [("Paris", None, None)]),
        ("Chmielna 71, Wola, Warszawa", [("Warszawa", None, None)]),
        ("Radboud University Nijmegen Medical Centre", []),
        ("College Station, TX", [("College Station", "TX", "US")]),
        ("2 Locations", []),
        ("N/A", []),
    ],
)
def test_a_place_of_work_is_read_in_every_order(text: str, expected: list[tuple[Any, ...]]) -> None:
    assert read_where(text)[1:] == ([], False)
    assert short(read_where(text).locations) == expected


@pytest.mark.parametrize(("text", "locations", "scope", "remote"), NOTATIONS)
def test_places_are_read_as_many_countries_write_them(
    text: str, locations: list[list[Any]], scope: list[list[Any]], remote: bool
) -> None:
    where = read_where(text)
    assert short(where.locations) == [tuple(place) for place in locations]
    assert short(where.scope) == [tuple(place) for place in scope]
    assert where.remote is remote


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Remote", []),
        ("Remote - US", [(None, None, "US")]),
        ("Remote US", [(None, None, "US")]),
        ("US, NC, Remote", [(None, "NC", "US")]),
        ("Spain (Remote)", [(None, None, "ES")]),
        ("Remote - California", [(None, "California", "US")]),
        ("Anywhere in Europe", [(None, "Europe", None)]),
        ("Remote (US only)", [(None, None, "US")]),
        ("Remote - US or Canada", [(None, None, "US"), (None, None, "CA")]),
        ("United States | Remote", [(None, None, "US")]),
        ("100% Home Office, Deutschland", [(None, None, "DE")]),
        ("T\u00e9l\u00e9travail - France", [(None, None, "FR")]),
    ],
)
def test_where_one_may_live_is_no_place_of_work(text: str, expected: list[tuple[Any, ...]]) -> None:
    where = read_where(text)
    assert where.remote
    assert where.locations == []
    assert short(where.scope) == expected
    assert {place["role"] for place in where.scope} <= {"remote_scope"}


def test_an_office_and_a_scope_stand_side_by_side() -> None:
    where = read_where("US, NC, Durham | US, TX, Remote")
    assert short(where.locations) == [("Durham", "NC", "US")]
    assert short(where.scope) == [(None, "TX", "US")]


def test_a_town_or_anywhere_is_both() -> None:
    where = read_where("Berlin/Remote")
    assert where.remote
    assert short(where.locations) == [("Berlin", None, None)]
    assert short(read_where("Munich or remote in Germany").scope) == [(None, None, "DE")]


def test_nothing_is_nowhere() -> None:
    assert read_where("") == read_where(" - ") == read_where("|;") == read_where("\x1f") == Where([], [], remote=False)


@settings(deadline=None)
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["US", "CA", "DE", "Remote", "Paris", ",", "-", "|", " "])).map("".join)
)
def test_any_line_has_places_or_none(text: str) -> None:
    where = read_where(text)
    for place in where.locations + where.scope:
        Location.model_validate(place)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", [" ", "1", ", ", "| ", "a ", "US-", "remote ", "(", "12345 "])
def test_a_hostile_line_costs_little(piece: str) -> None:
    read_where(piece * (1_000_000 // len(piece)))
