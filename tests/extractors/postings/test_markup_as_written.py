"""Markup and data as sites write them, where they forget, repeat or add something."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document

URL = "https://www.bakery.example/jobs/17"
TEXT = "<p>You bake bread in our oven, from four in the morning until noon, with three others.</p>"
NODE = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Baker",
    "description": TEXT,
    "hiringOrganization": {"@type": "Organization", "name": "Bakery"},
}


def page(markup: str) -> dict[str, Any]:
    body = f'<html lang="en"><head><title>Baker</title></head><body>{markup}</body></html>'
    (found,) = postings(Document.read(URL, body.encode(), "text/html; charset=utf-8"))
    return found


def marked(node: object) -> dict[str, Any]:
    return page(f'<script type="application/ld+json">{json.dumps(node)}</script>')


def feed(value: object) -> dict[str, Any]:
    (found,) = postings(Document.read("https://www.bakery.example/jobs.json", json.dumps(value).encode()))
    return found


def places(found: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    return [(place["city"], place["country"]) for place in found["locations"]]


def test_what_is_referred_to_is_read_in_lists_and_inside_other_objects() -> None:
    graph = [
        {"@type": "Organization", "@id": "#us", "name": "Bakery"},
        {"@type": "Place", "@id": "#oven", "address": {"@id": "#street"}},
        {"@type": "PostalAddress", "@id": "#street", "addressLocality": "Bonn", "addressCountry": "DE"},
        NODE | {"hiringOrganization": {"@id": "#us"}, "jobLocation": [{"@id": "#oven"}]},
    ]
    found = marked({"@context": "https://schema.org", "@graph": graph})
    assert (found["company"], places(found)) == ("Bakery", [("Bonn", "DE")])


def test_references_in_a_circle_end() -> None:
    graph = [{"@id": "#a", "x": {"@id": "#b"}, "y": 1}, {"@id": "#b", "x": [{"@id": "#a"}] * 50, "y": 1}]
    assert marked({"@graph": [*graph, NODE | {"jobLocation": {"@id": "#a"}}]})["title"] == "Baker"


def test_line_ends_that_were_escaped_twice_are_line_ends() -> None:
    text = r"\n\n<strong>Your tasks</strong>\n<ul><li>You bake in C:\new</li></ul>\r\n\n- You clean the oven"
    lines = marked(NODE | {"description": text})["description_text"].splitlines()
    assert lines == ["Your tasks", r"You bake in C:\new", "- You clean the oven"]


def test_a_flag_beside_the_vocabulary_says_that_work_is_remote() -> None:
    assert marked(NODE | {"remote": "true"})["workplace_type"] == "remote"
    assert marked(NODE | {"remote": "false"}).get("workplace_type") is None


def test_an_entry_says_what_its_marked_posting_leaves_out() -> None:
    entry = {
        "id": "17",
        "url": "https://www.bakery.example/jobs/17-baker",
        "title": "Baker",
        "content_html": TEXT,
        "_jobposting": {name: value for name, value in NODE.items() if name != "description"},
    }
    found = feed({"version": "https://jsonfeed.org/version/1", "title": "Jobs", "items": [entry]})
    assert (found["company"], found["url"]) == ("Bakery", "https://www.bakery.example/jobs/17-baker")
    assert found["description_text"].startswith("You bake bread")


def test_elements_that_hold_others_are_objects_without_saying_so() -> None:
    found = page(
        f"""<div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">Baker</h1>
        <div itemprop="hiringOrganization"><b itemprop="name">Bakery</b></div>
        <span itemprop="jobLocation"><span itemprop="address"><meta itemprop="addressLocality" content="Bonn">
        <meta itemprop="addressCountry" content="DE"></span></span>
        <div itemprop="baseSalary"><meta itemprop="currency" content="EUR"><div itemprop="value">
        <meta itemprop="minValue" content="20"><meta itemprop="unitText" content="HOUR"></div></div>
        <div itemprop="description">{TEXT}</div></div>"""
    )
    assert (found["company"], places(found)) == ("Bakery", [("Bonn", "DE")])
    assert (found["salary"]["min"], found["salary"]["currency"], found["salary"]["period"]) == (20, "EUR", "hour")


def test_pay_is_read_with_the_contract_that_it_is_for() -> None:
    pay = {
        "from": 60,
        "to": 75,
        "currency": {"code": "PLN", "symbol": "zł"},
        "timeUnit": {"shortForm": {"name": "hour"}},
    }
    job = {
        "jobTitle": "Baker",
        "description": TEXT,
        "typesOfContracts": [{"id": 3, "name": "kontrakt B2B", "salary": pay}],
    }
    salary = feed({"jobs": [job]})["salary"]
    assert (salary["min"], salary["max"], salary["currency"], salary["period"]) == (60, 75, "PLN", "hour")
    assert salary["ranges"][0]["contract"] == "kontrakt B2B"


BROKEN = {
    "single quotes": str(NODE),
    "names without quotes": json.dumps(NODE).replace('"title"', "title").replace('"name"', "name"),
    "quotes inside texts": json.dumps(NODE).replace("three others", '"three" others'),
    "an end that is missing": json.dumps(NODE)[:-2],
    "a text that is cut off": json.dumps({"x": 1} | NODE | {"@id": "https://www.bakery.example/jobs/17"})[:-9],
    "an assignment": f"var job = {json.dumps(NODE)};",
    "a mark of its encoding": "\ufeff" + json.dumps(NODE),
    "nothing for a value": json.dumps(NODE | {"url": "?"}).replace('"?"', "undefined"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_no_json_is_read_as_it_is_meant(how: str) -> None:
    found = page(f'<script type="application/ld+json">{BROKEN[how]}</script>')
    assert (found["title"], found["company"]) == ("Baker", "Bakery")


def test_names_may_have_their_vocabulary_before_them() -> None:
    prefixed = {"@type": "schema:JobPosting"} | {f"schema:{name}": NODE[name] for name in ("title", "description")}
    whole = {"@type": ["http://schema.org/JobPosting"]} | {
        f"http://schema.org/{name}": [{"@value": NODE[name]}] for name in ("title", "description")
    }
    for node in (prefixed, whole):
        assert (marked(node)["title"], marked(node)["description_text"][:8]) == ("Baker", "You bake")


def test_two_plug_ins_that_mark_one_posting_mark_one_posting() -> None:
    pay = {"currency": "EUR", "value": [{"minValue": 20, "maxValue": 25, "unitText": "HOUR"}]}
    found = marked([NODE, NODE | {"baseSalary": pay, "url": URL}])
    assert (found["salary"]["min"], found["salary"]["max"], found["url"]) == (20, 25, URL)


def test_postings_of_one_name_that_say_different_things_are_several() -> None:
    body = json.dumps([NODE | {"url": f"{URL}-{number}"} for number in (1, 2)])
    page = f'<html><body><script type="application/ld+json">{body}</script></body></html>'
    assert len(postings(Document.read(URL, page.encode(), "text/html"))) == 2


def test_an_employer_may_be_named_by_law_or_by_a_link() -> None:
    assert marked(NODE | {"hiringOrganization": {"legalName": "Bakery GmbH"}})["company"] == "Bakery GmbH"
    linked = '<a itemprop="hiringOrganization" href="/about">Bakery</a>'
    found = page(
        f'<div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">Baker</h1>{linked}'
        f'<div itemprop="description">{TEXT}</div></div>'
    )
    assert found["company"] == "Bakery"
