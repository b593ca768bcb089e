"""What a posting pays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.salary import salary_of
from schemas.posting import Salary


def envelope(base: Any, **posting: Any) -> tuple[Any, ...] | None:
    """Least, most, currency and period."""
    salary = salary_of({"baseSalary": base, **posting})
    if salary is None:
        return None
    Salary.model_validate(salary)
    return salary["min"], salary["max"], salary["currency"], salary["period"]


def amount(**quantity: Any) -> dict[str, Any]:
    return {"@type": "MonetaryAmount", "currency": "EUR", "value": {"@type": "QuantitativeValue", **quantity}}


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (amount(minValue=30000, maxValue=40000, unitText="YEAR"), (30000, 40000, "EUR", "year")),
        (amount(value=15.5, unitText="HOUR"), (15.5, 15.5, "EUR", "hour")),
        (amount(value="2.500,50", unitText="month"), (2500.5, 2500.5, "EUR", "month")),
        (amount(value="30k - 40k", unitText="per annum"), (30000, 40000, "EUR", "year")),
        (amount(value="30-40k"), (30000, 40000, "EUR", None)),
        (amount(minValue=0, maxValue=500, unitCode="WEE"), (None, 500, "EUR", "week")),
        (amount(minValue=100), (100, None, "EUR", None)),
        ({"currency": "usd", "value": "1,200", "unitText": "DAY"}, (1200, 1200, "USD", "day")),
        ({"minValue": 1, "maxValue": 2, "currency": "GBP", "unitText": "HOUR"}, (1, 2, "GBP", "hour")),
        ({"@type": "PriceSpecification", "price": 5, "priceCurrency": "CHF"}, (5, 5, "CHF", None)),
        ("€40,000 - €50,000", (40000, 50000, "EUR", None)),
        ("GBP 25 000", (25000, 25000, "GBP", None)),
        ("$100", (100, 100, None, None)),
        (100000, (100000, 100000, None, None)),
        ([amount(value=1, unitText="HOUR"), amount(value=3, unitText="HOUR")], (1, 3, "EUR", "hour")),
        ([amount(value=9, unitText="HOUR"), amount(value=1500, unitText="MONTH")], (9, 9, "EUR", "hour")),
    ],
)
def test_amounts_are_read_in_every_shape(base: Any, expected: tuple[Any, ...]) -> None:
    assert envelope(base) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,42,400", 142400),
        ("1.234.567", 1234567),
        ("1'234.50", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("50.000", 50000),
        ("12.75", 12.75),
        ("0.5", 0.5),
        ("60K", 60000),
        ("17,333333", 17.3333),
    ],
)
def test_numbers_have_the_separators_of_the_world(text: str, number: float) -> None:
    assert envelope(amount(value=text)) == (number, number, "EUR", None)


@pytest.mark.parametrize("base", [None, "", {}, [], 0, True, float("nan"), amount(), amount(value=0), 10**30])
def test_what_pays_nothing_is_no_salary(base: Any) -> None:
    salary = envelope(base)
    assert salary is None or salary[:2] == (None, None)


@pytest.mark.parametrize(
    "text",
    ["Competitive", "According to grade 5", "40 hours", "up to 20 days", "-5", "1-2-3", "40 - 30", "call 030 1234 now"],
)
def test_a_text_with_other_words_has_no_amount_but_is_kept(text: str) -> None:
    for base in (text, amount(value=text)):
        salary = salary_of({"baseSalary": base})
        assert salary is not None
        assert (salary["min"], salary["max"], salary["ranges"]) == (None, None, [])
        assert text in salary["raw"][0]


def test_the_currency_may_stand_beside_the_salary() -> None:
    assert envelope("100000", salaryCurrency="USD") == (100000, 100000, "USD", None)


def test_an_estimate_is_marked_as_one_and_never_hides_a_salary() -> None:
    estimate = salary_of({"estimatedSalary": [amount(value=1)]})
    assert estimate is not None
    assert estimate["ranges"][0]["kind"] == "estimate"
    assert envelope(amount(value=2), estimatedSalary=amount(value=1)) == (2, 2, "EUR", None)


def test_a_period_that_is_not_said_is_not_stated() -> None:
    salary = salary_of({"baseSalary": amount(value=1)})
    assert salary is not None
    assert salary["ranges"][0]["period_stated"] is False


@settings(deadline=None)
@given(st.integers(1, 10**9), st.sampled_from([",", ".", " ", "'", "\u00a0"]))
def test_grouped_digits_mean_the_number(number: int, separator: str) -> None:
    assert envelope(amount(value=f"{number:,}".replace(",", separator))) == (number, number, "EUR", None)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,' k-\u20ac$EUR", max_size=30))
def test_any_text_has_a_salary_or_none(text: str) -> None:
    envelope(amount(value=text))
    envelope(text)


@pytest.mark.parametrize(
    ("unit", "period"),
    [
        ("M", "month"),
        ("PH", "hour"),
        ("godz.", "hour"),
        ("mies.", "month"),
        ("Std.", "hour"),
        ("Annual salary", "year"),
        ("brutto/Monat", "month"),
        ("HOURS", "hour"),
        ("\u5e74", "year"),
        ("BIWEEKLY", None),
        ("Total", None),
    ],
)
def test_a_field_for_the_unit_says_it_in_any_words(unit: str, period: str | None) -> None:
    value = {"minValue": 1000, "maxValue": 2000, "unitText": unit}
    salary = salary_of({"baseSalary": {"currency": "RUR", "value": value}})
    assert salary is not None
    assert (salary["period"], salary["currency"]) == (period, "RUB")
