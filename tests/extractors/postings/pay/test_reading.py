"""What texts of many countries say of pay, and what they say that is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.salary import parse_salary
from schemas.posting import Salary

STRINGS, NOTATIONS = (
    json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("strings", "notations")
)


def read(text: str, country: str | None = None) -> dict[str, Any]:
    """The salary of a text that has one."""
    salary = parse_salary(text, country)
    assert salary is not None
    Salary.model_validate(salary)
    return salary


def ends(salary: dict[str, Any]) -> tuple[Any, ...]:
    return salary["min"], salary["max"], salary["currency"], salary["period"]


@pytest.mark.parametrize(("text", *"abcd"), STRINGS["pay"] + NOTATIONS["pay"])
def test_pay_is_read_as_people_of_that_country_read_it(text: str, a: Any, b: Any, c: Any, d: Any) -> None:
    assert ends(read(text)) == (a, b, c, d)


@pytest.mark.parametrize("text", STRINGS["not_pay"] + NOTATIONS["not_pay"])
def test_what_is_not_pay_is_nothing(text: str) -> None:
    assert parse_salary(text) is None


def test_there_are_many_strings_of_both_kinds() -> None:
    assert len(STRINGS["pay"]) >= 200
    assert len(STRINGS["not_pay"]) >= 150


def test_each_place_has_its_range() -> None:
    text = (
        "Base pay range (CA, NY) per year: $195,000 - $255,000\nBase pay range (all other states): $173,000 - $233,000"
    )
    assert [(one["min"], one["max"], one["where"]) for one in read(text)["ranges"]] == [
        (195000, 255000, "CA, NY"),
        (173000, 233000, "all other states"),
    ]


@pytest.mark.parametrize(
    ("text", "main", "other"),
    [
        ("Salary: 1 800 BGN (920 EUR) monthly", (1800, 1800, "BGN"), (920, 920, "EUR")),
        ("Pay: 5 000 - 7 000 PLN (ca. 1 200 - 1 600 EUR)", (5000, 7000, "PLN"), (1200, 1600, "EUR")),
        ("Pay: from 610 BGN / ~ 305 \u20ac / to 2050 BGN / ~ 1025 \u20ac /", (610, 2050, "BGN"), (305, 1025, "EUR")),
    ],
)
def test_a_conversion_is_not_another_salary(text: str, main: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    salary = read(text)
    assert (salary["min"], salary["max"], salary["currency"]) == main
    first, second = salary["ranges"]
    assert first["converted_from"] is None
    assert second["converted_from"] == main[2]
    assert (second["min"], second["max"], second["currency"]) == other


def test_kinds_of_contract_are_kept_apart() -> None:
    ranges = read("B2B: 16 800 - 21 000 PLN netto / mies.\nUoP: 12 000 - 15 000 PLN brutto / mies.")["ranges"]
    assert [(one["contract"], one["gross"], one["min"]) for one in ranges] == [
        ("B2B", False, 16800),
        ("UoP", True, 12000),
    ]


def test_earnings_on_target_do_not_raise_the_base() -> None:
    salary = read("Base: $150,000, OTE: $300,000")
    assert ends(salary) == (150000, 150000, "USD", None)
    assert [one["kind"] for one in salary["ranges"]] == ["base", "ote"]
    assert read("\u20ac75-90k OTE, uncapped")["ranges"][0]["kind"] == "ote"


def test_a_range_has_the_period_of_another_of_its_size() -> None:
    first, second = read("Monthly salary: from 610 EUR.\nWage: 700 - 2050 EUR")["ranges"]
    assert (second["period"], second["period_stated"]) == ("month", False)
    assert first["period_stated"] is True
    assert read("Pay: 20 EUR per hour.\nSalary: 40000 EUR")["ranges"][1]["period"] is None


def test_an_estimate_is_marked_as_one() -> None:
    assert read("$67K-$136K (Glassdoor est.)")["ranges"][0]["kind"] == "estimate"


@pytest.mark.parametrize(
    ("text", "gross"), [("2 500 \u20ac brut par mois", True), ("3000 USD net", False), ("$50,000 a year", None)]
)
def test_gross_and_net_are_told_apart(text: str, gross: bool | None) -> None:
    assert read(text)["ranges"][0]["gross"] is gross


@pytest.mark.parametrize(
    ("text", "country", "currency"),
    [
        ("$130,000 - $160,000 a year", None, "USD"),
        ("$130,000 - $160,000 a year", "AU", "AUD"),
        ("169K-240K Annually", "US", "USD"),
        ("169K-240K Annually", "AR", None),
        ("55 000 $ \u00e0 65 000 $ par ann\u00e9e", None, "CAD"),
        ("Sueldo: $ 12,000 pesos mensuales", None, None),
        ("Sueldo: $ 12,000 pesos mensuales", "MX", "MXN"),
        ("\u6708\u85aa 40,000\u5143", "TW", "TWD"),
        ("US$130,000 - US$160,000 a year", "AU", "USD"),
        ("Pay: 30 000 kr", None, None),
        ("Pay: 30 000 kr", "NO", "NOK"),
        ("Pay: \u00a530,000 a month", "CN", "CNY"),
    ],
)
def test_a_sign_of_several_countries_means_the_posting_s_own(
    text: str, country: str | None, currency: str | None
) -> None:
    assert read(text, country)["currency"] == currency


def test_each_range_has_the_words_that_it_was_read_from() -> None:
    salary = read("We offer a salary of \u20ac4,000\u2013\u20ac5,500 gross per month, and cake.")
    assert salary["ranges"][0]["evidence"] == "\u20ac4,000\u2013\u20ac5,500 gross per month"
    assert salary["raw"] == ["\u20ac4,000\u2013\u20ac5,500 gross per month"]


def test_a_period_that_is_not_said_is_not_stated() -> None:
    assert read("$80-100k")["ranges"][0]["period_stated"] is False
    assert read("$80-100k/yr")["ranges"][0]["period_stated"] is True


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_salary_or_none(text: str) -> None:
    salary = parse_salary(text)
    assert salary is None or Salary.model_validate(salary)


PIECES = st.sampled_from(
    [
        "$",
        "€",
        "k",
        " ",
        "-",
        "/",
        "(",
        ")",
        "~",
        "salary",
        "per",
        "hour",
        "month",
        "zł",
        "万",
        "to",
        "up to",
        ".",
        ",",
        "+",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.integers(0, 10**7).map(str), max_size=40))
def test_any_phrase_of_money_has_a_salary_or_none(pieces: list[str]) -> None:
    for glue in ("", " "):
        salary = parse_salary(glue.join(pieces))
        assert salary is None or Salary.model_validate(salary)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "piece",
    [
        " ",
        "1",
        "1 ",
        "1,",
        "1 000 ",
        "$1 - $2 per ",
        "salary $1000 ",
        "\u200b",
        "\n1",
        "(1",
        "a",
        "salary ",
        "$",
        "K",
        "€/",
    ],
)
def test_a_hostile_text_costs_little(piece: str) -> None:
    parse_salary(piece * (1_000_000 // len(piece)))
