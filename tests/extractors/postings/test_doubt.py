"""What data says of a posting, beside what its page shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting

URL = "https://www.acme.example/jobs/head-baker"
DATA: dict[str, Any] = {
    "@type": "JobPosting",
    "title": "Head Baker",
    "description": "We bake bread, rolls and cakes, and deliver them to two hundred shops each morning.",
    "hiringOrganization": {"name": "Acme Bread GmbH"},
}
FETCHED = datetime(2025, 3, 10, 12, tzinfo=UTC)


def place(city: str | None, country: str | None = None, region: str | None = None) -> dict[str, Any]:
    return {"address": {"addressLocality": city, "addressRegion": region, "addressCountry": country}}


def pay(low: float, high: float, unit: str | None = "YEAR", currency: str = "EUR") -> dict[str, Any]:
    return {"currency": currency, "value": {"minValue": low, "maxValue": high, "unitText": unit}}


def read(shown: str, **data: Any) -> dict[str, Any]:
    """A page that shows the posting with these words below its title, and has these properties in its markup."""
    marked = json.dumps(DATA | data)
    page = (
        f'<html lang="en"><title>Head Baker | Acme</title><script type="application/ld+json">{marked}</script><body>'
        f"<nav>Berlin 70,000</nav><h1>Head Baker</h1>{shown}<h2>Your tasks</h2><p>{DATA['description']}</p>"
        "<h2>Your profile</h2><ul><li>You have learned to bake.</li></ul><p>Apply now</p></body></html>"
    )
    document = Document.read(URL, page.encode(), "text/html; charset=utf-8", FETCHED)
    (found,) = postings(document)
    return Posting.model_validate(found).model_dump(mode="json")


def conflict(shown: str, **data: Any) -> tuple[str, Any, str] | None:
    """The field, what the page is said to say of it, and what was taken; None where nothing disagrees."""
    found = read(shown, **data)["conflicts"]
    assert len(found) < 2
    return (found[0]["field"], found[0]["values"]["page"], found[0]["taken"]) if found else None


def towns(found: dict[str, Any]) -> list[str]:
    return [one["city"] for one in found["locations"]]


def test_pay_that_the_page_contradicts_is_the_pages() -> None:
    found = read("<p>Salary: €60,000 a year</p>", baseSalary=pay(50000, 50000))

    assert (found["salary"]["min"], found["salary"]["max"], found["salary"]["currency"]) == (60000, 60000, "EUR")
    assert found["provenance"]["salary"] == "page"
    (noted,) = found["conflicts"]
    assert (noted["field"], noted["taken"]) == ("salary", "page")
    assert (noted["values"]["jsonld"]["min"], noted["values"]["page"]["min"]) == (50000, 60000)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("<p>€50,000 - €60,000</p>", pay(50000, 60000, currency="USD")),
        ("<p>€60,000 a year</p>", pay(50000, 50000, currency="USD")),
        ("<p>€50,000 - €60,000 a year</p>", pay(50000, 60000, unit="MONTH")),
        ("<p>Gehalt: 60.000 € im Jahr</p>", pay(3000, 3000, unit="MONTH")),
        ("<p>Salary: $90,000 - $120,000 a year</p>", pay(60000, 80000, currency="USD")),
    ],
)
def test_another_amount_currency_or_period_is_a_conflict(shown: str, said: dict[str, Any]) -> None:
    found = conflict(shown, baseSalary=said)
    assert found is not None
    assert (found[0], found[2]) == ("salary", "page")


def test_pay_in_a_sentence_is_noted_and_not_taken() -> None:
    long = "<p>We are a bakery that has been in the town since it was built, and bake for all who live there now.</p>"
    long += f"<p>{DATA['description']} {DATA['description']} The salary for this job is €60,000 a year.</p>"
    found = read(long, baseSalary=pay(50000, 50000))
    assert found["salary"]["min"] == 50000
    assert [(one["field"], one["values"]["page"]["min"], one["taken"]) for one in found["conflicts"]] == [
        ("salary", 60000, "jsonld")
    ]
    assert conflict("<p>The salary is €60,000 a year, or 50,000 at first.</p>", baseSalary=pay(50000, 50000)) is None


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("<p>Salary: €4,200 a month</p>", pay(50000, 50000)),
        ("<p>Salary: €4.000 im Monat, 14 mal</p>", pay(56000, 56000)),
        ("<p>Salary: $25 an hour, 20 hours a week</p>", pay(26000, 26000, currency="USD")),
        ("<p>Compensation: a sign-on bonus of $5,000</p>", pay(50000, 60000, currency="USD")),
        ("<p>Salary: $25 an hour</p>", pay(52000, 52000, currency="USD")),
        ("<p>Salary: CHF 90'000 - 110'000</p>", pay(90000, 110000, currency="CHF")),
        ("<p>Gehalt: 3.200,50 € brutto/Monat</p>", pay(3200.5, 3200.5, unit="MONTH")),
        ("<p>給与: 月給25万円~30万円</p>", pay(250000, 300000, unit="MONTH", currency="JPY")),
        ("<p>Salary: ₹4,00,000 - 6,00,000 PA</p>", pay(400000, 600000, currency="INR")),
        ("<p>Salary: up to £45k</p>", pay(35000, 45000, currency="GBP")),
        ("<p>Salary: $120,000 - $160,000 + bonus up to $20k</p>", pay(120000, 160000, currency="USD")),
        ("<p>Salary: $50k</p>", pay(50400, 50400, currency="CAD")),
        ("<p>Salary: €46,000 a year</p>", pay(50000, 50000, currency="USD")),
        ("<p>Salary: from €50,000 a year</p>", pay(50000, 65000)),
        ("<p>Salary: €55,000</p>", pay(50000, 60000)),
        ("<p>Salary: Competitive</p>", pay(50000, 60000)),
        ("<p>Salary: €70,000 in Zurich, €50,000 elsewhere</p>", pay(50000, 50000)),
        ("<p>We raised $50,000,000.</p>", pay(50000, 50000)),
    ],
)
def test_pay_that_is_written_otherwise_is_none(shown: str, said: dict[str, Any]) -> None:
    assert conflict(shown, baseSalary=said) is None


def test_a_place_that_the_page_names_twice_is_its_own() -> None:
    found = read("<p>Location: Munich</p><p>Our bakery in Munich is old.</p>", jobLocation=place("Berlin", "DE"))

    assert towns(found) == ["Munich"]
    assert [(one["field"], one["taken"]) for one in found["conflicts"]] == [("locations", "page")]


@pytest.mark.parametrize(
    ("shown", "said", "taken"),
    [
        ("Munich, Germany", place("Paris", "FR"), "page"),
        ("Austin, TX, USA", place("Seattle", "US", "WA"), "page"),
        ("Melbourne, Australia", place("Docklands", "AU", "VIC"), "jsonld"),
        ("Seattle, WA", place("Kirkland", "US", "WA"), "jsonld"),
        ("Seattle, WA", place("Kirkland", "US", "Washington"), "jsonld"),
    ],
)
def test_a_place_in_another_country_is_the_pages_too_and_a_suburb_stays(
    shown: str, said: dict[str, Any], taken: str
) -> None:
    found = read(f"<p>{shown}</p>", jobLocation=said)
    assert [(one["field"], one["taken"]) for one in found["conflicts"]] == [("locations", taken)]


def test_a_place_that_it_names_once_stands_in_conflicts() -> None:
    found = read("<p>Location: Munich</p>", jobLocation=place("Berlin", "DE"))

    assert towns(found) == ["Berlin"]
    assert [(one["field"], one["taken"]) for one in found["conflicts"]] == [("locations", "jsonld")]


def test_another_country_is_a_conflict() -> None:
    found = conflict("<p>Location: Germany</p>", jobLocation=place(None, "FR"))
    assert found is not None
    assert (found[0], found[2]) == ("locations", "jsonld")


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("Location: München, Deutschland", place("Munich", "DE")),
        ("Location: Berlin-Mitte", place("Berlin", "DE")),
        ("Location: Praha", place("Prague", "CZ")),
        ("Location: Lisboa", place("Lisbon", "PT")),
        ("Location: NYC", place("New York", "US", "NY")),
        ("Location: California", place("San Jose", "US", "CA")),
        ("Location: Bayern", place("Augsburg", "DE")),
        ("Location: San Francisco Bay Area", place("San Jose", "US", "CA")),
        ("Location: Germany", place("Berlin", "DE")),
        ("Location: Remote - US", place("Austin", "US", "TX")),
        ("Location: Hybrid", place("Austin", "US", "TX")),
        ("Location: Bonn or Köln", place("Bonn", "DE")),
        ("Location: Several offices", place("Bonn", "DE")),
        ("Location: 東京", place("Tokyo", "JP")),
        ("Location: Main Street 5, 53111 Bonn", place("Bonn", "DE")),
        ("Ort: Landkreis München", place("Garching", "DE")),
        ("Location: Bengaluru / Hyderabad", place("Bangalore", "IN")),
        ("Location: see below", place("Bonn", "DE")),
        ("Location: Main Campus", place("Bonn", "DE")),
        ("Team: Munich", place("Bonn", "DE")),
        ("Location: Munich. We moved here from Berlin.", place("Berlin", "DE")),
    ],
)
def test_a_place_that_is_written_otherwise_is_none(shown: str, said: dict[str, Any]) -> None:
    assert conflict(f"<p>{shown}</p>", jobLocation=said) is None


def test_the_seat_of_who_hires_from_anywhere_is_no_conflict() -> None:
    data = {"jobLocation": place("Austin", "US", "TX"), "jobLocationType": "TELECOMMUTE"}
    assert conflict("<p>Location: Boston, MA</p>", **data) is None


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("<p>Posted 3 March 2025</p>", "2024-01-01"),
        ("<p>Date posted: 3 March 2025</p>", "2025-02-25"),
        ("<p>Posted 3 days ago</p>", "2025-01-02"),
        ("<p>Posted 30+ days ago</p>", "2025-03-08"),
        ("<p>Posted 2 weeks ago</p>", "2024-12-08"),
    ],
)
def test_another_date_is_a_conflict_and_markups_stays(shown: str, said: str) -> None:
    found = read(shown, datePosted=said)
    assert found["date_posted"].startswith(said)
    assert [(one["field"], one["taken"]) for one in found["conflicts"]] == [("date_posted", "jsonld")]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("<p>Posted 3 March 2025</p>", "2025-03-03"),
        ("<p>Posted 3 March 2025</p>", "2025-03-02T23:30:00-05:00"),
        ("<p>Posted 3 days ago</p>", "2025-03-06"),
        ("<p>Posted 30+ days ago</p>", "2024-03-08"),
        ("<p>Posted 2 months ago</p>", "2024-12-20"),
        ("<p>Posted 5/3/2025</p>", "2025-05-03"),
        ("<p>Posted by Jane</p>", "2025-05-03"),
        ("<p>Founded 3 March 1995</p>", "2025-03-03"),
    ],
)
def test_a_date_of_another_zone_or_precision_is_none(shown: str, said: str) -> None:
    assert conflict(shown, datePosted=said) is None


def test_the_last_day_is_what_the_page_says() -> None:
    found = read("<p>Apply by: 31 March 2025</p>", datePosted="2025-03-01", validThrough="2025-04-30T00:00:00Z")
    assert found["valid_through"] == "2025-03-31T23:59:59Z"
    assert [(one["field"], one["taken"]) for one in found["conflicts"]] == [("valid_through", "page")]

    assert conflict("<p>Apply by: 31 March 2025</p>", validThrough="2025-03-31T22:00:00Z") is None
    assert conflict("<p>Apply by: 31 March 2024</p>", datePosted="2025-03-01", validThrough="2025-04-30") is None


@pytest.mark.parametrize(
    ("shown", "said", "taken"),
    [
        ("<p>Hybrid</p>", "TELECOMMUTE", "hybrid"),
        ("<p>Workplace: On-site</p>", "TELECOMMUTE", "remote"),
    ],
)
def test_another_workplace_is_a_conflict(shown: str, said: str, taken: str) -> None:
    found = read(shown, jobLocationType=said)
    assert found["workplace_type"] == taken
    assert [one["field"] for one in found["conflicts"]] == ["workplace_type"]


@pytest.mark.parametrize("shown", ["Remote or hybrid", "In-office or remote", "Remote-friendly", "Remote, hybrid"])
def test_a_workplace_that_is_one_of_several_is_none(shown: str) -> None:
    assert conflict(f"<p>{shown}</p>", jobLocationType="TELECOMMUTE") is None


def test_part_time_on_the_page_is_right_where_a_template_says_full_time() -> None:
    found = read("<p>Part-time</p>", employmentType="FULL_TIME")
    assert found["employment_types"] == ["PART_TIME"]
    assert [(one["field"], one["taken"]) for one in found["conflicts"]] == [("employment_types", "page")]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("<p>Full-time</p>", "FULL_TIME"),
        ("<p>Internship</p>", "FULL_TIME"),
        ("<p>Contract</p>", "FULL_TIME"),
        ("<p>Full-time or part-time</p>", "PART_TIME"),
        ("<p>Type: Permanent</p>", "FULL_TIME"),
        ("<p>Full-time</p><p>Part-time</p>", "PART_TIME"),
    ],
)
def test_kinds_that_may_go_together_are_no_conflict(shown: str, said: str) -> None:
    assert conflict(shown, employmentType=said) is None


@pytest.mark.parametrize(
    ("shown", "disagrees"),
    [
        ("Company: Bonn Rolls Ltd", True),
        ("Company: Bonn Rolls Ltd</p><p>Acme Bread is its mother.", False),
        ("Company: Confidential</p><p>All is confidential.", False),
        ("Organisation: Supply Chain", False),
        ("Company: Acme Bread", False),
        ("Company: Acme", False),
        ("Company: AB", False),
        ("Company: 200 people", False),
        ("Company: Bonn Rolls Ltd, a brand of Acme Bread GmbH", False),
    ],
)
def test_an_employer_by_another_name_is_a_conflict(shown: str, *, disagrees: bool) -> None:
    found = conflict(f"<p>{shown}</p>")
    assert found == (("company", "Bonn Rolls Ltd", "jsonld") if disagrees else None)


FORMS = [
    "<dl><dt>Salary</dt><dd>€60,000 per year</dd><dt>Date posted</dt><dd>3 March 2025</dd></dl>",
    "<table><tr><th>Salary</th><td>€60,000 per year</td></tr><tr><th>Posted</th><td>03.03.2025</td></tr></table>",
    "<ul><li><b>Salary:</b> €60,000 per year</li><li><b>Posted on:</b> March 3, 2025</li></ul>",
    "<div><span>Full-time</span> · <span>60.000 € / Jahr</span> · <span>Posted 7 days ago</span></div>",
    "<p>Full-time | €60k a year | Posted on 3 March 2025</p>",
    "<p><b>Salary</b><br>€60,000 a year<br><b>Posted</b><br>2025-03-03</p>",
]


@pytest.mark.parametrize("shown", FORMS)
def test_what_is_compared_may_stand_in_any_form(shown: str) -> None:
    found = read(shown, baseSalary=pay(50000, 50000), datePosted="2024-01-01")
    assert found["salary"]["min"] == 60000
    assert {one["field"]: one["values"]["page"] for one in found["conflicts"]}.keys() == {"salary", "date_posted"}

    same = read(shown, baseSalary=pay(5000, 5000, unit="MONTH"), datePosted="2025-03-03")
    assert same["conflicts"] == []


def test_what_the_page_does_not_show_is_compared_with_nothing() -> None:
    """A page that scripts have yet to fill, and one on which only others are named."""
    marked = json.dumps(DATA | {"baseSalary": pay(50000, 50000)})
    shell = f'<title>Acme</title><script type="application/ld+json">{marked}</script><div id="app"></div>'
    (found,) = postings(Document.read(URL, shell.encode(), "text/html"))
    assert found["conflicts"] == []

    assert conflict("<h3>Similar jobs</h3><p>Salary: €90,000</p>", baseSalary=pay(50000, 50000)) is None
