"""Places that only a sentence of the description names."""

from __future__ import annotations

import pytest

from extractors.postings.place_prose import places_in_prose


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("The role is based in Madrid, Spain. We offer shares.", ("Madrid", "ES")),
        ("You work from our office in Ghent.", ("Ghent", None)),
        ("This position will be located in Austin, TX.", ("Austin", "US")),
        ("Fast arbejdssted fra vores kontor i Odense", ("Odense", None)),
        ("Du arbeitest in unserem Büro in Köln.", ("Köln", None)),
        ("You will join our offices in San Francisco.", ("San Francisco", None)),
    ],
)
def test_the_place_of_the_job_is_read(prose: str, expected: tuple[str, str | None]) -> None:
    (place,) = places_in_prose(prose)

    assert (place["city"], place["country"]) == expected


@pytest.mark.parametrize(
    "prose",
    [
        "We have customers based in Madrid.",
        "Our office in Bonn and our office in Ghent are open.",
        "You are based in the team of Jane.",
        "We are in love with Paris.",
        "",
    ],
)
def test_other_places_are_not(prose: str) -> None:
    assert places_in_prose(prose) == []
