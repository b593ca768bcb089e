"""Postings that nobody can answer, or that are no job in particular."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document

PROSE = "You bake bread for the whole town from flour of the mills nearby, and lead a team of five. " * 6


def marked(title: str, company: str = "Bakery", text: str = PROSE, body: str = "", **more: Any) -> list[dict[str, Any]]:
    organisation = {"@type": "Organization", "name": company}
    job = {"@type": "JobPosting", "title": title, "description": text, "hiringOrganization": organisation} | more
    page = f"<script type='application/ld+json'>{json.dumps(job)}</script><h1>{title}</h1>{body}<p>{text}</p>"
    return postings(Document.read("https://bakery.example/jobs/1", page.encode(), "text/html; charset=utf-8"))


@pytest.mark.parametrize(
    "title",
    ["{{job.title}}", "[Job Title]", "${title}", "<%= title %>", "Job Title", "undefined", "[Your company] baker"],
)
def test_a_template_that_nobody_has_filled_in_is_no_posting(title: str) -> None:
    assert marked(title) == []


def test_filler_is_no_description() -> None:
    assert marked("Baker", text="Lorem ipsum dolor sit amet, consectetur. " * 20) == []


@pytest.mark.parametrize(
    "title", ["Baker [m/w/d]", "Template Engineer", "Tester", "Null Modem Technician", "[Remote] Baker"]
)
def test_titles_with_signs_are_postings(title: str) -> None:
    (found,) = marked(title)

    assert found["status"] == "open"


@pytest.mark.parametrize(
    "title",
    [
        "Talent Pool",
        "Join our Talent Community",
        "General Application",
        "Speculative application (all locations)",
        "Initiativbewerbung (m/w/d)",
        "Candidature spontanée",
        "Candidatura espontánea",
        "Autocandidatura",
        "Open sollicitatie",
        "Uopfordret ansøgning",
        "Spontanansökan",
        "Åpen søknad",
        "Avoin hakemus",
        "Aplikacja spontaniczna",
        "Didn't find the right role for you?",
        "Software Engineer - Talent Pool",
    ],
)
def test_who_applies_for_nothing_in_particular_joins_a_pool(title: str) -> None:
    (found,) = marked(title)

    assert (found["status"], found["provenance"]["status"]) == ("talent_pool", "title")


@pytest.mark.parametrize(
    "title", ["Talent Pool Manager", "Manager, Talent Community", "Application Engineer", "General Manager"]
)
def test_jobs_that_are_about_pools_are_open(title: str) -> None:
    (found,) = marked(title)

    assert found["status"] == "open"


@pytest.mark.parametrize(
    "body",
    [
        "<span class='badge'>Expired</span>",
        "<div>Position filled!</div>",
        "<div class='alert'>This job is no longer available</div>",
        "<b>Abgelaufen</b>",
        "<p class='status-label'>Encerrada</p>",
    ],
)
def test_a_badge_beside_the_title_closes(body: str) -> None:
    (found,) = marked("Baker", body=body)

    assert (found["status"], found["provenance"]["status"]) in [("closed", "marker"), ("closed", "text")]


@pytest.mark.parametrize(
    "body",
    [
        "<ul><li><span class='badge'>Expired</span> <a href='/jobs/2'>Miller</a></li></ul>",
        "<aside><h3>Closed</h3></aside>",
        "<p>Applications close on Friday. Closed shoes are a must.</p>",
    ],
)
def test_what_stands_beside_other_postings_closes_nothing(body: str) -> None:
    (found,) = marked("Baker", body=body)

    assert found["status"] == "open"


def test_the_country_of_remote_work_is_the_seat_of_who_hires_there() -> None:
    area = {"@type": "Country", "name": "Germany"}
    (found,) = marked("Baker", jobLocationType="TELECOMMUTE", applicantLocationRequirements=area)

    assert [(place["country"], place["role"]) for place in found["locations"]] == [("DE", "seat")]
    assert [(place["country"], place["role"]) for place in found["applicant_scope"]] == [("DE", "remote_scope")]
