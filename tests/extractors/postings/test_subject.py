"""Data about another posting than the one that its page shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings import left_out, postings
from extractors.postings.document import Document
from schemas.posting import Posting
from schemas.selectors import PostingSelectors

HOST = "https://www.acme.example"
URL = f"{HOST}/jobs/head-baker"
BAKING = (
    "We are looking for a head baker who likes to be up early and to lead a team of nine.",
    "You will bake bread, rolls and cakes, and see that they reach two hundred shops each morning.",
    "You have learned to bake, and have led others for some years in a bakery of any size.",
)
SELLING = (
    "We are looking for a manager who sells software to hospitals all over the country.",
    "You will visit customers, write offers, negotiate contracts and report each month to the board.",
    "You have sold technical goods to public bodies before, and drive a car with pleasure.",
)
ABOUT = "Acme has baked for the north of the country since it was founded by two sisters in a small town by the sea. "


def posting(title: str, text: tuple[str, ...], **more: Any) -> dict[str, Any]:
    description = "".join(f"<p>{line}</p>" for line in text)
    return {"@type": "JobPosting", "title": title, "description": description} | more


def page(*data: object, state: object = None, heading: str = "Head Baker", text: tuple[str, ...] = BAKING) -> str:
    marked = "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in data)
    own = f'<script id="state" type="application/json">{json.dumps(state)}</script>' if state else ""
    lines = "".join(f"<p>{line}</p>" for line in text)
    return (
        f'<html lang="en"><title>{heading} | Acme</title>{marked}{own}<body><h1>{heading}</h1><p>Bonn, Germany</p>'
        f"<p>Full-time</p><h2>Your tasks</h2>{lines}<h2>Your profile</h2><ul><li>You like to work.</li></ul>"
        '<p>Our number: R-20417</p><a href="/apply">Apply now</a></body></html>'
    )


def document(markup: str, **selectors: str) -> Document:
    read = Document.read(URL, markup.encode(), "text/html; charset=utf-8")
    if selectors:
        read.selectors = PostingSelectors(**selectors)
    return read


def read(markup: str, **selectors: str) -> list[dict[str, Any]]:
    found = postings(document(markup, **selectors))
    return [Posting.model_validate(one).model_dump(mode="json") for one in found]


def kept(title: str, text: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """A posting as a page's scripts keep it."""
    return {"jobTitle": title, "jobDescription": " ".join(text), "employmentType": "Full-time"} | more


def test_markup_that_a_template_left_over_is_not_the_pages_posting() -> None:
    markup = page(posting("Sales Manager", SELLING, baseSalary=70000, datePosted="2020-01-01"))
    (found,) = read(markup)

    assert (found["title"], found["provenance"]["title"]) == ("Head Baker", "text")
    assert BAKING[1] in found["description_text"]
    assert (found["salary"], found["date_posted"]) == (None, None)
    assert [reason for _, reason in left_out(document(markup))] == [
        "about another posting than the one that the page shows"
    ]


def test_a_similar_job_in_the_state_is_a_posting_of_its_own_page_alone() -> None:
    state = {"jobs": [kept("Sales Manager", SELLING, url="/jobs/sales-manager", location="Kiel, Germany")]}
    found = {one["url"]: one for one in read(page(state=state))}

    assert found[URL]["title"] == "Head Baker"
    assert [place["city"] for place in found[URL]["locations"]] == ["Bonn"]
    assert found[f"{HOST}/jobs/sales-manager"]["title"] == "Sales Manager"
    assert len(found) == 2


def test_a_similar_job_without_a_page_is_left_out() -> None:
    (found,) = read(page(state={"jobs": [kept("Sales Manager", SELLING)]}))
    assert found["title"] == "Head Baker"

    both = page(posting("Head Baker", BAKING), state={"jobs": [kept("Sales Manager", SELLING)]})
    (found,) = read(both)
    assert (found["title"], found["provenance"]["title"]) == ("Head Baker", "jsonld")


def test_what_all_jobs_of_an_employer_say_makes_them_not_one() -> None:
    ours, theirs = (ABOUT, *BAKING), (ABOUT, *SELLING)
    (found,) = read(page(posting("Sales Manager", theirs), text=ours))
    assert (found["title"], found["provenance"]["title"]) == ("Head Baker", "text")


@pytest.mark.parametrize(
    "data",
    [
        posting("Head Baker (m/w/d)", SELLING),
        posting("Baker", SELLING),
        posting("Acme: Head Baker, early shift", SELLING),
        posting("Bäckermeister", BAKING),
        posting("Team lead, production", SELLING, url=URL),
        posting("Team lead, production", SELLING, url=f"{URL}/?from=feed"),
        posting("Team lead, production", SELLING, identifier="R-20417"),
        posting("Baker, Head of Production", ("We bake.",)),
        posting("Team lead", (BAKING[1],)),
        posting("Stellenangebot", SELLING),
    ],
)
def test_another_name_or_text_of_the_same_posting_is_the_pages(data: dict[str, Any]) -> None:
    (found,) = read(page(data))
    assert (found["title"], found["provenance"]["title"]) == (data["title"], "jsonld")


def test_a_heading_in_other_words_stands_in_conflicts() -> None:
    (found,) = read(page(posting("Bäckermeister", BAKING)))
    assert found["conflicts"] == [
        {"field": "title", "values": {"jsonld": "Bäckermeister", "page": "Head Baker"}, "taken": "jsonld"}
    ]


def test_several_postings_of_which_the_page_shows_none_are_a_lists() -> None:
    several = [posting("Sales Manager", SELLING), posting("Driver", ("You drive a van through the night.",))]
    found = read(page(*several, heading="Work with Acme"))
    assert {one["title"] for one in found} == {"Sales Manager", "Driver"}


def test_postings_that_a_page_shows_with_their_text_are_its_own() -> None:
    several = page(posting("Head Baker", BAKING), posting("Sales Manager", SELLING), text=BAKING + SELLING)
    assert {one["title"] for one in read(several)} == {"Head Baker", "Sales Manager"}


def test_selectors_show_which_posting_it_is() -> None:
    markup = '<script type="application/ld+json">{}</script><h2 class="t">Head Baker</h2><div class="d">{}</div>'
    markup = markup.format(json.dumps(posting("Sales Manager", SELLING)), "".join(f"<p>{one}</p>" for one in BAKING))
    (found,) = read(markup, title=".t", description=".d")
    assert (found["title"], BAKING[0] in found["description_text"]) == ("Head Baker", True)


def test_a_short_page_by_another_title_is_not_what_its_data_says() -> None:
    short = '<title>{0} | Acme</title><script type="application/ld+json">{1}</script><h1>{0}</h1><p>{2}</p>'
    data = json.dumps(posting("Sales Manager", SELLING))

    assert read(short.format("Head Baker", data, "Call us.")) == []
    assert len(read(short.format("Head Baker", data, "Or become our sales manager."))) == 1
    assert len(read(short.format("Regional Manager", data, "Call us."))) == 1
    assert len(read(short.format("Work with us", data, "Call us."))) == 1
    assert len(read(short.format("Head Baker", data, SELLING[0] + SELLING[1] + SELLING[2]))) == 1


def test_a_page_that_shows_nothing_yet_is_what_its_data_says() -> None:
    marked = json.dumps(posting("Sales Manager", SELLING))
    (found,) = read(f'<title>Acme</title><script type="application/ld+json">{marked}</script><div id="app"></div>')
    assert found["title"] == "Sales Manager"
