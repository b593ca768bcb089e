"""Readings of several sources, and what makes them one posting."""

from __future__ import annotations

from typing import Any

from extractors.postings.reading import JSONLD, STATE, TEXT, Merged, Reading, merged


def titles(found: list[Merged]) -> list[str]:
    return [one.posting["title"] for one in found]


def shown(title: str, **fields: Any) -> Reading:
    return Reading(TEXT, {"title": title} | fields)


def test_several_postings_that_a_page_shows_at_once_are_several() -> None:
    assert titles(merged([shown("Baker"), shown("Driver")])) == ["Baker", "Driver"]
    anchors = [shown("Baker", url="https://acme.example/jobs#1"), shown("Baker", url="https://acme.example/jobs#2")]
    assert len(merged(anchors)) == 2
    assert len(merged([shown("Baker"), shown("Baker")])) == 1


def test_where_data_speaks_the_page_adds_none_and_fills_in_its_own() -> None:
    (found,) = merged([Reading(JSONLD, {"title": "Baker"}), shown("Baker", company="Acme"), shown("Driver", salary=7)])
    assert (found.posting["title"], found.posting["company"]) == ("Baker", "Acme")
    assert "salary" not in found.posting


def test_a_page_is_beside_what_is_elsewhere() -> None:
    other = Reading(STATE, {"title": "Driver", "company": "Acme"}, elsewhere=True)
    found = merged([other, shown("Baker")])
    assert [(one.posting["title"], one.elsewhere) for one in found] == [("Driver", True), ("Baker", False)]
    assert "company" not in found[1].posting


def test_guesses_from_lines_are_no_side_of_a_conflict() -> None:
    (found,) = merged([Reading(JSONLD, {"title": "Baker", "company": "Acme"}), shown("Baker", company="Jobs Today")])
    assert (found.posting["company"], found.posting["conflicts"]) == ("Acme", [])


def test_a_period_that_is_not_said_is_no_other_one() -> None:
    pay = {"min": 10, "max": 20, "currency": "EUR", "period": None}
    said = [Reading(STATE, {"title": "Baker", "salary": pay}), Reading(JSONLD, {"title": "Baker", "salary": pay})]
    said[1].fields["salary"] = pay | {"period": "hour"}
    (found,) = merged(said)
    assert (found.posting["salary"]["period"], found.posting["conflicts"]) == ("hour", [])

    said[0].fields["salary"] = pay | {"period": "month"}
    (found,) = merged(said)
    assert [one["field"] for one in found.posting["conflicts"]] == ["salary"]
