"""Postings from JSON-LD."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.addresses import url_sha256
from schemas.posting import Posting, problems_of

PAGE = "https://www.bakery.example/jobs/1?ref=a"
BAKER: dict[str, Any] = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "title": "Baker &amp; miller ",
    "hiringOrganization": {"@type": "Organization", "name": "Bakery"},
    "identifier": {"@type": "PropertyValue", "name": "Bakery", "value": 17},
    "description": "<p>Bake&nbsp;bread.</p><ul><li>Early<li>Daily</ul>",
    "qualifications": "A steady hand.",
    "datePosted": "2024-05-01",
    "validThrough": "2024-06-01T12:00:00+02:00",
    "employmentType": ["FULL_TIME", "part-time"],
    "jobLocation": {
        "@type": "Place",
        "address": {"addressLocality": "Bonn", "addressRegion": "NRW", "addressCountry": "Germany"},
    },
    "baseSalary": {
        "@type": "MonetaryAmount",
        "currency": "EUR",
        "value": {"@type": "QuantitativeValue", "minValue": "30.000", "maxValue": 36000, "unitText": "YEAR"},
    },
    "skills": "Baking, Milling; baking",
    "inLanguage": "en-us",
    "applyUrl": "/apply/1",
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("2024-05-01"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@type", "@id", "@value", "name", "value", "address", "minValue"]), inner)
    ),
    max_leaves=8,
)


def block(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def read(*values: Any, head: str = "", url: str = PAGE) -> list[dict[str, Any]]:
    return postings(Document.read(url, (head + "".join(map(block, values))).encode(), "text/html"))


def one(**changes: Any) -> dict[str, Any]:
    """The one posting of a page, as it is stored."""
    (posting,) = read(BAKER | changes)
    return Posting.model_validate(posting).model_dump(mode="json")


def test_a_full_posting_is_read_in_full() -> None:
    posting = one()
    provenance = posting.pop("provenance")
    pay = {"min": 30000, "max": 36000, "currency": "EUR", "period": "year"}
    extra = {"period_stated": True, "kind": "base", "evidence": "EUR 30.000 - 36000 YEAR"}
    unsaid = dict.fromkeys(("gross", "contract", "where", "converted_from"))
    assert posting == {
        "platform": "web",
        "tenant": "bakery.example",
        "source_id": url_sha256(PAGE).hex(),
        "requisition_id": "17",
        "url": PAGE,
        "apply_url": "https://www.bakery.example/apply/1",
        "title": "Baker & miller",
        "company": "Bakery",
        "locations": [
            {"raw": "Bonn, NRW, Germany", "city": "Bonn", "region": "NRW", "country": "DE", "role": "office"}
        ],
        "workplace_type": None,
        "applicant_scope": [],
        "employment_types": ["FULL_TIME", "PART_TIME"],
        "salary": pay | {"raw": ["EUR 30.000 - 36000 YEAR"], "ranges": [pay | extra | unsaid]},
        "skills": [{"name": name, "raw": name, "source": "explicit"} for name in ("Baking", "Milling")],
        "description_html": "<p>Bake&nbsp;bread.</p><ul><li>Early<li>Daily</ul>\nA steady hand.",
        "description_text": "Bake bread.\nEarly\nDaily\nA steady hand.",
        "language": "en-US",
        "date_posted": "2024-05-01T00:00:00Z",
        "date_precision": "day",
        "valid_through": "2024-06-01T12:00:00+02:00",
        "status": "open",
        "conflicts": [],
    }
    assert provenance["title"] == provenance["salary"] == "jsonld"
    assert "workplace_type" not in provenance


def test_a_page_without_postings_has_none() -> None:
    assert read() == []
    assert read({"@type": "Article", "headline": "JobPosting"}) == []
    assert read({"@type": "JobPosting", "@id": "#1", "url": "/jobs/1"}) == []


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([BAKER]),
        json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, BAKER]}),
        json.dumps(BAKER | {"@type": ["Thing", "JobPosting"]}),
        json.dumps(BAKER | {"@type": "http://schema.org/JobPosting"}),
        json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": BAKER}]}),
        f"<!-- {json.dumps(BAKER)} -->",
        f"//<![CDATA[\n{json.dumps(BAKER)}\n//]]>",
        f"/* <![CDATA[ */ {json.dumps(BAKER)} /* ]]> */",
        json.dumps(BAKER) + ";",
        json.dumps(BAKER)[:-1] + ",}",
        json.dumps(BAKER).replace('"Bakery"}', '"Bakery",\n}'),
        json.dumps(BAKER).replace("Bake&nbsp;bread.", "Bake&nbsp;\nbread.\t"),
        json.dumps(BAKER).replace("steady", r"steady\_").replace("Early", r"\Early"),
        json.dumps(BAKER).replace("{", "{ /* a comment */", 1),
        json.dumps(BAKER).replace('"', "&quot;"),
        json.dumps({"@type": "WebSite"}) + json.dumps(BAKER),
    ],
)
def test_a_posting_is_found_however_its_block_is_written(text: str) -> None:
    (posting,) = read(text)
    assert posting["title"] == "Baker & miller"
    assert posting["company"] == "Bakery"


@pytest.mark.parametrize("broken", ["", "{", "{]", '{"@type": "JobPosting" "title" "Cook"', "null", "[" * 10_000])
def test_a_bad_block_costs_no_other(broken: str) -> None:
    assert [posting["title"] for posting in read(broken, BAKER, broken)] == ["Baker & miller"]


def test_the_type_of_the_block_may_be_escaped() -> None:
    page = f'<script type="Application/LD&#x2B;JSON; charset=utf-8">{json.dumps(BAKER)}</script>'
    assert len(postings(Document.read(PAGE, page.encode(), "text/html"))) == 1


def test_a_posting_that_stands_twice_is_one() -> None:
    assert len(read(BAKER, [BAKER])) == 1


def test_a_reference_is_followed() -> None:
    organization = {"@type": "Organization", "@id": "#us", "name": "Mill"}
    (posting,) = read(organization, BAKER | {"hiringOrganization": {"@id": "#us"}})
    assert posting["company"] == "Mill"


def test_a_posting_without_a_title_is_kept_for_validation() -> None:
    (posting,) = read({"@type": "JobPosting", "description": "Bake."})
    with pytest.raises(ValidationError) as refusal:
        Posting.model_validate(posting)
    assert [problem["field"] for problem in problems_of(refusal.value)] == ["title"]


def test_a_title_goes_without_the_name_that_the_page_gives_its_site() -> None:
    (posting,) = read(
        {**BAKER, "title": "Baker - Bread Board"}, head='<meta property="og:site_name" content="Bread Board">'
    )
    assert posting["title"] == "Baker"
    assert one(title="Baker - Bread Board")["title"] == "Baker - Bread Board"


@pytest.mark.parametrize("company", ["Bakery", {"name": "Bakery"}, [{"name": ""}, {"name": ["Bakery"]}]])
def test_the_company_may_be_a_text_or_an_object(company: Any) -> None:
    assert one(hiringOrganization=company)["company"] == "Bakery"


@pytest.mark.parametrize(
    ("value", "skills"),
    [
        (["Python", {"@type": "DefinedTerm", "name": "Rust"}], ["Python", "Rust"]),
        ("C#, C++ | Go \u2022 SQL.", ["C#", "C++", "Go", "SQL"]),
        (f"You have {'many ' * 20}skills", []),
        (None, []),
    ],
)
def test_only_what_is_listed_is_a_skill(value: Any, skills: list[str]) -> None:
    assert [skill["name"] for skill in one(skills=value)["skills"]] == skills


def test_a_description_that_was_escaped_twice_is_markup() -> None:
    posting = one(description="&lt;p&gt;Bake &amp;amp; sell&lt;/p&gt;", qualifications=None)
    assert posting["description_html"] == "<p>Bake &amp; sell</p>"
    assert posting["description_text"] == "Bake & sell"


def test_remote_work_has_a_seat_and_a_scope() -> None:
    scope = [{"@type": "Country", "name": "USA"}, {"@type": "State", "name": "Georgia"}]
    posting = one(jobLocationType="TELECOMMUTE", applicantLocationRequirements=scope)
    assert posting["workplace_type"] == "remote"
    assert posting["locations"][0]["role"] == "seat"
    assert [(place["country"], place["region"]) for place in posting["applicant_scope"]] == [
        ("US", None),
        (None, "Georgia"),
    ]


def test_the_language_of_the_page_fills_in() -> None:
    (posting,) = read({**BAKER, "inLanguage": None}, head="<html lang=de>")
    assert (posting["language"], posting["provenance"]["language"]) == ("de", "page")


def faults(posting: dict[str, Any]) -> set[str]:
    try:
        Posting.model_validate(posting)
    except ValidationError as error:
        return {problem["field"] for problem in problems_of(error)}
    return set()


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(BAKER)), json_values))
def test_no_value_stops_the_extractor_or_the_judge(changes: dict[str, Any]) -> None:
    for posting in read({**BAKER, **changes, "@type": "JobPosting"}):
        json.dumps(posting)
        assert faults(posting) <= {"title", "salary", "salary.ranges.0"}
