"""What the data of one posting says, as each platform's own says it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from tests.extractors.postings.platforms.example import TEXT, UUIDS

SMART = "https://api.smartrecruiters.com/v1/companies/acme/postings/743999671674844"
WORKDAY = "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/job/Bonn/Baker_R-123"
BAMBOO = "https://acme.bamboohr.com/careers/17/detail"
ASHBY = "https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true"
GREENHOUSE = "https://boards-api.greenhouse.io/v1/boards/acme/jobs/7"
RECRUITEE = "https://acme.recruitee.com/api/offers/"
PINPOINT = "https://acme.pinpointhq.com/postings.json"


def smart(**more: Any) -> dict[str, Any]:
    sections = {"jobDescription": {"title": "Job Description", "text": TEXT}}
    posting = {
        "id": "743999671674844",
        "name": "Baker",
        "refNumber": "REF12A",
        "company": {"identifier": "Acme", "name": "Acme Inc"},
        "releasedDate": "2026-03-02T10:00:00.000Z",
        "location": {"city": "Bonn", "country": "de", "remote": False, "hybrid": False},
        "typeOfEmployment": {"id": "permanent", "label": "Full-time"},
        "postingUrl": "https://jobs.smartrecruiters.com/Acme/743999671674844-baker",
        "active": True,
        "visibility": "PUBLIC",
        "jobAd": {"sections": sections},
    }
    return posting | more


def workday(**more: Any) -> dict[str, Any]:
    info = {
        "title": "Baker",
        "jobDescription": TEXT,
        "location": "Bonn",
        "country": {"descriptor": "Germany", "id": "x"},
        "postedOn": "Posted 3 Days Ago",
        "startDate": "2026-03-02",
        "timeType": "Full time",
        "jobReqId": "R-123",
        "externalUrl": "https://acme.wd5.myworkdayjobs.com/Careers/job/Bonn/Baker_R-123",
    }
    similar = [{"title": "Miller", "externalPath": "/job/Bonn/Miller_R-9", "postedOn": "Posted Today"}]
    return {
        "jobPostingInfo": info | more,
        "hiringOrganization": {"name": "Acme GmbH", "url": ""},
        "similarJobs": similar,
    }


def bamboo(**more: Any) -> dict[str, Any]:
    opening = {
        "jobOpeningShareUrl": "https://acme.bamboohr.com/careers/17",
        "jobOpeningName": "Baker",
        "jobOpeningStatus": "Open",
        "departmentLabel": "Bakery",
        "employmentStatusLabel": "Full-Time",
        "location": {"city": "Bonn", "addressCountry": "Germany"},
        "description": TEXT,
        "datePosted": "2026-03-02",
    }
    return {"result": {"jobOpening": opening | more, "formFields": {"firstName": {"isRequired": True}}}}


def ashby(**more: Any) -> dict[str, Any]:
    parts = [
        {"compensationType": "EquityPercentage", "interval": "NONE", "minValue": 1, "maxValue": 2},
        {"compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "EUR", "minValue": 5e4, "maxValue": 6e4},
    ]
    job = {
        "id": UUIDS[1],
        "title": "Baker",
        "employmentType": "FullTime",
        "location": "Bonn",
        "isListed": True,
        "workplaceType": "OnSite",
        "jobUrl": f"https://jobs.ashbyhq.com/acme/{UUIDS[1]}",
        "descriptionHtml": TEXT,
        "shouldDisplayCompensationOnJobPostings": True,
        "compensation": {"compensationTierSummary": "€50K - €60K • Equity", "summaryComponents": parts},
    }
    return {"jobs": [job | more]}


def greenhouse(**more: Any) -> dict[str, Any]:
    job = {"id": 7, "title": "Baker", "content": TEXT, "location": {"name": "Bonn"}, "requisition_id": "B-7"}
    return job | {"absolute_url": "https://boards.greenhouse.io/acme/jobs/7"} | more


def recruitee(**more: Any) -> dict[str, Any]:
    offer = {"id": 1, "slug": "baker", "status": "published", "kind": "job", "title": "Baker", "description": TEXT}
    return {"offers": [offer | {"city": "Bonn", "careers_url": "https://acme.recruitee.com/o/baker"} | more]}


def pinpoint(**more: Any) -> dict[str, Any]:
    url = f"https://acme.pinpointhq.com/en/postings/{UUIDS[1]}"
    pay = {"compensation_minimum": 50_000, "compensation_maximum": 60_000, "compensation_currency": "EUR"}
    posting = {"id": "1", "title": "Baker", "url": url, "employment_type": "full_time", "description": TEXT}
    return {"data": [posting | pay | {"compensation_frequency": "year", "compensation_visible": True} | more]}


EUR = (50_000, 60_000, "EUR", "year")
UNIT = [{"name": "Salary", "value": {"unit": "EUR", "min_value": "50000.0", "max_value": "60000.0"}}]
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (SMART, smart(), {"company": "Acme Inc", "requisition_id": "REF12A", "workplace_type": None, "country": "DE"}),
    (SMART, smart(location={"city": "Bonn", "country": "de", "hybrid": True}), {"workplace_type": "hybrid"}),
    (SMART, smart(location={"city": "Bonn", "country": "de", "remote": True}), {"workplace_type": "remote"}),
    (WORKDAY, workday(), {"company": "Acme GmbH", "tenant": "acme/careers", "country": "DE", "day": "2026-03-02"}),
    (WORKDAY, workday(remoteType="Hybrid"), {"workplace_type": "hybrid", "requisition_id": "R-123"}),
    (BAMBOO, bamboo(), {"source_id": "17", "country": "DE", "employment_types": ["FULL_TIME"], "status": "open"}),
    (BAMBOO, bamboo(jobOpeningStatus="Closed"), {"status": "closed"}),
    (ASHBY, ashby(), {"pay": EUR, "workplace_type": "onsite"}),
    (ASHBY, ashby(shouldDisplayCompensationOnJobPostings=False), {"pay": None}),
    (GREENHOUSE, greenhouse(metadata=UNIT), {"pay": (50_000, 60_000, "EUR", None), "requisition_id": "B-7"}),
    (RECRUITEE, recruitee(), {"status": "open", "source_id": "baker"}),
    (RECRUITEE, recruitee(kind="talent_pool"), {"status": "talent_pool"}),
    (PINPOINT, pinpoint(), {"pay": EUR, "source_id": UUIDS[1]}),
    (PINPOINT, pinpoint(compensation_visible=False), {"pay": None}),
]


@pytest.mark.parametrize(("url", "answer", "expected"), CASES)
def test_what_a_platform_s_data_says_is_read(url: str, answer: dict[str, Any], expected: dict[str, Any]) -> None:
    (posting,) = postings(Document.read(url, json.dumps(answer).encode(), "application/json"))
    pay, places = posting.get("salary"), posting.get("locations") or [{}]
    said = posting | {
        "pay": pay and tuple(pay[name] for name in ("min", "max", "currency", "period")),
        "country": places[0].get("country"),
        "day": str(posting.get("date_posted"))[:10],
    }
    assert {name: said.get(name) for name in expected} == expected
    assert posting["title"] == "Baker"


def test_an_employer_s_further_offices_are_places_of_work() -> None:
    position = f"""<position><id>11</id><subcompany>Acme GmbH</subcompany><office>Bonn</office>
        <additionalOffices><office>Köln</office></additionalOffices><name>Baker</name><schedule>full-time</schedule>
        <jobDescriptions><jobDescription><name>Tasks</name><value><![CDATA[{TEXT}]]></value></jobDescription>
        </jobDescriptions></position>"""
    feed = f"<workzag-jobs>{position}</workzag-jobs>"
    (posting,) = postings(Document.read("https://acme.jobs.personio.de/xml", feed.encode(), "application/xml"))
    assert [place["city"] for place in posting["locations"]] == ["Bonn", "Köln"]
