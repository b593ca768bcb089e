"""Postings in data whose names nobody has agreed on: found and read by what they have beside each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting

BREAD, HAND = "You bake bread in our oven, from four in the morning.", "A steady hand"
TEXT = "<p>You bake bread in our oven, from four in the morning until noon, with three others.</p>"
PAGE = "https://www.bakery.example/en/page"
FEED = "https://api.bakery.example/v1/jobs"


def feed(value: Any, url: str = FEED) -> dict[str, Any]:
    (found,) = postings(Document.read(url, json.dumps(value).encode(), "application/json"))
    return Posting.model_validate(found).model_dump(mode="json")


def state(value: Any, url: str = PAGE) -> list[dict[str, Any]]:
    data = json.dumps(value | {"hint": "jobTitle"})
    page = f'<html lang="en"><body><script type="application/json">{data}</script></body></html>'
    return postings(Document.read(url, page.encode(), "text/html"))


def towns(found: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    return [(place["city"], place["country"]) for place in found["locations"]]


def test_a_name_says_what_it_is_whosever_it_says_that_it_is() -> None:
    found = feed(
        {
            "PositionTitle": "Baker",
            "sanitizedJobDescription": TEXT,
            "OrganizationName": "Bakery",
            "PositionLocation": [{"CityName": "Bonn", "CountryCode": "Germany"}],
            "PositionSchedule": [{"Name": "Full-Time", "Code": "1"}],
            "PositionURI": "https://www.bakery.example/17",
            "PublicationStartDate": "2024-05-01",
            "ApplicationCloseDate": "2024-06-01",
        }
    )

    assert (found["title"], found["company"], towns(found)) == ("Baker", "Bakery", [("Bonn", "DE")])
    assert (found["employment_types"], found["url"]) == (["FULL_TIME"], "https://www.bakery.example/17")
    assert (found["date_posted"][:10], found["valid_through"][:10]) == ("2024-05-01", "2024-06-01")


def test_what_is_set_apart_in_an_object_is_read_with_it() -> None:
    found = feed(
        {
            "webId": 17,
            "publicationDetails": {"publishedAt": "2024-05-01", "expiresAt": "2024-06-01"},
            "attributes": {
                "jobTitle": "Piekarz",
                "jobInfoModel": {"jobInfoHeaderModel": {"companyName": "Bakery"}, "jobDescription": TEXT},
                "workplaces": [{"inlandLocation": {"location": {"name": "Gdynia"}}, "country": {"name": "Polska"}}],
                "employment": {"workSchedules": [{"id": 0, "name": "pełny etat"}], "workModes": [{"name": "hybrid"}]},
            },
        }
    )

    assert (found["title"], found["company"], found["workplace_type"]) == ("Piekarz", "Bakery", "hybrid")
    assert (found["date_posted"][:10], found["valid_through"][:10]) == ("2024-05-01", "2024-06-01")
    assert (towns(found), found["employment_types"]) == ([("Gdynia", "PL")], ["FULL_TIME"])


def test_names_in_other_languages_are_read_and_labels_are_whatever_they_are_called() -> None:
    german = feed(
        {
            "referenznummer": "10-S",
            "stellenangebotsTitel": "Bäcker (m/w/d)",
            "firma": "Backhaus",
            "stellenangebotsBeschreibung": TEXT,
            "stellenlokationen": [{"adresse": {"ort": "Köln", "land": "DEUTSCHLAND"}}],
            "arbeitszeitVollzeit": True,
            "veroeffentlichungszeitraum": {"von": "2024-05-01"},
            "datumErsteVeroeffentlichung": "2024-05-01",
        }
    )
    french = feed(
        {
            "id": "A1",
            "intitule": "Boulanger",
            "description": TEXT,
            "entreprise": {"nom": "Fournil"},
            "lieuTravail": {"libelle": "Lyon", "commune": "69123"},
            "typeContrat": {"libelle": "Temps plein"},
            "origineOffre": {"urlOrigine": "https://fournil.example/A1"},
        }
    )

    assert (german["title"], german["company"], german["requisition_id"]) == ("Bäcker (m/w/d)", "Backhaus", "10-S")
    assert (towns(german), german["employment_types"]) == ([("Köln", "DE")], ["FULL_TIME"])
    assert (french["company"], french["employment_types"], french["url"]) == (
        "Fournil",
        ["FULL_TIME"],
        "https://fournil.example/A1",
    )
    assert [place["city"] for place in french["locations"]] == ["Lyon"]


def test_where_applicants_may_live_is_no_place_of_work() -> None:
    job = {
        "title": "Baker",
        "description": TEXT,
        "locationRestrictions": ["United States", "Japan"],
        "type": "part-time",
    }
    found = feed([job])

    assert [place["country"] for place in found["applicant_scope"]] == ["US", "JP"]
    assert {place["role"] for place in found["locations"]} <= {"seat"}
    assert found["employment_types"] == ["PART_TIME"]


def test_a_text_is_no_title_where_something_else_is() -> None:
    assert (
        feed([{"id": 1, "role": "Baker", "text": TEXT, "company_name": "Bakery", "location": "Bonn"}])["title"]
        == "Baker"
    )


@pytest.mark.parametrize(
    "text",
    [
        [
            {
                "_type": "block",
                "_key": "a1",
                "children": [
                    {"_type": "span", "text": "You bake bread "},
                    {"_type": "span", "text": "in our oven, from four in the morning."},
                ],
            },
            {"_type": "block", "_key": "b2", "listItem": "bullet", "children": [{"_type": "span", "text": HAND}]},
        ],
        {
            "nodeType": "document",
            "content": [
                {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": BREAD}]},
                {
                    "nodeType": "list-item",
                    "content": [{"nodeType": "paragraph", "content": [{"nodeType": "text", "value": HAND}]}],
                },
            ],
        },
        {
            "root": {
                "type": "root",
                "children": [
                    {"type": "paragraph", "children": [{"type": "text", "text": BREAD}]},
                    {"type": "list", "children": [{"type": "listitem", "children": [{"type": "text", "text": HAND}]}]},
                ],
            }
        },
        {
            "time": 1,
            "blocks": [
                {"type": "paragraph", "data": {"text": BREAD}},
                {"type": "list", "data": {"style": "unordered", "items": [HAND]}},
            ],
        },
        {
            "blocks": [
                {"key": "a", "text": BREAD, "type": "unstyled", "inlineStyleRanges": []},
                {"key": "b", "text": HAND, "type": "unordered-list-item", "inlineStyleRanges": []},
            ],
            "entityMap": {},
        },
    ],
    ids=["portable text", "contentful", "lexical", "editor.js", "draft.js"],
)
def test_a_text_that_an_editor_keeps_as_a_tree_is_read_line_by_line(text: Any) -> None:
    found = feed([{"title": "Baker", "description": text, "employmentType": "Full-time", "location": "Bonn"}])
    assert found["description_text"].splitlines() == [BREAD, HAND]


LONG = "This is a text of more than sixty characters, that says something of what it stands beside."
OTHERS: dict[str, dict[str, Any]] = {
    "a product": {
        "title": "Oven",
        "description": LONG,
        "code": "A1",
        "price": {"min": 1},
        "brand": "Oven",
        "location": "Bonn",
    },
    "a house": {
        "title": "House",
        "description": LONG,
        "reference": "R7",
        "city": "Bonn",
        "price": 3,
        "createdAt": "2024-05-01",
    },
    "an event": {
        "name": "Bread fair",
        "description": LONG,
        "location": "Bonn",
        "startDate": "2024-05-01",
        "schedule": "daily",
    },
    "a course": {"title": "To bake", "description": LONG, "level": "first", "skills": ["bread"], "date": "2024-05-01"},
    "an article": {"headline": "We bake", "body": LONG, "publishedAt": "2024-05-01", "team": "press"},
    "somebody": {
        "displayName": "Ann",
        "jobTitle": "Baker",
        "description": LONG,
        "department": "Bakery",
        "email": "a@b.example",
        "location": "Bonn",
    },
    "praise": {"name": "Ann", "text": LONG, "jobTitle": "Baker", "company": "Bakery"},
    "a department": {"name": "Bakery", "description": LONG, "location": "Bonn", "department": "Bakery"},
    "an office": {"title": "Bonn office", "description": LONG, "city": "Bonn", "country": "DE", "type": "office"},
    "statistics": {"title": "Pay of bakers", "description": LONG, "salary": {"min": 1, "max": 3}, "city": "Bonn"},
    "a project": {
        "title": "New oven",
        "description": LONG,
        "skills": ["steel"],
        "client": "Bakery",
        "date": "2024-01-01",
    },
    "a category": {"name": "Bakers", "description": LONG, "jobType": "all", "location": "Bonn", "count": 12},
    "a question": {"title": "How do I apply?", "text": LONG, "type": "faq", "apply": False},
}


@pytest.mark.parametrize("url", [PAGE, "https://www.bakery.example/careers/us"])
@pytest.mark.parametrize("other", OTHERS)
def test_what_has_a_title_and_a_text_too_is_no_posting(other: str, url: str) -> None:
    assert state({"page": {"entries": [OTHERS[other], OTHERS[other] | {"id": 2}]}}, url) == []
    assert state({"jobs": {"people": [OTHERS[other]]}}, url) == []


def test_what_a_label_leaves_open_its_object_says() -> None:
    found = feed(
        {
            "title": "Baker",
            "content": TEXT,
            "workTypes": {"label": "SALARIED_FT", "id": "Salaried, full-time"},
            "location": {"display_name": "Marlow, England", "area": ["UK", "South East", "Marlow"]},
            "secondaryLocations": [{"Name": "Bern", "CountryCode": "CH"}],
            "listedAt": {"label": "2 days ago", "dateTimeUtc": "2024-05-01T02:00:00Z"},
            "minPay": {"amount": 18000, "periodValue": "year"},
            "maxPay": {"amount": 21000, "periodValue": "year"},
            "redirect_url": "https://www.bakery.example/17",
        }
    )

    assert (found["employment_types"], found["date_posted"][:10]) == (["FULL_TIME"], "2024-05-01")
    assert [place["city"] for place in found["locations"]] == ["Marlow", "Bern"]
    assert (found["salary"]["min"], found["salary"]["max"], found["salary"]["period"]) == (18000, 21000, "year")
    assert found["url"] == "https://www.bakery.example/17"


def test_a_description_may_be_all_in_its_parts() -> None:
    found = feed(
        {
            "Title": "Baker",
            "ExternalDescriptionStr": "<p>You bake our bread.</p>",
            "ExternalResponsibilitiesStr": "<ul><li>To knead</li><li>To bake</li></ul>",
            "ExternalQualificationsStr": "<p>A steady hand.</p>",
            "JobSchedule": "Full time",
            "locationCity": "Bonn",
            "locationCountry": "Germany",
        }
    )

    assert found["description_text"].splitlines() == ["You bake our bread.", "To knead", "To bake", "A steady hand."]
    assert towns(found) == [("Bonn", "DE")]


def test_a_street_is_no_town_and_the_state_of_a_posting_no_region() -> None:
    job = {"jobTitle": "Baker", "description": TEXT, "jobState": "LISTED"}
    place = {"street": "Le Bourg", "formatted": "Le Bourg, 19100 Brive, France"}
    assert towns(feed([job | {"address": place}])) == [("Brive", "FR")]
    beside = feed([job | {"address": "Oven House, Old Mill, 5", "city": "Bonn", "country": "DE"}])
    assert [(one["city"], one["region"]) for one in beside["locations"]] == [("Bonn", None)]


def test_one_date_says_how_another_is_meant() -> None:
    job = {"jobTitle": "Baker", "description": TEXT, "location": "Leeds"}
    british = feed([job | {"date": "30/06/2024", "expirationDate": "11/08/2024"}])
    american = feed([job | {"date": "06/30/2024", "expirationDate": "11/08/2024"}])
    assert (british["date_posted"][:10], british["valid_through"][:10]) == ("2024-06-30", "2024-08-11")
    assert (american["date_posted"][:10], american["valid_through"][:10]) == ("2024-06-30", "2024-11-08")


def test_other_postings_beside_the_one_of_the_page_are_left_to_their_own() -> None:
    job = {"title": "Baker", "description": TEXT, "location": "Bonn", "employmentType": "Full-time"}
    found = state({"job": job, "otherJobs": [job | {"title": "Clerk"}], "moreJobs": [job | {"title": "Cook"}]})
    assert [one["title"] for one in found] == ["Baker"]
