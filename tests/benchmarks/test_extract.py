"""What extraction is measured beside: the fields of markup, taken as they stand."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.extract import Body, mapped, ours

POSTING: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Baker",
    "hiringOrganization": {"@type": "Organization", "name": "Crust"},
    "description": "You bake.",
    "datePosted": "2026-10-01",
    "employmentType": "FULL_TIME",
    "jobLocation": {"address": {"addressLocality": "Leeds", "addressCountry": "GB"}},
    "baseSalary": {"currency": "GBP", "value": {"minValue": 30000, "maxValue": 32000, "unitText": "YEAR"}},
}


def test_both_read_what_plain_markup_says() -> None:
    markup = f'<script type="application/ld+json">{json.dumps(POSTING)}</script>'
    (mine,) = ours(Body("https://crust.example/jobs/1", markup.encode()))

    for found in (mine, mapped(POSTING)):
        assert (found["title"], found["company"]) == ("Baker", "Crust")
        assert [(place["city"], place["country"]) for place in found["locations"]] == [("Leeds", "GB")]
        assert (found["salary"]["min"], found["salary"]["max"], found["salary"]["period"]) == (30000, 32000, "year")
        assert found["date_posted"][:10] == "2026-10-01"
