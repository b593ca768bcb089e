"""Postings in data of any shape: feeds, and what pages embed."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting

URL = "https://www.bakery.example/en/jobs"
TEXT = "<p>You bake bread in our oven, from four in the morning until noon, with three others.</p>"
SNAKE: dict[str, Any] = {
    "id": 17,
    "job_title": "Baker",
    "description_html": TEXT,
    "employment_type": "full_time",
    "city": "Bonn",
    "country_code": "DE",
    "published_at": "2024-05-01T08:00:00Z",
    "updated_at": "2026-01-01T08:00:00Z",
    "apply_url": "https://www.bakery.example/apply/17",
    "url": "/en/jobs/17",
}
CAMEL = {
    "uuid": "b-1",
    "text": "Miller",
    "categories": {"commitment": "Part-time", "location": "Berlin, Germany", "team": "Mill"},
    "descriptionPlain": "You grind grain into flour, of all kinds, and keep the mill clean and safe.",
    "lists": [{"text": "Requirements", "content": "<li>A steady hand</li>"}],
    "hostedUrl": "https://www.bakery.example/en/jobs/b-1",
    "salaryRange": {"min": 30000, "max": 36000, "currency": "EUR", "interval": "per-year-salary"},
    "workplaceType": "onsite",
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=90) | st.just("2024-05-01"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "title",
                        "name",
                        "description",
                        "content",
                        "location",
                        "city",
                        "salary",
                        "min",
                        "max",
                        "currency",
                    ),
                    *("employmentType", "remote", "url", "metadata", "value", "date", "data", "locations", "skills"),
                ]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


def feed(value: Any, url: str = URL) -> list[dict[str, Any]]:
    return postings(Document.read(url, json.dumps(value).encode(), "application/json"))


def page(markup: str, url: str = URL) -> list[dict[str, Any]]:
    return postings(Document.read(url, f"<html><body>{markup}</body></html>".encode(), "text/html"))


def valid(posting: dict[str, Any]) -> dict[str, Any]:
    return Posting.model_validate(posting).model_dump(mode="json")


@pytest.mark.parametrize(
    "value",
    [
        [SNAKE],
        {"jobs": [SNAKE]},
        {"data": {"board": {"openings": [SNAKE]}}},
        {"jobs": {"17": SNAKE}},
        [{"id": 17, "type": "jobs", "attributes": SNAKE}],
    ],
    ids=["a list", "in an object", "deep inside", "by their ids", "wrapped"],
)
def test_a_posting_is_found_wherever_it_stands(value: Any) -> None:
    (found,) = map(valid, feed(value))

    assert found["title"] == "Baker"
    assert found["employment_types"] == ["FULL_TIME"]
    assert [(place["city"], place["country"]) for place in found["locations"]] == [("Bonn", "DE")]
    assert found["date_posted"] == "2024-05-01T08:00:00Z"
    assert found["url"] == "https://www.bakery.example/en/jobs/17"
    assert found["description_text"].startswith("You bake bread")
    assert found["provenance"]["title"] == "feed"


def test_names_are_read_by_their_words_and_parts_are_put_together() -> None:
    (found,) = map(valid, feed([CAMEL]))

    assert (found["title"], found["workplace_type"], found["employment_types"]) == ("Miller", "onsite", ["PART_TIME"])
    assert (found["salary"]["min"], found["salary"]["max"]) == (30000, 36000)
    assert (found["salary"]["currency"], found["salary"]["period"]) == ("EUR", "year")
    assert found["description_text"].endswith("Requirements\nA steady hand")


def test_a_pair_of_a_name_and_a_value_is_a_field() -> None:
    metadata = [{"id": 1, "name": "Employment type", "value": "Internship"}]
    (found,) = feed(
        [{"title": "Baker", "content": html.escape(TEXT), "location": {"name": "Bonn"}, "metadata": metadata}]
    )

    assert found["employment_types"] == ["INTERN"]
    assert found["description_html"] == TEXT


def test_a_list_of_amounts_has_a_range_for_each_contract() -> None:
    pay = [
        {"from": 100, "to": 140, "currency": "PLN", "unit": "hour", "type": "b2b"},
        {"from": 12000, "to": 15000, "currency": "PLN", "unit": "month", "type": "permanent"},
    ]
    (found,) = feed([SNAKE | {"salary": pay}])

    assert [(one["min"], one["period"], one["contract"]) for one in found["salary"]["ranges"]] == [
        (100, "hour", "b2b"),
        (12000, "month", "permanent"),
    ]


def test_the_head_of_a_feed_names_the_employer() -> None:
    assert [one["company"] for one in feed({"name": "Bakery", "jobs": [SNAKE, CAMEL]})] == ["Bakery", "Bakery"]


def test_xml_is_read_as_json_is() -> None:
    xml = (
        "<positions><position><id>5</id><name>Baker</name><office>Bonn</office><employmentType>permanent</employmentType>"
        "<schedule>full-time</schedule><jobDescriptions><jobDescription><name>Your work</name><value>"
        f"<![CDATA[{TEXT}]]></value></jobDescription></jobDescriptions><createdAt>2024-05-01T08:00:00+00:00</createdAt>"
        "</position></positions>"
    )
    (found,) = postings(Document.read("https://bakery.example/xml", xml.encode(), "application/xml"))

    assert (found["title"], found["employment_types"], found["date_posted"][:10]) == (
        "Baker",
        ["FULL_TIME"],
        "2024-05-01",
    )
    assert "You bake bread" in found["description_text"]


@pytest.mark.parametrize(
    "value",
    [
        SNAKE | {"is_listed": False},
        SNAKE | {"status": "draft"},
        {"title": "Bread", "description": TEXT, "price": 3, "url": "/bread"},
        {"title": "Our summer party", "content": TEXT, "date": "2024-05-01", "author": {"name": "Ada"}},
        {"title": "Baker", "url": "/en/jobs/1", "location": "Bonn"},
    ],
    ids=["unlisted", "a draft", "a product", "an article", "only listed"],
)
def test_what_is_no_posting_to_be_seen_is_none(value: Any) -> None:
    assert feed({"items": [value]}, "https://www.bakery.example/feed.json") == []


def test_one_that_is_gone_is_closed() -> None:
    assert [one["status"] for one in feed([SNAKE | {"archived": True}])] == ["closed"]


SCRIPTS = {
    "data": '<script id="__NEXT_DATA__" type="application/json">{json}</script>',
    "an assignment": "<script>window.__appData = {json};var other = 1;</script>",
    "parsed": "<script>window.state = JSON.parse({string});</script>",
    "streamed": "<script>self.__next_f.push([1,{row}])</script>",
    "an attribute": '<div id="app" data-page="{escaped}"></div>',
}


@pytest.mark.parametrize("how", SCRIPTS)
def test_a_page_s_own_data_is_read_however_it_is_embedded(how: str) -> None:
    text = json.dumps({"props": {"job": SNAKE}})
    said = {"json": text, "string": json.dumps(text), "row": json.dumps(f"2a:{text}\n"), "escaped": html.escape(text)}
    markup = SCRIPTS[how]
    for name, value in said.items():
        markup = markup.replace(f"{{{name}}}", value)

    (found,) = page(markup)
    assert (found["title"], found["provenance"]["title"]) == ("Baker", "state")


def test_others_beside_the_one_that_a_page_is_about_are_left_out() -> None:
    value = {"job": SNAKE | {"similarJobs": [CAMEL]}, "recommendedJobs": [CAMEL]}
    assert [one["title"] for one in page(f'<script type="application/json">{json.dumps(value)}</script>')] == ["Baker"]


def test_state_and_markup_are_one_posting_and_say_where_they_differ() -> None:
    marked: dict[str, Any] = {"@type": "JobPosting", "title": "Baker", "datePosted": "2024-05-01", "description": TEXT}
    marked["jobLocation"] = {"address": {"addressLocality": "Cologne", "addressCountry": "DE"}}
    markup = f'<script type="application/ld+json">{json.dumps(marked)}</script>'
    (found,) = page(markup + f'<script type="application/json">{json.dumps({"job": SNAKE})}</script>')

    assert found["locations"][0]["city"] == "Bonn"
    assert (found["provenance"]["locations"], found["provenance"]["title"]) == ("state", "jsonld")
    assert [(one["field"], one["taken"]) for one in found["conflicts"]] == [("locations", "state")]


def test_a_town_is_in_the_country_that_stands_beside_it() -> None:
    (found,) = feed([{"title": "Baker", "description": TEXT, "location": "Bonn", "country": "DE", "applyUrl": URL}])

    assert [(place["city"], place["country"]) for place in found["locations"]] == [("Bonn", "DE")]


@settings(max_examples=150, deadline=None)
@given(json_values)
def test_any_value_is_read(value: Any) -> None:
    assert isinstance(feed({"jobs": value}), list)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read(body: bytes) -> None:
    for kind in ("", "application/json", "text/xml", "text/html"):
        assert postings(Document.read(URL, body, kind)) == [] or body
