"""The peer that extraction is measured beside."""

from __future__ import annotations

import json

from benchmarks.extract import Body, ours, peer

POSTING = {
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


def page(block: str) -> Body:
    return Body("https://crust.example/jobs/1", f'<script type="application/ld+json">{block}</script>'.encode())


def test_both_read_what_plain_markup_says() -> None:
    (mine,), (theirs,) = (read(page(json.dumps(POSTING))) for read in (ours, peer))

    for found in (mine, theirs):
        assert (found["title"], found["company"]) == ("Baker", "Crust")
        assert [(place["city"], place["country"]) for place in found["locations"]] == [("Leeds", "GB")]
        assert (found["salary"]["min"], found["salary"]["max"], found["salary"]["period"]) == (30000, 32000, "year")
        assert found["date_posted"][:10] == "2026-10-01"


def test_the_peer_gives_up_what_it_cannot_read_and_finds_nothing_where_nothing_is() -> None:
    broken = page(json.dumps(POSTING)[:-1])

    assert peer(broken) == []
    assert peer(Body("https://crust.example/", b"<p>Bread</p>")) == []
