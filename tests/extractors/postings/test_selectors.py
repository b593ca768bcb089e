"""Postings by the selectors that a person has given for a site."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from extractors.postings import explained, postings
from extractors.postings.document import Document
from schemas.posting import Posting
from schemas.selectors import PostingSelectors

URL = "https://www.acme.example/karriere/17"
PAGE = """<html lang="de"><title>Acme</title><body>
<h2 class="t">Bäcker (m/w/d)</h2><b class="firm">Acme GmbH</b>
<ul class="where"><li>Köln, Deutschland</li><li>Bonn, Deutschland</li></ul>
<i class="how">Hybrid</i> <i class="time">Teilzeit</i> <i class="pay">2.800 - 3.200 € pro Monat</i>
<i class="tag">Python</i><i class="tag">Brot</i><time class="since" datetime="2026-05-03">vor kurzem</time>
<div class="about"><p>Wir backen.</p><p>Sie auch?</p></div><a class="go" href="/apply/17">Los</a>
<span data-id="R-17" class="id"></span></body></html>"""
ALL = {
    "title": ".t",
    "company": ".firm",
    "locations": ".where li",
    "workplace_type": ".how",
    "employment_types": ".time",
    "salary": ".pay",
    "skills": ".tag",
    "date_posted": ".since",
    "description": ".about p",
    "apply_url": ".go",
    "requisition_id": ".id::attr(data-id)",
}
BAKER: dict[str, Any] = {
    "@type": "JobPosting",
    "title": "Baker at Acme",
    "description": "We bake, and look for more hands. This is a hybrid role.",
    "jobLocation": {"address": {"addressLocality": "Paris", "addressCountry": "FR"}},
    "jobLocationType": "TELECOMMUTE",
}


def document(page: str, **selectors: str) -> Document:
    read = Document.read(URL, page.encode(), "text/html; charset=utf-8", datetime(2026, 6, 1, tzinfo=UTC))
    read.selectors = PostingSelectors(**selectors)
    return read


def read(page: str, **selectors: str) -> list[dict[str, Any]]:
    return [Posting.model_validate(one).model_dump(mode="json") for one in postings(document(page, **selectors))]


def marked(*nodes: dict[str, Any], body: str = "") -> str:
    return f'<script type="application/ld+json">{json.dumps(nodes)}</script>{body}'


def test_each_field_is_read_as_other_sources_read_it() -> None:
    (found,) = read(PAGE, **ALL)

    assert (found["title"], found["company"]) == ("Bäcker (m/w/d)", "Acme GmbH")
    assert [(place["city"], place["country"]) for place in found["locations"]] == [("Köln", "DE"), ("Bonn", "DE")]
    assert (found["workplace_type"], found["employment_types"]) == ("hybrid", ["PART_TIME"])
    pay = found["salary"]
    assert (pay["min"], pay["max"], pay["currency"], pay["period"]) == (2800, 3200, "EUR", "month")
    assert [one["name"] for one in found["skills"]] == ["Python", "Brot"]
    assert found["date_posted"] == "2026-05-03T00:00:00Z"
    assert found["description_text"] == "Wir backen.\nSie auch?"
    assert found["apply_url"] == "https://www.acme.example/apply/17"
    assert found["requisition_id"] == "R-17"
    assert set(found["provenance"].values()) <= {"selectors", "page", "description"}


def test_they_win_over_all_else_and_others_fill_in() -> None:
    page = marked(BAKER, body='<h2 class="t">Baker</h2><p class="where">Bonn, Germany</p><i class="how">remote</i>')
    (found,) = read(page, title=".t", locations=".where", workplace_type=".how")

    assert found["title"] == "Baker"
    assert [place["city"] for place in found["locations"]] == ["Bonn"]
    assert found["workplace_type"] == "remote"
    assert found["description_text"] == BAKER["description"]
    assert found["provenance"] | {"title": "selectors", "workplace_type": "selectors"} == found["provenance"]
    assert {"locations"} <= {one["field"] for one in found["conflicts"]}


def test_where_they_stood_is_told_by_the_selector() -> None:
    (found,) = explained(document(PAGE, **ALL))

    where = {field: said[0].where for field, said in found.candidates.items()}
    assert where["title"] == ".t"
    assert where["description_html"] == where["description_text"] == ".about p"
    assert where["date_precision"] == ".since"
    assert where["requisition_id"] == ".id::attr(data-id)"


def test_a_heading_alone_makes_no_posting() -> None:
    assert read("<h1>About us</h1><p>We bake.</p>", title="h1") == []
    assert read("<p>We bake.</p>", title="h1", description="p") == []
    assert [one["title"] for one in read("<h1>Baker</h1><p>We bake.</p>", title="h1", description="p")] == ["Baker"]


def test_of_a_page_with_several_each_is_read() -> None:
    jobs = "".join(f"<li><h3>{title}</h3><p>{title}s are wanted.</p></li>" for title in ("Baker", "Miller"))
    found = read(f"<ul>{jobs}</ul><h3>Imprint</h3>", each="li", title="h3", description="p")

    assert [(one["title"], one["description_text"]) for one in found] == [
        ("Baker", "Bakers are wanted."),
        ("Miller", "Millers are wanted."),
    ]
    assert len({one["source_id"] for one in found}) == 2


def test_an_element_may_have_the_value_itself() -> None:
    jobs = "<li data-title='Baker'>Bakers are wanted.</li>"
    (found,) = read(jobs, each="li", title="::attr(data-title)", description="::text")

    assert (found["title"], found["description_text"]) == ("Baker", "Bakers are wanted.")


def test_one_that_is_only_listed_is_left_to_its_own_page() -> None:
    assert read("<li><a href='/karriere/18'>Miller</a></li>", each="li", title="a", url="a") == []


def test_selectors_that_find_nothing_change_nothing() -> None:
    assert read(marked(BAKER), **dict.fromkeys(ALL, ".none")) == read(marked(BAKER))
