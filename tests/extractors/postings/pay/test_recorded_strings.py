"""Pay in strings that were recorded on the web."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings.salary import parse_salary
from tests.corpus import corpus


def is_right(want: dict[str, Any], salary: dict[str, Any] | None) -> bool:
    if want.get("min") is None and want.get("max") is None:
        return salary is None
    if salary is None:
        return False
    currency = {want["currency"]} | (set() if want["currency_stated"] else {None})
    period = {want["period"] and want["period"].lower()} | (set() if want["period_stated"] else {None})
    return (
        (salary["min"], salary["max"]) == (want["min"], want["max"])
        and salary["currency"] in currency
        and salary["period"] in period
    )


@pytest.mark.corpus
def test_recorded_strings_are_read_as_a_person_reads_them() -> None:
    strings = json.loads((corpus("postings") / "salary_strings.json").read_text(encoding="utf-8"))
    wrong = [want["text"] for want in strings if not is_right(want, parse_salary(want["text"]))]
    assert len(strings) - len(wrong) >= 36, wrong
    assert [
        want["text"] for want in strings if want["text"] in wrong and want.get("min", want.get("max")) is None
    ] == []
