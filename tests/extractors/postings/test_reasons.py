"""Why a posting says what it says."""

from __future__ import annotations

import json
from typing import Any

from extractors.postings import explained, left_out
from extractors.postings.document import Document
from extractors.postings.reasons import Evidence, evidence

URL = "https://www.bakery.example/jobs/7"
PROSE = "We bake bread for the whole town, with flour from the mills nearby, and look for two more hands to help us. "
MARKUP: dict[str, Any] = {
    "@type": "JobPosting",
    "title": "Baker",
    "hiringOrganization": "Bakery",
    "description": PROSE,
    "datePosted": "2026-05-01",
    "jobLocation": {"address": {"addressLocality": "Köln", "addressCountry": "DE"}},
}
STATE: dict[str, Any] = {
    "jobTitle": "Baker",
    "companyName": "Bakery",
    "descriptionHtml": PROSE,
    "requisitionId": "R-7",
    "location": "Bonn, Germany",
    "publishedAt": "2026-05-02",
    "employmentType": "Full-time",
}


def read(markup: dict[str, Any] | None, state: dict[str, Any] | None, body: str = "") -> dict[str, Evidence]:
    scripts = f'<script type="application/ld+json">{json.dumps(markup)}</script>' if markup else ""
    if state:
        filled = json.dumps({"props": {"job": state}, "filler": "x" * 200})
        scripts += f'<script type="application/json">{filled}</script>'
    page = f"<html lang='en'><head><title>Baker</title></head><body>{scripts}{body}</body></html>".encode()
    document = Document.read(URL, page, "text/html; charset=utf-8")
    (found,) = explained(document)
    return {one.field: one for one in evidence(found, document)}


def test_sources_that_say_the_same_agree() -> None:
    title = read(MARKUP, STATE)["title"]

    assert title.why == "the JSON-LD and the state agree"
    assert [(one.source, one.where) for one in title.candidates] == [
        ("jsonld", "JobPosting.title"),
        ("state", "props.job.jobTitle"),
    ]
    assert title.agrees == [True, True]


def test_state_is_taken_for_places_and_markup_for_dates() -> None:
    fields = read(MARKUP, STATE)

    assert fields["locations"].why == "state says more of places than markup"
    assert [one.source for one in fields["locations"].candidates] == ["state", "jsonld"]
    assert fields["locations"].agrees == [True, False]
    assert fields["date_posted"].why == "markup says more of dates than state"


def test_what_one_source_alone_has_fills_in() -> None:
    fields = read(MARKUP, STATE)

    assert fields["requisition_id"].why == "fills in what the JSON-LD lacks"
    assert read(MARKUP, None)["title"].why == "the JSON-LD alone speaks of the posting"


def test_what_the_description_says_stands_among_its_words() -> None:
    paid = f"{PROSE}\nYou earn 18 € per hour from the first day on. You may work from home two days a week (hybrid)."
    fields = read(MARKUP | {"description": paid}, None)

    assert fields["salary"].why == "fills in what the data leaves open"
    (taken,) = fields["salary"].candidates
    assert taken.source == "description"
    assert "18 € per hour" in (taken.where or "")


def test_hybrid_in_the_description_stands_beside_remote_in_the_data() -> None:
    prose = f"{PROSE} This is a hybrid role: three days a week in our office."
    workplace = read(MARKUP | {"description": prose, "jobLocationType": "TELECOMMUTE"}, None)["workplace_type"]

    assert workplace.value == "hybrid"
    assert workplace.why == "the description says hybrid, and forms have a box for remote alone"
    assert [one.source for one in workplace.candidates] == ["description", "jsonld"]
    assert "hybrid role" in (workplace.candidates[0].where or "")


def test_words_that_close_a_posting_are_quoted() -> None:
    status = read(MARKUP, None, "<h1>This position has been filled</h1>")["status"]

    assert (status.value, status.why) == ("closed", "the head of the page says that it is closed")
    assert "position has been filled" in (status.candidates[0].where or "")


def test_a_summary_is_passed_over() -> None:
    fields = read(MARKUP | {"description": "We look for a baker."}, STATE)

    assert fields["description_text"].why == "the JSON-LD has a summary alone"


def test_each_field_of_a_posting_has_a_reason_and_can_be_printed() -> None:
    fields = read(MARKUP, STATE)

    assert all(one.why and one.candidates for one in fields.values())
    assert fields["status"].why == "nothing says that it is closed"
    json.dumps([one.plain() for one in fields.values()])


def test_postings_that_are_left_out_are_told() -> None:
    template = MARKUP | {"title": "[Job title]", "url": "/jobs/7"}
    short = {"@type": "JobPosting", "title": "Miller", "url": "/jobs/8"}
    page = f'<script type="application/ld+json">{json.dumps([MARKUP, short, template])}</script>'.encode()
    document = Document.read(URL, page, "text/html")

    assert [(one.posting["title"], reason.split()[0]) for one, reason in left_out(document)] == [
        ("Miller", "only"),
        ("[Job title]", "a"),
    ]
    assert [one.posting["title"] for one in explained(document)] == ["Baker"]


SHOWN = f"<h1>Baker</h1><p>Location: Bonn</p><p>Posted 1 May 2026</p><p>Part-time</p><p>{PROSE}</p>"


def test_what_the_page_shows_stands_beside_what_was_taken() -> None:
    fields = read(MARKUP, None, SHOWN)

    assert fields["date_posted"].why == "the JSON-LD and the page agree"
    assert fields["date_posted"].candidates[1].where == "“1 May 2026”"
    assert [one.source for one in fields["title"].candidates] == ["jsonld", "page"]
    place = fields["locations"]
    assert [(one.source, agrees) for one, agrees in zip(place.candidates, place.agrees, strict=True)] == [
        ("jsonld", True),
        ("page", False),
    ]
    assert place.why == "data is surer than what a page looks like"


def test_why_the_page_was_taken_is_told() -> None:
    kinds = read(MARKUP | {"employmentType": "FULL_TIME"}, STATE, SHOWN)["employment_types"]

    assert kinds.value == ["PART_TIME"]
    assert [one.source for one in kinds.candidates] == ["page", "state", "jsonld"]
    assert kinds.agrees == [True, False, False]
    assert kinds.why == "the page says so, and forms say the same of each posting"
